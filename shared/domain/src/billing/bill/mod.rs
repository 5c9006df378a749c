//! The one entry to billing: what is missing for a contract up to a date.
//!
//! [`bill`] looks at what was agreed and at what was billed before, and answers the drafts that are missing, so running
//! it again adds nothing, running it late gives every missed period its own draft, and a preview is the same call.
//!
//! # Amounts
//! - A line in advance or in arrears costs, in a period, the sum over its days of *price of the whole period at the
//!   day's quantity ÷ days of the whole period*, rounded once for line and period, half away from zero.
//! - In advance a period is billed when it starts, with what is known then. When it has ended, the next bill settles
//!   it: the same sum is taken with what is known now, and the difference is an adjustment line. So over both bills
//!   each day is billed once at the quantity in force, and the sum is rounded once.
//! - A count that comes late, for days that were billed, is settled with the next bill and named as late, of the last
//!   [`KEPT_PERIODS`] periods of a line.
//! - Usage of a period is priced as a whole. What comes in after its period was billed joins the next bill, named as
//!   late, with the difference between the period's price with it and without it.
//! - What a period lacks of its minimum is billed once, when it has ended; a minimum follows the line's proration.
//!
//! # Room
//! An invoice holds [`super::lines::MOST_LINES`] lines, and a bill takes up [`MOST_TAKEN`] records of a kind. What is over goes
//! on the next bill. Where that is more than a month away there is a further one a month later, with a date and so an identity
//! of its own, that takes up nothing but what is over, and another after it as long as something is. The schedule stays.

mod bundle;
mod discounting;
mod draft;
mod extras;
mod facts;
mod hold;
mod line;
mod periodic;
mod prepaid;
mod release;
mod runs;
mod sheet;
mod standing;
mod taxing;
mod usage;

use jiff::ToSpan;
use jiff::civil::Date;

pub use self::bundle::*;
pub use self::draft::*;
pub use self::facts::*;
pub use self::hold::*;
pub use self::line::{MOST_PARTS, PARTS_UP_TO_ROW};
pub use self::periodic::MOST_BEHIND;
pub use self::prepaid::{
    Drawing, HoursDrawn, IncludedHours, LineBucket, MOST_DRAWN, MOST_SOLD, Told, Watched, included_hours, watch,
};
pub use self::release::{BookedUsage, carried};
pub use self::runs::*;
use self::sheet::Sheet;
pub use self::standing::*;
pub use self::taxing::{invoice_lines, invoiced, taxed_lines};
use super::contract::{Contract, ContractState, WAITS_MONTHS, renewed};
use super::cycle::{Period, Schedule};
pub use super::settings::{Grouping, Limits};
use crate::error::Refusal;

/// Most bill dates that one call goes through: ten years of months. Whoever is further behind calls again.
pub const MOST_PERIODS: usize = 120;

/// What is missing for a contract up to and including `today`, the tenant's local date. Whether the contract is parked
/// is the caller's question: to try it again is to call this.
///
/// # Errors
/// [`Refusal::Conflict`] when something needed is missing or does not fit (`count_missing`, `price_missing`,
/// `usage_of_no_line`, `currencies`, `amount_too_large`): the contract is then parked with the refusal's detail.
pub fn bill(facts: &Facts, today: Date) -> Result<Billing, Refusal> {
    bill_some(facts, today, MOST_PERIODS, MOST_PERIODS)
}

/// As [`bill`], through at most so many bill dates, and until there are so many drafts.
pub(super) fn bill_some(facts: &Facts, today: Date, dates: usize, drafts: usize) -> Result<Billing, Refusal> {
    let mut billing = Billing { drafts: Vec::new(), after: facts.clone(), more: false };
    billing.after.contract = not_again(billing.after.contract, &facts.book);
    let mut bookings = Vec::new();
    for _ in 0..dates {
        let Some(on) = due_on(&billing.after.contract, today) else { return Ok(billing) };
        if billing.drafts.len() == drafts {
            break;
        }
        let after = &mut billing.after;
        after.contract = renewed(after.contract.clone(), on);
        let sheet = Sheet::of(after, on)?;
        if sheet.is_empty() {
            after.book.apply(&sheet.bookings, on);
            bookings.extend(sheet.bookings);
            let next_on = next_on(after, on, false);
            after.contract = draft::moved(after.contract.clone(), next_on);
        } else {
            let draft = sheet.draft(after, std::mem::take(&mut bookings), today, on)?;
            billing.after = billing.after.with(&draft, today)?;
            billing.drafts.push(draft);
        }
    }
    billing.more = due_on(&billing.after.contract, today).is_some();
    Ok(billing)
}

/// A contract whose next bill is on a day that was billed has it on the day after: there is one bill of a day for ever.
#[must_use]
pub fn not_again(contract: Contract, book: &Book) -> Contract {
    match (contract.next_on, book.billed_on) {
        (Some(next), Some(billed)) if next <= billed => {
            Contract { next_on: Some(billed.saturating_add(1.day())), ..contract }
        }
        _ => contract,
    }
}

/// The bill date that is due by `today`.
fn due_on(contract: &Contract, today: Date) -> Option<Date> {
    contract.next_on.filter(|on| contract.state == ContractState::Active && *on <= today)
}

/// The schedule without an end: bills in arrears, and late ones, go on after it.
fn open(schedule: Schedule) -> Schedule {
    Schedule { ends_on: None, ..schedule }
}

/// The whole period that has this day; the first for a day before the contract.
fn period_of(contract: &Contract, day: Date) -> Period {
    let schedule = open(contract.schedule);
    schedule.period_of(day).unwrap_or_else(|| schedule.first())
}

/// Whether bills are made on this date: at the contract's start, when a period starts, and at the contract's end.
fn is_bill_date(contract: &Contract, on: Date) -> bool {
    let schedule = &contract.schedule;
    on == schedule.starts_on || schedule.ends_on == Some(on) || period_of(contract, on).from == on
}

/// Whether a date is that of a further bill, which takes up what the last one had no room for: it comes a month after that, or
/// where [`not_again`] moved it. A term that was to end inside a period and was renewed leaves a date that is none.
fn is_further(facts: &Facts, on: Date) -> bool {
    let contract = &facts.contract;
    let over = contract.schedule.ends_on.is_some_and(|end| end < on);
    let follows =
        |billed: Date| [billed.saturating_add(WAITS_MONTHS.months()), billed.saturating_add(1.day())].contains(&on);
    !contract.bills_often() && !over && !is_bill_date(contract, on) && facts.book.billed_on.is_some_and(follows)
}

/// The next bill date by the schedule, or in a month if that is sooner.
fn soon(contract: &Contract, on: Date) -> Date {
    let starts = period_of(contract, on).to;
    if contract.bills_often() { starts } else { starts.min(on.saturating_add(WAITS_MONTHS.months())) }
}

/// Whether nothing of the contract is in force any more.
fn is_over(contract: &Contract, on: Date) -> bool {
    contract.schedule.ends_on.is_some_and(|end| end <= on)
}

/// The bill date after `on`; soon when the bill of that date had no room for `more`. After the contract's end there is one more
/// for as long as something is left to take up.
fn next_on(facts: &Facts, on: Date, more: bool) -> Option<Date> {
    let soon = soon(&facts.contract, on);
    let next = if more { soon } else { period_of(&facts.contract, on).to };
    match facts.contract.schedule.ends_on {
        Some(end) if on >= end => (more || facts.has_open()).then_some(soon),
        Some(end) => Some(next.min(end)),
        None => Some(next),
    }
}

/// Wakes a contract that was over, because something came in that is to be billed: its next bill date is the first after
/// `today`, and in a month at the latest. A contract that waits for a bill already stays as it is.
#[must_use]
pub fn woken(contract: Contract, today: Date) -> Contract {
    if contract.state != ContractState::Ended {
        return contract;
    }
    let next_on = Some(soon(&contract, today));
    Contract { state: ContractState::Active, next_on, ..contract }
}
