//! From time entries to priced lines.
//!
//! An entry is split where business hours begin or end and where a holiday does, to the minute, in the calendar's zone.
//! It is rounded up once as a whole, never part by part, so a boundary makes no extra minutes. The minutes that rounding
//! adds go to the part with the lowest factor: rounding makes no premium time.

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::entry::{TimeEntry, TimeState};
use super::rates::{AfterHours, RateCard, Rounding, TimeKind, WorkType};
use crate::billing::codes::{RoleCode, WorkTypeCode};
use crate::calendar::{Calendar, Hours, OpenTime};
use crate::error::Refusal;
use crate::ids::{ContractId, TimeEntryId, UserId};
use crate::money::{Money, MoneyError};
use crate::zone::Zone;

/// What time is priced by.
#[derive(Debug, Clone, Copy)]
pub struct TimeTerms<'a> {
    /// The rates.
    pub card: &'a RateCard,
    /// The kinds of work, with their own rounding and factors.
    pub work_types: &'a [WorkType],
    /// When business hours are; none makes every hour one.
    pub calendar: Option<&'a Calendar>,
    /// The tenant's, for the day on which work began.
    pub zone: &'a Zone,
    /// The contract that is billed, for its own rates.
    pub contract: Option<ContractId>,
}

/// A part of an entry with one price: an entry over a boundary of business hours has several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TimeLine {
    /// Of which entry.
    pub entry: TimeEntryId,
    /// Who worked.
    pub person: UserId,
    /// In which role.
    pub role: Option<RoleCode>,
    /// Which kind of work.
    pub work_type: WorkTypeCode,
    /// The local day on which the work began.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub on: Date,
    /// Which hours.
    pub kind: TimeKind,
    /// Minutes worked in these hours. Those of an entry's lines add up to the entry's.
    pub worked: u32,
    /// Minutes charged, after rounding up. Those of an entry's lines add up to the entry's, rounded once.
    pub minutes: u32,
    /// In major units an hour, before the factor.
    pub rate: Decimal,
    /// The factor of these hours.
    pub factor: Decimal,
    /// What it costs: minutes × rate × factor ÷ 60, rounded once.
    pub amount: Money,
}

/// Prices what is still to be billed, in order of its beginning and then by id; other entries are passed over.
///
/// # Errors
/// [`Refusal::Conflict`]: `rate_missing`, which names person, kind of work and day, for an hour without a rate is never
/// free; `work_type_missing` for a kind of work that nobody knows; `amount_too_large`.
pub fn price_time(entries: &[TimeEntry], terms: &TimeTerms<'_>) -> Result<Vec<TimeLine>, Refusal> {
    let hours = terms.calendar.map(SplitHours::new);
    let mut unbilled: Vec<&TimeEntry> = entries.iter().filter(|entry| entry.is_unbilled()).collect();
    unbilled.sort_by_key(|entry| (entry.started_at, entry.id));
    let mut lines = Vec::new();
    for entry in unbilled {
        price_entry(entry, terms, hours.as_ref(), &mut lines)?;
    }
    Ok(lines)
}

/// What the billable work of these entries comes to, priced as it was or would be billed, and the minutes that have no
/// price: for want of a rate, or of their kind of work. What was written off comes to nothing.
///
/// # Errors
/// [`Refusal::Conflict`] `amount_too_large`.
pub fn worth(entries: &[&TimeEntry], terms: &TimeTerms<'_>) -> Result<(Money, u64), Refusal> {
    let hours = terms.calendar.map(SplitHours::new);
    let (mut lines, mut unpriced) = (Vec::new(), 0);
    for entry in entries.iter().filter(|entry| entry.billable && entry.state != TimeState::WrittenOff {}) {
        match price_entry(entry, terms, hours.as_ref(), &mut lines) {
            Err(Refusal::Conflict { code: "rate_missing" | "work_type_missing", .. }) => {
                unpriced += u64::from(entry.minutes);
            }
            priced => priced?,
        }
    }
    Ok((Money::sum(terms.card.currency, lines.iter().map(|line| line.amount))?, unpriced))
}

fn price_entry(
    entry: &TimeEntry,
    terms: &TimeTerms<'_>,
    hours: Option<&SplitHours>,
    lines: &mut Vec<TimeLine>,
) -> Result<(), Refusal> {
    let on = entry.day(terms.zone);
    let work_type = terms.work_types.iter().find(|known| known.code == entry.work_type).ok_or_else(|| {
        let detail = format!("time entry {} has the unknown kind of work {}; add it", entry.id, entry.work_type);
        Refusal::conflict("work_type_missing", detail)
    })?;
    let rate = terms.card.rate(terms.contract, entry, on).ok_or_else(|| {
        let (person, work, id) = (entry.person, &entry.work_type, entry.id);
        let detail = format!("no rate for {person} and {work} on {on} (time entry {id}); add one to the rate card");
        Refusal::conflict("rate_missing", detail)
    })?;
    let after_hours = work_type.after_hours.unwrap_or(terms.card.after_hours);
    let rounding = work_type.rounding.unwrap_or(terms.card.rounding);
    for (kind, worked, minutes) in split(entry, hours, after_hours, rounding) {
        let factor = after_hours.factor(kind);
        lines.push(TimeLine {
            entry: entry.id,
            person: entry.person,
            role: entry.role.clone(),
            work_type: entry.work_type.clone(),
            on,
            kind,
            worked,
            minutes,
            rate,
            factor,
            amount: cost_of(Decimal::from(minutes) * factor, rate, terms.card.currency)?,
        });
    }
    Ok(())
}

/// The parts of an entry: the hours they lie in, minutes worked, minutes charged.
fn split(
    entry: &TimeEntry,
    hours: Option<&SplitHours>,
    after_hours: AfterHours,
    rounding: Rounding,
) -> Vec<(TimeKind, u32, u32)> {
    let worked = hours.map_or([entry.minutes, 0, 0], |hours| hours.split(entry));
    let mut parts: Vec<(TimeKind, u32, u32)> = KINDS
        .into_iter()
        .zip(worked)
        .filter(|(_, minutes)| *minutes > 0)
        .map(|(kind, minutes)| (kind, minutes, minutes))
        .collect();
    let added = rounding.up(entry.minutes) - entry.minutes;
    if let Some(cheapest) = parts.iter_mut().min_by_key(|(kind, ..)| after_hours.factor(*kind)) {
        cheapest.2 += added;
    }
    parts
}

/// What minutes, factors included, cost at a rate an hour: one division of an exact product, rounded once.
pub(in crate::billing) fn cost_of(minutes: Decimal, rate: Decimal, currency: Currency) -> Result<Money, MoneyError> {
    let hours = minutes.checked_mul(rate).and_then(|product| product.checked_div(Decimal::from(60)));
    Money::rounded(hours.ok_or(MoneyError::TooLarge)?, currency)
}

const KINDS: [TimeKind; 3] = [TimeKind::Business, TimeKind::AfterHours, TimeKind::Holiday];

/// A calendar made ready to split entries.
struct SplitHours {
    business: OpenTime,
    /// All day, but not on holidays.
    no_holiday: OpenTime,
}

impl SplitHours {
    fn new(calendar: &Calendar) -> Self {
        Self {
            business: calendar.time(),
            no_holiday: OpenTime::new(&calendar.zone, &Hours::AlwaysOpen, &calendar.holidays),
        }
    }

    /// Minutes in business hours, outside them, and on holidays; they add up to the entry's. Where a zone's offset is not
    /// whole minutes, a minute that is cut counts as the later kind.
    fn split(&self, entry: &TimeEntry) -> [u32; 3] {
        let (from, to) = (entry.started_at, entry.ended_at());
        let minutes = |time: &OpenTime| u32::try_from(time.open_between(from, to).as_mins()).unwrap_or(entry.minutes);
        let no_holiday = minutes(&self.no_holiday).min(entry.minutes);
        let business = minutes(&self.business).min(no_holiday);
        [business, no_holiday - business, entry.minutes - no_holiday]
    }
}
