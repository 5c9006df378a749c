//! How far values usually are from what was expected, and how far from their mean.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// No spread is taken to be less than this share of the level. On a very regular series the next cent would be unusual.
pub(super) const FLOOR: f64 = 0.035;
/// The least standard deviation of a plain z-score, as a part of the mean.
const ALIKE: f64 = 0.001;
/// One surprise counts at most as this many spreads, so that an anomaly does not hide the next one.
const SURPRISE_CAP: f64 = 5.0;
/// Seasons of surprises that are kept.
const SEASONS_KEPT: usize = 8;
/// The spread of the warm-up weighs as much as this share of a season of surprises.
const PRIOR_SEASONS: f64 = 0.5;
/// The median's share of the spread. The root of the mean square, which knows heavy tails, has the rest.
const MEDIAN_SHARE: f64 = 0.15;
/// A normal distribution's standard deviation by its median absolute deviation.
const BY_MEDIAN: f64 = 1.4826;

/// The middle value; of an even number, the mean of both; 0 of none.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if even { (upper + below.iter().copied().fold(f64::NEG_INFINITY, f64::max)) / 2.0 } else { upper }
}

/// A normal distribution's standard deviation, estimated by the median of absolute deviations.
pub(super) fn by_median(deviations: &mut [f64]) -> f64 {
    BY_MEDIAN * median(deviations)
}

/// The usual size of a surprise: mostly the root of the mean square, which knows heavy tails, and a little the median, which
/// no outlier moves. One surprise is capped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    surprises: VecDeque<f64>,
    prior: f64,
    season: usize,
    now: f64,
}

impl Spread {
    pub(super) fn new(prior: f64, season: usize) -> Self {
        Spread { surprises: VecDeque::new(), prior, season, now: prior.max(FLOOR) }
    }

    pub(super) fn now(&self) -> f64 {
        self.now
    }

    /// Counts the distance of a value from what was expected.
    pub(super) fn learn(&mut self, surprise: f64) {
        if self.surprises.len() == SEASONS_KEPT * self.season {
            self.surprises.pop_front();
        }
        self.surprises.push_back(surprise.abs().min(SURPRISE_CAP * self.now));
        let kept = self.surprises.len() as f64;
        let mean_square = self.surprises.iter().map(|s| s * s).sum::<f64>() / kept;
        let mut sizes: Vec<f64> = self.surprises.iter().copied().collect();
        let seen = MEDIAN_SHARE * by_median(&mut sizes) + (1.0 - MEDIAN_SHARE) * mean_square.sqrt();
        let prior = PRIOR_SEASONS * self.season as f64;
        self.now = ((seen * kept + self.prior * prior) / (kept + prior)).max(FLOOR);
    }
}

/// The values of the last seasons, without a season's shape: what a plain z-score looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    values: VecDeque<f64>,
    most: usize,
}

impl Window {
    pub(super) fn new(values: &[f64]) -> Self {
        Window { values: values.iter().copied().collect(), most: values.len() }
    }

    pub(super) fn push(&mut self, value: f64) {
        self.values.pop_front();
        self.values.push_back(value);
        debug_assert_eq!(self.values.len(), self.most, "a window keeps its size");
    }

    /// Mean and standard deviation. Where days are all alike it is a thousandth of them: any other day would be infinitely unusual,
    /// and one that is rounded differently too.
    pub(super) fn plain(&self) -> (f64, f64) {
        let (mean, deviation) = self.usual(0.0);
        (mean, deviation.max(ALIKE * mean.abs()))
    }

    /// Mean and standard deviation, never below `floor`.
    pub(super) fn usual(&self, floor: f64) -> (f64, f64) {
        let count = self.values.len() as f64;
        let mean = self.values.iter().sum::<f64>() / count;
        let squares: f64 = self.values.iter().map(|v| (v - mean) * (v - mean)).sum();
        (mean, (squares / (count - 1.0)).sqrt().max(floor))
    }
}
