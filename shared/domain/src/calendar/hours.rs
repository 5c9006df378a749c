//! The open windows of a week.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use crate::invalid::Check;
use crate::text::travels_as_text;

/// More windows than this in a day are a mistake.
pub const MOST_WINDOWS_A_DAY: usize = 24;

/// Minutes of a whole day.
pub const DAY: u16 = 24 * 60;

/// A time of day to the minute, from `00:00` to `24:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinuteOfDay(u16);

/// The text is not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day; write it from 00:00 to 24:00")]
pub struct NotATimeOfDay;

impl MinuteOfDay {
    /// So many minutes after midnight; at most 1440, which is `24:00`.
    pub const fn new(minutes: u16) -> Option<Self> {
        if minutes <= DAY { Some(Self(minutes)) } else { None }
    }

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for MinuteOfDay {
    type Err = NotATimeOfDay;

    fn from_str(text: &str) -> Result<Self, NotATimeOfDay> {
        let number = |digits: &[u8]| match digits {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(u16::from((tens - b'0') * 10 + (ones - b'0'))),
            _ => None,
        };
        let (hours, minutes) = match text.as_bytes() {
            [h1, h2, b':', m1, m2] => (number(&[*h1, *h2]), number(&[*m1, *m2])),
            _ => (None, None),
        };
        match (hours, minutes) {
            (Some(hours), Some(minutes)) if minutes < 60 => Self::new(hours * 60 + minutes).ok_or(NotATimeOfDay),
            _ => Err(NotATimeOfDay),
        }
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

travels_as_text!(MinuteOfDay, Some("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"), "a time of day from 00:00 to 24:00");

/// Open from `from` until just before `to`, on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Window {
    /// The first minute.
    pub from: MinuteOfDay,
    /// The end, which is not in the window any more; `24:00` is midnight.
    pub to: MinuteOfDay,
}

/// The open windows of each weekday, sorted and apart. A day without windows is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WeeklyHours {
    /// Windows on Mondays.
    pub monday: Vec<Window>,
    /// Windows on Tuesdays.
    pub tuesday: Vec<Window>,
    /// Windows on Wednesdays.
    pub wednesday: Vec<Window>,
    /// Windows on Thursdays.
    pub thursday: Vec<Window>,
    /// Windows on Fridays.
    pub friday: Vec<Window>,
    /// Windows on Saturdays.
    pub saturday: Vec<Window>,
    /// Windows on Sundays.
    pub sunday: Vec<Window>,
}

/// When a calendar is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Hours {
    /// 24×7, holidays apart.
    AlwaysOpen,
    /// By the week.
    Weekly(WeeklyHours),
}

impl WeeklyHours {
    /// The same windows from Monday to Friday; a common case.
    pub fn weekdays(windows: &[Window]) -> Self {
        let day = windows.to_vec();
        Self {
            monday: day.clone(),
            tuesday: day.clone(),
            wednesday: day.clone(),
            thursday: day.clone(),
            friday: day,
            ..Self::default()
        }
    }

    /// The windows of a weekday.
    pub fn on(&self, day: Weekday) -> &[Window] {
        match day {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    /// Every weekday with its name on the wire, Monday first.
    pub fn days(&self) -> [(&'static str, &[Window]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    /// Notes what is wrong with the hours; `field` points at them.
    pub fn check(&self, field: &str, check: &mut Check) {
        if self.days().iter().all(|(_, windows)| windows.is_empty()) {
            check.fault(field, "never_open", "has no open hour; give at least one window");
        }
        for (day, windows) in self.days() {
            let day = format!("{field}/{day}");
            check.count(&day, windows.len(), MOST_WINDOWS_A_DAY);
            for (index, window) in windows.iter().enumerate() {
                let at = format!("{day}/{index}");
                check.that(
                    window.from < window.to,
                    &at,
                    "empty",
                    "must end after it starts; split a window that crosses midnight in two, the first until 24:00",
                );
                let apart = index == 0 || windows[index - 1].to <= window.from;
                check.that(
                    apart,
                    &at,
                    "overlap",
                    "must not start before the window before it ends; sort the windows and join those that overlap",
                );
            }
        }
    }
}

impl Hours {
    /// Notes what is wrong with the hours; `field` points at them.
    pub fn check(&self, field: &str, check: &mut Check) {
        if let Hours::Weekly(weekly) = self {
            weekly.check(&format!("{field}/weekly"), check);
        }
    }
}
