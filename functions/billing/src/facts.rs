//! What a bill of a contract depends on, brought together from the store.

use std::collections::BTreeSet;

use domain::billing::bill::{Charge, Count, Facts, Runs};
use domain::billing::charges::ClientCharge;
use domain::billing::contract::{Contract, Followed, Line};
use domain::billing::settings::BillingSettings;
use futures::future::try_join_all;
use futures::try_join;
use jiff::civil::Date;
use runtime::Result;
use store::TenantStore;

/// What a bill of this contract depends on, as far as it is there: without time, which is priced apart, and without
/// approvals and what runs came to, which are for drafts of the run.
pub(crate) async fn facts(store: &TenantStore, contract: Contract, settings: &BillingSettings) -> Result<Facts> {
    let (book, usage, charges, blocks) = try_join!(
        store.contract_book(contract.id),
        store.open_usage(contract.id),
        store.open_charges(contract.client),
        store.all_blocks(contract.client)
    )?;
    let book = book.value.book;
    let from = book.counts_from(&contract);
    let counts = counts_of(store, &contract, from).await?;
    let usage = usage.into_iter().map(|record| record.value.usage).collect();
    let joins = |charge: &ClientCharge| {
        // What no contract bills is for the run to find out; what nobody can tax waits, and stops no bill.
        let waits = contract.open_account || !settings.can_tax(&charge.charge.taxes);
        let joins = charge.contract.map_or(!waits, |only| only == contract.id);
        joins && charge.currency == contract.currency
    };
    let charges = charges.into_iter().map(|charge| charge.value).filter(joins);
    let charges: Vec<Charge> = charges.map(|charge| charge.charge).collect();
    let (time, approvals) = (Vec::new(), Vec::new());
    let sold = blocks.iter().filter(|sold| sold.value.is_unbilled()).map(|sold| sold.value.clone()).collect();
    let blocks = blocks.into_iter().map(|sold| sold.value.block).collect();
    let (limits, runs) = (settings.limits, Runs::default());
    Ok(Facts { contract, book, counts, usage, time, charges, blocks, sold, approvals, limits, runs })
}

/// What a contract's lines count.
pub(crate) fn counted(contract: &Contract) -> BTreeSet<Followed> {
    contract.lines.iter().flat_map(Line::follows).collect()
}

/// What was counted of what a contract's lines count, from what held on a day on; all of it without one.
pub(crate) async fn counts_of(store: &TenantStore, contract: &Contract, from: Option<Date>) -> Result<Vec<Count>> {
    let counts = counted(contract).into_iter().map(|of| store.counts(contract.client, of, from));
    Ok(try_join_all(counts).await?.into_iter().flatten().collect())
}
