//! See to it that work that is logged or changed is billed, and tell of prepaid hours that run low then and not only when it
//! is. What was told is marked on the block, or in the contract's book for the month: the bill that takes up the work does
//! not tell it again. What work that is on no bill yet draws of a block stands beside what bills drew.

use std::collections::BTreeSet;

use contract::blocks::WATCH_HOURS;
use domain::billing::bill::{Watched, watch};
use domain::billing::blocks::SoldBlock;
use domain::billing::contract::Contract;
use domain::billing::hours::{Block, Source};
use domain::events::Event;
use domain::ids::{ClientId, ContractId};
use runtime::{ReactionCx, ReactionHandler, Result};
use rust_decimal::Decimal;
use store::contracts::{ContractBook, KeptContract};
use store::{Commit, Versioned};

use crate::accounts::{came, taken_care_of};
use crate::due::DueContract;
use crate::house::House;
use crate::included::{Drawn, is_billed};
use crate::invoicing::runs_low;

/// Most blocks for which it is written at once what waits for a bill: the rest follows with the next work. With the
/// [`MOST_DRAWN`](domain::billing::bill::MOST_DRAWN) that somebody is told of they fit into a transaction of 100 actions.
const MOST_MARKED: usize = 80;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(WATCH_HOURS, watch_hours)
}

async fn watch_hours(cx: ReactionCx) -> Result<Commit> {
    let (Event::TimeLogged { client, .. } | Event::TimeChanged { client, .. }) = cx.envelope.event else {
        return Ok(cx.store.commit());
    };
    let Some(house) = House::find(&cx.store, cx.now).await? else { return Ok(cx.store.commit()) };
    let woke = cx
        .reconcile(|| async {
            let came = came(&cx.store, &house, &cx.envelope.event).await?;
            let (woke, commit) = taken_care_of(&cx.store, &house, client, &came, cx.now).await?;
            Ok((woke, Some(commit).filter(|commit| !commit.is_empty())))
        })
        .await?;
    let contracts = billed_first(&cx, client, woke).await?;
    let blocks = cx.store.all_blocks(client).await?;
    let in_blocks = blocks.iter().any(|sold| !sold.value.block.left().is_zero() || !sold.value.unbilled.is_zero());
    let in_buckets = contracts.iter().flat_map(lines).any(|line| line.bucket.is_some());
    if !in_blocks && !in_buckets {
        return Ok(cx.store.commit());
    }
    let mut drawn = Drawn::of(&blocks);
    let mut told: Option<(DueContract, Watched)> = None;
    for contract in contracts {
        // Of a further contract only what it draws from blocks is asked for.
        if told.is_some() && !in_blocks {
            break;
        }
        let mut due = DueContract::of(&cx.store, &house, contract).await?;
        // Work that is left to the run is with the contract whose bill comes first.
        drawn.leave(&mut due);
        if due.time.is_empty() {
            continue;
        }
        // Work that has no price yet is told of by the bill, which waits for one.
        let watched = due.facts(&house).and_then(|facts| watch(&drawn.before(facts))).unwrap_or_default();
        drawn.draw(&due, &watched);
        // What a bill takes up that is being written is told of by it.
        if told.is_none() && due.planned().is_none() {
            told = Some((due, watched));
        }
    }
    Ok(marked(cx.store.commit(), &blocks, drawn.blocks(), told.as_ref()))
}

/// The contracts whose bills take up a client's work, in their order: work goes to whichever is billed first. An index may not
/// show yet which of them `woke` for it.
async fn billed_first(
    cx: &ReactionCx,
    client: ClientId,
    woke: Vec<ContractId>,
) -> Result<Vec<Versioned<KeptContract>>> {
    let roots = cx.store.contract_roots_of(client).await?.into_iter().map(|root| root.contract);
    let known = roots.filter(is_billed).map(|contract| contract.id);
    let ids: BTreeSet<ContractId> = known.chain(woke).collect();
    let mut contracts = Vec::with_capacity(ids.len());
    for id in ids {
        contracts.push(cx.store.contract(id).await?);
    }
    contracts.retain(|read| is_billed(&read.value.contract));
    contracts.sort_by_key(|read| (read.value.contract.next_on, read.value.contract.id));
    Ok(contracts)
}

fn lines(kept: &Versioned<KeptContract>) -> &[domain::billing::contract::Line] {
    &kept.value.contract.lines
}

/// What is written of it: what the work draws, and the marks, so that each is told once; and that somebody is to be told.
fn marked(
    mut commit: Commit,
    blocks: &[Versioned<SoldBlock>],
    drawn: &[Block],
    told: Option<&(DueContract, Watched)>,
) -> Commit {
    let alerts = told.map_or(&[][..], |(_, watched)| &watched.alerts);
    let mut left = MOST_MARKED;
    for before in blocks {
        let Block { id, used, .. } = before.value.block;
        let source = Source::Block { block: id };
        let told = alerts.iter().filter(|alert| alert.source == source).map(|alert| alert.percent);
        let mut after: SoldBlock = before.value.clone();
        after.block.alerted.extend(told);
        after.unbilled = drawn.iter().find(|drawn| drawn.id == id).map_or(Decimal::ZERO, |drawn| drawn.used - used);
        let is_told = after.block.alerted != before.value.block.alerted;
        if is_told || (left > 0 && after != before.value) {
            commit = commit.update(&after, before.rev);
            left = left.saturating_sub(1);
        }
    }
    let Some((due, watched)) = told else { return commit };
    let contract: &Contract = due.agreed();
    let mut book = due.book.value.book.clone();
    if alerts.iter().any(|alert| alert.source == (Source::Bucket {})) {
        book.told.clone_from(&watched.told);
        commit = commit.update(&ContractBook { contract: contract.id, book }, due.book.rev);
    }
    commit.emit(alerts.iter().map(|alert| runs_low(contract, blocks, alert)))
}
