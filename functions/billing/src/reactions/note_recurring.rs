//! Note what a contract comes to month by month, and what its bills to come bring. It reads how the contract stands now
//! and moves the sums by what is different from what was noted, so that events in any order come to the same.

use std::collections::{BTreeMap, BTreeSet};

use contract::reports::NOTE_RECURRING;
use domain::billing::reports::{MONTHS_AHEAD, MONTHS_BACK, Month, expected, movements, steps};
use domain::billing::settings::BillingSettings;
use domain::events::Event;
use domain::ids::ContractId;
use futures::try_join;
use jiff::civil::Date;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::reports::{ClientRecurring, ContractRecurring, RecurringSums, Tally};
use store::{Commit, TenantStore};

use crate::facts::{counts_of, facts};

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(NOTE_RECURRING, note_recurring)
}

async fn note_recurring(cx: ReactionCx) -> Result<Commit> {
    match noted(&cx).await {
        // What is not there, or not any more, recurs no more.
        Err(runtime::Error::Store(store::Error::NotFound)) => Ok(cx.store.commit()),
        noted => noted,
    }
}

async fn noted(cx: &ReactionCx) -> Result<Commit> {
    let contracts: Vec<ContractId> = match cx.envelope.event {
        Event::ContractSigned { contract, .. }
        | Event::ContractAmended { contract, .. }
        | Event::ContractEnded { contract, .. } => vec![contract],
        Event::InvoiceDrafted { invoice, .. } | Event::InvoiceIssued { invoice, .. } => {
            cx.store.invoice(invoice).await?.value.invoice.billed.iter().map(|billed| billed.contract).collect()
        }
        _ => Vec::new(),
    };
    let Some(first) = contracts.first() else { return Ok(cx.store.commit()) };
    let (tenant, settings) = try_join!(cx.store.tenant_record(), cx.store.billing_settings())?;
    let (today, settings) = (tenant.value.zone.date(cx.now), settings.value);
    // The contracts of an invoice are of one client, in one currency.
    let first = cx.store.contract_root(*first).await?.value.contract;
    let before = cx.store.client_recurring(first.client, first.currency).await?;
    let mut after = before.value.clone();
    for contract in contracts {
        let was = before.value.contracts.get(&contract).cloned().unwrap_or_default();
        after.contracts.insert(contract, stands(&cx.store, contract, &was, &settings, today).await?);
    }
    if after == before.value {
        return Ok(cx.store.commit());
    }
    let moved = moved(&before.value, &after);
    Ok(cx.store.commit().update(&after, before.rev).tallies(&moved))
}

async fn stands(
    store: &TenantStore,
    contract: ContractId,
    was: &ContractRecurring,
    settings: &BillingSettings,
    today: Date,
) -> Result<ContractRecurring> {
    let (this, taxing) = (Month::of(today), settings.taxing(&[]));
    let (from, to) = (this.plus(-MONTHS_BACK), this.plus(MONTHS_AHEAD));
    let contract = store.contract(contract).await?.value.contract;
    let counts = counts_of(store, &contract, Some(from.period().from)).await?;
    let steps = steps(&contract, &counts, taxing, &was.steps, from, to)?;
    let facts = facts(store, contract, settings).await?;
    // What cannot be billed brings nothing until it is mended: the run parks it, with the reason.
    let mut expected = expected(&facts, taxing, to).unwrap_or_default();
    for months in [&mut expected.certain, &mut expected.likely] {
        months.retain(|month, _| *month > this);
    }
    Ok(ContractRecurring::new(steps, expected))
}

/// What the sums move by, month by month.
fn moved(before: &ClientRecurring, after: &ClientRecurring) -> Vec<Tally> {
    let (was, is) = (sums(before), sums(after));
    let months: BTreeSet<Month> = was.keys().chain(is.keys()).copied().collect();
    let by = |month: Month| {
        let of = |sums: &BTreeMap<Month, RecurringSums>| sums.get(&month).copied().unwrap_or_default();
        let (was, is) = (of(&was), of(&is));
        let movement = is.movement.less(was.movement);
        RecurringSums { movement, certain: is.certain - was.certain, likely: is.likely - was.likely }
    };
    let moved = months.into_iter().map(|month| (month, by(month)));
    let moved = moved.filter(|(_, by)| *by != RecurringSums::default());
    moved.map(|(month, by)| Tally::recurring(after.currency, month, by)).collect()
}

fn sums(client: &ClientRecurring) -> BTreeMap<Month, RecurringSums> {
    let contracts = || client.contracts.values();
    let mut sums: BTreeMap<Month, RecurringSums> = BTreeMap::new();
    for (month, movement) in movements(contracts().map(|contract| contract.steps.as_slice())) {
        sums.entry(month).or_default().movement = movement;
    }
    for contract in contracts() {
        for (month, minor) in &contract.certain {
            sums.entry(*month).or_default().certain += minor;
        }
        for (month, minor) in &contract.likely {
            sums.entry(*month).or_default().likely += minor;
        }
    }
    sums
}
