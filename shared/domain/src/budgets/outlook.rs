//! What a budget stands at, and where it leads.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::budget::{Budget, Threshold, Warning};
use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::insights::{ahead, minor};
use crate::money::Money;

/// What was spent within a budget's scope, by month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// What is known ahead, also of the months to come: licences by their terms.
    pub fixed: BTreeMap<Month, Money>,
    /// What is known when it comes: until today, from up to three years before.
    pub variable: BTreeMap<Month, Money>,
}

/// What is expected by the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// The expected sum.
    pub expected: Money,
    /// One of ten will come to less.
    pub low: Money,
    /// One of ten will come to more.
    pub high: Money,
}

/// What a budget stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The budget's whole amount.
    pub whole: Money,
    /// What was planned for the months until today's, with it.
    pub planned: Money,
    /// What was spent in them.
    pub spent: Money,
    /// What it comes to by the end in any case: what is spent, and what is known ahead.
    pub certain: Money,
    /// What is expected by the end; none while there are too few months to tell.
    pub forecast: Option<Forecast>,
    /// Thresholds that are reached and that nobody was told of, lowest first.
    pub warnings: Vec<Warning>,
}

/// Whether a budget holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// It does, as far as anybody knows.
    Within,
    /// More is expected to be spent than it has.
    LeadsOver,
    /// More is spent.
    Over,
}

impl Outlook {
    /// Whether the budget holds.
    pub fn course(&self) -> Course {
        match self.whole.minor() {
            whole if self.spent.minor() > whole => Course::Over,
            whole if self.leads_to().minor() > whole => Course::LeadsOver,
            _ => Course::Within,
        }
    }

    /// What it leads to: what is expected by the end, or at least what is certain.
    pub fn leads_to(&self) -> Money {
        let expected = self.forecast.map(|forecast| forecast.expected);
        expected.filter(|expected| expected.minor() > self.certain.minor()).unwrap_or(self.certain)
    }
}

/// A month of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthOutlook {
    /// Which month.
    pub month: Month,
    /// What was planned for it.
    pub planned: Money,
    /// What is spent in it, as far as it has come; of a month to come, what is known ahead.
    pub spent: Money,
    /// What is expected of it; none while there are too few months to tell.
    pub expected: Option<Money>,
}

/// A budget month by month. What is expected of the months adds up to [`Forecast::expected`].
///
/// # Errors
/// As [`outlook`].
pub fn by_months(budget: &Budget, spent: &Spent, today: Date) -> Result<Vec<MonthOutlook>, Refusal> {
    let (now, none) = (Month::of(today), Money::zero(budget.currency()));
    let of = |amounts: &BTreeMap<Month, Money>, month| amounts.get(&month).copied().unwrap_or(none);
    let (mut months, mut left, mut until_then) = (Vec::new(), 0, Some(none));
    let more = begun_beyond(budget, spent, now);
    for (month, planned) in (0..).map(|n| budget.from.plus(n)).zip(budget.months.iter().copied()) {
        let (fixed, variable) = (of(&spent.fixed, month), of(&spent.variable, month));
        let known = fixed.plus(variable)?;
        let expected = if month < now {
            Some(known)
        } else {
            left += 1;
            let sum = to_come(&spent.variable, now, budget.from, left);
            let sum = sum.map(|[sum, ..]| Money::new(minor(sum).saturating_add(more), none.currency()));
            let own = sum.zip(until_then).map(|(sum, before)| sum.minus(before)).transpose()?;
            until_then = sum;
            own.map(|own| own.plus(fixed)).transpose()?
        };
        months.push(MonthOutlook { month, planned, spent: known, expected });
    }
    Ok(months)
}

/// What a budget stands at on a local day. Fixed costs are taken as they are known; the variable months to come follow from
/// those that are over ([`ahead`]); what the running month came to beyond what was expected of it is added.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts of another currency.
pub fn outlook(budget: &Budget, spent: &Spent, today: Date) -> Result<Outlook, Refusal> {
    let none = Money::zero(budget.currency());
    let now = Month::of(today);
    let months: Vec<Month> = (0..budget.months.len()).map(|n| budget.from.plus(n as i32)).collect();
    let sum = |amounts: &BTreeMap<Month, Money>, wanted: &dyn Fn(Month) -> bool| {
        let own = months.iter().filter(|month| wanted(**month)).filter_map(|month| amounts.get(month).copied());
        Money::sum(none.currency(), own)
    };
    let (until_now, over) = (|month: Month| month <= now, |month: Month| month < now);
    let planned = months.iter().zip(&budget.months).filter(|(month, _)| until_now(**month)).map(|(_, amount)| *amount);
    let mut outlook = Outlook {
        whole: Money::sum(none.currency(), budget.months.iter().copied())?,
        planned: Money::sum(none.currency(), planned)?,
        spent: sum(&spent.fixed, &until_now)?.plus(sum(&spent.variable, &until_now)?)?,
        certain: none,
        forecast: None,
        warnings: Vec::new(),
    };
    let fixed = sum(&spent.fixed, &|_| true)?;
    outlook.certain = fixed.plus(sum(&spent.variable, &until_now)?)?;
    let known = fixed.plus(sum(&spent.variable, &over)?)?;
    let left = months.iter().filter(|month| **month >= now).count();
    outlook.forecast = if left == 0 {
        Some(Forecast { expected: known, low: known, high: known })
    } else {
        let more = begun_beyond(budget, spent, now);
        to_come(&spent.variable, now, budget.from, left)
            .map(|[expected, low, high]| {
                let with = |value: f64| known.plus(Money::new(minor(value).saturating_add(more), none.currency()));
                Ok::<_, Refusal>(Forecast { expected: with(expected)?, low: with(low)?, high: with(high)? })
            })
            .transpose()?
    };
    outlook.warnings = warnings(budget, &outlook);
    Ok(outlook)
}

/// By how much the running month came to more already than was expected of it, in minor units; nothing where it is none of the
/// budget's.
fn begun_beyond(budget: &Budget, spent: &Spent, now: Month) -> i64 {
    if now < budget.from || now > budget.last() {
        return 0;
    }
    let begun = spent.variable.get(&now).map_or(0, |amount| amount.minor());
    let expected = to_come(&spent.variable, now, budget.from, 1).map_or(begun, |[expected, ..]| minor(expected));
    begun.saturating_sub(expected).max(0)
}

/// The variable costs of the budget's months from this one on: of the months that are over, those before the budget too. A
/// month between them without costs is a month of nothing.
fn to_come(variable: &BTreeMap<Month, Money>, now: Month, from: Month, left: usize) -> Option<[f64; 3]> {
    // Where there never was any, none is expected.
    if variable.is_empty() {
        return Some([0.0; 3]);
    }
    let first = *variable.keys().next().filter(|first| **first < now)?;
    let over = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month < now);
    let past: Vec<f64> = over.map(|month| variable.get(&month).map_or(0, |amount| amount.minor()) as f64).collect();
    // A budget that has not begun yet leaves out the months until it does.
    let mut until = now;
    let mut before = 0;
    while until < from {
        (until, before) = (until.next(), before + 1);
    }
    let all = ahead(&past, before + left)?;
    if before == 0 {
        return Some([all.expected, all.low, all.high]);
    }
    let skipped = ahead(&past, before)?;
    // The range of the longer sum is wider than what is asked for, and never too narrow.
    let expected = all.expected - skipped.expected;
    Some([expected, expected - (all.expected - all.low), expected + (all.high - all.expected)])
}

fn warnings(budget: &Budget, outlook: &Outlook) -> Vec<Warning> {
    let whole = i128::from(outlook.whole.minor());
    let reached = |amount: Money, percent: u16| {
        amount.minor() > 0 && i128::from(amount.minor()) * 100 >= whole * i128::from(percent)
    };
    let actual = budget.alerts.actual.iter().filter(|percent| reached(outlook.spent, **percent));
    let actual = actual.map(|percent| Warning { what: Threshold::Actual, percent: *percent });
    let forecast = budget.alerts.forecast.iter().filter(|percent| reached(outlook.leads_to(), **percent));
    let forecast = forecast.map(|percent| Warning { what: Threshold::Forecast, percent: *percent });
    actual.chain(forecast).filter(|warning| !budget.told.contains(warning)).collect()
}
