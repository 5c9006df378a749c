//! Which bills share an invoice: those of a client's contracts with the same date, currency and terms, as many as fit into
//! one transaction. What does not fit, or is large, or waits for somebody, has an invoice of its own.

use domain::billing::bill::{Draft, Grouping};
use domain::billing::contract::{Contract, ContractState};
use domain::billing::invoice::MOST_CONTRACTS;
use domain::billing::lines::MOST_LINES;
use domain::error::Refusal;
use domain::ids::InvoiceId;
use jiff::Timestamp;
use runtime::Result;
use store::TenantStore;

use crate::due::DueContract;
use crate::house::House;
use crate::invoicing::{Bill, Next, blocks_moved, drafted_alone, invoice_id, moves, next};

/// Most actions of a transaction that bills may take; the rest is for the invoice, its lines, number and posting, and for the
/// client's credit that pays it.
const MOST_ACTIONS: usize = 75;

/// A bill with those that share its invoice, in the order of their contracts' ids. The client's time, charges and hours go
/// to the first of them.
///
/// # Errors
/// When something cannot be read.
pub(crate) async fn sharing(store: &TenantStore, house: &House, bill: Bill, now: Timestamp) -> Result<Vec<Bill>> {
    let agreed = bill.due.agreed().clone();
    if bill.due.planned().is_some() || bill.due.client.grouping(&house.settings) != Grouping::PerClient {
        return Ok(vec![bill]);
    }
    let mut all = Vec::new();
    let others = store.contract_roots_of(agreed.client).await?;
    for other in others.into_iter().map(|root| root.contract) {
        if other.id == agreed.id || !meets(&agreed, &other) {
            continue;
        }
        let due = DueContract::read(store, house, other.id).await?;
        if due.planned().is_none() && meets(&agreed, due.agreed()) {
            all.push(due);
        }
        if all.len() + 1 == MOST_CONTRACTS {
            break;
        }
    }
    if all.is_empty() {
        return Ok(vec![bill]);
    }
    all.push(DueContract::read(store, house, agreed.id).await?);
    Ok(sharing_of(store, house, all, bill, now)?)
}

/// The same of contracts that were all read already.
///
/// # Errors
/// [`Refusal::Conflict`] for what the run would park a contract for.
pub(crate) fn together(
    store: &TenantStore,
    house: &House,
    known: &[DueContract],
    bill: Bill,
    now: Timestamp,
) -> Result<Vec<Bill>, Refusal> {
    let agreed = bill.due.agreed();
    if bill.due.client.grouping(&house.settings) != Grouping::PerClient {
        return Ok(vec![bill]);
    }
    let shares = |due: &&DueContract| due.planned().is_none() && meets(agreed, due.agreed());
    let others = known.iter().filter(|due| due.agreed().id != agreed.id).filter(shares).take(MOST_CONTRACTS - 1);
    let all = others.chain([&bill.due]).cloned().collect();
    sharing_of(store, house, all, bill, now)
}

fn sharing_of(
    store: &TenantStore,
    house: &House,
    mut all: Vec<DueContract>,
    bill: Bill,
    now: Timestamp,
) -> Result<Vec<Bill>, Refusal> {
    all.sort_by_key(|due| due.agreed().id);
    let bills = fitting(store, house, all, &bill.draft, now)?;
    // Whoever asked is on the next invoice when the others leave no room; alone it always fits.
    Ok(if bills.is_empty() { vec![bill] } else { bills })
}

/// The id of the invoice of these bills.
///
/// # Errors
/// [`Refusal::Conflict`] when there is none.
pub(crate) fn invoice_of(store: &TenantStore, bills: &[Bill]) -> Result<InvoiceId, Refusal> {
    let none = || Refusal::conflict("nothing_to_bill", "there is nothing on this bill; report this");
    bills.first().map(|bill| invoice_id(store, &bill.draft)).ok_or_else(none)
}

/// Whether two contracts are billed on the same date, in the same currency and on the same terms.
fn meets(one: &Contract, other: &Contract) -> bool {
    let Contract { next_on, currency, terms, .. } = *one;
    let billed = other.state == ContractState::Active && other.parked.is_none();
    billed && other.next_on == next_on && other.currency == currency && other.terms == terms
}

fn fitting(
    store: &TenantStore,
    house: &House,
    all: Vec<DueContract>,
    asked: &Draft,
    now: Timestamp,
) -> Result<Vec<Bill>, Refusal> {
    let mut bills: Vec<Bill> = Vec::new();
    let (mut actions, mut lines) = (0, 0);
    for mut due in all {
        let id = match bills.first() {
            Some(first) => invoice_id(store, &first.draft),
            None => store_id(store, &due, asked),
        };
        for earlier in &bills {
            due.leave(&earlier.draft, id, house.today)?;
        }
        let Next::Ready(draft) = next(&due, house) else { continue };
        let fits = draft.on() == asked.on() && lines + draft.lines.len() <= MOST_LINES;
        if !fits || drafted_alone(store, &due, house, &draft, now).is_err() {
            continue;
        }
        let own = moves(store, house, &due, &draft, id, now)?.actions();
        let added = draft.lines.len();
        bills.push(Bill { due, draft: *draft });
        if actions + own + blocks_moved(&bills, id)?.len() > MOST_ACTIONS {
            bills.pop();
            continue;
        }
        actions += own;
        lines += added;
    }
    Ok(bills)
}

/// The id of the invoice that would start with this contract.
fn store_id(store: &TenantStore, due: &DueContract, asked: &Draft) -> InvoiceId {
    let billed = domain::billing::invoice::Billed { contract: due.agreed().id, ..asked.billed };
    InvoiceId::from_uuid(store.id_of(&billed.identity(domain::billing::invoice::InvoiceKind::Recurring)))
}
