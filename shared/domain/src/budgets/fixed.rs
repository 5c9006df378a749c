//! What licences cost by their terms: day by day and department by department, of the past and of the months to come.
//!
//! A cycle's price is spread over the cycle's days, and a day carries its share of the price that holds on it. So the days of
//! a cycle in which no seats and no prices change add up to its price, whoever carries it; where nobody else comes to carry it
//! either, each department's days add up to its part. No later change moves a day that is over. What is bought for good is paid
//! for on the day on which it is, and never again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::chargeback::{Part, Weighted, chargeback};
use super::rules::weights_of;
use crate::billing::cycle::{Alignment, Period, Schedule};
use crate::billing::dated::{Dated, in_force};
use crate::billing::recognition::earned;
use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::ids::{ContactId, UnitId};
use crate::licences::{Holder, Licence, LicenceKind, Seat, Span};
use crate::money::Money;

const DAYS_A_YEAR: u32 = 365;
const MONTHS_A_YEAR: u32 = 12;
const DAYS_A_WEEK: u32 = 7;

/// What some days cost, by department; under none what nobody carries. Days of which a department carries nothing are left
/// out.
pub type DaysByUnit = BTreeMap<Option<UnitId>, BTreeMap<Date, Money>>;

/// Whether the client pays for a licence by its terms on some day, beside what the MSP's invoices say: not for one whose seats
/// contracts always bill, which comes with those, nor for one of which what is used is paid for.
pub fn is_fixed(licence: &Licence) -> bool {
    let ever = !licence.counted || licence.counted_since.iter().any(|since| !since.value);
    ever && licence.kind != LicenceKind::Usage
}

/// What a seat of a licence costs the client in a cycle that has this day: the price that it is charged, or else what the
/// licence costs.
pub fn seat_price(licence: &Licence, day: Date) -> Option<Money> {
    in_force(&licence.price_per_seat, day).or_else(|| in_force(&licence.cost_per_seat, day)).copied()
}

/// What a licence costs on each day of a period. Cycles are reckoned from the day on which it starts; it costs nothing on days
/// on which it does not hold, and on those on which contracts bill its seats. `weights` says who carries how much of it, by the
/// day from which that holds; what nobody has a weight for is carried by none.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn fixed(licence: &Licence, weights: &[Dated<Vec<Weighted>>], within: Period) -> Result<DaysByUnit, Refusal> {
    if licence.kind == LicenceKind::Perpetual {
        return bought(licence, weights, within);
    }
    spread(licence, weights, within, |whole, carriers, stretch| exactly(whole, carriers, stretch, within.to))
}

/// What is bought of a perpetual licence, on the days on which it is: the seats that it begins with, and those by which it has
/// more than it ever had. Seats that were given up and are taken back were paid for.
fn bought(licence: &Licence, weights: &[Dated<Vec<Weighted>>], within: Period) -> Result<DaysByUnit, Refusal> {
    let mut days = DaysByUnit::new();
    let starts_on = licence.term.starts_on;
    let held = in_force(&licence.seats, starts_on).map(|seats| (starts_on, *seats));
    let later = licence.seats.iter().filter(|dated| dated.from > starts_on).map(|dated| (dated.from, dated.value));
    let mut paid = 0;
    for (day, seats) in held.into_iter().chain(later).filter(|(day, _)| !licence.has_ended(*day)) {
        let more = seats.saturating_sub(paid);
        paid = paid.max(seats);
        let Some(price) = seat_price(licence, day).filter(|_| more > 0 && within.contains(day)) else { continue };
        let carriers = in_force(weights, day).map_or(&[][..], Vec::as_slice);
        for carried in chargeback(price.times(Decimal::from(more))?, carriers) {
            let sum = days.entry(carried.unit).or_default().entry(day).or_insert_with(|| Money::zero(licence.currency));
            *sum = sum.plus(carried.amount)?;
        }
    }
    Ok(paid_by_terms(licence, days))
}

/// The same with every day of a cycle at what it is on the mean, months of 365 / 12 days: what nothing changes in is the same on
/// every day, in February too. The days of a cycle add up to its price no more. What is bought for good comes once, and is on
/// none of them.
///
/// # Errors
/// As [`fixed`].
pub fn evenly(licence: &Licence, weights: &[Dated<Vec<Weighted>>], within: Period) -> Result<DaysByUnit, Refusal> {
    if licence.kind == LicenceKind::Perpetual {
        return Ok(DaysByUnit::new());
    }
    let a_cycle = match licence.cycle.months() {
        Some(months) => Decimal::from(months) * Decimal::from(DAYS_A_YEAR) / Decimal::from(MONTHS_A_YEAR),
        None => Decimal::from(DAYS_A_WEEK),
    };
    spread(licence, weights, within, |whole, carriers, Stretch { from, to, .. }| {
        let mut days = Vec::new();
        for part in chargeback(whole, carriers) {
            let amount = part.amount.times(Decimal::ONE / a_cycle)?;
            days.extend(from.series(1.day()).take_while(|day| day < to).map(|day| (day, Part { amount, ..part })));
        }
        Ok(days)
    })
}

/// Days of a cycle on which neither what is charged nor who carries it changes.
struct Stretch {
    /// The whole cycle.
    cycle: Period,
    /// The first of the days.
    from: Date,
    /// The day after the last of them.
    to: Date,
}

/// The days of a stretch, given what is charged for the whole cycle. A day has what is reached of that by its end less what was
/// by its start, so its whole follows from the price alone, whoever carries it. What the stretch has come to by a day's end is
/// split between those who carry it, and the day has what each one's part grows by: so the parts of each day are its whole, and
/// each carries its part of the stretch, to the minor unit.
fn exactly(whole: Money, carriers: &[Weighted], stretch: &Stretch, until: Date) -> Result<Vec<(Date, Part)>, Refusal> {
    let Stretch { cycle, from, to } = *stretch;
    let before = earned(whole, cycle, from);
    let mut parts_before: Vec<Part> = Vec::new();
    let mut days = Vec::new();
    for day in from.series(1.day()).take_while(|day| *day < to.min(until)) {
        let parts = chargeback(earned(whole, cycle, day.saturating_add(1.day())).minus(before)?, carriers);
        for (at, part) in parts.iter().enumerate() {
            let amount = match parts_before.get(at) {
                Some(part_before) => part.amount.minus(part_before.amount)?,
                None => part.amount,
            };
            days.push((day, Part { amount, ..*part }));
        }
        parts_before = parts;
    }
    Ok(days)
}

/// What is charged for a cycle given to the days of each of its stretches, and to those who carry it. Stretches are the cycle's
/// own, whichever days are asked for: a day comes to the same with others beside it.
fn spread(
    licence: &Licence,
    weights: &[Dated<Vec<Weighted>>],
    within: Period,
    over: impl Fn(Money, &[Weighted], &Stretch) -> Result<Vec<(Date, Part)>, Refusal>,
) -> Result<DaysByUnit, Refusal> {
    let mut days = DaysByUnit::new();
    let starts_on = licence.term.starts_on;
    let cycles = Schedule {
        cycle: licence.cycle,
        alignment: Alignment::Anniversary,
        anchor: starts_on,
        starts_on,
        ends_on: licence.term.ends_on(),
    };
    for cycle in cycles.periods_from(within.from).take_while(|cycle| cycle.from < within.to) {
        let Some(part) = cycles.clipped(&cycle).filter(|part| part.intersect(&within).is_some()) else { continue };
        let asked = |(from, to): &(Date, Date)| *from < within.to && within.from < *to;
        for (from, to) in stretches(licence, weights, part).into_iter().filter(asked) {
            let seats = licence.seats_on(from);
            let Some(price) = seat_price(licence, from).filter(|price| seats > 0 && !price.is_zero()) else { continue };
            let whole = price.times(Decimal::from(seats))?;
            let carriers = in_force(weights, from).map_or(&[][..], Vec::as_slice);
            let carried = over(whole, carriers, &Stretch { cycle, from, to })?;
            for (day, Part { unit, amount }) in carried.into_iter().filter(|(day, _)| within.contains(*day)) {
                let sum = days.entry(unit).or_default().entry(day).or_insert_with(|| Money::zero(licence.currency));
                *sum = sum.plus(amount)?;
            }
        }
    }
    Ok(paid_by_terms(licence, days))
}

/// The days that cost something, without those on which contracts bill the seats.
fn paid_by_terms(licence: &Licence, mut days: DaysByUnit) -> DaysByUnit {
    days.values_mut().for_each(|days| days.retain(|day, amount| !amount.is_zero() && !licence.is_counted_on(*day)));
    days.retain(|_, days| !days.is_empty());
    days
}

/// What of these days of a licence comes only if somebody renews it: those to come from its renewal on, unless it renews by
/// itself.
pub fn if_renewed(licence: &Licence, days: &DaysByUnit, today: Date) -> DaysByUnit {
    let Some(renews_on) = licence.term.renews_on.filter(|_| !licence.term.auto_renew) else { return DaysByUnit::new() };
    let from = renews_on.max(today.saturating_add(1.day()));
    let after = |days: &BTreeMap<Date, Money>| days.range(from..).map(|(day, amount)| (*day, *amount)).collect();
    days.iter().map(|(unit, days)| (*unit, after(days))).collect()
}

/// The stretches of a period in which neither seats nor prices nor weights change.
fn stretches(licence: &Licence, weights: &[Dated<Vec<Weighted>>], part: Period) -> Vec<(Date, Date)> {
    let seats = licence.seats.iter().map(|dated| dated.from);
    let prices = licence.price_per_seat.iter().chain(&licence.cost_per_seat).map(|dated| dated.from);
    let weights = weights.iter().map(|dated| dated.from);
    let inside = seats.chain(prices).chain(weights).filter(|day| part.from < *day && *day < part.to);
    let starts: BTreeSet<Date> = inside.chain([part.from]).collect();
    let ends = starts.iter().skip(1).copied().chain([part.to]);
    starts.iter().copied().zip(ends).collect()
}

/// What days come to, month by month.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn by_month(days: &BTreeMap<Date, Money>) -> Result<BTreeMap<Month, Money>, Refusal> {
    let mut months = BTreeMap::new();
    for (day, amount) in days {
        let sum = months.entry(Month::of(*day)).or_insert_with(|| Money::zero(amount.currency()));
        *sum = sum.plus(*amount)?;
    }
    Ok(months)
}

/// Who carries a licence that was split between departments: the split, at all times.
pub fn by_split(licence: &Licence) -> Vec<Dated<Vec<Weighted>>> {
    vec![Dated::new(Date::MIN, weights_of(&licence.split))]
}

/// Who carries a licence by its seats: how many people of each department hold one, by the day from which that is so. Seats
/// that nobody holds are carried by those who hold one; devices, and people of no department, count under none. `units` has
/// the department of each contact, as it is today.
pub fn by_seats(seats: &[Seat], units: &BTreeMap<ContactId, Option<UnitId>>) -> Vec<Dated<Vec<Weighted>>> {
    let spans = || seats.iter().flat_map(|seat| seat.spans.iter().map(move |span| (seat, span)));
    let mut moves: BTreeMap<Date, BTreeMap<Option<UnitId>, i64>> = BTreeMap::new();
    for (seat, span) in spans() {
        let unit = match &seat.holder {
            Holder::Contact { contact } => units.get(contact).copied().flatten(),
            Holder::Device { .. } => None,
        };
        *moves.entry(span.since).or_default().entry(unit).or_default() += 1;
        if let Some(until) = span.until {
            *moves.entry(until).or_default().entry(unit).or_default() -= 1;
        }
    }
    let mut held: BTreeMap<Option<UnitId>, i64> = BTreeMap::new();
    let mut dated = Vec::with_capacity(moves.len());
    for (from, by) in moves {
        for (unit, by) in by {
            *held.entry(unit).or_default() += by;
        }
        let weight = |(unit, held): (&Option<UnitId>, &i64)| Weighted { unit: *unit, weight: (*held).unsigned_abs() };
        dated.push(Dated::new(from, held.iter().filter(|(_, held)| **held > 0).map(weight).collect()));
    }
    dated
}

/// The seats of a licence, each held no longer than the licence holds: when it ends, nobody takes them back.
pub fn in_term(licence: &Licence, seats: Vec<Seat>) -> Vec<Seat> {
    let (starts_on, ends_on) = (licence.term.starts_on, licence.term.ends_on());
    let cut = |span: &Span| {
        let since = span.since.max(starts_on);
        let until = [span.until, ends_on].into_iter().flatten().min();
        until.is_none_or(|until| since < until).then_some(Span { since, until })
    };
    let kept = |seat: Seat| Seat { spans: seat.spans.iter().filter_map(cut).collect(), ..seat };
    seats.into_iter().map(kept).filter(|seat| !seat.spans.is_empty()).collect()
}

/// Who carries a licence by its use: the days on which people of each department used it, month by month. Before the first
/// month that has any, and in each month without, it is carried as `otherwise` says, so that use which is heard of later moves no
/// other month. `until` is the last month whose use is all known; what comes after it is carried as it is.
pub fn by_use(
    months: &BTreeMap<Month, Vec<Weighted>>,
    otherwise: Vec<Dated<Vec<Weighted>>>,
    until: Month,
) -> Vec<Dated<Vec<Weighted>>> {
    let is_used = |weights: &Vec<Weighted>| weights.iter().any(|weighted| weighted.weight > 0);
    let used: BTreeMap<Month, &Vec<Weighted>> =
        months.iter().filter(|(month, weights)| **month <= until && is_used(weights)).map(|(m, w)| (*m, w)).collect();
    let Some(first) = used.keys().next().copied() else { return otherwise };
    let before = |day: Date| Month::of(day) < first;
    let mut dated: Vec<Dated<Vec<Weighted>>> = otherwise.iter().filter(|one| before(one.from)).cloned().collect();
    for month in first.up_to(until) {
        let from = month.period().from;
        if let Some(weights) = used.get(&month) {
            dated.push(Dated::new(from, (*weights).clone()));
            continue;
        }
        // A month in which nobody used it: as otherwise, from its first day and from each on which that changes.
        let holds = in_force(&otherwise, from).cloned().unwrap_or_default();
        dated.push(Dated::new(from, holds));
        let inside = |one: &&Dated<Vec<Weighted>>| one.from > from && Month::of(one.from) == month;
        dated.extend(otherwise.iter().filter(inside).cloned());
    }
    if !used.contains_key(&until) {
        dated.extend(otherwise.iter().filter(|one| Month::of(one.from) > until).cloned());
    }
    dated
}
