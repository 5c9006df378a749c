//! What a series counts: money, or people at work.

use std::fmt;

use iso_currency::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::minor;
use crate::money::Money;

/// The code of what is no money.
const PEOPLE: &str = "people";
/// Decimal places of people: of what is expected a tenth is more than anybody needs.
const TENTHS: u32 = 1;

/// What a series counts. It is kept as the currency that it is, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<Currency>", into = "Option<Currency>")]
pub enum Measure {
    /// Money a day, in minor units.
    Money(Currency),
    /// People a day. What several days are off adds up to people-days.
    People,
}

impl Measure {
    /// The ISO 4217 code, or `people`.
    pub fn code(self) -> &'static str {
        match self {
            Measure::Money(currency) => currency.code(),
            Measure::People => PEOPLE,
        }
    }

    /// What this code is of; `None` for what is neither.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == PEOPLE { Some(Measure::People) } else { Currency::from_code(code).map(Measure::Money) }
    }

    /// The currency; none of people.
    pub const fn currency(self) -> Option<Currency> {
        match self {
            Measure::Money(currency) => Some(currency),
            Measure::People => None,
        }
    }

    /// A statistic in the unit of the series' days, as what it is of: whole minor units, or tenths of people.
    pub fn amount(self, value: f64) -> Amount {
        match self {
            Measure::Money(currency) => Amount::Money(Money::new(minor(value), currency)),
            Measure::People => Amount::People(People::rounded(value)),
        }
    }

    /// What a day came to.
    pub fn day(self, minor: i64) -> Amount {
        match self {
            Measure::Money(currency) => Amount::Money(Money::new(minor, currency)),
            Measure::People => Amount::People(People { people: minor.into() }),
        }
    }

    /// The difference of a day or of many, in words.
    pub fn apart(self, value: f64) -> String {
        match self.amount(value) {
            Amount::Money(money) => money.to_string(),
            Amount::People(People { people }) => format!("{people} people-days"),
        }
    }
}

impl From<Option<Currency>> for Measure {
    fn from(currency: Option<Currency>) -> Self {
        currency.map_or(Measure::People, Measure::Money)
    }
}

impl From<Measure> for Option<Currency> {
    fn from(measure: Measure) -> Self {
        measure.currency()
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
}

impl Amount {
    /// The money, where it is some.
    pub const fn money(self) -> Option<Money> {
        match self {
            Amount::Money(money) => Some(money),
            Amount::People(_) => None,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Money(money) => money.fmt(f),
            Amount::People(People { people }) if *people == Decimal::ONE => f.write_str("1 person"),
            Amount::People(People { people }) => write!(f, "{people} people"),
        }
    }
}
