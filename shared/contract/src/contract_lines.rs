//! Lines of contracts as they are asked for.

use domain::billing::codes::TaxCode;
use domain::billing::contract::{BlockTerms, LineKind, Quantity, Timing};
use domain::billing::discounts::Discount;
use domain::billing::hours::BucketTerms;
use domain::billing::pricing::Price;
use domain::billing::proration::Proration;
use domain::ids::LineId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a contract to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The id of a line that the proposal has; absent for a new one.
    #[serde(default)]
    pub id: Option<LineId>,
    /// What the invoice says.
    #[schema(min_length = 1, max_length = 500)]
    pub text: String,
    /// What kind of thing is billed.
    pub kind: LineKind,
    /// Whether a period is billed when it starts or when it has ended. Usage and time are always in arrears.
    pub timing: Timing,
    /// Its price in a period, from its first day on; absent for time, whose prices are the rate card's.
    #[serde(default)]
    pub price: Option<Price>,
    /// How many, from its first day on; absent for usage and time, where it is what was used.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    /// What is counted, for the invoice: `seat`, `GB`.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub unit: Option<String>,
    /// The first local date that is billed; the contract's first day, or that of the amendment, when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The first local date that is not billed any more; as long as the contract when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// How parts of a period are billed; as the contract says when absent.
    #[serde(default)]
    pub proration: Option<Proration>,
    /// The taxes on it, in order.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub taxes: Vec<TaxCode>,
    /// Its own discounts.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<Discount>,
    /// The hours that each period buys; for blocks only.
    #[serde(default)]
    pub block: Option<BlockTerms>,
    /// The hours that each month includes; for fixed lines only.
    #[serde(default)]
    pub bucket: Option<BucketTerms>,
}
