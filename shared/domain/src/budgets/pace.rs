//! Months that files have told of in part: what their other days bring.
//!
//! Of a source that comes daily each month is taken by the days that files told of: the first one as if all of it were told,
//! and one whose other days are still awaited at a mix of its own pace and of the months before it, its own pace counting by
//! the part of the month that is told. So a change shows as the month goes on, and what came once on its first days does not
//! count for every day. What is of periods of several days, such as a month's fee, is known for all of them at once: it has no
//! pace, and less of it than usual is taken for a fee that is still to come, by the part of the month that is not told. So it is
//! with what came at once on a day by itself, and of that no month to come is expected to have more than is usual; what usually
//! comes on days that are not told yet is awaited whole. Where days say that the level moved, all this is reckoned as if it had
//! always been the one that holds now.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::at_once::{DailySums, MONTHS_BY_DAY, at_once, within_scope};
use super::budget::Budget;
use super::costs::{Cost, spent_within, within};
use super::levels::Levels;
use super::outlook::short_of;
use super::spent::{FEWEST_DAYS, Part, Spent};
use super::told::Told;
use super::usual::{middle, usual_of};
use crate::billing::reports::Month;
use crate::cost_centres::CostCode;
use crate::error::Refusal;
use crate::ids::UnitId;
use crate::insights::costs::LICENCES;
use crate::money::Money;

/// Days of the longest months.
const LONGEST: u32 = 31;
/// In more months than these it comes now and then.
const MOST_ONCE: usize = 2;

/// A client's costs that are carried, and what is known of some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Costs {
    /// All of them.
    pub all: Vec<Cost>,
    /// What of them files tell of periods of several days.
    pub of_periods: Vec<Cost>,
    /// What the rest of that came to day by day, whoever carries it.
    pub by_day: Vec<DailySums>,
    /// What of them comes once: nobody expects it again.
    pub once: Vec<Cost>,
    /// What of them comes only if somebody renews a licence.
    pub if_renewed: Vec<Cost>,
    /// What is still awaited of months that are over, and is not among them: it is billed later.
    pub awaited: Vec<Cost>,
}

/// What a budget is held against, with what its months would come to by the days that files told of, and with what is billed
/// later. `told` has the sources of which files tell.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn spent_as_told(
    costs: &Costs,
    budget: &Budget,
    centres: &BTreeMap<UnitId, CostCode>,
    told: &BTreeMap<String, Told>,
    today: Date,
) -> Result<Spent, Refusal> {
    let mut spent = spent_within(&costs.all, budget, centres)?;
    let none = Money::zero(budget.currency());
    let mut sources = by_source(within(&costs.all, budget, centres), none)?;
    let of_periods = by_source(within(&costs.of_periods, budget, centres), none)?;
    let awaited = by_source(within(&costs.awaited, budget, centres), none)?;
    for (source, once) in by_source(within(&costs.once, budget, centres), none)? {
        for (month, amount) in once {
            let parts = within(&costs.once, budget, centres).filter(|cost| cost.month == month).count();
            apart(sources.entry(source).or_default(), month, amount, parts)?;
            let with_rounding = apart(&mut spent.variable, month, amount, parts)?;
            let sum = spent.fixed.entry(month).or_insert(none);
            *sum = sum.plus(with_rounding)?;
        }
    }
    for cost in within(&costs.if_renewed, budget, centres) {
        let sum = spent.if_renewed.entry(cost.month).or_insert(none);
        *sum = sum.plus(cost.amount)?;
    }
    let no_periods = BTreeMap::new();
    let now = Month::of(today);
    let first = spent.variable.keys().next().copied().unwrap_or(now).min(now);
    let mut parts: BTreeMap<Month, Part> = BTreeMap::new();
    let mut more: Vec<(Month, Money)> = Vec::new();
    for (source, amounts) in &sources {
        let Some(told) = told.get(*source).filter(|told| told.daily) else { continue };
        let own = (amounts, of_periods.get(source).unwrap_or(&no_periods));
        let by_day = ByDay::of(costs, (*source, own), told, (first, today), none)?;
        let read = in_part(own, &by_day, told, now, none)?;
        for (sums, own) in [(&mut spent.moved, by_day.moved), (&mut spent.once, read.once)] {
            for (month, more) in own {
                let sum = sums.entry(month).or_insert(none);
                *sum = sum.plus(more)?;
            }
        }
        spent.unsure += by_day.unsure;
        for (month, own) in read.parts {
            more.push((month, own.whole.minus(amounts.get(&month).copied().unwrap_or(none))?));
            let part = parts.entry(month).or_insert(own);
            part.days = part.days.min(own.days);
            part.awaited |= own.awaited;
        }
    }
    for (month, amount) in awaited.values().flatten() {
        more.push((*month, *amount));
        let days = u32::try_from(month.period().days()).unwrap_or_default();
        parts.entry(*month).or_insert(Part { whole: none, days, awaited: true }).awaited = true;
    }
    // The other sources of the month that runs: as usual, and at least what they came to already.
    if parts.contains_key(&now) {
        for (source, amounts) in sources.iter().filter(|(source, _)| told.get(**source).is_none_or(|told| !told.daily))
        {
            let begun = amounts.get(&now).copied().unwrap_or(none);
            let first = amounts.keys().next().copied().unwrap_or(now);
            let later =
                |month: &Month| awaited.get(source).and_then(|months| months.get(month)).copied().unwrap_or(none);
            let before = first.up_to(now.plus(-1));
            let before = before.map(|month| amounts.get(&month).copied().unwrap_or(none).plus(later(&month)));
            let usual = usual_of(&before.collect::<Result<Vec<_>, _>>()?).unwrap_or(begun);
            if usual.minor() > begun.minor() {
                more.push((now, usual.minus(begun)?));
            }
        }
    }
    for (month, part) in &mut parts {
        part.whole = spent.variable.get(month).copied().unwrap_or(none);
        for (_, more) in more.iter().filter(|(of, _)| of == month) {
            part.whole = part.whole.plus(*more)?;
        }
    }
    Ok(Spent { parts, ..spent })
}

/// Costs by source and month.
fn by_source<'a>(
    costs: impl Iterator<Item = &'a Cost>,
    none: Money,
) -> Result<BTreeMap<&'a str, BTreeMap<Month, Money>>, Refusal> {
    let mut sources: BTreeMap<&str, BTreeMap<Month, Money>> = BTreeMap::new();
    for cost in costs.filter(|cost| cost.source != LICENCES) {
        let sum = sources.entry(&cost.source).or_default().entry(cost.month).or_insert(none);
        *sum = sum.plus(cost.amount)?;
    }
    Ok(sources)
}

/// What months came to, and what of that is of periods of several days.
type ByMonth<'a> = (&'a BTreeMap<Month, Money>, &'a BTreeMap<Month, Money>);

/// What the days of a source say of what is in a budget's scope.
#[derive(Default)]
struct ByDay {
    /// What came at once.
    at_once: BTreeMap<Date, Money>,
    /// By how much months would be more at the level that holds now.
    moved: BTreeMap<Month, Money>,
    /// The variance of that level for a day, in minor units.
    unsure: f64,
}

impl ByDay {
    /// Of a source of which the scope has so much in these months, and something of any source from this first one on.
    fn of(
        costs: &Costs,
        (source, (amounts, of_periods)): (&str, ByMonth<'_>),
        told: &Told,
        (first, today): (Month, Date),
        none: Money,
    ) -> Result<Self, Refusal> {
        let currency = none.currency();
        let Some(days) = costs.by_day.iter().find(|days| days.source == source && days.currency == currency) else {
            return Ok(Self::default());
        };
        let of_source = |costs: &[Cost]| {
            let own = costs.iter().filter(|cost| cost.source == source && cost.amount.currency() == currency);
            by_source(own, none).map(|mut sources| sources.remove(source).unwrap_or_default())
        };
        let (all, all_of_periods) = (of_source(&costs.all)?, of_source(&costs.of_periods)?);
        let minor =
            |months: &BTreeMap<Month, Money>, month: Month| months.get(&month).map_or(0, |amount| amount.minor());
        let by_days = |(amounts, of_periods): ByMonth<'_>, month: Month| {
            minor(amounts, month).saturating_sub(minor(of_periods, month))
        };
        let of_scope = |month: Month| by_days((amounts, of_periods), month);
        let of_all = |month: Month| by_days((&all, &all_of_periods), month);
        let mut days = days.told(told, told.last, of_all);
        let at_once = at_once(&days);
        let mut large: BTreeMap<Month, i64> = BTreeMap::new();
        for (day, minor) in &at_once {
            let sum = large.entry(Month::of(*day)).or_default();
            *sum = sum.saturating_add(*minor);
        }
        let (own, of) = within_scope(&large, of_scope, of_all, |month| told.days_of(month));
        let part = |minor: i64| i64::try_from(i128::from(minor) * own / of).unwrap_or(minor);
        for (day, minor) in &mut days {
            *minor = minor.saturating_sub(at_once.get(day).copied().unwrap_or_default());
        }
        let at_once = at_once.into_iter().map(|(day, minor)| (day, Money::new(part(minor), currency)));
        let mut found = Self { at_once: at_once.collect(), ..Self::default() };
        // A source of which nothing came in two months has ended.
        if !told.comes(Month::of(today)) {
            return Ok(found);
        }
        // What is told of today may be a part of it.
        days.retain(|(day, _)| *day < today);
        let from = Month::of(told.first);
        // One that is younger than others cost nothing before. Its first month is taken as if all of it were told, or not at all.
        let mut before: BTreeMap<Month, f64> = BTreeMap::new();
        if first < from && days.first().is_some_and(|(day, _)| *day == told.first) {
            before.extend(first.up_to(from.plus(-1)).map(|month| (month, month.period().days() as f64)));
            if told.days_of(from).0 < FEWEST_DAYS {
                before.insert(from, f64::from(told.first.day() - 1));
            }
        }
        let Some(levels) = Levels::of(&days, before) else { return Ok(found) };
        let large = |month: Month| large.get(&month).copied().unwrap_or_default();
        let own = |month: Month| of_scope(month).saturating_sub(part(large(month))) as f64;
        let all = |month: Month| of_all(month).saturating_sub(large(month)) as f64;
        let lifted = levels.lift(own, all, first.max(from));
        let more = |more: f64| Money::new(more.round() as i64, currency);
        found.moved = lifted.months.into_iter().map(|(month, lift)| (month, more(lift))).collect();
        found.unsure = lifted.unsure;
        Ok(found)
    }
}

/// What the days of a source say of its months.
#[derive(Default)]
struct Read {
    /// Those that are told in part.
    parts: BTreeMap<Month, Part>,
    /// What of each came at once and is expected of no other.
    once: BTreeMap<Month, Money>,
}

/// What a source's months come to by the days that files told of.
fn in_part(
    (amounts, of_periods): ByMonth<'_>,
    by_day: &ByDay,
    told: &Told,
    now: Month,
    none: Money,
) -> Result<Read, Refusal> {
    let mut read = Read::default();
    let (first, last) = (Month::of(told.first), Month::of(told.last));
    let comes = told.comes(now);
    let (mut before, mut fees_before): (Vec<Money>, Vec<Money>) = (Vec::new(), Vec::new());
    let mut large_before: Vec<Money> = Vec::new();
    let mut late_before: Vec<Money> = Vec::new();
    let mut larges: Vec<(Month, Money)> = Vec::new();
    for month in first.up_to(now) {
        // As it would be at the level that holds now.
        let moved = by_day.moved.get(&month).copied().unwrap_or(none);
        let amount = amounts.get(&month).copied().unwrap_or(none).plus(moved)?;
        let mut fees = of_periods.get(&month).copied().unwrap_or(none);
        let at_once = |from: i8| {
            let days = by_day.at_once.iter().filter(|(day, _)| Month::of(**day) == month && day.day() > from);
            Money::sum(none.currency(), days.map(|(_, amount)| *amount))
        };
        let mut large = at_once(0)?;
        let late = at_once(told.last.day())?;
        let (days, of) = told.days_of(month);
        let awaited = comes && month >= last;
        let usual_large = usual_of(&large_before).filter(|usual| usual.minor() > 0).unwrap_or(none);
        let whole = if days >= of {
            amount
        } else if awaited {
            let share = Decimal::from(days) / Decimal::from(of);
            let by_days = amount.minus(fees)?.minus(large)?;
            let pace = if days > 0 { Some(by_days.times(Decimal::ONE / share)?) } else { None };
            let usual = nearest(&before, pace, of)?.or(pace).unwrap_or(none);
            let mixed = pace.unwrap_or(usual).times(share)?.plus(usual.times(Decimal::ONE - share)?)?;
            let usual_fees = usual_of(&fees_before).filter(|usual| usual.minor() > fees.minor()).unwrap_or(fees);
            let more_fees = usual_fees.minus(fees)?.times(Decimal::ONE - share)?;
            fees = fees.plus(more_fees)?;
            // What usually comes on the days that are not told is awaited whole, what is late by the part of the month.
            let short = short_of(short_of(none, large)?, usual_large)?;
            let usual_late = usual_of(&late_before).unwrap_or(none).at_most(short)?;
            let more_large = short.minus(usual_late)?.times(Decimal::ONE - share)?.plus(usual_late)?;
            large = large.plus(more_large)?;
            amount.plus(mixed.times(Decimal::ONE - share)?)?.plus(more_fees)?.plus(more_large)?
        } else if month == first && days >= FEWEST_DAYS {
            amount.minus(large)?.times(Decimal::from(of) / Decimal::from(days))?.plus(large)?
        } else {
            amount
        };
        // What came at once lately says nothing of months to come, beyond what usually does so.
        read.once.extend((month >= now.plus(-1)).then_some((month, large.minus(usual_large)?)));
        if days < of && (awaited || month == first) {
            read.parts.insert(month, Part { whole: whole.minus(moved)?, days, awaited });
        }
        if days >= FEWEST_DAYS || month > first {
            before.push(whole.minus(fees)?.minus(large)?.times(Decimal::from(LONGEST) / Decimal::from(of))?);
            fees_before.push(fees);
            larges.extend((month > now.plus(-MONTHS_BY_DAY)).then_some((month, large)));
            large_before.push(large);
            late_before.push(late);
        }
    }
    // Nor what came so in a month or two of all of them.
    let all: Vec<i64> = larges.iter().map(|(_, large)| large.minor()).collect();
    let usual = middle(&all).map_or(none, |minor| Money::new(minor, none.currency()));
    let apart = larges.iter().filter(|(_, large)| *large != usual);
    if apart.clone().count() <= MOST_ONCE {
        for (month, large) in apart.filter(|(month, _)| *month < now.plus(-1)) {
            read.once.insert(*month, large.minus(usual)?);
        }
    }
    Ok(read)
}

/// What is usual in a month of so many days by those before, each as if it were the longest: the middle one of the last three, the
/// last one, or one that goes as far beyond the last as that is beyond the middle, whichever a month's own pace is nearest to. So a
/// level that moved in the month before is not forgotten as the next one begins, one that came back is not kept, and what rises
/// goes on to.
fn nearest(before: &[Money], pace: Option<Money>, of: u32) -> Result<Option<Money>, Refusal> {
    let (Some(middle), Some(last)) = (usual_of(before), before.last()) else { return Ok(None) };
    let mut nearest = None;
    for usual in [middle, *last, last.plus(last.minus(middle)?)?] {
        let usual = usual.times(Decimal::from(of) / Decimal::from(LONGEST))?;
        let off = pace.map_or(Ok(0), |pace| pace.minus(usual).map(|off| off.minor().unsigned_abs()))?;
        if nearest.is_none_or(|(least, _)| off < least) {
            nearest = Some((off, usual));
        }
    }
    Ok(nearest.map(|(_, usual)| usual))
}

/// Takes what comes once off its month, and returns what is off. Where that was all, nothing stays: what comes once is carried by
/// itself, so each of its parts may be a minor unit off what it is in the whole.
fn apart(months: &mut BTreeMap<Month, Money>, month: Month, once: Money, parts: usize) -> Result<Money, Refusal> {
    let whole = months.get(&month).copied().unwrap_or(Money::zero(once.currency()));
    let rest = whole.minus(once)?;
    if rest.minor().unsigned_abs() <= parts as u64 {
        months.remove(&month);
        return Ok(whole);
    }
    months.insert(month, rest);
    Ok(once)
}
