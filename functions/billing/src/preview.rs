//! What the run would do with contracts: the same calls, in the same groups, and nothing is written.

use std::collections::BTreeMap;

use contract::bills::{ContractPreview, Difference, InvoicePreview};
use domain::billing::bill::{Draft, Facts, Grouping, MOST_PERIODS, bill, line_of};
use domain::billing::contract::{Contract, ContractState, Line};
use domain::billing::taxes::{Taxable, Taxing};
use domain::error::Refusal;
use domain::ids::{ContractId, LineId};
use domain::money::Money;
use jiff::Timestamp;
use runtime::Result;
use store::TenantStore;

use crate::due::{DueContract, is_due};
use crate::house::House;
use crate::invoicing::{Bill, Drafted, drafted_together};
use crate::sharing::{invoice_of, together};

/// What the run would do with a contract and, where they share invoices or what is open, with the others of its client. An
/// invoice that several share stands with the first of them.
///
/// # Errors
/// When something cannot be read.
pub(crate) async fn with_others(
    store: &TenantStore,
    house: &House,
    id: ContractId,
    now: Timestamp,
) -> Result<Vec<ContractPreview>> {
    let due = DueContract::read(store, house, id).await?;
    if due.client.grouping(&house.settings) != Grouping::PerClient && !due.takes_of_client() {
        return Ok(preview(store, house, vec![due], now));
    }
    let ids = store.contracts_of(due.agreed().client).await?;
    let mut all = vec![due];
    for other in ids.into_iter().filter(|other| *other != id) {
        all.push(DueContract::read(store, house, other).await?);
    }
    Ok(preview(store, house, all, now))
}

/// What the run would do with these contracts of a client, in the order of their ids.
pub(crate) fn preview(
    store: &TenantStore,
    house: &House,
    mut all: Vec<DueContract>,
    now: Timestamp,
) -> Vec<ContractPreview> {
    all.sort_by_key(|due| due.agreed().id);
    let mut shown: Vec<ContractPreview> = all.iter().map(nothing).collect();
    let mut open: Vec<usize> = (0..all.len()).collect();
    for _ in 0..MOST_PERIODS * all.len() {
        // As in the run, what waits for somebody takes nothing from the others.
        let turn = |at: &usize| (!is_due(all[*at].agreed(), house), all[*at].agreed().next_on, *at);
        let Some(at) = open.iter().copied().min_by_key(turn) else {
            break;
        };
        match invoice(store, house, &all, at, now) {
            Ok(Some((bills, invoice))) => {
                for (contract, draft, id) in bills {
                    if let Some(refusal) = all.iter_mut().find_map(|due| due.leave(&draft, id, house.today).err()) {
                        shown[at].stopped = Some(refusal.to_string());
                    }
                    let billed = all.iter_mut().find(|due| due.agreed().id == contract);
                    if let Some(refusal) = billed.and_then(|due| due.go_on(&draft, house).err()) {
                        shown[at].stopped = Some(refusal.to_string());
                        open.retain(|other| *other != at);
                    }
                }
                let first = invoice.contracts.first().copied();
                let with = shown.iter_mut().find(|shown| Some(shown.contract) == first);
                with.into_iter().for_each(|shown| shown.invoices.push(invoice.clone()));
            }
            Ok(None) => open.retain(|other| *other != at),
            Err(refusal) => {
                shown[at].stopped = Some(refusal.to_string());
                open.retain(|other| *other != at);
            }
        }
    }
    shown
}

fn nothing(due: &DueContract) -> ContractPreview {
    let Contract { id, number, client, .. } = due.agreed().clone();
    ContractPreview { contract: id, number, client, invoices: Vec::new(), stopped: None }
}

/// A draft of a contract that is on an invoice.
type Drawn = (ContractId, Draft, domain::ids::InvoiceId);

/// The next invoice with this contract, with the drafts that are on it; none when nothing is to be billed any more.
fn invoice(
    store: &TenantStore,
    house: &House,
    all: &[DueContract],
    at: usize,
    now: Timestamp,
) -> Result<Option<(Vec<Drawn>, InvoicePreview)>, Refusal> {
    let due = &all[at];
    let Some(draft) = bill(&due.facts(house)?, house.today)?.drafts.into_iter().next() else {
        return Ok(None);
    };
    let goes = due.agreed().state == ContractState::Active && due.agreed().parked.is_none();
    let alone = Bill { due: due.clone(), draft };
    let bills = if goes && alone.draft.holds.is_empty() && due.planned().is_none() {
        together(store, house, all, alone, now)?
    } else {
        vec![alone]
    };
    let id = invoice_of(store, &bills)?;
    let made = drafted_together(house, &bills, id, now)?;
    let shown = shown(house, &bills, made)?;
    Ok(Some((bills.into_iter().map(|bill| (bill.due.agreed().id, bill.draft, id)).collect(), shown)))
}

fn shown(house: &House, bills: &[Bill], made: Drafted) -> Result<InvoicePreview, Refusal> {
    let Drafted { invoice, lines } = made;
    let mut shown = InvoicePreview {
        contracts: bills.iter().map(|bill| bill.due.agreed().id).collect(),
        on: bills.first().map_or(house.today, |bill| bill.draft.on()),
        due_on: invoice.terms.due_on(house.today),
        currency: invoice.currency,
        lines,
        totals: invoice.totals,
        differences: Vec::new(),
        last_net: Some(Money::zero(invoice.currency)),
        last_is_whole: true,
        holds: Vec::new(),
    };
    for Bill { due, draft } in bills {
        let facts = due.facts(house)?;
        shown.differences.extend(differences(&facts, draft, due.taxing(house))?);
        let last = last_net(&facts, due.taxing(house))?;
        shown.last_net = shown.last_net.zip(last).map(|(sum, last)| sum.plus(last)).transpose()?;
        shown.last_is_whole &= facts.book.comparable.is_some();
        shown.holds.extend(draft.holds.iter().map(ToString::to_string));
    }
    Ok(shown)
}

/// What a contract's last bill over whole periods came to without taxes; before there was one, what its lines had on the last one.
fn last_net(facts: &Facts, taxing: Taxing<'_>) -> Result<Option<Money>, Refusal> {
    let book = &facts.book;
    if book.comparable.is_some() {
        return Ok(book.comparable_net.or(book.comparable));
    }
    let lines = facts.contract.lines.iter().filter_map(|line| booked(facts, line, taxing).transpose());
    let lines = lines.collect::<Result<Vec<Taxable>, Refusal>>()?;
    let nets = taxing.nets(&lines, facts.contract.currency)?;
    if nets.is_empty() { Ok(None) } else { Ok(Some(Money::sum(facts.contract.currency, nets)?)) }
}

/// What the last bill had of a line for its period, with the taxes that are inside its price.
fn booked(facts: &Facts, line: &Line, taxing: Taxing<'_>) -> Result<Option<Taxable>, Refusal> {
    let Some(last) = facts.book.lines.get(&line.id).and_then(|book| book.periods.last()) else { return Ok(None) };
    let on = last.period.to.yesterday().unwrap_or(last.period.to);
    let (amount, on) = (last.net.plus(last.top_up)?, taxing.day(&line.taxes, on));
    Ok(Some(Taxable { amount, taxes: line.taxes.clone(), on }))
}

/// What differs from the last bill, by line of the contract. Each line is taxed by itself and without its share of the
/// discounts on the invoice, so that one which stays as it was does not differ, whatever it is rounded or shares with.
fn differences(facts: &Facts, draft: &Draft, taxing: Taxing<'_>) -> Result<Vec<Difference>, Refusal> {
    let mut now: BTreeMap<LineId, Taxable> = BTreeMap::new();
    for line in &draft.lines {
        let Some(id) = line_of(line.origin) else { continue };
        let part = Taxable { amount: line.own, ..line.taxable() };
        match now.get_mut(&id) {
            Some(sum) => (sum.amount, sum.on) = (sum.amount.plus(part.amount)?, sum.on.max(part.on)),
            None => _ = now.insert(id, part),
        }
    }
    let mut found = Vec::new();
    for line in &facts.contract.lines {
        let last = booked(facts, line, taxing)?.map(|last| taxing.net(&last)).transpose()?;
        let now = now.get(&line.id).map(|now| taxing.net(now)).transpose()?;
        if last != now {
            found.push(Difference { line: line.id, text: line.text.clone(), last, now });
        }
    }
    Ok(found)
}
