//! From a draft of a bill to its invoice, and from an invoice to what is written of it.

use domain::billing::bill::{BlockSold, Bundle, Draft, Facts, Grouping, Run, bill, bundle, invoice_lines, line_of};
use domain::billing::blocks::{self, BlockState, SoldBlock};
use domain::billing::client::ClientBilling;
use domain::billing::contract::{Contract, ContractState, Parked};
use domain::billing::hours::{Alert, Block, Source};
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, NewInvoice, draft as draft_invoice};
use domain::billing::issue::{Issued, issue};
use domain::billing::ledger::Stamp;
use domain::billing::number::SeriesKind;
use domain::billing::owed::{Owed, issue_owed, turned};
use domain::billing::settings::IssueMode;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{BlockId, InvoiceId};
use domain::zone::Zone;
use futures::try_join;
use jiff::Timestamp;
use runtime::Result;
use rust_decimal::Decimal;
use store::contracts::ContractBook;
use store::due_bills::{KeptPlan, ParkedContract};
use store::invoices::{Invoiced, KeptInvoice, KeptLines, KeptRecognition};
use store::ledger::IssuedOverNothing;
use store::taken::TakenUp;
use store::{Commit, TenantStore, Versioned};

use crate::crediting::{credit_of, with_credit};
use crate::due::DueContract;
use crate::house::House;

/// Longest reason for which a contract is parked.
const LONGEST_REASON: usize = 500;

/// What comes next for a contract.
pub(crate) enum Next {
    /// Nothing is left to be billed by today; the dates that passed without a bill are in the facts.
    Over(Box<Facts>),
    /// This may be written.
    Ready(Box<Draft>),
    /// Somebody has to look at it first, for this reason.
    Held(String),
}

/// What comes next for a contract.
pub(crate) fn next(due: &DueContract, house: &House) -> Next {
    let billing = due.facts(house).and_then(|facts| bill(&facts, house.today));
    match billing {
        Err(refusal) => Next::Held(refusal.to_string()),
        Ok(billing) => match billing.drafts.into_iter().next() {
            None => Next::Over(Box::new(billing.after)),
            Some(draft) if draft.holds.is_empty() => Next::Ready(Box::new(draft)),
            Some(draft) => Next::Held(draft.holds.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        },
    }
}

/// An invoice with its lines.
pub(crate) struct Drafted {
    pub(crate) invoice: Invoice,
    pub(crate) lines: Vec<InvoiceLine>,
}

/// A bill of a contract that goes on an invoice.
pub(crate) struct Bill {
    pub(crate) due: DueContract,
    pub(crate) draft: Draft,
}

/// The invoice of a draft, with taxes.
///
/// # Errors
/// As [`drafted`].
pub(crate) fn drafted_alone(
    store: &TenantStore,
    due: &DueContract,
    house: &House,
    draft: &Draft,
    now: Timestamp,
) -> Result<Drafted, Refusal> {
    let bundle = bundle(vec![draft.clone()], Grouping::PerContract).pop().ok_or_else(nothing_to_bill)?;
    drafted(house, &due.client, &bundle, invoice_id(store, draft), now)
}

/// The invoice of bills that share it, with taxes; a credit note when it comes to less than nothing.
///
/// # Errors
/// [`Refusal::Conflict`] for taxes that cannot be reckoned and for bills that do not fit on one invoice,
/// [`Refusal::Invalid`] for what an invoice cannot hold.
pub(crate) fn drafted_of(house: &House, bills: &[Bill], id: InvoiceId, now: Timestamp) -> Result<Drafted, Refusal> {
    let Drafted { invoice, lines } = drafted_together(house, bills, id, now)?;
    let (invoice, lines) = turned(invoice, lines);
    Ok(Drafted { invoice, lines })
}

/// The invoice of bills that share it, with taxes, whether it comes to something or to less than nothing.
///
/// # Errors
/// As [`drafted_of`].
pub(crate) fn drafted_together(
    house: &House,
    bills: &[Bill],
    id: InvoiceId,
    now: Timestamp,
) -> Result<Drafted, Refusal> {
    let client = &bills.first().ok_or_else(nothing_to_bill)?.due.client;
    let drafts = bills.iter().map(|bill| bill.draft.clone()).collect();
    let mut bundles = bundle(drafts, Grouping::PerClient);
    let bundle = bundles.pop().ok_or_else(nothing_to_bill)?;
    if bundles.is_empty() {
        return drafted(house, client, &bundle, id, now);
    }
    Err(Refusal::conflict("bundle", "these bills do not share an invoice; report this"))
}

fn nothing_to_bill() -> Refusal {
    Refusal::conflict("nothing_to_bill", "there is nothing on this bill; report this")
}

fn drafted(
    house: &House,
    client: &ClientBilling,
    bundle: &Bundle,
    id: InvoiceId,
    now: Timestamp,
) -> Result<Drafted, Refusal> {
    let settings = &house.settings;
    let exemptions: Vec<_> = client.exemption.clone().into_iter().collect();
    let (lines, taxed) = invoice_lines(bundle, &settings.taxes, &exemptions, settings.tax_rounding)?;
    let new = NewInvoice {
        id,
        kind: InvoiceKind::Recurring,
        client: bundle.client,
        billed: bundle.billed(),
        currency: bundle.currency,
        terms: bundle.terms,
        taxes: taxed.summary,
        tax_rounding: taxed.rounding,
        exempted: taxed.exempted,
        note: None,
    };
    Ok(Drafted { invoice: draft_invoice(new, &lines, now)?, lines })
}

/// The id of the invoice of a draft: there is one for ever. An invoice for several contracts has that of the first.
pub(crate) fn invoice_id(store: &TenantStore, draft: &Draft) -> InvoiceId {
    InvoiceId::from_uuid(store.id_of(&draft.identity()))
}

/// Issues a new draft with it, when the tenant wants that. What is written is added to the commit; `run` is what it counts for
/// in the run of its date.
pub(crate) async fn make(
    store: &TenantStore,
    house: &House,
    made: &Drafted,
    (kept, run): (&KeptLines, Option<Run>),
    commit: Commit,
    now: Timestamp,
) -> Result<Commit> {
    let Drafted { invoice, lines } = made;
    let event = Event::InvoiceDrafted { invoice: invoice.id, client: invoice.client, total: invoice.totals.total };
    if house.settings.issue != IssueMode::AtOnce {
        return Ok(commit.create_billed(invoice, kept, run).emit([event]));
    }
    let stamp = house.stamp(store, invoice.id, "issue", now);
    if invoice.kind == InvoiceKind::CreditNote {
        let (owed, written) = issue_credit(store, house, invoice.clone(), lines, stamp).await?;
        return Ok(commit.create_billed(&owed.note, kept, run).and(written));
    }
    let (series, credit) =
        try_join!(store.series(SeriesKind::Invoice), credit_of(store, house, invoice.client, invoice.currency))?;
    let styled = house.settings.invoice_numbers.style(series.value)?;
    let issued = issue(invoice.clone(), lines, styled, stamp)?;
    let (issued, paid) = with_credit(store, house, issued, credit, now)?;
    let commit = commit.create_billed(&issued.invoice, kept, run);
    Ok(keep_issued(commit, &issued, series.rev, &house.zone).and(paid))
}

/// Issues a draft that is kept, and says what is written of it.
///
/// # Errors
/// As [`issue`], and what the store answers.
pub(crate) async fn issue_draft(
    store: &TenantStore,
    house: &House,
    read: &Versioned<KeptInvoice>,
    now: Timestamp,
) -> Result<(Invoice, Commit)> {
    let draft = read.value.invoice.clone();
    let (lines, series, credit) = try_join!(
        store.invoice_lines(&read.value),
        store.series(SeriesKind::Invoice),
        credit_of(store, house, draft.client, draft.currency)
    )?;
    let styled = house.settings.invoice_numbers.style(series.value)?;
    let stamp = house.stamp(store, draft.id, "issue", now);
    if draft.kind == InvoiceKind::CreditNote {
        let (owed, written) = issue_credit(store, house, draft, &lines, stamp).await?;
        let commit = store.commit().update_invoice(read, &owed.note).and(written);
        return Ok((owed.note, commit));
    }
    let issued = issue(draft, &lines, styled, stamp)?;
    let (issued, paid) = with_credit(store, house, issued, credit, now)?;
    let commit = store.commit().update_invoice(read, &issued.invoice);
    let commit = keep_issued(commit, &issued, series.rev, &house.zone).and(paid);
    Ok((issued.invoice, commit))
}

/// Issues the draft of a credit note that corrects no invoice, with what is written of it but for the note itself.
pub(crate) async fn issue_credit(
    store: &TenantStore,
    house: &House,
    draft: Invoice,
    lines: &[InvoiceLine],
    stamp: Stamp,
) -> Result<(Owed, Commit)> {
    let (series, account) =
        try_join!(store.series(SeriesKind::CreditNote), store.client_credit(draft.client, draft.currency))?;
    let styled = house.settings.credit_numbers.style(series.value)?;
    let owed = issue_owed(draft, lines, account.value, styled, stamp)?;
    let commit = store.commit().update(&owed.series, series.rev).update(&owed.credit, account.rev);
    let commit = owed.posting.iter().fold(commit, Commit::create);
    let kept = owed.recognition.clone().map(|recognition| KeptRecognition::new(recognition, &house.zone));
    let commit = kept.iter().fold(commit, Commit::create);
    let number = owed.note.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let Invoice { id, client, totals, .. } = owed.note;
    let commit = commit.emit([Event::InvoiceIssued { invoice: id, client, number, total: totals.total.negated() }]);
    Ok((owed, commit))
}

/// What is written of an issue, but for the invoice itself.
pub(crate) fn keep_issued(commit: Commit, issued: &Issued, series_rev: u64, zone: &Zone) -> Commit {
    let Issued { invoice, series, recognition, posting } = issued;
    let commit = commit.update(series, series_rev);
    let commit = posting.iter().fold(commit, Commit::create);
    let commit = match (posting, invoice.issued_on) {
        (None, Some(on)) => commit.create(&IssuedOverNothing { invoice: invoice.id, currency: invoice.currency, on }),
        _ => commit,
    };
    let kept = recognition.clone().map(|recognition| KeptRecognition::new(recognition, zone));
    let commit = kept.iter().fold(commit, Commit::create);
    commit.emit([Event::InvoiceIssued {
        invoice: invoice.id,
        client: invoice.client,
        number: invoice.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        total: invoice.totals.total,
    }])
}

/// What a bill moves besides its invoice and the client's blocks: the contract, its book, what it takes up, and the hours
/// that it sells. The contract comes first: whoever was slower learns that it has moved.
pub(crate) fn moves(
    store: &TenantStore,
    house: &House,
    due: &DueContract,
    draft: &Draft,
    invoice: InvoiceId,
    now: Timestamp,
) -> Result<Commit, Refusal> {
    let before = due.agreed();
    let after = Contract { updated_at: now, ..draft.contract_after(before.clone()) };
    let taken = taken_up(store, due, draft, invoice)?;
    let book = due.book.value.book.clone().with_net(draft, due.taxing(house), house.today)?;
    let mut commit = store
        .commit()
        .update_contract(&due.contract, &after, &house.zone)
        .update(&ContractBook { contract: before.id, book }, due.book.rev)
        .emit(ended(before, &after))
        .emit(draft.hours.alerts.iter().map(|alert| runs_low(before, &due.blocks, alert)));
    for block in &draft.blocks {
        commit = commit.create(&sold(store, due, draft, *block, invoice, now));
    }
    if !taken.is_empty() {
        commit = commit.create(&taken);
    }
    if due.planned().is_some() {
        return Ok(commit.update(&KeptPlan { contract: before.id, plan: None }, due.plan.rev));
    }
    take(commit.create(&invoiced(draft, invoice)), due, draft, invoice, now)
}

/// What an invoice takes up of a contract, for the day on which it may be made void.
fn taken_up(store: &TenantStore, due: &DueContract, draft: &Draft, invoice: InvoiceId) -> Result<TakenUp, Refusal> {
    let Contract { id: contract, client, .. } = *due.agreed();
    let time = due.time.iter().filter(|entry| draft.taken.time.contains(&entry.value.id));
    Ok(TakenUp {
        invoice,
        contract,
        client,
        usage: draft.taken.usage.clone(),
        time: time.map(|entry| (entry.value.ticket, entry.value.id)).collect(),
        charges: draft.taken.charges.clone(),
        blocks: draft.taken.blocks.clone(),
        sold: draft.blocks.iter().map(|block| (block.line, block_id(store, block, invoice))).collect(),
        drawings: draft.hours.drawings.clone(),
        booked: draft.booked_usage(&due.book.value.book)?,
    })
}

/// The client's blocks that an invoice's bills draw on or take up. Of a block that several of them draw on the last one
/// has what is left.
pub(crate) fn blocks_moved(bills: &[Bill], invoice: InvoiceId) -> Result<Vec<(SoldBlock, u64)>, Refusal> {
    let mut moved = Vec::new();
    let Some(first) = bills.first() else { return Ok(moved) };
    for before in &first.due.blocks {
        let id = before.value.block.id;
        let drawn = bills.iter().rev().find_map(|bill| bill.draft.hours.blocks.iter().find(|block| block.id == id));
        let mut after = before.value.clone();
        if let Some(drawn) = drawn {
            after = after.drawn(drawn.clone());
        }
        if bills.iter().any(|bill| bill.draft.taken.blocks.contains(&id)) {
            after = blocks::bill(after, invoice)?;
        }
        if after != before.value {
            moved.push((after, before.rev));
        }
    }
    Ok(moved)
}

/// That prepaid hours of a contract's work run low.
pub(crate) fn runs_low(contract: &Contract, blocks: &[Versioned<SoldBlock>], alert: &Alert) -> Event {
    let Alert { source, percent, used, of, month } = *alert;
    let (block, name) = match source {
        Source::Bucket {} => (None, Some(format!("{} {}", contract.number, contract.name))),
        Source::Block { block } => {
            let known = blocks.iter().find(|known| known.value.block.id == block);
            (Some(block), known.map(|known| known.value.text.clone()))
        }
    };
    Event::HoursRunLow { client: contract.client, contract: contract.id, block, name, month, percent, used, of }
}

/// That the period of a draft is on this invoice.
pub(crate) fn invoiced(draft: &Draft, invoice: InvoiceId) -> Invoiced {
    let (contract, from) = (draft.billed.contract, draft.billed.period.from);
    Invoiced { contract, from, kind: InvoiceKind::Recurring, invoice }
}

fn take(
    mut commit: Commit,
    due: &DueContract,
    draft: &Draft,
    invoice: InvoiceId,
    now: Timestamp,
) -> Result<Commit, Refusal> {
    use domain::billing::work::entry;
    use domain::billing::{charges, metering};
    for record in due.usage.iter().filter(|record| draft.taken.usage.contains(&record.value.usage.id)) {
        commit = commit.update(&metering::bill(record.value.clone(), invoice)?, record.rev);
    }
    for worked in due.time.iter().filter(|entry| draft.taken.time.contains(&entry.value.id)) {
        commit = commit.update(&entry::bill(worked.value.clone(), invoice, draft.billed.contract, now)?, worked.rev);
    }
    for charge in due.charges.iter().filter(|charge| draft.taken.charges.contains(&charge.value.charge.id)) {
        commit = commit.update(&charges::bill(charge.value.clone(), invoice)?, charge.rev);
    }
    Ok(commit)
}

/// The dates that passed without a bill. The plan is written whether there was one or not: if another run has planned
/// since it was read, nothing looked open only because it is reserved.
pub(crate) fn moves_on(store: &TenantStore, house: &House, due: &DueContract, after: &Facts, now: Timestamp) -> Commit {
    let contract = Contract { updated_at: now, ..after.contract.clone() };
    let book = ContractBook { contract: contract.id, book: after.book.clone() };
    let plan = KeptPlan { contract: contract.id, plan: None };
    let events = ended(due.agreed(), &contract);
    let commit = store.commit().update_contract(&due.contract, &contract, &house.zone);
    commit.update(&book, due.book.rev).update(&plan, due.plan.rev).emit(events)
}

fn ended(before: &Contract, after: &Contract) -> Option<Event> {
    let over = before.state == ContractState::Active && after.state == ContractState::Ended;
    over.then_some(Event::ContractEnded { contract: after.id, client: after.client })
}

/// Takes a contract out of the run until somebody has looked at it.
pub(crate) fn park(store: &TenantStore, house: &House, due: &DueContract, reason: &str, now: Timestamp) -> Commit {
    let parked = Parked { reason: reason.chars().take(LONGEST_REASON).collect(), since: house.today };
    let before = due.agreed();
    let after = Contract { parked: Some(parked.clone()), updated_at: now, ..before.clone() };
    let event = Event::ContractParked { contract: after.id, client: after.client, reason: parked.reason };
    let commit = store.commit().update_contract(&due.contract, &after, &house.zone).emit([event]);
    waiting(commit, &after, due.contract.rev)
}

/// That a parked contract waits, as it is listed; `rev` is its revision before.
pub(crate) fn waiting(commit: Commit, contract: &Contract, rev: u64) -> Commit {
    let Some(parked) = contract.parked.clone() else { return commit };
    let Contract { id, number, name, client, next_on, .. } = contract.clone();
    let waits = ParkedContract { contract: id, number, name, client, on: next_on, parked: Some(parked) };
    commit.park(&waits, rev)
}

/// The block that a line sells on an invoice: the same one for ever.
fn block_id(store: &TenantStore, block: &BlockSold, invoice: InvoiceId) -> BlockId {
    let BlockSold { line, bought_on, .. } = block;
    BlockId::from_uuid(store.id_of(&format!("{invoice}#{line}#{bought_on}")))
}

fn sold(
    store: &TenantStore,
    due: &DueContract,
    draft: &Draft,
    block: BlockSold,
    invoice: InvoiceId,
    now: Timestamp,
) -> SoldBlock {
    let BlockSold { line, minutes, price, bought_on, expires_on } = block;
    let on = draft.lines.iter().find(|drafted| line_of(drafted.origin) == Some(line));
    let agreed = due.agreed().line(line);
    SoldBlock {
        block: Block {
            id: block_id(store, &block, invoice),
            client: draft.client,
            minutes,
            price,
            bought_on,
            expires_on,
            work_types: Vec::new(),
            used: Decimal::ZERO,
            alerted: Vec::new(),
        },
        text: on.map_or_else(|| agreed.map(|line| line.text.clone()).unwrap_or_default(), |line| line.text.clone()),
        taxes: agreed.map(|line| line.taxes.clone()).unwrap_or_default(),
        state: BlockState::Billed { invoice },
        unbilled: Decimal::ZERO,
        created_at: now,
    }
}
