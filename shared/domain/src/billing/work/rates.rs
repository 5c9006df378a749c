//! Rates: what an hour of somebody's work costs.

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::codes::{RoleCode, TaxCode, WorkTypeCode};
use crate::billing::dated::Dated;
use crate::ids::{ContractId, UserId};

/// More rates than this on one card are a mistake, and would not fit its item.
pub const MOST_RATES: usize = 500;
/// Longest name of a kind of work.
pub const LONGEST_NAME: usize = 120;
/// Longest step and minimum, in minutes: a whole day.
pub const LONGEST_STEP: u32 = 24 * 60;
/// Most decimal places of a rate and of a factor.
pub const MOST_PLACES: u32 = 6;
/// Highest factor; more is a slip of the decimal point.
pub const HIGHEST_FACTOR: Decimal = Decimal::from_parts(10, 0, 0, false, 0);
/// Highest rate, in major units an hour.
pub const HIGHEST_RATE: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// A kind of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WorkType {
    /// How entries and rates name it.
    pub code: WorkTypeCode,
    /// Its name on the invoice.
    pub name: String,
    /// Whether new entries of this kind are billable, unless said otherwise.
    pub billable: bool,
    /// The taxes on it.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
    /// Its own rounding, in place of the card's.
    #[serde(default)]
    pub rounding: Option<Rounding>,
    /// Its own factors, in place of the card's; a factor of 1 charges the same at any hour.
    #[serde(default)]
    pub after_hours: Option<AfterHours>,
}

/// What an hour costs, and how minutes count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RateCard {
    /// ISO 4217; of every rate on the card.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "EUR"))]
    pub currency: Currency,
    /// The rates, in any order; no two for the same.
    pub rates: Vec<Rate>,
    /// How minutes are rounded, unless the kind of work says otherwise.
    pub rounding: Rounding,
    /// Factors outside business hours, unless the kind of work says otherwise.
    pub after_hours: AfterHours,
}

/// The price of an hour for what it names; what it does not name may be anything.
///
/// Which one holds, when several do: one for the **contract** before one that names none; then one for the **person**;
/// then one for the **role**; then one for the **kind of work**; the rate that names nothing comes last. So a rate for
/// contract and kind of work goes before one for the contract alone, and that before one for person, role and kind of
/// work together. A rate that does not hold on the day of the work is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rate {
    /// Only under this contract.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// Only for this person's work.
    #[serde(default)]
    pub person: Option<UserId>,
    /// Only for work in this role.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// Only for this kind of work.
    #[serde(default)]
    pub work_type: Option<WorkTypeCode>,
    /// In major units an hour, each from a date on, in order. Zero is a price, and is charged as such.
    pub per_hour: Vec<Dated<Decimal>>,
    /// The first day on which it holds no more.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

/// Rounding of an entry's minutes, always up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rounding {
    /// Up to a multiple of this; 1 leaves minutes as they are.
    pub step_minutes: u32,
    /// At least so many, before they are rounded to the step; 0 for none.
    pub minimum_minutes: u32,
}

/// What time outside business hours costs, as a factor of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AfterHours {
    /// Outside the calendar's windows, on days that are no holidays.
    pub outside: Decimal,
    /// On the calendar's holidays, all day.
    pub holiday: Decimal,
}
