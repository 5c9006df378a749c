//! Discounts: less to pay, by a percentage or an amount, on a line or the whole invoice, for a time.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// A discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Discount {
    /// What the invoice calls it.
    pub name: String,
    /// How much.
    pub off: Off,
    /// The first day: a period that starts on it or later gets the discount.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// How long.
    pub term: Term,
}

/// How much less there is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Off {
    /// So many per cent.
    Percent {
        /// Above 0 and up to 100, with at most four decimal places.
        percent: Decimal,
    },
    /// So much a period, at most what there is to pay.
    Amount {
        /// Above zero.
        amount: Money,
    },
}

/// How long a discount holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Term {
    /// As long as what it is on.
    Forever {},
    /// Until a date.
    Until {
        /// A period that starts on this day or later gets it no more.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
    },
    /// For so many periods.
    Periods {
        /// From 1 on.
        count: u32,
    },
}

/// A line before its discounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Undiscounted<'a> {
    /// What the line costs.
    pub gross: Money,
    /// The most that the line may cost in its period, applied after percentages and before amounts.
    pub maximum: Option<Money>,
    /// The line's own discounts that hold for its period, in order.
    pub discounts: Vec<&'a Discount>,
    /// Whether the invoice's discounts are on this line as well; not on adjustments, which are net of them already.
    pub shares_invoice_discounts: bool,
}

/// A line after its discounts: `net = gross − over_maximum − the amounts of what was given`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Discounted {
    /// What the line costs without them.
    pub gross: Money,
    /// What the period's maximum takes off.
    pub over_maximum: Money,
    /// What each discount takes off, the line's own first.
    pub given: Vec<Given>,
    /// What is left: the base of taxes.
    pub net: Money,
}

/// What one discount takes off a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Given {
    /// What the invoice calls it.
    pub name: String,
    /// Whether it is the line's share of a discount on the invoice.
    pub of_invoice: bool,
    /// How much, above or equal to zero.
    pub amount: Money,
}
