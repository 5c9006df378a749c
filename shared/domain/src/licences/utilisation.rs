//! How much of what is licensed is used: seats, holders and people at work, by product, department and day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::findings::{Facts, MONTH_DAYS};
use super::{Licence, ProductUse};
use crate::ids::{ContactId, LicenceId, ProductId, UnitId};

/// The trend looks back so many days.
pub const TREND_DAYS: u32 = 90;
/// Fewer days than this have no trend.
pub const FEWEST_DAYS: usize = 14;

/// A product on a day, in a department or at the whole client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Cell {
    /// Seats that are paid for; of a department, those that its people hold.
    pub seats: u32,
    /// Seats that are held.
    pub assigned: u32,
    /// People who used it on that day.
    pub active_day: u32,
    /// People who used it on that day or one of the 29 before.
    pub active_month: u32,
}

/// A product on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayOfUse {
    /// At the whole client.
    pub whole: Cell,
    /// In its departments. People and devices without one are in the whole alone.
    pub units: BTreeMap<UnitId, Cell>,
}

/// Who was at work with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Active {
    /// On the day.
    pub day: bool,
    /// On the day or one of the 29 before.
    pub month: bool,
}

/// A client's products on a day: those that it has seats of, and those that somebody used.
pub fn utilisation(facts: &Facts, active: &BTreeMap<(ContactId, ProductId), Active>) -> BTreeMap<ProductId, DayOfUse> {
    let mut products: BTreeMap<ProductId, DayOfUse> = BTreeMap::new();
    let unit = |contact: ContactId| facts.people.get(&contact).and_then(|person| person.unit);
    for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
        let day = products.entry(licence.product).or_default();
        day.whole.seats = day.whole.seats.saturating_add(licence.seats);
        for seat in &licence.held {
            day.whole.assigned += 1;
            if let Some(unit) = seat.whose.contact().and_then(unit) {
                let cell = day.units.entry(unit).or_default();
                cell.seats += 1;
                cell.assigned += 1;
            }
        }
    }
    for ((contact, product), active) in active.iter().filter(|(_, active)| active.month) {
        let day = products.entry(*product).or_default();
        let at_work = |cell: &mut Cell| {
            cell.active_day += u32::from(active.day);
            cell.active_month += 1;
        };
        at_work(&mut day.whole);
        if let Some(unit) = unit(*contact) {
            at_work(day.units.entry(unit).or_default());
        }
    }
    products
}

/// A product on the days before one, from the first on which anybody used it, at most [`TREND_DAYS`] back with that one: what a
/// first review makes up for, and each that hears of use on days before it. `licences` are the client's, by which its seats are
/// those of each day; holders are those of today, since the day on which each was given the seat.
pub fn before(
    facts: &Facts,
    licences: &[Licence],
    uses: &[ProductUse],
    product: ProductId,
    on: Date,
) -> BTreeMap<Date, DayOfUse> {
    let of_product = |used: &&ProductUse| used.product == product;
    let first = facts.uses.iter().filter(|((_, of), _)| *of == product).map(|(_, used)| used.first).min();
    let Some(first) = first else { return BTreeMap::new() };
    let first = first.max(on.saturating_sub(i64::from(TREND_DAYS - 1).days()));
    let mut then = Facts { strangers: Vec::new(), licensed: Vec::new(), ..facts.clone() };
    let seats: BTreeMap<LicenceId, &Licence> = licences.iter().map(|licence| (licence.id, licence)).collect();
    let mut days = BTreeMap::new();
    for day in first.series(1.day()).take_while(|day| *day < on) {
        let held = facts.licences.iter().filter(|licence| licence.product == product).cloned();
        then.licences = held
            .map(|mut licence| {
                licence.seats = seats.get(&licence.id).map_or(0, |dated| dated.seats_on(day));
                licence.held.retain(|seat| seat.since <= day);
                licence
            })
            .collect();
        let since = day.saturating_sub((MONTH_DAYS - 1).days());
        let active = uses.iter().filter(of_product).map(|used| {
            let active = Active { day: used.is_used_on(day), month: used.days_used(since, day) > 0 };
            ((used.contact, product), active)
        });
        days.insert(day, utilisation(&then, &active.collect()).remove(&product).unwrap_or_default());
    }
    days
}

/// The first of the days before one, at most [`TREND_DAYS`] back with that one, of which more is known by now than was noted:
/// it was not noted at all, or with fewer people at work in the 30 days until it. None where all is noted. `noted` is how many
/// were.
pub fn first_untold(uses: &[ProductUse], product: ProductId, noted: &BTreeMap<Date, u32>, on: Date) -> Option<Date> {
    let since = on.saturating_sub(i64::from(TREND_DAYS - 1).days());
    let looks_back = since.saturating_sub((MONTH_DAYS - 1).days());
    // How many begin to be, and are not any more, at work in the last 30 days: one stretch for days that are near each other.
    let mut moves: BTreeMap<Date, i64> = BTreeMap::new();
    let mut first: Option<Date> = None;
    for used in uses.iter().filter(|used| used.product == product) {
        let mut until = Date::MIN;
        for day in used.days_between(Date::MIN, on) {
            first = first.map_or(Some(day), |known| Some(known.min(day)));
            if day < looks_back {
                continue;
            }
            if day >= until {
                *moves.entry(until).or_default() -= i64::from(until != Date::MIN);
                *moves.entry(day).or_default() += 1;
            }
            until = day.saturating_add(MONTH_DAYS.days());
        }
        *moves.entry(until).or_default() -= i64::from(until != Date::MIN);
    }
    let mut at_work: i64 = moves.range(..since).map(|(_, by)| by).sum();
    for day in since.series(1.day()).take_while(|day| *day < on) {
        at_work += moves.get(&day).copied().unwrap_or_default();
        let is_noted = noted.get(&day).is_some_and(|people| i64::from(*people) >= at_work);
        if !is_noted && first.is_some_and(|first| first <= day) {
            return Some(day);
        }
    }
    None
}

impl DayOfUse {
    /// A day as it was noted, with what is known of its use by now. Seats and holders stay those that were noted; where more
    /// people were at work than was known then, they are in the departments of today.
    #[must_use]
    pub fn with_late_use(mut self, now: &Self) -> Self {
        let more = now.whole.active_day > self.whole.active_day || now.whole.active_month > self.whole.active_month;
        if !more {
            return self;
        }
        self.whole.active_day = self.whole.active_day.max(now.whole.active_day);
        self.whole.active_month = self.whole.active_month.max(now.whole.active_month);
        for cell in self.units.values_mut() {
            (cell.active_day, cell.active_month) = (0, 0);
        }
        for (unit, now) in &now.units {
            let cell = self.units.entry(*unit).or_default();
            (cell.active_day, cell.active_month) = (now.active_day, now.active_month);
        }
        self.units.retain(|_, cell| *cell != Cell::default());
        self
    }
}

/// How many per cent of something, with one decimal place; none of nothing.
pub fn percent(part: u32, whole: u32) -> Option<Decimal> {
    (whole > 0).then(|| rounded(Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole)))
}

/// How the number of people at work moves: the straight line through the days of the last [`TREND_DAYS`] by least squares,
/// what it rises from its first day to its last, in per cent of the mean, with one decimal place. None of fewer than
/// [`FEWEST_DAYS`] days, nor where nobody was at work. A day that is missing is not a day without work: it is left out. More than
/// all of it cannot go: what falls by more than its mean falls by 100.
pub fn trend(days: &[(Date, u32)], today: Date) -> Option<Decimal> {
    let ago = |day: &Date| i64::from((today - *day).get_days());
    let one_each: BTreeMap<Date, u32> = days.iter().copied().collect();
    let counts = |day: &Date| (0..i64::from(TREND_DAYS)).contains(&ago(day));
    let points: BTreeSet<(i64, i64)> =
        one_each.iter().filter(|(day, _)| counts(day)).map(|(day, people)| (-ago(day), i64::from(*people))).collect();
    if points.len() < FEWEST_DAYS {
        return None;
    }
    let n = i64::try_from(points.len()).ok()?;
    let sum = |of: fn(&(i64, i64)) -> i64| -> i64 { points.iter().map(of).sum() };
    let (sx, sy, sxy, sxx) = (sum(|p| p.0), sum(|p| p.1), sum(|p| p.0 * p.1), sum(|p| p.0 * p.0));
    let first = points.first()?.0;
    let last = points.last()?.0;
    let (above, below) = (Decimal::from(n * sxy - sx * sy), Decimal::from(n * sxx - sx * sx));
    if sy == 0 || below.is_zero() {
        return None;
    }
    let rise = above * Decimal::from(last - first) / below;
    Some(rounded(rise * Decimal::ONE_HUNDRED * Decimal::from(n) / Decimal::from(sy)).max(-Decimal::ONE_HUNDRED))
}

fn rounded(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero).normalize()
}
