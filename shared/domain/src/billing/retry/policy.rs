//! How often a method is tried and how long it is waited in between, and what no policy may go beyond.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::invalid::Check;

/// Most tries in any [`WINDOW_DAYS`], whatever a policy or a new method says. Visa's limit of reattempts is 15 in 30
/// days (Visa Core Rules, excessive reattempts); this stays well below every scheme's.
pub const MOST_TRIES: u8 = 8;
/// See [`MOST_TRIES`].
pub const WINDOW_DAYS: i64 = 60;
/// Longest wait before the second try, in hours: thirty days.
pub const LONGEST_FIRST_WAIT_H: u16 = 720;
/// Waits grow by at most this.
pub const MOST_FACTOR: u8 = 4;
/// A wait is shortened by at most half.
pub const MOST_JITTER_PERCENT: u8 = 50;

pub(super) const WINDOW: SignedDuration = SignedDuration::from_hours(WINDOW_DAYS * 24);

/// How often a tenant tries a method, and how long it waits in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RetryPolicy {
    /// Tries of one method, the first included; from 1 to [`MOST_TRIES`].
    pub tries: u8,
    /// Hours between the first try and the second; from 1 to [`LONGEST_FIRST_WAIT_H`].
    pub first_wait_hours: u16,
    /// Each further wait is so many times the one before it; from 1 to [`MOST_FACTOR`].
    pub factor: u8,
    /// By how many per cent chance shortens a wait at most, so that not all are tried in the same hour; from 0 to
    /// [`MOST_JITTER_PERCENT`].
    pub jitter_percent: u8,
}

impl Default for RetryPolicy {
    /// 4 tries in 21 days: after 3, 6 and 12 days.
    fn default() -> Self {
        Self { tries: 4, first_wait_hours: 72, factor: 2, jitter_percent: 10 }
    }
}

impl RetryPolicy {
    /// Notes what is wrong with it.
    pub fn check(&self, field: &str, check: &mut Check) {
        let mut within = |holds: bool, name: &str, detail: &str| {
            check.that(holds, &format!("{field}/{name}"), "out_of_range", detail);
        };
        within((1..=MOST_TRIES).contains(&self.tries), "tries", "must be from 1 to 8");
        let waits = (1..=LONGEST_FIRST_WAIT_H).contains(&self.first_wait_hours);
        within(waits, "first_wait_hours", "must be from 1 to 720 hours");
        within((1..=MOST_FACTOR).contains(&self.factor), "factor", "must be from 1 to 4");
        within(self.jitter_percent <= MOST_JITTER_PERCENT, "jitter_percent", "must be from 0 to 50 per cent");
        let all: SignedDuration = (1..self.tries.min(MOST_TRIES)).map(|tried| self.longest_wait(tried)).sum();
        within(all <= WINDOW, "tries", "must be over within 60 days; try less often, or wait less");
    }

    pub(super) fn most_tries(&self) -> u8 {
        self.tries.clamp(1, MOST_TRIES)
    }

    /// The wait after so many tries, unshortened.
    pub fn longest_wait(&self, tried: u8) -> SignedDuration {
        let factor = i64::from(self.factor.clamp(1, MOST_FACTOR));
        let times = factor.saturating_pow(u32::from(tried.saturating_sub(1)));
        SignedDuration::from_hours(times.saturating_mul(self.first_wait_hours.max(1).into()).min(WINDOW_DAYS * 24))
    }

    /// The wait after so many tries. `random` is anything from 0 to the largest number, evenly; 0 waits longest.
    pub fn wait(&self, tried: u8, random: u64) -> SignedDuration {
        let longest = self.longest_wait(tried);
        let percent = i128::from(self.jitter_percent.min(MOST_JITTER_PERCENT));
        let off = longest.as_nanos() * percent / 100 * i128::from(random >> 32) / i128::from(u32::MAX);
        SignedDuration::from_nanos_i128(longest.as_nanos() - off)
    }
}
