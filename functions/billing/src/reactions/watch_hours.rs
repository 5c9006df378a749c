//! See to it that work that is logged or changed is billed, and tell of prepaid hours that run low then and not only when it
//! is. What was told is marked on the block, or in the contract's book for the month: the bill that takes up the work does
//! not tell it again.

use std::collections::BTreeSet;

use contract::blocks::WATCH_HOURS;
use domain::billing::bill::{Watched, watch};
use domain::billing::blocks::SoldBlock;
use domain::billing::contract::{Contract, ContractState};
use domain::billing::hours::Source;
use domain::events::Event;
use domain::ids::{ClientId, ContractId};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::contracts::{ContractBook, KeptContract};
use store::{Commit, Versioned};

use crate::accounts::{came, taken_care_of};
use crate::due::DueContract;
use crate::house::House;
use crate::invoicing::runs_low;

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
    let in_blocks = blocks.iter().any(|sold| !sold.value.block.left().is_zero());
    let in_buckets = contracts.iter().flat_map(lines).any(|line| line.bucket.is_some());
    if !in_blocks && !in_buckets {
        return Ok(cx.store.commit());
    }
    for contract in contracts {
        let due = DueContract::of(&cx.store, &house, contract).await?;
        if due.planned().is_some() || due.time.is_empty() {
            continue;
        }
        // Work that has no price yet is told of by the bill, which waits for one.
        let watched = due.facts(&house).and_then(|facts| watch(&facts)).unwrap_or_default();
        return Ok(marked(cx.store.commit(), &due, watched));
    }
    Ok(cx.store.commit())
}

/// The contracts whose bills take up a client's work, in their order: work goes to whichever is billed first. An index may not
/// show yet which of them `woke` for it.
async fn billed_first(
    cx: &ReactionCx,
    client: ClientId,
    woke: Vec<ContractId>,
) -> Result<Vec<Versioned<KeptContract>>> {
    let is_billed = |contract: &Contract| contract.state == ContractState::Active && contract.next_on.is_some();
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

/// What is written of it: the marks, so that each is told once, and that somebody is to be told.
fn marked(mut commit: Commit, due: &DueContract, watched: Watched) -> Commit {
    let contract: &Contract = due.agreed();
    for before in &due.blocks {
        let source = Source::Block { block: before.value.block.id };
        let told = watched.alerts.iter().filter(|alert| alert.source == source).map(|alert| alert.percent);
        let mut after: SoldBlock = before.value.clone();
        after.block.alerted.extend(told);
        if after != before.value {
            commit = commit.update(&after, before.rev);
        }
    }
    let mut book = due.book.value.book.clone();
    if watched.alerts.iter().any(|alert| alert.source == (Source::Bucket {})) {
        book.told = watched.told;
        commit = commit.update(&ContractBook { contract: contract.id, book }, due.book.rev);
    }
    commit.emit(watched.alerts.iter().map(|alert| runs_low(contract, alert)))
}
