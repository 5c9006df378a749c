//! What the next value should be: a local level and the place in the season, learned at several speeds at once.

use serde::{Deserialize, Serialize};

use super::spread::{by_median, median};

/// How fast a level follows: about forty points, five points, the last two. Which is right, the series itself says.
const SPEEDS: [f64; 3] = [0.05, 0.2, 0.6];
/// How fast the season's shape follows, once it has been seen a few times.
const SHAPE_SPEED: f64 = 0.2;
/// How fast a learner's average error follows.
const ERROR_SPEED: f64 = 0.1;
/// How fast its average error at a place of the season does.
const PLACE_SPEED: f64 = 0.3;
/// An error at a place counts so much beside the one at all places: it is made of fewer values.
const PLACE_SHARE: f64 = 0.7;
/// A learner that is so many times as far off as the best one is not asked: one without a season has no say where there is
/// a strong one.
const ASKED_WITHIN: f64 = 5.0;
/// A learner's say falls with this power of its error: 1 would have the worse ones say too much, and 2, which is right for
/// learners that err independently, listens to one alone too soon.
const TRUST: f64 = 1.5;
/// One error counts at most as so many clipped ones.
const ERROR_CLIPS: f64 = 5.0;
/// Beyond so many spreads a value teaches no more than one that is so far away.
pub(super) const CLIP: f64 = 3.0;
/// After so many values in a row beyond that on one side, the level is a new one, and is learned as it is.
pub(super) const NEW_LEVEL: i32 = 3;
/// A spread within the two seasons that a shape was made of is smaller than that of the next value: by the shape's own
/// error (a factor of the root of 1.5), and as the level moves.
const WARM_UP_FACTOR: f64 = 1.6;

/// One way to expect the next value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Learner {
    speed: f64,
    level: f64,
    /// By place in the season; empty in a learner that knows no season.
    shape: Vec<f64>,
    error: f64,
    /// The average error by place in the season; empty until there is one. Who is right on six days of the week may be wrong
    /// on each seventh.
    #[serde(default)]
    errors: Vec<Option<f64>>,
}

impl Learner {
    fn at(&self, place: usize) -> f64 {
        self.shape.get(place).copied().unwrap_or(0.0)
    }

    /// How far off it may be at a place.
    fn error_at(&self, place: usize) -> f64 {
        let here = self.errors.get(place).copied().flatten().unwrap_or(0.0);
        self.error.max(PLACE_SHARE * here)
    }

    /// Notes that it was so far off at a place.
    fn note(&mut self, off: f64, place: usize, season: usize) {
        self.error += ERROR_SPEED * (off - self.error);
        self.errors.resize(season, None);
        if let Some(error) = self.errors.get_mut(place) {
            *error = Some(error.map_or(off, |error| error + PLACE_SPEED * (off - error)));
        }
    }
}

/// Several learners, each as heavy as it was right of late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Forecast {
    learners: Vec<Learner>,
    season: usize,
}

/// What is expected at a place of the season.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) value: f64,
    /// How much of it is the place in the season.
    pub(super) shape: f64,
}

/// What the first two seasons teach.
pub(super) struct WarmUp {
    pub(super) forecast: Forecast,
    /// The season's shape, as far as two of them show it.
    pub(super) shape: Vec<f64>,
    /// The level of the first season.
    pub(super) level: f64,
    /// How far the next value may be off.
    pub(super) spread: f64,
}

impl Forecast {
    /// Learns from exactly two seasons.
    pub(super) fn warm_up(values: &[f64], season: usize) -> WarmUp {
        let (first, second) = values.split_at(season);
        // Between mean and median: the median alone is far from the mean where half of a season is closed.
        let level = |part: &[f64]| (part.iter().sum::<f64>() / season as f64 + median(&mut part.to_vec())) / 2.0;
        let (one, two) = (level(first), level(second));
        let pairs = || first.iter().zip(second).map(|(a, b)| (a - one, b - two));
        let shape: Vec<f64> = pairs().map(|(a, b)| (a + b) / 2.0).collect();
        let mut apart: Vec<f64> = pairs().map(|(a, b)| (a - b).abs()).collect();
        let with_shape = by_median(&mut apart) / 2.0_f64.sqrt() * WARM_UP_FACTOR;
        let mut around: Vec<f64> = pairs().flat_map(|(a, b)| [a.abs(), b.abs()]).collect();
        let without = by_median(&mut around);
        let kinds = [(Vec::new(), without), (shape.clone(), with_shape)];
        let learners = kinds.iter().flat_map(|(shape, error)| {
            SPEEDS.map(|speed| {
                let mut learner =
                    Learner { speed, level: one, shape: shape.clone(), error: *error, errors: Vec::new() };
                for (n, value) in values.iter().enumerate() {
                    learner.level += speed * (value - learner.at(n % season) - learner.level);
                }
                learner
            })
        });
        let forecast = Forecast { learners: learners.collect(), season };
        WarmUp { forecast, shape, level: one, spread: with_shape.min(without) }
    }

    pub(super) fn expected(&self, place: usize) -> Expected {
        let (mut weights, mut value, mut shape) = (0.0, 0.0, 0.0);
        let best = self.learners.iter().map(|learner| learner.error_at(place)).fold(f64::INFINITY, f64::min);
        let asked = |learner: &&Learner| learner.error_at(place) <= ASKED_WITHIN * best;
        for learner in self.learners.iter().filter(asked) {
            let weight = learner.error_at(place).max(1e-6).powf(-TRUST);
            weights += weight;
            value += weight * (learner.level + learner.at(place));
            shape += weight * learner.at(place);
        }
        Expected { value: value / weights, shape: shape / weights }
    }

    /// What comes where nothing was expected until now: it is the shape of its place, if that is new, or else the level.
    pub(super) fn begin(&mut self, place: usize, value: f64, is_new: bool) {
        for learner in &mut self.learners {
            let off = value - learner.level - learner.at(place);
            match learner.shape.get_mut(place).filter(|_| is_new) {
                Some(shape) => *shape += off,
                None if is_new => {}
                None => learner.level += off,
            }
        }
    }

    /// Learns a value, the `seen`th of all, that is `run` in a row far away on one side.
    pub(super) fn learn(&mut self, value: f64, seen: usize, spread: f64, run: i32) {
        let place = seen % self.season;
        let times = (seen / self.season + 1) as f64;
        let (clip, shape_speed) = (CLIP * spread, SHAPE_SPEED.max(1.0 / times));
        let off = |learner: &Learner| value - learner.level - learner.at(place);
        // A surprise does not tell which is the better one, unless one that knows the season had expected it: who knows none
        // is now and then right by chance.
        let expected = |learner: &Learner| !learner.shape.is_empty() && off(learner).abs() <= clip;
        let tells = run == 0 || self.learners.iter().any(expected);
        for learner in &mut self.learners {
            let off = off(learner);
            let clipped = off.clamp(-clip, clip);
            if tells {
                learner.note(off.abs().min(ERROR_CLIPS * clip), place, self.season);
            }
            learner.level += learner.speed * if run.abs() >= NEW_LEVEL { off } else { clipped };
            if let Some(shape) = learner.shape.get_mut(place) {
                *shape += shape_speed * (1.0 - learner.speed) * clipped;
            }
        }
    }
}
