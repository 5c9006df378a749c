//! A change of some points: none of them is far away, but their mean is, from the level that was expected before them.
//!
//! A pause of a few points is long enough to see a new level or a climb under noise that hides each point of it, and short
//! enough that the level which is followed has not caught up in the meantime.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::forecast::Expected;

/// The mean of so large a part of a season is looked at.
const PART_OF_SEASON: usize = 4;
/// Fewer points say nothing more than each of them.
const FEWEST_POINTS: usize = 3;
/// A point counts at most so many spreads: one spike is no change.
const CAP: f64 = 4.0;
/// One earlier mean counts at most so many times what they usually are.
const SURPRISE_CAP: f64 = 4.0;
/// Means are compared with about so many seasons of them.
const SEASONS_KEPT: usize = 8;
/// Before there are means to compare with, one is taken to be as far off as one value usually is: less would be right if the
/// values knew nothing of each other, more if the level wanders. That weighs as much as so many windows.
const PRIOR_WINDOWS: f64 = 2.0;
/// Windows that must have been seen before a change is called.
const WINDOWS_NEEDED: usize = 3;

/// The last points without the season's shape, beside the level that was expected before the first of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Shift {
    plain: VecDeque<f64>,
    levels: VecDeque<f64>,
    /// The last window of means: the next one is made of the same values, so they do not count yet.
    recent: VecDeque<f64>,
    /// How many means count, and what their squares are on the mean.
    count: usize,
    square: f64,
}

impl Shift {
    /// The level that was expected before the last points.
    pub(super) fn level_before(&self) -> Option<f64> {
        self.levels.front().copied()
    }

    /// Takes a value beside the level and the shape that were expected of it; answers how unusual the mean of the last ones
    /// is, with its sign.
    pub(super) fn step(&mut self, value: f64, expected: Expected, season: usize, spread: f64, floor: f64) -> f64 {
        let window = (season / PART_OF_SEASON).max(FEWEST_POINTS);
        push(&mut self.plain, value - expected.shape, window);
        push(&mut self.levels, expected.value - expected.shape, window);
        let before = match self.level_before() {
            Some(before) if self.plain.len() == window => before,
            _ => return 0.0,
        };
        let (points, cap) = (window as f64, CAP * spread);
        let mean = self.plain.iter().map(|v| (v - before).clamp(-cap, cap)).sum::<f64>() / points;
        let (seen, prior) = (self.count as f64, PRIOR_WINDOWS * points);
        let usual = ((seen * self.square + prior * spread * spread) / (seen + prior)).sqrt().max(floor);
        let enough = self.count + window >= WINDOWS_NEEDED * window;
        let clamped = mean.clamp(-SURPRISE_CAP * usual, SURPRISE_CAP * usual);
        if let Some(old) = push(&mut self.recent, clamped, window) {
            self.count = (self.count + 1).min(SEASONS_KEPT * season);
            self.square += (old * old - self.square) / self.count as f64;
        }
        if enough { mean / usual } else { 0.0 }
    }
}

/// Keeps the last ones; answers the one that is kept no longer.
pub(super) fn push(kept: &mut VecDeque<f64>, value: f64, most: usize) -> Option<f64> {
    kept.push_back(value);
    if kept.len() > most { kept.pop_front() } else { None }
}
