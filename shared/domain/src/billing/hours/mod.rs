//! Prepaid hours: blocks that are bought, and buckets that fill every month.
//!
//! - [`draw`]: what work draws on, and what is charged beyond it

pub mod draw;

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

pub use self::draw::{Alert, CoveredLine, Draw, Drawn, Prepaid, Source, cover};
use crate::billing::codes::WorkTypeCode;
use crate::billing::work::rates::HIGHEST_RATE;
use crate::error::Refusal;
use crate::ids::{BlockId, ClientId};
use crate::invalid::Check;
use crate::money::{Money, MoneyError};

/// Per cent of consumption at which somebody is told, each once (Atera, "Create a Block Hours contract": a notification
/// at 80 % and one at 95 %).
pub const ALERTS: [u8; 2] = [80, 95];

/// The unit of work and of prepaid hours on an invoice.
pub const HOUR: &str = "hour";
/// Longest block and fullest bucket, in minutes: ten thousand hours.
pub const MOST_MINUTES: u32 = 600_000;
/// Longest rollover, in months.
pub const MOST_MONTHS: u8 = 36;
/// Most kinds of work that a block or a bucket can be limited to.
pub const MOST_WORK_TYPES: usize = 50;

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
    /// The first day on which it is gone; with a cap the end of its month, when some of it may be.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub expires_on: Date,
    /// Minutes left.
    pub left: Decimal,
}

/// Whether so many minutes are a share of all that there are.
pub(in crate::billing) fn reaches(used: Decimal, of: Decimal, percent: u8) -> bool {
    of > Decimal::ZERO && used * Decimal::ONE_HUNDRED >= of * Decimal::from(percent)
}

/// The highest of [`ALERTS`] that so many minutes of all that there are reach; none below the first.
pub fn reached(used: Decimal, of: Decimal) -> Option<u8> {
    ALERTS.into_iter().filter(|percent| reaches(used, of, *percent)).max()
}

/// Minutes as hours and minutes, as people read them: `0:07`. A part of a minute, which a factor can leave, is rounded.
pub fn on_the_clock(minutes: Decimal) -> String {
    let minutes = minutes.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).normalize();
    let (hours, rest) = (minutes.abs() / Decimal::from(60), minutes.abs() % Decimal::from(60));
    let sign = if minutes.is_sign_negative() { "-" } else { "" };
    format!("{sign}{}:{:0>2}", hours.trunc(), rest.normalize().to_string())
}

impl Block {
    /// Minutes that are left in it, whether it still serves or not.
    pub fn left(&self) -> Decimal {
        (Decimal::from(self.minutes) - self.used).max(Decimal::ZERO)
    }

    /// Whether work on this day may draw on it.
    pub fn serves(&self, on: Date) -> bool {
        self.bought_on <= on && self.expires_on.is_none_or(|end| on < end)
    }

    /// How much of its price is earned on a day: its share of what was drawn, rounded once, and all of it from the day on
    /// which the rest expires. What a draw earns is the difference, so that all of them add up to the price.
    ///
    /// # Errors
    /// Too much.
    pub fn earned(&self, on: Date) -> Result<Money, MoneyError> {
        let over = self.expires_on.is_some_and(|end| end <= on) || self.left().is_zero();
        if over {
            return Ok(self.price);
        }
        let product = self.price.major().checked_mul(self.used);
        let exact = product.and_then(|product| product.checked_div(Decimal::from(self.minutes)));
        Money::rounded(exact.ok_or(MoneyError::TooLarge)?, self.price.currency())
    }

    /// The rules for a block that is sold.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        let minutes = (1..=MOST_MINUTES).contains(&self.minutes);
        check.that(minutes, "/minutes", "out_of_range", "must be from 1 to 600000 minutes (ten thousand hours)");
        check.that(!self.price.is_negative(), "/price", "out_of_range", "must not be below zero");
        let ends_later = self.expires_on.is_none_or(|end| end > self.bought_on);
        check.that(ends_later, "/expires_on", "empty", "must be after the day on which it is bought");
        check.count("/work_types", self.work_types.len(), MOST_WORK_TYPES);
        check.done()
    }
}

impl BucketTerms {
    /// The bucket in its first month, `[from, to)`: all of its minutes, however late in the month it is joined.
    pub fn first(&self, from: Date, to: Date) -> Bucket {
        self.with(from, to, Vec::new())
    }

    /// The bucket in the next month, until `to`, with what rolls over.
    pub fn next(&self, bucket: &Bucket, to: Date) -> Bucket {
        let from = bucket.to;
        let mut carried = match self.rollover {
            Rollover::None {} => Vec::new(),
            Rollover::Months { .. } => bucket.layers.iter().filter(|layer| layer.expires_on > from).cloned().collect(),
            Rollover::Capped { minutes } => {
                let left = bucket.left().min(Decimal::from(minutes));
                vec![Layer { expires_on: to, left }]
            }
        };
        carried.retain(|layer| layer.left > Decimal::ZERO);
        self.with(from, to, carried)
    }

    fn with(&self, from: Date, to: Date, mut layers: Vec<Layer>) -> Bucket {
        let expires_on = match self.rollover {
            Rollover::None {} | Rollover::Capped { .. } => to,
            Rollover::Months { months } => to.saturating_add(Span::new().months(i32::from(months))),
        };
        layers.push(Layer { expires_on, left: Decimal::from(self.minutes) });
        let available = layers.iter().map(|layer| layer.left).sum();
        Bucket { from, to, layers, available, used: Decimal::ZERO, alerted: Vec::new() }
    }

    /// The rules for a contract's bucket.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        let minutes = (1..=MOST_MINUTES).contains(&self.minutes);
        check.that(minutes, "/minutes", "out_of_range", "must be from 1 to 600000 minutes (ten thousand hours)");
        match self.rollover {
            Rollover::None {} => {}
            Rollover::Months { months } => {
                let in_range = (1..=MOST_MONTHS).contains(&months);
                check.that(in_range, "/rollover/months", "out_of_range", "must be from 1 to 36 months");
            }
            Rollover::Capped { minutes } => {
                let in_range = (1..=MOST_MINUTES).contains(&minutes);
                check.that(in_range, "/rollover/minutes", "out_of_range", "must be from 1 to 600000 minutes");
            }
        }
        let rate = self.overage_per_hour.is_none_or(|rate| rate >= Decimal::ZERO && rate <= HIGHEST_RATE);
        check.that(rate, "/overage_per_hour", "out_of_range", "must be from 0 to 1000000 an hour");
        check.count("/work_types", self.work_types.len(), MOST_WORK_TYPES);
        check.done()
    }
}

impl Bucket {
    /// Minutes that are left this month.
    pub fn left(&self) -> Decimal {
        self.layers.iter().map(|layer| layer.left).sum()
    }

    fn take(&mut self, layer: usize, wanted: Decimal) -> Decimal {
        let Some(layer) = self.layers.get_mut(layer) else { return Decimal::ZERO };
        let taken = wanted.min(layer.left);
        layer.left -= taken;
        self.used += taken;
        taken
    }

    /// Back into the layer that lasts longest: the client is never worse off than before.
    pub(in crate::billing) fn give_back(&mut self, minutes: Decimal) {
        let minutes = minutes.min(self.used);
        self.used -= minutes;
        if let Some(layer) = self.layers.last_mut() {
            layer.left += minutes;
        }
    }
}
