//! What comes back when an invoice is made void: time, use, charges and prepaid hours are open again, and what was agreed
//! for the period is charged again when somebody wants that.
//!
//! The contract's book and the blocks move with the void itself, since hours and amounts that come back must do so once.
//! Records are opened with it as well when they are few; of a large invoice they are opened after it, in parts that may be
//! repeated.

use std::collections::BTreeMap;

use domain::billing::bill::{Charge, Run, carried, woken};
use domain::billing::charges::ClientCharge;
use domain::billing::hours::Source;
use domain::billing::invoice::{Invoice, InvoiceLine};
use domain::billing::work::entry;
use domain::billing::{blocks, charges, metering};
use domain::error::Refusal;
use domain::ids::{BlockId, ChargeId, ContractId, InvoiceId, TicketId, TimeEntryId, UsageId, UserId};
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::Result;
use rust_decimal::Decimal;
use store::contracts::ContractBook;
use store::due_bills::KeptRuns;
use store::taken::TakenUp;
use store::{Commit, TenantStore};

use crate::house::House;

/// Most actions of a void with all that comes back; beyond, the records follow it.
pub(crate) const MOST_ACTIONS: usize = 80;
/// Most records that one transaction opens.
pub(crate) const OPENED_AT_ONCE: usize = 80;
/// Records that are looked up at once.
const SIDE_BY_SIDE: usize = 25;

/// Something that comes back. Opening it twice is opening it once.
pub(crate) enum Part {
    Usage(ContractId, UsageId),
    Time(TicketId, TimeEntryId),
    Charge(ChargeId),
    /// What was agreed for a period is charged again.
    Again(Box<ClientCharge>),
}

/// A void invoice, and by whom and how it was made void.
pub(crate) struct Voided<'a> {
    pub(crate) invoice: &'a Invoice,
    /// Its lines, as far as they are to be billed again.
    pub(crate) lines: &'a [InvoiceLine],
    pub(crate) bill_again: bool,
    pub(crate) by: UserId,
    pub(crate) now: Timestamp,
}

/// What an invoice took up, contract by contract.
pub(crate) async fn taken_of(store: &TenantStore, invoice: &Invoice) -> Result<Vec<TakenUp>> {
    let read = invoice.billed.iter().map(|billed| store.taken_up(invoice.id, billed.contract));
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
}

/// All that comes back record by record.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub(crate) fn parts(
    store: &TenantStore,
    voided: &Voided<'_>,
    taken: &[TakenUp],
    today: Date,
) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    for of in taken {
        parts.extend(of.usage.iter().map(|id| Part::Usage(of.contract, *id)));
        parts.extend(of.time.iter().map(|(ticket, id)| Part::Time(*ticket, *id)));
        parts.extend(of.charges.iter().map(|id| Part::Charge(*id)));
    }
    for line in voided.lines {
        let Some(contract) = line.origin.contract().filter(|_| voided.bill_again) else { continue };
        let of = taken.iter().find(|of| of.contract == contract);
        let sold: Vec<_> = of.iter().flat_map(|of| &of.sold).map(|(line, _)| *line).collect();
        let booked = of.map_or(&[][..], |of| &of.booked);
        let id = ChargeId::from_uuid(store.id_of(&format!("{}#again#{}", voided.invoice.id, line.n)));
        if let Some(charge) = carried(line, booked, &sold, id, today)? {
            let of = (voided.invoice.client, voided.invoice.currency, contract);
            parts.push(Part::Again(Box::new(again(charge, of, voided))));
        }
    }
    Ok(parts)
}

fn again(
    charge: Charge,
    (client, currency, contract): (domain::ids::ClientId, Currency, ContractId),
    voided: &Voided<'_>,
) -> ClientCharge {
    let state = charges::ChargeState::Open {};
    ClientCharge {
        client,
        currency,
        contract: Some(contract),
        charge,
        state,
        by: Some(voided.by),
        created_at: voided.now,
    }
}

/// Opens what is not open yet.
pub(crate) async fn opened(store: &TenantStore, voided: &Voided<'_>, parts: &[Part]) -> Result<Commit> {
    let mut commit = store.commit();
    for some in parts.chunks(SIDE_BY_SIDE) {
        for one in try_join_all(some.iter().map(|part| open(store, voided, part))).await? {
            commit = commit.and(one);
        }
    }
    Ok(commit)
}

async fn open(store: &TenantStore, voided: &Voided<'_>, part: &Part) -> Result<Commit> {
    let (commit, invoice) = (store.commit(), voided.invoice.id);
    Ok(match part {
        Part::Usage(contract, id) => {
            let read = store.usage_record(*contract, *id).await?;
            let after = metering::release(read.value.clone(), invoice);
            if after == read.value { commit } else { commit.update(&after, read.rev) }
        }
        Part::Time(ticket, id) => {
            let read = store.time_entry(*ticket, *id).await?;
            let after = entry::release(read.value.clone(), invoice, voided.now);
            if after == read.value { commit } else { commit.update(&after, read.rev) }
        }
        Part::Charge(id) => {
            let read = store.charge(voided.invoice.client, *id).await?;
            let mut after = charges::release(read.value.clone(), invoice);
            // What was charged for being late with what is not owed any more does not come back.
            if let Some(late) = after.charge.late_for.filter(|_| after.is_open())
                && store.invoice(late).await?.value.invoice.is_forgiven()
            {
                after = charges::withdraw(after)?;
            }
            if after == read.value { commit } else { commit.update(&after, read.rev) }
        }
        Part::Again(charge) => match store.charge(voided.invoice.client, charge.charge.id).await {
            Ok(_) => commit,
            Err(store::Error::NotFound) => commit.create(charge.as_ref()),
            Err(error) => return Err(error.into()),
        },
    })
}

/// What comes back with the void itself: the contracts' books, and the blocks that were drawn on, taken up or sold. A
/// contract that was over goes on, to bill what is open again.
pub(crate) async fn undone(
    store: &TenantStore,
    house: &House,
    voided: &Voided<'_>,
    taken: &[TakenUp],
) -> Result<Commit> {
    let mut commit = store.commit();
    for billed in &voided.invoice.billed {
        let of = taken.iter().find(|of| of.contract == billed.contract);
        if of.is_none() && !voided.bill_again {
            continue;
        }
        let (contract, book) =
            futures::try_join!(store.contract(billed.contract), store.contract_book(billed.contract))?;
        let (booked, drawings) = of.map_or((&[][..], &[][..]), |of| (&of.booked, &of.drawings));
        let without = book.value.book.clone().without(booked, drawings)?;
        if without != book.value.book {
            commit = commit.update(&ContractBook { contract: billed.contract, book: without }, book.rev);
        }
        let mut goes_on = woken(contract.value.contract.clone(), house.today);
        if goes_on != contract.value.contract {
            goes_on.updated_at = voided.now;
            commit = commit.update_contract(&contract, &goes_on, &house.zone);
        }
    }
    Ok(commit.and(blocks_back(store, house, voided, taken).await?))
}

/// Takes what of an invoice is not owed any more out of the run of its date, so that no later run is compared with it.
pub(crate) async fn out_of_run(store: &TenantStore, invoice: &Invoice, out: Run) -> Result<Commit> {
    let Some(period) = invoice.period() else { return Ok(store.commit()) };
    let kept = store.runs(invoice.currency).await?;
    let runs = kept.value.runs.clone().without(period.from, out)?;
    if runs == kept.value.runs {
        return Ok(store.commit());
    }
    Ok(store.commit().update(&KeptRuns { runs, ..kept.value }, kept.rev))
}

async fn blocks_back(store: &TenantStore, house: &House, voided: &Voided<'_>, taken: &[TakenUp]) -> Result<Commit> {
    let mut drawn: BTreeMap<BlockId, Decimal> = BTreeMap::new();
    for drawing in taken.iter().flat_map(|of| &of.drawings) {
        if let Source::Block { block } = drawing.draw.source {
            *drawn.entry(block).or_default() += drawing.draw.minutes;
        }
    }
    let by_hand = |id: &BlockId| taken.iter().any(|of| of.blocks.contains(id));
    let by_line = |id: &BlockId| taken.iter().any(|of| of.sold.iter().any(|(_, sold)| sold == id));
    let mut commit = store.commit();
    if drawn.is_empty() && taken.iter().all(|of| of.blocks.is_empty() && of.sold.is_empty()) {
        return Ok(commit);
    }
    let invoice: InvoiceId = voided.invoice.id;
    for before in store.all_blocks(voided.invoice.client).await? {
        let id = before.value.block.id;
        let mut after = before.value.clone();
        if let Some(minutes) = drawn.get(&id) {
            after = blocks::give_back(after, *minutes);
        }
        if by_hand(&id) || (by_line(&id) && voided.bill_again) {
            after = blocks::release(after, invoice);
        } else if by_line(&id) {
            after = blocks::end(after, invoice, house.today);
        }
        if after != before.value {
            commit = commit.update(&after, before.rev);
        }
    }
    Ok(commit)
}
