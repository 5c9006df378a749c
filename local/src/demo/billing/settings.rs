//! How Nordlicht IT bills: one tax, invoices issued at once, its rates, its price list and what things cost it.

use domain::billing::reports::{PriceBook, PriceBookChanges};
use domain::billing::settings::{self, BillingChanges, BillingSettings, IssueMode};
use domain::billing::work::{RateBook, RateChanges, book};
use jiff::Timestamp;
use runtime::Result;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::books::LedgerCheck;

use crate::demo::house::House;
use crate::demo::save::Batch;
use crate::demo::wrong;

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
    let changes = RateChanges { rates: Some(rates), ..RateChanges::default() };
    let rates = book::change(&RateBook::new(house.tenant.currency), changes, &billing, since)?;
    let prices = told(json!([
        { "name": "Managed workplace", "price": dated("42.00"), "cost": dated("37.50") },
        { "name": "Managed server", "price": dated("149.00"), "cost": dated("61.00") },
        { "name": "Managed firewall", "price": dated("79.00") },
        { "name": "Operations centre, 24/7", "price": dated("7200.00"), "cost": dated("5100.00") },
        { "name": "Security monitoring", "price": dated("3200.00"), "cost": dated("1450.00") },
    ]))?;
    // Of those who joined last nobody has said what an hour of theirs costs.
    let known = house.users.iter().skip(1).take(6);
    let costs: Vec<Value> = known.map(|user| json!({ "person": user.id, "per_hour": dated("46.00") })).collect();
    let changes = PriceBookChanges { prices: Some(prices), costs: Some(told(costs.into())?) };
    let prices = PriceBook::new(house.tenant.currency).change(changes, since)?;
    let check = LedgerCheck::first(now);
    batch.add(4, |commit| commit.create(&billing).create(&rates).create(&prices).create(&check)).await
}
