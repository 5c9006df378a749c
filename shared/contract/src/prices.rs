//! The price book: what things are sold for, and what things and people cost.

use domain::access::Permission;
use domain::billing::reports::{CostRate, ListPrice, PriceBook};
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::need::Need;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Read the price book.
pub const GET: Route<NoPath, NoQuery, NoBody, PricesView> = Route::get("billing-get-prices", "/v1/prices")
    .summary("Read the price list, and what things and people cost")
    .permission(Permission::LedgerRead)
    .touches(&[Need::Get]);

/// Change the price book.
pub const CHANGE: Route<NoPath, NoQuery, PriceChanges, PricesView> =
    Route::patch("billing-change-prices", "/v1/prices")
        .summary("Change the price list and the cost rates; lists are replaced as a whole, contracts stay as they are")
        .permission(Permission::BillingManage)
        .touches(&[Need::Get]);

/// What to change of the price book; absent fields stay, lists are replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "prices": [
        {
            "name": "Managed workplace",
            "price": [{ "from": "2026-01-01", "value": "42.00" }, { "from": "2027-01-01", "value": "44.50" }],
            "cost": [{ "from": "2026-01-01", "value": "17.80" }],
        },
        { "name": "Backup", "price": [{ "from": "2026-01-01", "value": "9.90" }] },
    ],
    "costs": [
        { "per_hour": [{ "from": "2026-01-01", "value": "48.00" }] },
        { "role": "senior-engineer", "per_hour": [{ "from": "2026-01-01", "value": "66.00" }] },
    ],
}))]
pub struct PriceChanges {
    /// The price list from now on, for one and a month; a contract's line of the same text is one of these.
    #[schema(max_items = 500)]
    pub prices: Option<Vec<ListPrice>>,
    /// What an hour of work costs from now on, each with its past.
    #[schema(max_items = 500)]
    pub costs: Option<Vec<CostRate>>,
}

/// The price book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PricesView {
    /// Of every amount in it.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// The price list, for one and a month.
    pub prices: Vec<ListPrice>,
    /// What an hour of work costs.
    pub costs: Vec<CostRate>,
    /// When it last changed; absent as long as nobody has written it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<PriceBook> for PricesView {
    fn from(PriceBook { currency, prices, costs, updated_at }: PriceBook) -> Self {
        PricesView { currency, prices, costs, updated_at }
    }
}
