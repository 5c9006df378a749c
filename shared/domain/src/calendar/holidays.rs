//! Days off: on a date, or every year.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::invalid::Check;
use crate::text::travels_as_text;

/// A calendar's item must stay small; this is still room for closures of two years and more.
pub const MOST_HOLIDAYS: usize = 1_000;
/// Longest name of a holiday.
pub const LONGEST_NAME: usize = 60;

/// When a holiday is: once (`2026-12-24`) or every year (`12-25`; `02-29` in leap years only).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolidayDate {
    /// On one date.
    Once(Date),
    /// Every year on this day.
    Yearly {
        /// From 1 to 12.
        month: i8,
        /// From 1 to the length of the month.
        day: i8,
    },
}

/// The text is not the date of a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date; write 2026-12-24 for one year, 12-25 for every year")]
pub struct NotAHoliday;

/// A leap year, so that 29 February is a day of it.
const SOME_LEAP_YEAR: i16 = 2000;

impl FromStr for HolidayDate {
    type Err = NotAHoliday;

    fn from_str(text: &str) -> Result<Self, NotAHoliday> {
        match text.len() {
            10 => text.parse().map(Self::Once).map_err(|_| NotAHoliday),
            5 => {
                let date: Date = format!("{SOME_LEAP_YEAR}-{text}").parse().map_err(|_| NotAHoliday)?;
                Ok(Self::Yearly { month: date.month(), day: date.day() })
            }
            _ => Err(NotAHoliday),
        }
    }
}

impl fmt::Display for HolidayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => write!(f, "{date}"),
            Self::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
        }
    }
}

impl fmt::Debug for HolidayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

travels_as_text!(
    HolidayDate,
    Some("^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    "a date such as 2026-12-24, or 12-25 for every year"
);

/// A day off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// When it is.
    pub on: HolidayDate,
    /// What it is called.
    pub name: String,
}

/// Every month and day that a year can have, 29 February included.
const DAYS_OF_A_LEAP_YEAR: usize = 366;

pub(super) fn check(field: &str, holidays: &[Holiday], check: &mut Check) {
    check.count(field, holidays.len(), MOST_HOLIDAYS);
    let mut seen = HashSet::new();
    for (index, holiday) in holidays.iter().enumerate() {
        check.line(&format!("{field}/{index}/name"), &holiday.name, LONGEST_NAME);
        let new = seen.insert(holiday.on);
        let at = format!("{field}/{index}/on");
        check.that(new, &at, "duplicate", "is a holiday already; leave one of them out");
    }
    // In 400 years every month and day falls on every weekday, so whatever is not a holiday is open some day.
    let yearly = seen.iter().filter(|on| matches!(on, HolidayDate::Yearly { .. })).count();
    let some_day_left = yearly < DAYS_OF_A_LEAP_YEAR;
    check.that(some_day_left, field, "never_open", "closes every day of every year; leave some day open");
}
