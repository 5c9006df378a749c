//! What people say about anomalies, before and after.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// As little as feedback and settings can bring it to: the line is twice as far.
pub const LEAST_SENSITIVE: f64 = 0.5;
/// As much: the line is half as far.
pub const MOST_SENSITIVE: f64 = 2.0;
/// What an answer `expected` leaves of it.
const EXPECTED: f64 = 0.9;
/// What an answer `real` makes of it. Less than the other: what was real would have been found again as it is.
const REAL: f64 = 1.05;

/// How readily something is called an anomaly: 1 as measured, 2 at half the distance, 0.5 at twice the distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Sensitivity(f64);

/// What somebody says about an anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AnomalyAnswer))]
pub enum Answer {
    /// It was nothing to tell about.
    Expected,
    /// It was worth telling.
    Real,
}

impl Default for Sensitivity {
    fn default() -> Self {
        Sensitivity(1.0)
    }
}

impl Sensitivity {
    /// The factor, between [`LEAST_SENSITIVE`] and [`MOST_SENSITIVE`].
    pub fn get(self) -> f64 {
        self.0
    }

    /// After an answer: `expected` moves the line 11 % away, `real` 5 % nearer, as far as the bounds.
    #[must_use]
    pub fn after(self, answer: Answer) -> Self {
        Self::from(
            self.0
                * match answer {
                    Answer::Expected => EXPECTED,
                    Answer::Real => REAL,
                },
        )
    }
}

impl From<f64> for Sensitivity {
    /// Brought within the bounds; what is no number is 1.
    fn from(factor: f64) -> Self {
        if factor.is_nan() { Self::default() } else { Sensitivity(factor.clamp(LEAST_SENSITIVE, MOST_SENSITIVE)) }
    }
}

impl From<Sensitivity> for f64 {
    fn from(sensitivity: Sensitivity) -> f64 {
        sensitivity.0
    }
}

/// Something that somebody has announced, such as a migration: what is unusual meanwhile is no anomaly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownEvent {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What it is.
    pub why: String,
}

/// The first known event that mutes this day.
pub fn muted(day: Date, events: &[KnownEvent]) -> Option<&KnownEvent> {
    events.iter().find(|event| event.from <= day && day <= event.to)
}
