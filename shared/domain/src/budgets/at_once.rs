//! What of a source that comes daily came at once: on a day that has far more than those around it.
//!
//! Nobody can say of one large day that the others will be as large, nor that the next month will have one. So it has no pace,
//! like a month's fee, and as much as usually comes so in a month is awaited. What comes each week is how the source comes, and
//! so is what stays: of four weeks more than [`MOST_AT_ONCE`] days have it then.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;

use super::told::Told;
use super::usual::middle_of;
use crate::billing::reports::Month;

/// Months back from the one that runs of which the days are looked at.
pub(super) const MONTHS_BY_DAY: i32 = 12;
/// Told days that say what is usual on one of them: four weeks, in which what comes each week is four times.
const DAYS_AROUND: usize = 28;
/// Fewer of them say nothing.
const FEWEST_AROUND: usize = 14;
/// So many days of four weeks may have far more than the others.
const MOST_AT_ONCE: usize = 3;
/// So many times as much is far more.
const FAR_TIMES: i64 = 3;

/// What the days of a source came to in one currency, without what is of periods of several days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailySums {
    /// Of which source.
    pub source: String,
    /// In what.
    pub currency: Currency,
    /// In minor units, by the months of which all that is known is known by days.
    pub months: BTreeMap<Month, BTreeMap<Date, i64>>,
}

impl DailySums {
    /// What its days came to, of the last months until a day, in order. Days of which no file told say nothing, nor do months of
    /// which not all is known by days; `of_all` says what each came to by them.
    pub(super) fn told(&self, told: &Told, until: Date, of_all: impl Fn(Month) -> i64) -> Vec<(Date, i64)> {
        let now = Month::of(until);
        let none = BTreeMap::new();
        let known = |month: Month| self.months.get(&month).or_else(|| (of_all(month) == 0).then_some(&none));
        let months = now.plus(-MONTHS_BY_DAY).up_to(now).filter_map(|month| Some((month, known(month)?)));
        let days = months.flat_map(|(month, costs)| {
            let days = month.period().from.series(1.day()).take_while(move |day| *day <= month.last().min(until));
            days.map(move |day| (day, costs.get(&day).copied().unwrap_or_default()))
        });
        days.filter(|(day, _)| told.has(*day)).collect()
    }
}

/// What of these days came at once, in minor units: less than nothing where it was credited.
pub(super) fn at_once(days: &[(Date, i64)]) -> BTreeMap<Date, i64> {
    let mut found: BTreeMap<Date, i64> = BTreeMap::new();
    for (at, (day, minor)) in days.iter().enumerate() {
        let from = at.saturating_sub(DAYS_AROUND / 2).min(days.len().saturating_sub(DAYS_AROUND));
        let mut around: Vec<i64> = days.iter().skip(from).take(DAYS_AROUND).map(|(_, minor)| *minor).collect();
        if around.len() < FEWEST_AROUND {
            return BTreeMap::new();
        }
        around.sort_unstable();
        let (least, most) = (around[MOST_AT_ONCE], around[around.len() - 1 - MOST_AT_ONCE]);
        let at_once = if *minor < 0 && least >= 0 {
            *minor
        } else if most > 0 && *minor > most.saturating_mul(FAR_TIMES) {
            minor.saturating_sub(most)
        } else {
            continue;
        };
        found.insert(*day, at_once);
    }
    found
}

/// What of that is within a budget's scope, as a part of a whole: as much of it as the scope has of what the last of these
/// months is beyond what is usual. `at_once` says what of each month came so, `of_scope` and `of_all` what it came to by its
/// days, and `told` how many of how many days are told.
pub(super) fn within_scope(
    at_once: &BTreeMap<Month, i64>,
    of_scope: impl Fn(Month) -> i64,
    of_all: impl Fn(Month) -> i64,
    told: impl Fn(Month) -> (u32, u32),
) -> (i128, i128) {
    let Some((last, whole)) = at_once.last_key_value().map(|(month, whole)| (*month, *whole)) else { return (0, 1) };
    let beyond = |of: &dyn Fn(Month) -> i64| {
        let before: Vec<i64> = last.plus(-MONTHS_BY_DAY).up_to(last.plus(-1)).map(of).collect();
        let (days, of_days) = told(last);
        let usual = i128::from(middle_of(&before).unwrap_or_default()) * i128::from(days) / i128::from(of_days.max(1));
        (i128::from(of(last)) - usual) * i128::from(whole.signum())
    };
    let (own, all) = match (beyond(&of_scope), beyond(&of_all)) {
        (own, all) if all > 0 => (own, all),
        // It is as usual with it: then everything has its part.
        _ => (i128::from(of_scope(last)), i128::from(of_all(last))),
    };
    if all > 0 { (own.clamp(0, all), all) } else { (0, 1) }
}
