//! What a client spent, month by month: as a budget takes it, and as sums that are kept, which move as the days of its series of
//! costs do.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::billing::reports::Month;
use crate::insights::costs::{DayCost, Days, is_of_steward};
use crate::money::Money;

/// Fewer days than this say nothing of a month.
pub(super) const FEWEST_DAYS: u32 = 7;

/// What was spent within a budget's scope, by month.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spent {
    /// What is known ahead, also of the months to come: licences by their terms. With it what came once, and is not expected again.
    pub fixed: BTreeMap<Month, Money>,
    /// What of that comes only if somebody renews a licence: it is expected, and not certain.
    pub if_renewed: BTreeMap<Month, Money>,
    /// What is known when it comes, from up to three years before: until today, and of the months to come what is spread over
    /// them already.
    pub variable: BTreeMap<Month, Money>,
    /// The months of the latter of which files have not told every day, or of which a bill is still to come, and what they would
    /// come to with all of that.
    pub parts: BTreeMap<Month, Part>,
    /// By how much the months that were and the one that runs would be more at the levels that hold now, where days say that
    /// these moved. Months to come follow from them as they would have been.
    pub moved: BTreeMap<Month, Money>,
    /// What of them came at once and is expected of no month to come. Less than nothing where less came so than usually does, or
    /// more was credited.
    pub once: BTreeMap<Month, Money>,
    /// The variance of those levels for a day, in minor units: nobody knows of a level that it stays.
    pub unsure: f64,
}

/// A month of which files have not told every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What it would come to with all of its days.
    pub whole: Money,
    /// How many of its days are told, of the source of which fewest are.
    pub days: u32,
    /// Whether the others are still to come: not those before the first file.
    pub awaited: bool,
}

/// Whether what comes from a source is added to what a client spent. Nothing of what Steward itself tells is: what licences
/// cost follows from their terms months ahead, what the MSP billed is in its revenue, and either would be in a budget twice;
/// and how many people use something is no money.
pub fn is_spent(source: &str) -> bool {
    !is_of_steward(source)
}

/// By how much the months of a series move when some of its days become others, in minor units; only those that do.
/// `known` has what was known of these days.
pub fn moved(known: &Days, changed: &BTreeMap<Date, Option<DayCost>>) -> BTreeMap<Month, i64> {
    let mut months: BTreeMap<Month, i64> = BTreeMap::new();
    for (day, after) in changed {
        let minor = |cost: Option<&DayCost>| cost.map_or(0, |cost| cost.minor);
        let by = minor(after.as_ref()).saturating_sub(minor(known.get(day)));
        let month = months.entry(Month::of(*day)).or_default();
        *month = month.saturating_add(by);
    }
    months.retain(|_, by| *by != 0);
    months
}

/// By how much that part of the months of a series moves that is of periods of several days: known for all of their days when
/// the first one is told. `known` and `changed` are as in [`moved`].
pub fn moved_of_periods(known: &Days, changed: &BTreeMap<Date, Option<DayCost>>) -> BTreeMap<Month, i64> {
    let mut months: BTreeMap<Month, i64> = BTreeMap::new();
    for (day, by) in of_periods(known, changed) {
        let month = months.entry(Month::of(day)).or_default();
        *month = month.saturating_add(by);
    }
    months.retain(|_, by| *by != 0);
    months
}

/// By how much the rest of it moves, day by day: what is of the days themselves. It adds up to what the months move by without
/// what of that is of periods. `known` and `changed` are as in [`moved`].
pub fn moved_on_days(known: &Days, changed: &BTreeMap<Date, Option<DayCost>>) -> BTreeMap<Date, i64> {
    let minor = |cost: Option<&DayCost>| cost.map_or(0, |cost| cost.minor);
    let whole = changed.iter().map(|(day, after)| (*day, minor(after.as_ref()).saturating_sub(minor(known.get(day)))));
    let periods = of_periods(known, changed).into_iter().map(|(day, by)| (day, by.saturating_neg()));
    let mut days: BTreeMap<Date, i64> = BTreeMap::new();
    for (day, by) in whole.chain(periods) {
        let own = days.entry(day).or_default();
        *own = own.saturating_add(by);
    }
    days.retain(|_, by| *by != 0);
    days
}

/// What moves of periods of several days, on each of their days.
fn of_periods(known: &Days, changed: &BTreeMap<Date, Option<DayCost>>) -> Vec<(Date, i64)> {
    let mut moves = Vec::new();
    for (day, after) in changed {
        let carried = |cost: Option<&DayCost>| cost.map(|cost| cost.carried.clone()).unwrap_or_default();
        for (all, sign) in [(carried(after.as_ref()), 1), (carried(known.get(day)), -1)] {
            for (since, minor) in all {
                moves.push((*day, sign * minor));
                // A period's first day carries nothing: it comes to as much as the second one, to the minor unit.
                if since.tomorrow().ok() == Some(*day) {
                    moves.push((since, sign * minor));
                }
            }
        }
    }
    moves
}
