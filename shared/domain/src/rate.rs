//! Rate limits by the generic cell rate algorithm: one instant of state, exact counts.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So many at once, and so many a minute after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many may come at once after a rest.
    pub burst: u32,
    /// How many a minute are earned back.
    pub per_minute: u32,
}

/// What every tenant and key may do.
pub const API: Limit = Limit { burst: 120, per_minute: 60 };

/// How much of a [`Limit`] is used: the instant at which nothing of it would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// The theoretical arrival time; absent when nothing was taken yet.
    pub free_at: Option<Timestamp>,
}

/// Too many; try again after this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// For the header `Retry-After`, in whole seconds, rounded up.
    pub retry_after_seconds: u64,
}

impl TooMany {
    /// Rounds up, so that whoever waits as told is let in.
    pub(crate) fn after(wait: SignedDuration) -> Self {
        let whole = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Self { retry_after_seconds: u64::try_from(whole).unwrap_or(0).max(1) }
    }
}

impl Limit {
    /// The time in which one is earned back.
    fn interval(&self) -> SignedDuration {
        SignedDuration::from_secs(60) / i32::try_from(self.per_minute.max(1)).unwrap_or(i32::MAX)
    }

    /// Takes one, if it is there; the bucket to store is returned.
    ///
    /// # Errors
    /// [`TooMany`] when the limit is used up; nothing is taken then.
    pub fn take(&self, bucket: Bucket, now: Timestamp) -> Result<Bucket, TooMany> {
        let used_until = bucket.free_at.map_or(now, |free| free.max(now));
        let Ok(free_at) = used_until.checked_add(self.interval()) else {
            return Err(TooMany::after(self.interval()));
        };
        let whole = self.interval() * i32::try_from(self.burst).unwrap_or(i32::MAX);
        let ahead = free_at.duration_since(now);
        if ahead > whole {
            return Err(TooMany::after(ahead - whole));
        }
        Ok(Bucket { free_at: Some(free_at) })
    }

    /// How many could be taken at once now.
    pub fn left(&self, bucket: Bucket, now: Timestamp) -> u32 {
        let (mut left, mut bucket) = (0, bucket);
        while let Ok(next) = self.take(bucket, now) {
            bucket = next;
            left += 1;
        }
        left
    }
}
