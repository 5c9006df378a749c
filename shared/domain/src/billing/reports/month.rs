//! Months of the calendar.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::billing::cycle::Period;
use crate::text::travels_as_text;

/// A month of the calendar: `2026-03`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

/// The text is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month; write it as 2026-03")]
pub struct NotAMonth;

impl Month {
    /// The month that has this day.
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// Its days.
    pub fn period(self) -> Period {
        Period { from: self.first, to: self.next().first }
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// So many months later; before, when negative. It stays at the ends of time.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self { first: self.first.saturating_add(months.months()).first_of_month() }
    }

    /// How many months later it is than another one.
    pub fn since(self, other: Self) -> i32 {
        let number = |month: Self| i32::from(month.first.year()) * 12 + i32::from(month.first.month());
        number(self) - number(other)
    }

    /// This month and those after it, up to and including the last.
    pub fn up_to(self, last: Self) -> impl Iterator<Item = Self> + use<> {
        (0..=last.since(self)).map(move |months| self.plus(months))
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAMonth);
        }
        let (year, month) = (year.parse().map_err(|_| NotAMonth)?, month.parse().map_err(|_| NotAMonth)?);
        let known = (1970..=2200).contains(&year) && (1..=12).contains(&month);
        if known { Ok(Self { first: date(year, month, 1) }) } else { Err(NotAMonth) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

travels_as_text!(Month, Some("^[0-9]{4}-[0-9]{2}$"), "a month such as 2026-03, from 1970 to 2200");
