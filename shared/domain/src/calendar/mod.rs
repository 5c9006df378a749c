//! Business calendars: when somebody works, exactly.
//!
//! - [`hours`]: open windows of a week
//! - [`days`]: business days
//! - [`holidays`]: days off
//! - [`time`]: the arithmetic

pub mod days;
pub mod holidays;
pub mod hours;
pub mod time;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::days::BusinessDays;
pub use self::holidays::{Holiday, HolidayDate, MOST_HOLIDAYS};
pub use self::hours::{Hours, MinuteOfDay, WeeklyHours, Window};
pub use self::time::{OpenTime, TooFar};
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::CalendarId;
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::zone::Zone;

/// Long enough for any calendar's name.
pub const LONGEST_NAME: usize = 120;

/// When somebody works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// Which calendar.
    pub id: CalendarId,
    /// Its name.
    pub name: String,
    /// Whose local time the hours are in.
    pub zone: Zone,
    /// The open hours.
    pub hours: Hours,
    /// The days off.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A calendar to be added, or previewed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCalendar {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
    /// Its hours.
    pub hours: Hours,
    /// Its days off.
    pub holidays: Vec<Holiday>,
}

/// What to change; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CalendarChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// The hours from now on.
    pub hours: Option<Hours>,
    /// The days off from now on.
    pub holidays: Option<Vec<Holiday>>,
}

/// Adds a calendar.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, or when no hour would ever be open.
pub fn add(id: CalendarId, new: NewCalendar, now: Timestamp) -> Result<Outcome<Calendar>, Refusal> {
    let calendar = Calendar {
        id,
        name: new.name.trim().to_owned(),
        zone: new.zone,
        hours: new.hours,
        holidays: new.holidays,
        created_at: now,
        updated_at: now,
    };
    check(&calendar)?;
    Ok(Outcome::by(calendar, Event::CalendarAdded { calendar: id }))
}

/// Changes a calendar; the event makes open tickets be recomputed.
///
/// # Errors
/// [`Refusal::Invalid`] as for [`add`].
pub fn change(calendar: Calendar, changes: CalendarChanges, now: Timestamp) -> Result<Outcome<Calendar>, Refusal> {
    let mut after = Calendar {
        name: changes.name.map_or_else(|| calendar.name.clone(), |name| name.trim().to_owned()),
        zone: changes.zone.unwrap_or_else(|| calendar.zone.clone()),
        hours: changes.hours.unwrap_or_else(|| calendar.hours.clone()),
        holidays: changes.holidays.unwrap_or_else(|| calendar.holidays.clone()),
        ..calendar.clone()
    };
    if after == calendar {
        return Ok(Outcome::unchanged(calendar));
    }
    check(&after)?;
    after.updated_at = now;
    let event = Event::CalendarChanged { calendar: after.id };
    Ok(Outcome::by(after, event))
}

/// The rules for saved calendars, which previews share.
///
/// # Errors
/// [`Refusal::Invalid`] as for [`add`].
pub fn check(calendar: &Calendar) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &calendar.name, LONGEST_NAME);
    calendar.hours.check("/hours", &mut check);
    holidays::check("/holidays", &calendar.holidays, &mut check);
    check.done()
}

impl Calendar {
    /// The calendar made ready for many questions.
    pub fn time(&self) -> OpenTime {
        OpenTime::new(&self.zone, &self.hours, &self.holidays)
    }

    /// Its business days.
    pub fn days(&self) -> BusinessDays {
        BusinessDays::new(&self.hours, &self.holidays)
    }

    /// The open time in `[a, b)`; zero when `b` is not after `a`.
    pub fn open_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        self.time().open_between(a, b)
    }

    /// The instant at which `open` of open time has passed since `from`. What exactly fills a window is due at
    /// that window's end, not at the next opening.
    ///
    /// # Errors
    /// [`TooFar`] when that is more than a hundred years away, or past the year 9999.
    pub fn add_open(&self, from: Timestamp, open: SignedDuration) -> Result<Timestamp, TooFar> {
        self.time().add_open(from, open)
    }

    /// Whether it is open at this instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.time().is_open(at)
    }
}
