//! Time entries: who worked on which ticket, when, how long, and on what. Open entries may change; a billed one is locked.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::billing::codes::{RoleCode, WorkTypeCode};
use crate::error::Refusal;
use crate::ids::{ClientId, ContractId, InvoiceId, TicketId, TimeEntryId, UserId};
use crate::invalid::Check;
use crate::zone::Zone;

/// Longest entry, in minutes: a whole day. A longer piece of work is one entry a day.
pub const LONGEST_MINUTES: u32 = 24 * 60;
/// How long ago work may have begun that is logged now, in days: two years. What is older is a slip of the year, and would
/// stop the client's bills for want of a rate.
pub const LATEST_DAYS: i64 = 731;
/// Longest note, in characters; it is printed on the invoice.
pub const LONGEST_NOTE: usize = 2_000;

/// A piece of work on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeEntry {
    /// Which entry.
    pub id: TimeEntryId,
    /// On which ticket.
    pub ticket: TicketId,
    /// For which client: the ticket's.
    pub client: ClientId,
    /// Under which contract, when it is not left to the invoice run.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// Who worked.
    pub person: UserId,
    /// In which role; none where the card does not go by roles.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// When the work began, to the minute.
    pub started_at: Timestamp,
    /// How long it took, from 1 to [`LONGEST_MINUTES`].
    pub minutes: u32,
    /// Whether the client pays for it.
    pub billable: bool,
    /// Which kind of work.
    pub work_type: WorkTypeCode,
    /// What was done, as the client reads it; may be empty.
    pub note: String,
    /// Whether it is still to be billed.
    pub state: TimeState,
    /// Under which contract it was billed.
    #[serde(default)]
    pub billed_under: Option<ContractId>,
    /// When it was logged.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Whether a time entry is still to be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TimeState {
    /// It may change, and waits for an invoice if it is billable.
    Open {},
    /// It is on an invoice and locked.
    Billed {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// It will never be billed, and is locked.
    WrittenOff {},
}

/// Work to be logged.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTimeEntry {
    /// On which ticket.
    pub ticket: TicketId,
    /// For which client: the ticket's.
    pub client: ClientId,
    /// Under which contract, if that is known.
    pub contract: Option<ContractId>,
    /// Who worked.
    pub person: UserId,
    /// In which role.
    pub role: Option<RoleCode>,
    /// When the work began; seconds are dropped.
    pub started_at: Timestamp,
    /// How long it took, in minutes.
    pub minutes: u32,
    /// Whether the client pays for it.
    pub billable: bool,
    /// Which kind of work.
    pub work_type: WorkTypeCode,
    /// What was done.
    pub note: String,
}

/// What to change; absent fields stay, `Some(None)` clears.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeChanges {
    /// Under another contract.
    pub contract: Option<Option<ContractId>>,
    /// Somebody else worked.
    pub person: Option<UserId>,
    /// In another role.
    pub role: Option<Option<RoleCode>>,
    /// It began at another time.
    pub started_at: Option<Timestamp>,
    /// It took longer or shorter.
    pub minutes: Option<u32>,
    /// Whether the client pays after all.
    pub billable: Option<bool>,
    /// It was another kind of work.
    pub work_type: Option<WorkTypeCode>,
    /// Another note.
    pub note: Option<String>,
}

/// Logs work.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, or work that begins after `now`.
pub fn log(id: TimeEntryId, new: NewTimeEntry, now: Timestamp) -> Result<TimeEntry, Refusal> {
    let entry = TimeEntry {
        id,
        ticket: new.ticket,
        client: new.client,
        contract: new.contract,
        person: new.person,
        role: new.role,
        started_at: to_the_minute(new.started_at),
        minutes: new.minutes,
        billable: new.billable,
        work_type: new.work_type,
        note: new.note.trim().to_owned(),
        state: TimeState::Open {},
        billed_under: None,
        created_at: now,
        updated_at: now,
    };
    check(&entry, now)?;
    check_age(&entry, now)?;
    Ok(entry)
}

/// Changes an open entry.
///
/// # Errors
/// [`Refusal::Conflict`] `time_locked` once it is billed or written off; [`Refusal::Invalid`] as for [`log`].
pub fn change(entry: TimeEntry, changes: TimeChanges, now: Timestamp) -> Result<TimeEntry, Refusal> {
    entry.must_be_open()?;
    let mut after = TimeEntry {
        contract: changes.contract.unwrap_or(entry.contract),
        person: changes.person.unwrap_or(entry.person),
        role: changes.role.unwrap_or_else(|| entry.role.clone()),
        started_at: changes.started_at.map_or(entry.started_at, to_the_minute),
        minutes: changes.minutes.unwrap_or(entry.minutes),
        billable: changes.billable.unwrap_or(entry.billable),
        work_type: changes.work_type.unwrap_or_else(|| entry.work_type.clone()),
        note: changes.note.map_or_else(|| entry.note.clone(), |note| note.trim().to_owned()),
        ..entry.clone()
    };
    if after == entry {
        return Ok(entry);
    }
    check(&after, now)?;
    if after.started_at != entry.started_at {
        check_age(&after, now)?;
    }
    after.updated_at = now;
    Ok(after)
}

/// Puts an open entry on an invoice under a contract, which locks it. On the same invoice again it stays as it is.
///
/// # Errors
/// [`Refusal::Conflict`] `time_locked` when it is on another invoice or written off, `not_billable` when the client does
/// not pay for it.
pub fn bill(entry: TimeEntry, invoice: InvoiceId, contract: ContractId, now: Timestamp) -> Result<TimeEntry, Refusal> {
    if entry.state == (TimeState::Billed { invoice }) {
        return Ok(entry);
    }
    entry.must_be_open()?;
    if !entry.billable {
        let detail = format!("{} is not billable; make it billable first, or leave it out", entry.id);
        return Err(Refusal::conflict("not_billable", detail));
    }
    Ok(TimeEntry { state: TimeState::Billed { invoice }, billed_under: Some(contract), updated_at: now, ..entry })
}

/// Opens an entry again, because its invoice was made void. An entry that is not on this invoice stays as it is.
pub fn release(entry: TimeEntry, invoice: InvoiceId, now: Timestamp) -> TimeEntry {
    if entry.state == (TimeState::Billed { invoice }) {
        TimeEntry { state: TimeState::Open {}, billed_under: None, updated_at: now, ..entry }
    } else {
        entry
    }
}

/// Says that an open entry will never be billed, which locks it.
///
/// # Errors
/// [`Refusal::Conflict`] `time_locked` when it is on an invoice.
pub fn write_off(entry: TimeEntry, now: Timestamp) -> Result<TimeEntry, Refusal> {
    if entry.state == (TimeState::WrittenOff {}) {
        return Ok(entry);
    }
    entry.must_be_open()?;
    Ok(TimeEntry { state: TimeState::WrittenOff {}, updated_at: now, ..entry })
}

impl TimeEntry {
    /// Whether an invoice still has to take it up.
    pub fn is_unbilled(&self) -> bool {
        self.billable && self.state == (TimeState::Open {})
    }

    /// Under which contract it counts: the one that billed it, or that it was put under.
    pub fn under(&self) -> Option<ContractId> {
        self.billed_under.or(self.contract)
    }

    /// The instant at which the work was over.
    pub fn ended_at(&self) -> Timestamp {
        self.started_at.saturating_add(SignedDuration::from_mins(i64::from(self.minutes))).unwrap_or(Timestamp::MAX)
    }

    /// The local day on which the work began. Rates, periods and blocks go by this day, also for work past midnight.
    pub fn day(&self, zone: &Zone) -> Date {
        zone.date(self.started_at)
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        let why = match self.state {
            TimeState::Open {} => return Ok(()),
            TimeState::Billed { invoice } => format!("is on invoice {invoice}; correct it there with a credit note"),
            TimeState::WrittenOff {} => "is written off; log the time anew if it is to be billed".to_owned(),
        };
        Err(Refusal::conflict("time_locked", format!("{} {why}", self.id)))
    }
}

fn check(entry: &TimeEntry, now: Timestamp) -> Result<(), Refusal> {
    let mut check = Check::new();
    let in_range = (1..=LONGEST_MINUTES).contains(&entry.minutes);
    check.that(in_range, "/minutes", "out_of_range", "must be from 1 to 1440 minutes; log longer work day by day");
    let past = entry.started_at <= now;
    check.that(past, "/started_at", "in_the_future", "must not be in the future; log work once it has begun");
    if !entry.note.is_empty() {
        check.prose("/note", &entry.note, LONGEST_NOTE);
    }
    check.done()
}

fn check_age(entry: &TimeEntry, now: Timestamp) -> Result<(), Refusal> {
    let oldest = now.checked_sub(SignedDuration::from_hours(24 * LATEST_DAYS)).unwrap_or(Timestamp::MIN);
    if entry.started_at >= oldest {
        return Ok(());
    }
    let detail = "must be within the last two years; check the year, and charge older work by a charge";
    Err(Refusal::invalid("/started_at", "too_long_ago", detail))
}

/// An entry is whole minutes from a whole minute on, so that a boundary of business hours splits it exactly.
fn to_the_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}
