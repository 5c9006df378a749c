//! What a series counts: money, people at work, or series of a source.

use std::fmt;

use iso_currency::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::minor;
use crate::money::Money;

/// The codes of what is no money.
const PEOPLE: &str = "people";
const SERIES: &str = "series";
/// Decimal places of people: of what is expected a tenth is more than anybody needs.
const TENTHS: u32 = 1;

/// How far an excess may be from another one and still be like it, in percent of that one.
const ALIKE_PERCENT: i64 = 25;

/// How many times as large as it was answered an anomaly has become another one.
const OUTGROWN: i64 = 2;

/// What a series counts. It is kept as its code, of people as none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub enum Measure {
    /// Money a day, in minor units.
    Money(Currency),
    /// People a day. What several days are off adds up to people-days.
    People,
    /// Series of a source with a cost on a day: of the one series that a source of files is itself.
    Series,
}

impl Measure {
    /// The ISO 4217 code, `people` or `series`.
    pub fn code(self) -> &'static str {
        match self {
            Measure::Money(currency) => currency.code(),
            Measure::People => PEOPLE,
            Measure::Series => SERIES,
        }
    }

    /// What this code is of; `None` for what is none of them.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            PEOPLE => Some(Measure::People),
            SERIES => Some(Measure::Series),
            code => Currency::from_code(code).map(Measure::Money),
        }
    }

    /// The currency; none of what is no money.
    pub const fn currency(self) -> Option<Currency> {
        match self {
            Measure::Money(currency) => Some(currency),
            Measure::People | Measure::Series => None,
        }
    }

    /// A statistic in the unit of the series' days, as what it is of: whole minor units, tenths of people, whole series.
    pub fn amount(self, value: f64) -> Amount {
        match self {
            Measure::Money(currency) => Amount::Money(Money::new(minor(value), currency)),
            Measure::People => Amount::People(People::rounded(value)),
            Measure::Series => Amount::Series(SeriesCount { series: minor(value) }),
        }
    }

    /// What a day came to.
    pub fn day(self, minor: i64) -> Amount {
        match self {
            Measure::Money(currency) => Amount::Money(Money::new(minor, currency)),
            Measure::People => Amount::People(People { people: minor.into() }),
            Measure::Series => Amount::Series(SeriesCount { series: minor }),
        }
    }

    /// The difference of a day or of many, in words.
    pub fn apart(self, value: f64) -> String {
        match self.amount(value) {
            Amount::Money(money) => money.to_string(),
            Amount::People(People { people }) => format!("{people} people-days"),
            Amount::Series(count) => count.to_string(),
        }
    }
}

impl TryFrom<Option<String>> for Measure {
    type Error = String;

    fn try_from(code: Option<String>) -> Result<Self, String> {
        let Some(code) = code else { return Ok(Measure::People) };
        Measure::from_code(&code).ok_or_else(|| format!("no measure {code}"))
    }
}

impl From<Measure> for Option<String> {
    fn from(measure: Measure) -> Self {
        Some(measure.code()).filter(|_| measure != Measure::People).map(str::to_owned)
    }
}

/// So many people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct People {
    /// How many, in tenths; of what several days are off, people-days.
    #[cfg_attr(feature = "schema", schema(example = "12.5"))]
    pub people: Decimal,
}

impl People {
    fn rounded(value: f64) -> Self {
        let people = Decimal::try_from(value).unwrap_or_default();
        let people = people.round_dp_with_strategy(TENTHS, RoundingStrategy::MidpointAwayFromZero).normalize();
        People { people }
    }
}

/// So many series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SeriesCount {
    /// How many.
    #[cfg_attr(feature = "schema", schema(example = 9))]
    pub series: i64,
}

impl fmt::Display for SeriesCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} series", self.series)
    }
}

/// How much a series has, as it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = SeriesAmount))]
pub enum Amount {
    /// Of a series of costs.
    Money(Money),
    /// Of a series of use.
    People(People),
    /// Of a source of files itself: how many of its series have a cost.
    Series(SeriesCount),
}

impl Amount {
    /// The money, where it is some.
    pub const fn money(self) -> Option<Money> {
        match self {
            Amount::Money(money) => Some(money),
            Amount::People(_) | Amount::Series(_) => None,
        }
    }

    /// Whether it is like another excess: on the same side, and within [`ALIKE_PERCENT`] of it. Nothing is like nothing, and
    /// neither is what is no amount: of a silent source nobody knows what it comes to.
    pub fn is_like(self, other: Self) -> bool {
        let Some((one, other)) = self.beside(other) else { return false };
        let within = other.abs() * Decimal::from(ALIKE_PERCENT) / Decimal::ONE_HUNDRED;
        !other.is_zero() && (one - other).abs() <= within
    }

    /// Whether it is on the same side as another excess.
    pub fn is_beside(self, other: Self) -> bool {
        let numbers = self.beside(other);
        numbers.is_some_and(|(one, other)| {
            !one.is_zero() && !other.is_zero() && one.is_sign_negative() == other.is_sign_negative()
        })
    }

    /// Whether it is on the same side as another excess, and less.
    pub fn is_less_than(self, other: Self) -> bool {
        let less = self.beside(other).is_some_and(|(one, other)| one.abs() < other.abs());
        less && self.is_beside(other)
    }

    /// Whether it is [`OUTGROWN`] times another excess or more, on either side.
    pub fn has_outgrown(self, other: Self) -> bool {
        let beside = self.beside(other);
        beside.is_some_and(|(one, other)| !one.is_zero() && one.abs() >= other.abs() * Decimal::from(OUTGROWN))
    }

    /// Both as numbers, where they are of the same.
    fn beside(self, other: Self) -> Option<(Decimal, Decimal)> {
        match (self, other) {
            (Amount::Money(one), Amount::Money(other)) => {
                (one.currency() == other.currency()).then(|| (one.minor().into(), other.minor().into()))
            }
            (Amount::People(one), Amount::People(other)) => Some((one.people, other.people)),
            _ => None,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Money(money) => money.fmt(f),
            Amount::People(People { people }) if *people == Decimal::ONE => f.write_str("1 person"),
            Amount::People(People { people }) => write!(f, "{people} people"),
            Amount::Series(count) => count.fmt(f),
        }
    }
}
