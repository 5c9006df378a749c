//! What a budget stands at, and where it leads.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::budget::{Budget, Threshold, Warning};
use super::spent::{FEWEST_DAYS, Part, Spent};
use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::insights::{Sum, ahead, has_shape, minor};
use crate::money::Money;

/// Days of the month that runs from which on it says something of the months after it.
const DAYS_THAT_SHOW: u32 = 14;

/// How much of what the month that runs is misjudged by is in the months after it too: so that eight of ten years end within the
/// range, whether months keep a level, rise or walk.
const CARRIES_ON: f64 = 0.75;

/// A normal value is below so many spreads in nine of ten cases.
const NINE_OF_TEN: f64 = 1.282;

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
    /// What it comes to by the end in any case: what is spent, and what is known ahead; without what somebody must renew.
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
    for (month, planned) in (0..).map(|n| budget.from.plus(n)).zip(budget.months.iter().copied()) {
        let (fixed, variable) = (of(&spent.fixed, month), of(&spent.variable, month));
        let known = fixed.plus(variable)?;
        let expected = if month < now {
            Some(known.plus(awaited(spent, month, none)?)?)
        } else {
            left += 1;
            let sum = to_come(spent, now, budget.from, left);
            let sum = sum.map(|sum| Money::new(minor(sum.expected), none.currency()));
            let own = sum.zip(until_then).map(|(sum, before)| sum.minus(before)).transpose()?;
            until_then = sum;
            // Of a month to come as much is expected as is spread over it already, at least.
            let least = |own: Money| -> Result<Money, Refusal> {
                let more = if month > now { short_of(own, variable)? } else { none };
                Ok(own.plus(more)?.plus(fixed)?)
            };
            own.map(least).transpose()?
        };
        months.push(MonthOutlook { month, planned, spent: known, expected });
    }
    Ok(months)
}

/// What a budget stands at on a local day. Fixed costs are taken as they are known; the variable months to come follow from
/// those that are over ([`ahead`]), and the rest of the month that runs from its pace too, where files tell of its days.
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
    let if_renewed = sum(&spent.if_renewed, &|_| true)?;
    outlook.certain = fixed.plus(sum(&spent.variable, &|_| true)?)?.minus(if_renewed)?;
    let known = fixed.plus(sum(&spent.variable, &over)?)?;
    let missing = months.iter().filter(|month| over(**month)).map(|month| awaited(spent, *month, none));
    let missing = Money::sum(none.currency(), missing.collect::<Result<Vec<_>, _>>()?)?;
    let expected = known.plus(missing)?;
    let left = months.iter().filter(|month| **month >= now).count();
    outlook.forecast = if left == 0 {
        Some(Forecast { expected, low: known.at_most(expected)?, high: expected })
    } else {
        let more = spread_ahead(spent, now, budget, left, none)?;
        to_come(spent, now, budget.from, left)
            .map(|sum| {
                let with = |value: f64| expected.plus(Money::new(minor(value), none.currency()))?.plus(more);
                let (low, expected, high) = (with(sum.low)?, with(sum.expected)?, with(sum.high)?);
                // Nobody may renew what does not renew by itself. What is certain is spent in any case.
                let low = low.minus(if_renewed)?;
                let low = if low.minor() < outlook.certain.minor() { outlook.certain } else { low };
                Ok::<_, Refusal>(Forecast { expected, low: low.at_most(expected)?, high })
            })
            .transpose()?
    };
    outlook.warnings = warnings(budget, &outlook);
    Ok(outlook)
}

/// What an amount lacks to be as much as another one.
pub(super) fn short_of(own: Money, least: Money) -> Result<Money, Refusal> {
    let lacks = least.minus(own)?;
    Ok(if lacks.minor() > 0 { lacks } else { Money::zero(own.currency()) })
}

/// By how much what is spread over the months to come already is more than what the months that were say of them, each month
/// by itself.
fn spread_ahead(spent: &Spent, now: Month, budget: &Budget, left: usize, none: Money) -> Result<Money, Refusal> {
    let mut more = none;
    if spent.variable.keys().next_back().is_none_or(|last| *last <= now) {
        return Ok(more);
    }
    let mut until_then = none;
    let first = budget.from.max(now);
    for (month, count) in (0..).map(|n| first.plus(n)).zip(1..=left) {
        let Some(sum) = to_come(spent, now, budget.from, count) else { return Ok(none) };
        let sum = Money::new(minor(sum.expected), none.currency());
        if let Some(known) = spent.variable.get(&month).filter(|_| month > now) {
            more = more.plus(short_of(sum.minus(until_then)?, *known)?)?;
        }
        until_then = sum;
    }
    Ok(more)
}

/// What is still awaited of a month that is over: of its last days no file has told yet, or no bill.
fn awaited(spent: &Spent, month: Month, none: Money) -> Result<Money, Refusal> {
    let Some(part) = spent.parts.get(&month).filter(|part| part.awaited) else { return Ok(none) };
    Ok(part.whole.minus(spent.variable.get(&month).copied().unwrap_or(none))?)
}

/// The variable costs of so many of the budget's months from this one on, with what the one that runs came to already: of the
/// months that are over, those before the budget too. A month between them without costs is a month of nothing; the first
/// one is left out when hardly any day of it is told.
fn to_come(spent: &Spent, now: Month, from: Month, left: usize) -> Option<Sum> {
    let sum = leads(spent, now, from, left)?;
    if spent.variable.values().any(|amount| amount.is_negative()) {
        return Some(sum);
    }
    // Where nothing was ever credited no month takes anything back.
    let fewer = (1..left).filter_map(|fewer| leads(spent, now, from, fewer)).map(|sum| sum.expected);
    let least = fewer.fold(sum.expected, f64::max);
    Some(Sum { expected: least, high: sum.high.max(least), ..sum })
}

fn leads(spent: &Spent, now: Month, from: Month, left: usize) -> Option<Sum> {
    // Where there never was any, none is expected.
    if spent.variable.keys().next().is_none_or(|first| *first > now) {
        return Some(Sum { expected: 0.0, low: 0.0, high: 0.0 });
    }
    let first = *spent.variable.keys().next().filter(|first| **first < now)?;
    let amount = |month: Month| spent.variable.get(&month).map_or(0, |amount| amount.minor()) as f64;
    let short = |month: Month| month == first && spent.parts.get(&month).is_some_and(|part| part.days < FEWEST_DAYS);
    let over = std::iter::successors(Some(first), |month| Some(month.next())).take_while(|month| *month < now);
    let minor = |of: &BTreeMap<Month, Money>, month: Month| of.get(&month).map_or(0, |sum| sum.minor()) as f64;
    let own = |month: Month| {
        let all = spent.parts.get(&month).map_or(amount(month), |part| part.whole.minor() as f64);
        all - minor(&spent.once, month)
    };
    let over: Vec<Month> = over.filter(|month| !short(*month)).collect();
    let as_they_were: Vec<f64> = over.iter().map(|month| own(*month)).collect();
    // Whoever knows the year's shape knows that its levels come and go.
    let lifts = !has_shape(&as_they_were);
    let lifted = |month: Month| own(month) + if lifts { minor(&spent.moved, month) } else { 0.0 };
    let mut past: Vec<f64> = over.iter().map(|month| lifted(*month)).collect();
    let usual = ahead(&past, 1)?;
    let never_credited = over.iter().all(|month| amount(*month) >= 0.0);
    // A budget that has not begun yet leaves out the months until it does.
    let before = usize::try_from(from.since(now)).unwrap_or(0);
    let (begun, running) = (amount(now), spent.parts.get(&now));
    let mut sum = match running {
        None => stretch(&past, before, left)?,
        Some(part) => {
            let shows = part.days >= DAYS_THAT_SHOW;
            past.extend(shows.then(|| lifted(now)));
            // Months from the last of these until the first that is asked for: the one that runs is estimated by itself.
            let (skipped, later) = if before > 0 { (before, left) } else { (1, left - 1) };
            let later = stretch(&past, skipped - usize::from(shows), later)?;
            if before > 0 { later } else { beside(part, &usual, now, &later) }
        }
    };
    // Nobody knows of a level that it stays.
    let days: i64 = (0..left).map(|n| from.max(now).plus(n as i32).period().days()).sum();
    let told = running.filter(|_| before == 0).map_or(0, |part| i64::from(part.days));
    let level = if lifts { (days - told) as f64 * spent.unsure.sqrt() * NINE_OF_TEN } else { 0.0 };
    let (low, high) = (level.hypot(sum.expected - sum.low), level.hypot(sum.high - sum.expected));
    sum = Sum { low: sum.expected - low, high: sum.expected + high, ..sum };
    if before == 0 {
        // What the month came to beyond what was expected of it is added.
        let more = if running.is_none() { (begun - usual.expected.max(0.0)).max(0.0) } else { 0.0 };
        sum = Sum { expected: sum.expected + more, low: sum.low + more, high: sum.high + more };
        // What came is spent, and where nothing was ever credited it does not come back.
        let least = if never_credited { begun } else { f64::MIN };
        sum = Sum { expected: sum.expected.max(least), low: sum.low.max(least), high: sum.high.max(least) };
    }
    Some(sum)
}

/// So many months that begin some months after the last of these.
fn stretch(past: &[f64], skipped: usize, months: usize) -> Option<Sum> {
    if months == 0 {
        return Some(Sum { expected: 0.0, low: 0.0, high: 0.0 });
    }
    let all = ahead(past, skipped + months)?;
    if skipped == 0 {
        return Some(all);
    }
    // The range of the longer sum is wider than what is asked for, and never too narrow.
    let expected = all.expected - ahead(past, skipped)?.expected;
    Some(Sum { expected, low: expected - (all.expected - all.low), high: expected + (all.high - all.expected) })
}

/// The month that runs with those after it: it is as unsure as a usual month is, by the part of it that is not told. What it is
/// misjudged by carries on in those after it, so most of it adds up with what they are.
fn beside(part: &Part, usual: &Sum, now: Month, later: &Sum) -> Sum {
    let of = now.period().days() as f64;
    let untold = 1.0 - f64::from(part.days) / of;
    let (own, others) = ((usual.high - usual.expected) * untold, later.high - later.expected);
    let (expected, half) = (part.whole.minor() as f64 + later.expected, CARRIES_ON.mul_add(own, others));
    Sum { expected, low: expected - half, high: expected + half }
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
