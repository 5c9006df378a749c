//! A slow drift: no single value is far away, but the mean of half a season is, by what such means usually do.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::shift::push;

/// Half seasons that must have been seen before a drift is called. With fewer, nobody knows how a level wanders.
const HALVES_NEEDED: usize = 8;
/// A mean of values counts each at most so many spreads away: one spike is no drift.
const CAP: f64 = 4.0;
/// The slowest the reference level follows.
const SLOWEST: f64 = 0.03;

/// A figure beside its own past, but for the last half season, which the figure itself is made of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Beside {
    recent: VecDeque<f64>,
    count: f64,
    mean: f64,
    squares: f64,
}

impl Beside {
    /// How unusual this is, with its sign; 0 while too little has been seen.
    fn step(&mut self, figure: f64, half: usize, spread: f64, floor: f64) -> f64 {
        self.recent.push_back(figure);
        if self.recent.len() > half
            && let Some(old) = self.recent.pop_front()
        {
            // Welford's running mean and sum of squares.
            self.count += 1.0;
            let off = old - self.mean;
            self.mean += off / self.count;
            self.squares += off * (old - self.mean);
        }
        if (self.count as usize) + half < HALVES_NEEDED * half {
            return 0.0;
        }
        let prior = half as f64;
        let mean = self.mean * self.count / (self.count + prior);
        let around = self.squares + self.count * (self.mean - mean) * (self.mean - mean);
        let expected = spread * spread * 2.0 / prior;
        let usual = ((around + prior * expected) / (self.count + prior)).sqrt().max(floor);
        (figure - mean) / usual
    }
}

/// Looks for drift in two ways that are wrong about different things: against the same half season a season ago, and
/// against the level before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Drift {
    half: usize,
    season: usize,
    /// The values of the last season and a half.
    values: VecDeque<f64>,
    /// The last half season without the season's shape, and the slow level before each of them.
    plain: VecDeque<f64>,
    levels: VecDeque<f64>,
    level: f64,
    seasons: Beside,
    level_test: Beside,
}

impl Drift {
    pub(super) fn new(season: usize, level: f64) -> Self {
        Drift {
            half: (season / 2).max(3),
            season,
            values: VecDeque::new(),
            plain: VecDeque::new(),
            levels: VecDeque::new(),
            level,
            seasons: Beside::default(),
            level_test: Beside::default(),
        }
    }

    /// Takes a value, the `seen`th; answers how unusual the drift is, with its sign.
    pub(super) fn step(&mut self, value: f64, shape: f64, seen: usize, spread: f64, floor: f64) -> f64 {
        let kept = self.season + self.half;
        push(&mut self.values, value, kept);
        push(&mut self.plain, value - shape, self.half);
        push(&mut self.levels, self.level, self.half);
        let speed = SLOWEST.max(1.0 / (seen + 2).min(self.season) as f64);
        self.level += speed * (value - shape - self.level).clamp(-3.0 * spread, 3.0 * spread);
        if seen < 2 * self.season || self.values.len() < kept {
            return 0.0;
        }
        let (half, cap) = (self.half as f64, CAP * spread);
        let now = self.values.iter().skip(self.season);
        let by_season = now.zip(&self.values).map(|(now, then)| (now - then).clamp(-cap, cap)).sum::<f64>() / half;
        let before = self.level_before();
        let by_level = self.plain.iter().map(|v| (v - before).clamp(-cap, cap)).sum::<f64>() / half;
        let one = self.seasons.step(by_season, self.half, spread, floor);
        let two = self.level_test.step(by_level, self.half, spread, floor);
        if one * two <= 0.0 { 0.0 } else { (one * two).sqrt() * one.signum() }
    }

    /// The slow level before the last half season.
    pub(super) fn level_before(&self) -> f64 {
        self.levels.front().copied().unwrap_or(self.level)
    }
}
