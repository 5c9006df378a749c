//! Chance and ids from a seed.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local::clock::MovableClock;
use local::embedded::draw;
use store::IdSource;
use uuid::Builder;

/// Numbers from a seed, one after the other.
pub struct Chance {
    seed: u64,
    drawn: Cell<u64>,
}

impl Chance {
    /// The numbers of this seed.
    pub fn new(seed: u64) -> Self {
        // Another row than that of the faults, which draw from the seed as it is.
        Chance { seed: seed ^ 0x5851_F42D_4C95_7F2D, drawn: Cell::new(0) }
    }

    /// A number below a bound.
    pub fn below(&self, bound: u16) -> u16 {
        self.drawn.set(self.drawn.get() + 1);
        draw(self.seed, self.drawn.get(), bound)
    }

    /// One of some.
    pub fn one<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(usize::from(self.below(u16::try_from(of.len()).unwrap_or(u16::MAX)))) }
    }
}

/// Time-ordered ids after a clock, the same for the same seed; in the order in which they are drawn.
pub(super) fn ids(seed: u64, clock: MovableClock) -> IdSource {
    let drawn = AtomicU64::new(0);
    Arc::new(move || {
        let number = drawn.fetch_add(1, Ordering::Relaxed);
        let mut rest = [0_u8; 10];
        for (at, byte) in rest.iter_mut().enumerate() {
            let position = number * 10 + at as u64;
            *byte = u8::try_from(draw(!seed, position, 256)).unwrap_or_default();
        }
        // The 12 bits behind the time keep the order of those of one millisecond.
        (rest[0], rest[1]) = ((number >> 8) as u8 & 0x0F, number as u8);
        let ms = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(ms, &rest).into_uuid()
    })
}
