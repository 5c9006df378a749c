//! How much of something is allowed, by the generic cell rate algorithm (ITU-T I.371): one instant is kept, the time at
//! which the caller would be back to nothing used. The counting itself is one conditional write of the store.

use jiff::{SignedDuration, Timestamp};

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
