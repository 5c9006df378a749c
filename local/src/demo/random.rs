//! Chance that repeats: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).

/// The seed of everything in the demo.
const SEED: u64 = 0x5EED_0F57_E4A2_D001;
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of numbers. Streams of different numbers have nothing to do with each other, so that one ticket more or
/// less leaves the others as they were.
pub(super) struct Random(u64);

impl Random {
    /// The stream with this number.
    pub(super) fn stream(number: u64) -> Self {
        let mut random = Random(SEED ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
        random.next();
        random
    }

    /// Any number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = to.abs_diff(from) + 1;
        from.saturating_add_unsigned(self.next() % width)
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of these, each as likely; they must not be none.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let last = i64::try_from(of.len()).unwrap_or(i64::MAX) - 1;
        &of[usize::try_from(self.between(0, last)).unwrap_or_default()]
    }
}
