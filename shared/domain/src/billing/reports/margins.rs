//! What is left of revenue after what the work cost.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::codes::RoleCode;
use crate::billing::dated::{Dated, in_force};
use crate::billing::work::TimeEntry;
use crate::error::Refusal;
use crate::ids::UserId;
use crate::money::{Money, MoneyError};
use crate::zone::Zone;

/// What an hour of somebody's work costs the MSP. One for the person goes before one for the role, and that before one
/// that names neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CostRate {
    /// Only this person's work.
    #[serde(default)]
    pub person: Option<UserId>,
    /// Only work in this role.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// In major units an hour, each from a date on, in order.
    pub per_hour: Vec<Dated<Decimal>>,
}

/// What the hour of an entry costs on a day; none where nobody has said so.
pub fn cost_rate(rates: &[CostRate], entry: &TimeEntry, on: Date) -> Option<Decimal> {
    let fits = |rate: &&CostRate| {
        rate.person.is_none_or(|only| only == entry.person)
            && rate.role.as_ref().is_none_or(|only| entry.role.as_ref() == Some(only))
    };
    let known = rates.iter().filter(fits).filter_map(|rate| {
        let per_hour = in_force(&rate.per_hour, on)?;
        Some(((rate.person.is_some(), rate.role.is_some()), *per_hour))
    });
    known.max_by_key(|(precedence, _)| *precedence).map(|(_, per_hour)| per_hour)
}

/// What work cost, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Sixtieths of major units: minutes times the rate of an hour, exactly.
    sixtieths: Decimal,
    /// All minutes.
    pub minutes: u64,
    /// Minutes for which nobody has said what an hour costs. They are in no amount.
    pub minutes_without_rate: u64,
    /// Time entries of these.
    pub entries_without_rate: u32,
}

impl Cost {
    /// Adds an entry, at the rate of the day on which it began.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for more than can be computed.
    pub fn add(&mut self, entry: &TimeEntry, rates: &[CostRate], zone: &Zone) -> Result<(), Refusal> {
        self.minutes += u64::from(entry.minutes);
        match cost_rate(rates, entry, entry.day(zone)) {
            Some(per_hour) => {
                let cost = per_hour.checked_mul(entry.minutes.into()).ok_or(MoneyError::TooLarge)?;
                self.sixtieths = self.sixtieths.checked_add(cost).ok_or(MoneyError::TooLarge)?;
            }
            None => {
                self.minutes_without_rate += u64::from(entry.minutes);
                self.entries_without_rate += 1;
            }
        }
        Ok(())
    }

    /// What is known of it, rounded once.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for more than can be computed.
    pub fn known(&self, currency: Currency) -> Result<Money, Refusal> {
        Ok(Money::rounded(self.sixtieths / Decimal::from(60), currency)?)
    }
}

/// What is left with somebody: a client, a contract, a technician.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    /// What was earned, by currency; no two are added.
    pub revenue: Vec<Money>,
    /// What the work cost, as far as it is known.
    pub cost: Money,
    /// All minutes of work.
    pub minutes: u64,
    /// Minutes that are in no amount, because nobody has said what they cost.
    pub minutes_without_rate: u64,
    /// Time entries of these.
    pub entries_without_rate: u32,
    /// Revenue less cost, or why nobody can say.
    pub margin: Result<Money, NoMargin>,
}

/// Why there is no margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum NoMargin {
    /// What was earned and what the work cost are in two currencies or more.
    Currencies,
    /// Nobody has said what an hour of some of the work costs.
    CostRate,
    /// Some billable work has no price.
    Price,
    /// Of some work of the client nobody can say which contract it was for.
    Unattributed,
}

impl NoMargin {
    /// For people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Currencies => "Revenue and cost are not all in one currency, and no two are added.",
            Self::CostRate => "Nobody has said what an hour of some of this work costs.",
            Self::Price => "Some billable work has no rate, so nobody knows what it is worth.",
            Self::Unattributed => {
                "Some work for this client names no contract and is on no bill yet; it may be this one's."
            }
        }
    }
}

/// What is left: revenue by currency and what the work cost, in the currency of the cost rates.
///
/// # Errors
/// [`Refusal::Conflict`] for more than can be computed.
pub fn margin(revenue: &[Money], cost: Cost, costs_in: Currency) -> Result<Margin, Refusal> {
    let known = cost.known(costs_in)?;
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for amount in revenue {
        let sum = sums.entry(amount.currency().code()).or_insert(Money::zero(amount.currency()));
        *sum = sum.plus(*amount)?;
    }
    let revenue: Vec<Money> = sums.into_values().collect();
    let margin = match revenue.as_slice() {
        _ if cost.minutes_without_rate > 0 => Err(NoMargin::CostRate),
        [] => Ok(Money::zero(costs_in).minus(known)?),
        [one] if one.currency() == costs_in => Ok(one.minus(known)?),
        [one] if cost.minutes == 0 => Ok(*one),
        _ => Err(NoMargin::Currencies),
    };
    let Cost { minutes, minutes_without_rate, entries_without_rate, .. } = cost;
    Ok(Margin { revenue, cost: known, minutes, minutes_without_rate, entries_without_rate, margin })
}
