//! The book of rates: kinds of work, and what an hour of each costs.

use domain::access::Permission;
use domain::billing::work::{AfterHours, Rate, RateBook, RateCard, Rounding, WorkType};
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::need::Need;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Read the rates.
pub const GET: Route<NoPath, NoQuery, NoBody, RatesView> = Route::get("work-get-rates", "/v1/rates")
    .summary("Read the kinds of work and what an hour of each costs")
    .permission(Permission::TimeRead)
    .touches(&[Need::Get]);

/// Change the rates.
pub const CHANGE: Route<NoPath, NoQuery, RateChanges, RatesView> = Route::patch("work-change-rates", "/v1/rates")
    .summary("Change the rates; lists are replaced as a whole, what is billed already stays as it is")
    .permission(Permission::TimeManage)
    .touches(&[Need::Get]);

/// What to change of the rates; absent fields stay, lists are replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "work_types": [
        { "code": "remote", "name": "Remote work", "billable": true },
        { "code": "on-site", "name": "Work on site", "billable": true, "rounding": { "step_minutes": 30, "minimum_minutes": 60 } },
        { "code": "internal", "name": "Internal", "billable": false },
    ],
    "rates": [
        { "per_hour": [{ "from": "2025-01-01", "value": "92.00" }, { "from": "2026-01-01", "value": "96.00" }] },
        { "work_type": "on-site", "per_hour": [{ "from": "2025-01-01", "value": "118.00" }] },
        { "role": "senior-engineer", "per_hour": [{ "from": "2025-01-01", "value": "140.00" }] },
    ],
    "rounding": { "step_minutes": 15, "minimum_minutes": 15 },
    "after_hours": { "outside": "1.5", "holiday": "2" },
}))]
pub struct RateChanges {
    /// The rates from now on, each with its past.
    #[schema(max_items = 500)]
    pub rates: Option<Vec<Rate>>,
    /// Other rounding of minutes.
    pub rounding: Option<Rounding>,
    /// Other factors outside business hours.
    pub after_hours: Option<AfterHours>,
    /// The kinds of work from now on; those that are there stay.
    #[schema(max_items = 100)]
    pub work_types: Option<Vec<WorkType>>,
}

/// The rates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatesView {
    /// The tenant's, of every rate.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// What an hour costs. Of several that fit, one for the contract holds, then for the person, the role, the kind of
    /// work.
    pub rates: Vec<Rate>,
    /// How minutes are rounded, unless the kind of work says otherwise.
    pub rounding: Rounding,
    /// Factors outside business hours, unless the kind of work says otherwise.
    pub after_hours: AfterHours,
    /// The kinds of work.
    pub work_types: Vec<WorkType>,
    /// When they last changed; none as long as nobody has set them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<RateBook> for RatesView {
    fn from(book: RateBook) -> Self {
        let RateBook { card: RateCard { currency, rates, rounding, after_hours }, work_types, updated_at } = book;
        RatesView { currency, rates, rounding, after_hours, work_types, updated_at }
    }
}
