//! Failed sign-ins, limited per account so that passwords cannot be guessed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rate::TooMany;

/// How many sign-ins may fail within [`WINDOW_SECONDS`].
pub const MOST_FAILURES: usize = 5;
/// The window, in seconds; it slides, so no minute holds more than [`MOST_FAILURES`].
pub const WINDOW_SECONDS: i64 = 60;

/// The last failed sign-ins of an account, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// At most [`MOST_FAILURES`] instants.
    #[serde(default)]
    pub failed_at: Vec<Timestamp>,
}

impl Attempts {
    /// Whether the account may try now. Ask before looking at the password.
    ///
    /// # Errors
    /// [`TooMany`] with the time to wait.
    pub fn check(&self, now: Timestamp) -> Result<(), TooMany> {
        let recent = self.recent(now);
        if recent.len() < MOST_FAILURES {
            return Ok(());
        }
        let oldest = recent[recent.len() - MOST_FAILURES];
        Err(TooMany::after(WINDOW - now.duration_since(oldest)))
    }

    /// A sign-in failed.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        let mut failed_at = self.recent(now);
        failed_at.push(now);
        let surplus = failed_at.len().saturating_sub(MOST_FAILURES);
        failed_at.drain(..surplus);
        Self { failed_at }
    }

    /// A sign-in succeeded: a clean slate.
    #[must_use]
    pub fn succeeded(&self) -> Self {
        Self::default()
    }

    fn recent(&self, now: Timestamp) -> Vec<Timestamp> {
        self.failed_at.iter().copied().filter(|at| now.duration_since(*at) < WINDOW).collect()
    }
}

const WINDOW: SignedDuration = SignedDuration::from_secs(WINDOW_SECONDS);
