//! Taking times, and saying what they come to.

use std::time::{Duration, Instant};

/// Does some work and says how long it took.
#[allow(clippy::disallowed_methods, reason = "a duration is measured")]
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    let done = work.await;
    (done, begun.elapsed())
}

/// Durations of the same thing.
#[derive(Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(50)
    }

    pub(crate) fn p95(&self) -> f64 {
        self.at(95)
    }

    /// The value that so many of a hundred are not above, in milliseconds.
    fn at(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
    }
}

/// One number in terms of another.
pub(crate) fn ratio(of: f64, to: f64) -> String {
    format!("{:.2} ×", of / to)
}
