//! How much of something is allowed. What a caller may do all day is a [`Limit`], by the generic cell rate algorithm
//! (ITU-T I.371): one instant is kept, the time at which the caller would be back to nothing used. What nobody may guess
//! at is a [`Quota`], counted exactly: the latest uses are kept. The counting itself is one conditional write of the store.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `burst` at once, then one every `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many may come at once after a rest.
    pub burst: u32,
    /// The time in which one is earned back.
    pub interval: SignedDuration,
}

impl Limit {
    /// `burst` at once, and `per_minute` sustained.
    pub fn per_minute(burst: u32, per_minute: u32) -> Self {
        Limit { burst, interval: SignedDuration::from_millis(60_000 / i64::from(per_minute.max(1))) }
    }

    /// The latest instant to which a caller may have used up their time and still be let in now.
    pub fn latest(&self, now: Timestamp) -> Timestamp {
        let ahead = self.interval.saturating_mul(i32::try_from(self.burst.saturating_sub(1)).unwrap_or(i32::MAX));
        now.checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// How long a caller who has used up their time until `used_until` must wait to be let in again.
    pub fn wait(&self, used_until: Timestamp, now: Timestamp) -> SignedDuration {
        used_until.duration_since(self.latest(now)).max(SignedDuration::ZERO)
    }
}

/// At most `most` in any span of this length, however they are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub most: usize,
    /// In any span of this length; one that ends with it is not in it any more.
    pub span: SignedDuration,
}

/// One use of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// By which request: one that is run again is not counted again.
    pub request: Uuid,
}

/// What a quota says to a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It fits: keep these uses from now on.
    Now(Vec<Use>),
    /// The same request was counted before; nothing changes.
    Before,
    /// It does not fit before this time is over; nothing changes.
    Wait(SignedDuration),
}

impl Quota {
    /// `most` in any minute.
    pub fn a_minute(most: usize) -> Self {
        Quota { most, span: SignedDuration::from_mins(1) }
    }

    /// Counts a use, given those that were kept, the oldest first. At most [`Quota::most`] are kept. A clock that is
    /// behind the last use is taken to stand at it.
    pub fn count(&self, mut kept: Vec<Use>, request: Uuid, now: Timestamp) -> Counted {
        if kept.iter().any(|used| used.request == request) {
            return Counted::Before;
        }
        let at = kept.last().map_or(now, |last| last.at.max(now));
        kept.retain(|used| at.duration_since(used.at) < self.span);
        if kept.len() < self.most {
            kept.push(Use { at, request });
            return Counted::Now(kept);
        }
        let oldest = kept[kept.len() - self.most].at;
        Counted::Wait(self.span.saturating_sub(now.duration_since(oldest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("an instant of our time")
    }

    #[test]
    fn an_idle_caller_may_use_the_whole_burst_at_once() {
        let limit = Limit::per_minute(5, 5);
        let now = at(1_000_000);
        let mut used_until = now;
        let mut let_in = 0;
        while used_until <= limit.latest(now) {
            used_until += limit.interval;
            let_in += 1;
        }
        assert_eq!(let_in, 5);
        assert_eq!(limit.wait(used_until, now), SignedDuration::from_secs(12));
    }

    #[test]
    fn whoever_waits_as_told_is_let_in() {
        let limit = Limit::per_minute(120, 60);
        let (now, used_until) = (at(5_000), at(5_000 + 120_000));
        let later = now + limit.wait(used_until, now);
        assert!(used_until <= limit.latest(later));
        assert_eq!(limit.wait(used_until, later), SignedDuration::ZERO);
    }
}
