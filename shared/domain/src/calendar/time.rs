//! The arithmetic of open time.

use jiff::{SignedDuration, Timestamp};

use super::{Holiday, Hours};
use crate::zone::Zone;

/// The answer would be past the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("falls after the year 9999; choose a shorter time or a calendar with more open hours")]
pub struct TooFar;

/// A calendar made ready for many questions.
#[derive(Debug, Clone)]
pub struct OpenTime {}
impl OpenTime {
    /// Makes hours and holidays ready; they must have been checked.
    pub fn new(_zone: &Zone, _hours: &Hours, _holidays: &[Holiday]) -> Self {
        Self {}
    }
    /// Open all the time.
    pub fn always() -> Self {
        Self {}
    }
    /// The open time in `[a, b)`; zero when `b` is not after `a`.
    pub fn open_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        b.duration_since(a)
    }
    /// The instant at which `open` of open time has passed since `from`.
    ///
    /// # Errors
    /// [`TooFar`] when that is past the year 9999.
    pub fn add_open(&self, from: Timestamp, open: SignedDuration) -> Result<Timestamp, TooFar> {
        from.checked_add(open).map_err(|_| TooFar)
    }
    /// Whether it is open at this instant.
    pub fn is_open(&self, _at: Timestamp) -> bool {
        true
    }
}
