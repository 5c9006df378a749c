//! Time zones by their IANA names.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::text::travels_as_text;

/// A time zone of the IANA database, looked up once when it is parsed.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The text is not the name of a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an IANA time zone; use a name such as Europe/Berlin or UTC")]
pub struct UnknownZone;

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The name as the database spells it.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The zone's rules.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// The day that it is here at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.0.clone()).date()
    }

    /// When it is this time here on this day: an hour later where the clock jumps over it, the first time where it comes
    /// twice. [`Timestamp::MAX`] for what no calendar reaches.
    pub fn at(&self, on: Date, time: Time) -> Timestamp {
        on.to_datetime(time).to_zoned(self.0.clone()).map_or(Timestamp::MAX, |at| at.timestamp())
    }

    /// When it is this time here next, after `now`.
    pub fn next(&self, time: Time, now: Timestamp) -> Timestamp {
        let today = self.at(self.date(now), time);
        if today > now { today } else { self.at(self.date(now).saturating_add(1.day()), time) }
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone)?;
        // Etc/Unknown parses but says nothing; a zone must have a name to be stored by.
        if zone.is_unknown() || zone.iana_name().is_none() {
            return Err(UnknownZone);
        }
        Ok(Self(zone))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

travels_as_text!(Zone, None::<String>, "an IANA time zone such as Europe/Berlin or UTC");
