//! How Nordlicht IT bills: one tax, invoices issued at once, its rates, its price list and what things cost it; what its
//! letters look like, and where they go.

use domain::billing::client::{self, ClientBilling, ClientBillingChanges};
use domain::billing::documents::settings::{self as documents, DocumentChanges, DocumentSettings};
use domain::billing::reports::{PriceBook, PriceBookChanges};
use domain::billing::settings::{self, BillingChanges, BillingSettings, IssueMode};
use domain::billing::work::{RateBook, RateChanges, WorkType, book};
use jiff::Timestamp;
use runtime::Result;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Commit;
use store::books::LedgerCheck;

use crate::demo::clients::accounts;
use crate::demo::house::House;
use crate::demo::save::Batch;
use crate::demo::{known, wrong};

/// The first day of all prices and rates.
const FROM: &str = "2024-01-01";

fn told<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(wrong)
}

fn dated(value: &str) -> Value {
    json!([{ "from": FROM, "value": value }])
}

/// Writes them.
pub(super) async fn write(batch: &mut Batch<'_>, house: &House, now: Timestamp) -> Result<()> {
    let since = house.tenant.created_at;
    let taxes =
        told(json!([{ "code": "vat", "name": "VAT", "percent": dated("19"), "compound": false, "inclusive": false }]))?;
    let changes = BillingChanges { taxes: Some(taxes), issue: Some(IssueMode::AtOnce), ..BillingChanges::default() };
    let billing = settings::change(&BillingSettings::default(), changes, since)?;
    let rates = told(json!([
        { "per_hour": dated("96.00") },
        { "work_type": "on-site", "per_hour": dated("118.00") },
    ]))?;
    let start = RateBook::new(house.tenant.currency);
    let taxed = |work_type: &WorkType| WorkType { taxes: vec![known("vat")], ..work_type.clone() };
    let work_types = Some(start.work_types.iter().map(taxed).collect());
    let changes = RateChanges { rates: Some(rates), work_types, ..RateChanges::default() };
    let rates = book::change(&start, changes, &billing, since)?;
    let prices = told(json!([
        { "name": "Managed workplace", "price": dated("42.00"), "cost": dated("37.50") },
        { "name": "Managed server", "price": dated("149.00"), "cost": dated("61.00") },
        { "name": "Managed firewall", "price": dated("79.00") },
        { "name": "Operations centre, 24/7", "price": dated("7200.00"), "cost": dated("5100.00") },
        { "name": "Security monitoring", "price": dated("3200.00"), "cost": dated("1450.00") },
    ]))?;
    // Of those who joined last nobody has said what an hour of theirs costs.
    let told_of = house.users.iter().skip(1).take(6);
    let costs: Vec<Value> = told_of.map(|user| json!({ "person": user.id, "per_hour": dated("46.00") })).collect();
    let changes = PriceBookChanges { prices: Some(prices), costs: Some(told(costs.into())?) };
    let prices = PriceBook::new(house.tenant.currency).change(changes, since)?;
    let letterhead = told(json!({
        "name": "Nordlicht IT GmbH",
        "address": "Speicherstraße 7\n20457 Hamburg\nGermany",
        "tax_id": "DE123456789",
        "contact": "+49 40 555 70\nbilling@nordlicht.example",
        "payment": "IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001\nPlease name the number of the invoice.",
        "footer": "Nordlicht IT GmbH, Amtsgericht Hamburg, HRB 12345\nManaging director: Anna Schmidt",
    }))?;
    let changes = DocumentChanges { letterhead: Some(letterhead), ..DocumentChanges::default() };
    let documents = documents::change(&DocumentSettings::default(), changes, &billing, since)?;
    let check = LedgerCheck::first(now);
    let all = |commit: Commit| commit.create(&billing).create(&rates).create(&prices).create(&documents).create(&check);
    batch.add(5, all).await?;
    for client in &house.clients {
        let site = client.sites.first().and_then(|site| site.address.as_deref()).unwrap_or_default();
        let address = format!("{}\n{}", client.name, site.replacen(", ", "\n", 1));
        let changes = ClientBillingChanges {
            emails: Some(vec![accounts(client.id)]),
            address: Some(Some(address)),
            ..ClientBillingChanges::default()
        };
        let client = client::change(&ClientBilling::new(client.id), changes, &billing, since)?;
        batch.add(1, |commit| commit.create(&client)).await?;
    }
    Ok(())
}
