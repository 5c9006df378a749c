//! What the run would do with a contract: the same calls, and nothing is written.

use std::collections::BTreeMap;

use contract::bills::{ContractPreview, Difference, InvoicePreview};
use domain::billing::bill::{Draft, Facts, bill, line_of};
use domain::billing::contract::Contract;
use domain::error::Refusal;
use domain::ids::LineId;
use domain::money::Money;
use jiff::Timestamp;
use store::TenantStore;

use crate::due::DueContract;
use crate::house::House;
use crate::invoicing::drafted_alone;

/// What the run would do with a contract.
pub(crate) fn preview(store: &TenantStore, due: &DueContract, house: &House, now: Timestamp) -> ContractPreview {
    let Contract { id, number, client, .. } = due.agreed().clone();
    let mut shown = ContractPreview { contract: id, number, client, invoices: Vec::new(), stopped: None };
    if let Err(refusal) = invoices(store, due, house, now, &mut shown.invoices) {
        shown.stopped = Some(refusal.to_string());
    }
    shown
}

fn invoices(
    store: &TenantStore,
    due: &DueContract,
    house: &House,
    now: Timestamp,
    shown: &mut Vec<InvoicePreview>,
) -> Result<(), Refusal> {
    let mut facts = due.facts(house)?;
    for draft in bill(&facts, house.today)?.drafts {
        let made = drafted_alone(store, due, house, &draft, now)?;
        shown.push(InvoicePreview {
            on: draft.on(),
            due_on: draft.terms.due_on(house.today),
            currency: draft.currency,
            lines: made.lines,
            totals: made.invoice.totals,
            differences: differences(&facts, &draft)?,
            last_net: facts.book.comparable,
            holds: draft.holds.iter().map(ToString::to_string).collect(),
        });
        facts = facts.with(&draft, house.today);
    }
    Ok(())
}

/// What differs from the last bill, by line of the contract.
fn differences(facts: &Facts, draft: &Draft) -> Result<Vec<Difference>, Refusal> {
    let mut now: BTreeMap<LineId, Money> = BTreeMap::new();
    for line in &draft.lines {
        if let Some(id) = line_of(line.origin) {
            let sum = now.get(&id).copied().unwrap_or(Money::zero(draft.currency)).plus(line.net)?;
            now.insert(id, sum);
        }
    }
    let mut found = Vec::new();
    for line in &facts.contract.lines {
        let booked = facts.book.lines.get(&line.id).and_then(|book| book.periods.last());
        let last = booked.map(|booked| booked.net.plus(booked.top_up)).transpose()?;
        let now = now.get(&line.id).copied();
        if last != now {
            found.push(Difference { line: line.id, text: line.text.clone(), last, now });
        }
    }
    Ok(found)
}
