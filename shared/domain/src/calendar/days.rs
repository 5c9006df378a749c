//! Business days: dates on which a calendar is open at all.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

use super::holidays::{Holiday, HolidayDate};
use super::hours::Hours;

/// How far back a business day is looked for: the longest closure of a calendar that is open once a week.
const FURTHEST_DAYS: u16 = 4_000;

/// A calendar's business days, made ready for many questions.
#[derive(Debug, Clone)]
pub struct BusinessDays {
    /// Monday first.
    open: [bool; 7],
    once: BTreeSet<Date>,
    /// Month and day.
    yearly: BTreeSet<(i8, i8)>,
}

impl BusinessDays {
    /// Those of hours and holidays, which must have been checked.
    pub fn new(hours: &Hours, holidays: &[Holiday]) -> Self {
        let open = match hours {
            Hours::AlwaysOpen => [true; 7],
            Hours::Weekly(weekly) => weekly.days().map(|(_, windows)| !windows.is_empty()),
        };
        let (mut once, mut yearly) = (BTreeSet::new(), BTreeSet::new());
        for holiday in holidays {
            match holiday.on {
                HolidayDate::Once(date) => once.insert(date),
                HolidayDate::Yearly { month, day } => yearly.insert((month, day)),
            };
        }
        Self { open, once, yearly }
    }

    /// Monday to Friday, without holidays: where there is no calendar.
    pub fn weekdays() -> Self {
        let open = [true, true, true, true, true, false, false];
        Self { open, once: BTreeSet::new(), yearly: BTreeSet::new() }
    }

    /// Whether it is a business day.
    pub fn is_open(&self, day: Date) -> bool {
        let monday_first = usize::try_from(day.weekday().since(Weekday::Monday)).unwrap_or_default();
        self.open[monday_first] && !self.once.contains(&day) && !self.yearly.contains(&(day.month(), day.day()))
    }

    /// The `n`th business day before a day; the day itself for none. Nothing if the calendar has not that many.
    pub fn before(&self, day: Date, n: u16) -> Option<Date> {
        let (mut at, mut left) = (day, n);
        for _ in 0..FURTHEST_DAYS {
            if left == 0 {
                return Some(at);
            }
            at = at.yesterday().ok()?;
            left -= u16::from(self.is_open(at));
        }
        None
    }
}
