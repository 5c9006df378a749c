//! Prepaid hours: blocks that are bought, and buckets that fill every month.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::codes::WorkTypeCode;
use crate::ids::{BlockId, ClientId};
use crate::money::Money;

/// Per cent of consumption at which somebody is told, each once (Atera, "Create a Block Hours contract": a notification
/// at 80 % and one at 95 %).
pub const ALERTS: [u8; 2] = [80, 95];

/// A block of prepaid hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Block {
    /// Which block.
    pub id: BlockId,
    /// Whose.
    pub client: ClientId,
    /// How many minutes were bought.
    pub minutes: u32,
    /// What the whole block costs.
    pub price: Money,
    /// Work from this day on draws on it.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub bought_on: Date,
    /// Work from this day on draws on it no more; none for a block that never expires.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub expires_on: Option<Date>,
    /// Which kinds of work draw on it; empty for all.
    #[serde(default)]
    pub work_types: Vec<WorkTypeCode>,
    /// Minutes drawn, after factors, so not always whole.
    pub used: Decimal,
    /// Which of [`ALERTS`] somebody was told of.
    #[serde(default)]
    pub alerted: Vec<u8>,
}

/// What a contract includes every month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BucketTerms {
    /// Minutes a month. Never prorated: a month that is joined late has all of them.
    pub minutes: u32,
    /// What happens to what is left at the end of a month.
    pub rollover: Rollover,
    /// In major units an hour, for work beyond the bucket, before factors; none charges the rate card's rate.
    #[serde(default)]
    pub overage_per_hour: Option<Decimal>,
    /// Which kinds of work draw on it; empty for all.
    #[serde(default)]
    pub work_types: Vec<WorkTypeCode>,
}

/// What happens to what is left of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Rollover {
    /// It is lost.
    None {},
    /// It is good for so many months more.
    Months {
        /// From 1 to 36.
        months: u8,
    },
    /// It stays, up to so many minutes in all.
    Capped {
        /// At most so many minutes go on to the next month.
        minutes: u32,
    },
}

/// A bucket in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Bucket {
    /// The first day of its month.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The first day of the next.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub to: Date,
    /// What is left, oldest first; the last is this month's own.
    pub layers: Vec<Layer>,
    /// Minutes that there were when the month began.
    pub available: Decimal,
    /// Minutes drawn in this month.
    pub used: Decimal,
    /// Which of [`ALERTS`] somebody was told of in this month.
    #[serde(default)]
    pub alerted: Vec<u8>,
}

/// What is left of one month's minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Layer {
    /// The first day on which it is gone; with a cap the end of the month, when some of it may be.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub expires_on: Date,
    /// Minutes left.
    pub left: Decimal,
}
