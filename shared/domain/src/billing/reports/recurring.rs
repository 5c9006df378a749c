//! Monthly recurring revenue, and how it moves from month to month.
//!
//! It is taken on the last day of each month: what the lines of a contract that recur cost in a whole period at that
//! day's prices and quantities ([`standing`]), after discounts and before taxes. How a client's sum moves says what it
//! is: *new* where the client had none, *churn* where none is left, *expansion* and *contraction* in between
//! (ChartMogul, "MRR movement definitions"; a client that comes back is new here). So for each client, and so for all,
//! opening + new + expansion − contraction − churn = closing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::billing::bill::{Count, standing};
use crate::billing::contract::{Contract, ContractState};
use crate::billing::cycle::{Cycle, Schedule};
use crate::billing::taxes::Taxing;
use crate::error::Refusal;
use crate::money::Money;

/// How many months before the present one are reckoned again; what was noted of earlier ones stays.
pub const MONTHS_BACK: i32 = 24;
/// How many months ahead are reckoned: a contract that is billed once a year is looked at once a year.
pub const MONTHS_AHEAD: i32 = 25;

/// What a contract comes to in a year and in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurring {
    /// The lines' periods, times the periods of a year: 52 weeks, 12 months, 4 quarters, 2 halves, or the year itself.
    pub annual: Money,
    /// A twelfth of it, rounded half away from zero.
    pub monthly: Money,
    /// What twelve of these lack to the year; less than a minor unit a month, and negative where they are over it.
    pub remainder: Money,
}

/// How many periods make a year. A year has 52 weeks here, so that a week's price and the year's are whole multiples.
pub const fn periods_a_year(cycle: Cycle) -> i64 {
    match cycle {
        Cycle::Weekly => 52,
        Cycle::Monthly => 12,
        Cycle::Quarterly => 4,
        Cycle::SemiAnnual => 2,
        Cycle::Annual => 1,
    }
}

/// An amount of a year as one of a month, with what is left over.
///
/// # Errors
/// [`Refusal::Conflict`] for more than can be computed.
pub fn a_month_of(annual: Money) -> Result<Recurring, Refusal> {
    let monthly = Money::rounded(annual.major() / Decimal::from(12), annual.currency())?;
    let remainder = annual.minus(monthly.times(Decimal::from(12))?)?;
    Ok(Recurring { annual, monthly, remainder })
}

/// What a contract comes to on a day, without taxes. A proposal comes to nothing; a contract that renews by itself goes on after its
/// term until notice is given.
///
/// # Errors
/// As [`standing`].
pub fn recurring(contract: &Contract, counts: &[Count], taxing: Taxing<'_>, on: Date) -> Result<Recurring, Refusal> {
    if contract.state == ContractState::Draft {
        return a_month_of(Money::zero(contract.currency));
    }
    let goes_on = contract.renews();
    let schedule = Schedule { ends_on: contract.schedule.ends_on.filter(|_| !goes_on), ..contract.schedule };
    let contract = Contract { schedule, ..contract.clone() };
    let lines = standing(&contract, counts, taxing, on)?;
    let period = Money::sum(contract.currency, lines.into_iter().map(|line| line.net))?;
    a_month_of(period.times(periods_a_year(contract.schedule.cycle).into())?)
}

/// From a month on, a contract comes to so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// From the last day of this month on.
    pub from: Month,
    /// Minor units a month.
    pub monthly: i64,
}

/// What a contract comes to, month by month, where it changes. Months before `from` are as they were noted.
///
/// # Errors
/// As [`recurring`].
pub fn steps(
    contract: &Contract,
    counts: &[Count],
    taxing: Taxing<'_>,
    noted: &[Step],
    from: Month,
    to: Month,
) -> Result<Vec<Step>, Refusal> {
    let mut steps: Vec<Step> = noted.iter().filter(|step| step.from < from).copied().collect();
    for month in from.up_to(to) {
        let monthly = recurring(contract, counts, taxing, month.last())?.monthly.minor();
        if steps.last().map_or(0, |step| step.monthly) != monthly {
            steps.push(Step { from: month, monthly });
        }
    }
    Ok(steps)
}

/// How recurring revenue moved, in minor units; contraction and churn are what was lost, and positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Movement {
    /// Of clients that had none.
    pub new: i64,
    /// More of clients that had some.
    pub expansion: i64,
    /// Less of clients that have some left.
    pub contraction: i64,
    /// Of clients that have none left.
    pub churn: i64,
}

impl Movement {
    /// From one month's end to the next one's, of one client.
    pub const fn between(opening: i64, closing: i64) -> Self {
        let mut movement = Self { new: 0, expansion: 0, contraction: 0, churn: 0 };
        if opening == 0 {
            movement.new = closing;
        } else if closing == 0 {
            movement.churn = opening;
        } else if closing > opening {
            movement.expansion = closing - opening;
        } else {
            movement.contraction = opening - closing;
        }
        movement
    }

    /// What it adds.
    pub const fn net(self) -> i64 {
        self.new + self.expansion - self.contraction - self.churn
    }

    /// What is to be added to another one to make it this one.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self {
            new: self.new - other.new,
            expansion: self.expansion - other.expansion,
            contraction: self.contraction - other.contraction,
            churn: self.churn - other.churn,
        }
    }
}

impl AddAssign for Movement {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.expansion += other.expansion;
        self.contraction += other.contraction;
        self.churn += other.churn;
    }
}

/// How a client's recurring revenue moved, by the steps of its contracts; months without a movement are left out.
pub fn movements<'a>(contracts: impl IntoIterator<Item = &'a [Step]>) -> BTreeMap<Month, Movement> {
    let contracts: Vec<&[Step]> = contracts.into_iter().collect();
    let months: BTreeSet<Month> = contracts.iter().flat_map(|steps| steps.iter().map(|step| step.from)).collect();
    let mut before = 0;
    let mut movements = BTreeMap::new();
    for month in months {
        let now = contracts.iter().map(|steps| in_month(steps, month)).sum();
        if now != before {
            movements.insert(month, Movement::between(before, now));
        }
        before = now;
    }
    movements
}

/// What a contract comes to in a month, by its steps.
pub fn in_month(steps: &[Step], month: Month) -> i64 {
    steps.iter().rev().find(|step| step.from <= month).map_or(0, |step| step.monthly)
}

/// A month of recurring revenue: `opening + new + expansion − contraction − churn = closing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RecurringMonth {
    /// Which.
    pub month: Month,
    /// At the end of the month before.
    pub opening: Money,
    /// Of clients that had none.
    pub new: Money,
    /// More of clients that had some.
    pub expansion: Money,
    /// Less of clients that have some left.
    pub contraction: Money,
    /// Of clients that have none left.
    pub churn: Money,
    /// At its end.
    pub closing: Money,
}

/// The months from one to another, by all movements since the beginning.
pub fn recurring_months(
    movements: &BTreeMap<Month, Movement>,
    currency: Currency,
    from: Month,
    to: Month,
) -> Vec<RecurringMonth> {
    let mut opening: i64 = movements.range(..from).map(|(_, movement)| movement.net()).sum();
    let money = |minor| Money::new(minor, currency);
    let row = |month: Month| {
        let movement = movements.get(&month).copied().unwrap_or_default();
        let closing = opening + movement.net();
        let row = RecurringMonth {
            month,
            opening: money(opening),
            new: money(movement.new),
            expansion: money(movement.expansion),
            contraction: money(movement.contraction),
            churn: money(movement.churn),
            closing: money(closing),
        };
        opening = closing;
        row
    };
    from.up_to(to).map(row).collect()
}
