//! What is usual of a series, and how far from it a value is.

use serde::{Deserialize, Serialize};

use super::drift::Drift;
use super::feedback::Sensitivity;
use super::forecast::{CLIP, Expected, Forecast};
use super::rest::Rest;
use super::shift::Shift;
use super::spread::{FLOOR, Spread, Window};

/// The line, in spreads, for a series as long as [`GROWTH_FROM`].
const LINE: f64 = 3.7;
/// The line for the mean of half a season, whatever the length: such means are few.
const DRIFT_LINE: f64 = 3.65;
/// Beyond so many spreads a value is an anomaly, whatever else is said about it.
const BEYOND_DOUBT: f64 = 8.0;
/// Standard deviations that are as many as can be told.
const BEYOND_ALL: f64 = 1e6;
/// The longer a series has been looked at, the rarer what it has shown already: the line rises with the eighth root of its
/// length, as the largest of so many values does whose tails are those of Student's t with eight degrees of freedom.
const GROWTH_ROOT: f64 = 8.0;
/// The length, in points, at which the line is [`LINE`].
const GROWTH_FROM: f64 = 60.0;
/// Lengths between which the line rises: those on which it was measured.
const GROWTH_RANGE: (f64, f64) = (30.0, 700.0);
/// How fast the skill of the two views follows.
const SKILL_SPEED: f64 = 0.05;
/// The view without a season has at most this say: it is the second opinion.
const SECOND_OPINION: f64 = 0.4;
/// Its say at first.
const SECOND_OPINION_AT_FIRST: f64 = 0.3;
/// What is less than this share of the usual is as good as nothing: logarithms end here.
const NOTHING: f64 = 1e-3;
/// A value so many spreads away may be unusual by itself.
const FAR: f64 = 2.0;
/// Before a value is kept as an example of the usual, it is brought within so many spreads.
const CLEANED: f64 = 4.0;

/// How a verdict is found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AnomalyMethod))]
pub enum Method {
    /// By level, season and a robust spread.
    Seasonal,
    /// By mean and standard deviation of the last two seasons, and nothing else.
    ZScore {
        /// Standard deviations beyond which a value is an anomaly; three is common.
        threshold: f64,
    },
}

/// What somebody may set for a tenant, a client or a series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// How.
    pub method: Method,
    /// How readily.
    pub sensitivity: Sensitivity,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { method: Method::Seasonal, sensitivity: Sensitivity::default() }
    }
}

/// What is expected of a value, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The value.
    pub expected: f64,
    /// The least that is usual.
    pub low: f64,
    /// The most that is usual.
    pub high: f64,
}

impl Outlook {
    /// As it is told: of what never was below nothing, nothing below that is expected, nor usual.
    pub(super) fn told(self, been_below: bool) -> Self {
        if been_below {
            return self;
        }
        let Outlook { expected, low, high } = self;
        Outlook { expected: expected.max(0.0), low: low.max(0.0), high: high.max(0.0) }
    }
}

/// What is usual of a series, learned from what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Model {
    /// By ratios; by differences if a value of the warm-up was not above zero, days of rest apart.
    ratios: bool,
    /// The usual size of a value: what is computed with has no unit.
    unit: f64,
    forecast: Forecast,
    spread: Spread,
    window: Window,
    drift: Drift,
    #[serde(default)]
    shift: Shift,
    /// Average errors of the seasonal view and of the one without a season, once there are any.
    skill: Option<(f64, f64)>,
    /// How many values in a row were far away; its sign is their side.
    pub(super) run: i32,
}

/// By which mean something is unusual though no value is far away.
#[derive(Debug, Clone, Copy)]
enum Slow {
    /// That of half a season.
    Drift,
    /// That of a quarter of one.
    Shift,
}

/// How unusual a value is, by what, on which side.
pub(super) struct Unusual {
    pub(super) score: f64,
    pub(super) drifting: bool,
    pub(super) side: f64,
    /// What was expected of each place in the season before it came; empty where nothing is unusual.
    pub(super) before: Vec<f64>,
}

impl Model {
    /// Of two seasons. A day of rest is taken to be like the others.
    pub(super) fn new(values: &[f64], season: usize, rest: &Rest) -> Self {
        let working =
            || values.iter().enumerate().filter(|(at, _)| !rest.is_place(at % season)).map(|(_, value)| *value);
        let ratios = working().all(|v| v > 0.0);
        let unit = working().map(f64::abs).sum::<f64>() / working().count().max(1) as f64;
        let plain = |value: f64| if unit > 0.0 { value / unit } else { 0.0 };
        let level = |part: usize| {
            let of_part =
                || values[part * season..(part + 1) * season].iter().enumerate().filter(|(at, _)| !rest.is_place(*at));
            plain(of_part().map(|(_, value)| *value).sum::<f64>() / of_part().count().max(1) as f64)
        };
        let levels = [level(0), level(1)];
        let stand_in =
            |(at, value): (usize, &f64)| if rest.is_place(at % season) { levels[at / season] } else { plain(*value) };
        let plain: Vec<f64> = values.iter().enumerate().map(stand_in).collect();
        let scaled: Vec<f64> = plain.iter().map(|v| if ratios { v.max(NOTHING).ln() } else { *v }).collect();
        let start = Forecast::warm_up(&scaled, season);
        let spread = Spread::new(start.spread, season);
        let mut drift = Drift::new(season, start.level);
        for (at, value) in scaled.iter().enumerate() {
            drift.step(*value, start.shape[at % season], at, spread.now(), FLOOR);
        }
        let (window, shift) = (Window::new(&plain), Shift::default());
        Model { ratios, unit, forecast: start.forecast, spread, window, drift, shift, skill: None, run: 0 }
    }

    /// A series of nothing but zeros gets its unit from its first other value.
    pub(super) fn meet(&mut self, value: f64) {
        if self.unit == 0.0 {
            self.unit = value.abs();
        }
    }

    /// How far a value is from what is expected, in spreads, without a sign.
    pub(super) fn distance(&self, value: f64, at: usize, season: usize) -> f64 {
        (self.scaled(value) - self.forecast.expected(at % season).value).abs() / self.spread.now()
    }

    /// Whether a value may be unusual by itself.
    pub(super) fn is_far(&self, value: f64, at: usize, season: usize) -> bool {
        self.distance(value, at, season) > FAR
    }

    fn scaled(&self, value: f64) -> f64 {
        let plain = self.plain(value);
        if self.ratios { plain.max(NOTHING).ln() } else { plain }
    }

    fn plain(&self, value: f64) -> f64 {
        if self.unit > 0.0 { value / self.unit } else { 0.0 }
    }

    fn in_unit(&self, scaled: f64) -> f64 {
        self.unit * if self.ratios { scaled.exp() } else { scaled }
    }

    fn floor_around(&self, mean: f64) -> f64 {
        FLOOR * if self.ratios { mean } else { 1.0 }
    }

    /// How much more than nothing is usual on a day of rest, in spreads of one: by what is usual on the others.
    fn beside_rest(&self) -> f64 {
        let usual = self.window.usual(0.0).0.abs();
        self.unit * self.spread.now() * if self.ratios { usual } else { 1.0 }
    }

    /// A value of a day of rest. It teaches nothing: what was expected of another day stands in for it.
    pub(super) fn rest(&mut self, value: f64, at: usize, season: usize, rest: &Rest, settings: &Settings) -> Unusual {
        let reach = LINE * growth(at) / settings.sensitivity.get() * self.beside_rest();
        let score = if value == 0.0 { 0.0 } else { value.abs() / reach };
        let before = if score < 1.0 { Vec::new() } else { self.before(season, None, rest, settings) };
        let run = match (rest.has_stopped(), score < 1.0) {
            (true, true) => 0,
            (true, false) => self.run.max(0) + 1,
            (false, _) => self.run,
        };
        self.go_without(at, season);
        self.run = run;
        Unusual { score, drifting: false, side: value, before }
    }

    /// What comes where nothing was expected until now: at this place of the season, or at all.
    pub(super) fn begin(&mut self, place: usize, value: f64, here: bool) {
        let scaled = self.scaled(value);
        self.forecast.begin(place, scaled, here);
    }

    pub(super) fn outlook(&self, at: usize, season: usize, rest: &Rest, settings: &Settings) -> Outlook {
        let sensitivity = settings.sensitivity.get();
        if rest.at(at % season) && settings.method == Method::Seasonal {
            let reach = LINE * growth(at) / sensitivity * self.beside_rest();
            return Outlook { expected: 0.0, low: -reach, high: reach };
        }
        if let Method::ZScore { threshold } = settings.method {
            let (mean, usual) = self.window.plain();
            let reach = threshold / sensitivity * usual;
            let [expected, low, high] = [mean, mean - reach, mean + reach].map(|v| v * self.unit);
            return Outlook { expected, low, high };
        }
        let expected = self.forecast.expected(at % season).value;
        let reach = (LINE * growth(at)).min(BEYOND_DOUBT) / sensitivity * self.spread.now();
        let [expected, low, high] = [expected, expected - reach, expected + reach].map(|v| self.in_unit(v));
        Outlook { expected, low, high }
    }

    pub(super) fn learn(&mut self, value: f64, at: usize, season: usize, rest: &Rest, settings: &Settings) -> Unusual {
        let (plain, scaled) = (self.plain(value), self.scaled(value));
        let expected = self.forecast.expected(at % season);
        let (off, spread) = (scaled - expected.value, self.spread.now());
        let spreads = off.abs() / spread;
        let (mean, usual) = self.window.usual(self.floor_around(self.window.usual(0.0).0));
        let around = (plain - mean).abs();
        let say = self.second_opinion(off.abs(), if self.ratios { around / mean } else { around });
        let pooled = spreads.powf(1.0 - say) * (around / usual).powf(say) / growth(at);
        let drift = self.drift.step(scaled, expected.shape, at, spread, FLOOR);
        let shift = self.shift.step(scaled, expected, season, spread, FLOOR);
        let z_score = (plain - mean) / self.window.plain().1;
        let sensitivity = settings.sensitivity.get();
        let (score, drifting, side) = match settings.method {
            Method::ZScore { threshold } => {
                // Beside nothing at all anything is as unusual as can be.
                let spreads = if z_score.is_nan() { 0.0 } else { z_score.abs().min(BEYOND_ALL) };
                let score = spreads / threshold * sensitivity;
                (score, None, z_score)
            }
            Method::Seasonal => {
                let sudden = sensitivity * (pooled / LINE).max(spreads / BEYOND_DOUBT);
                // Each point has a mean of its own, so of the more points the larger one is usual, as of the values themselves.
                let slow = [(Slow::Drift, drift * LINE / DRIFT_LINE), (Slow::Shift, shift / growth(at))];
                let [one, two] = slow.map(|(_, mean)| mean.abs());
                let (which, mean) = if one >= two { slow[0] } else { slow[1] };
                let slow = sensitivity * mean.abs() / LINE;
                let drifting = (slow >= 1.0 && sudden < 1.0).then_some(which);
                (sudden.max(slow), drifting, if drifting.is_some() { mean } else { off })
            }
        };
        let before = if score < 1.0 { Vec::new() } else { self.before(season, drifting, rest, settings) };

        self.run = match (off.abs() > CLIP * spread, off > 0.0) {
            (false, _) => 0,
            (true, true) => self.run.max(0) + 1,
            (true, false) => self.run.min(0) - 1,
        };
        let cleaned = expected.value + off.clamp(-CLEANED * spread, CLEANED * spread);
        let keep_as_is = self.run.abs() > 1 || settings.method != Method::Seasonal;
        self.window.push(match (keep_as_is, self.ratios) {
            (true, _) => plain,
            (false, true) => cleaned.exp(),
            (false, false) => cleaned,
        });
        self.forecast.learn(scaled, at, spread, self.run);
        self.spread.learn(off);
        Unusual { score, drifting: drifting.is_some(), side, before }
    }

    /// What is expected of each place in the season by now; where the level drifts, by the one before.
    fn before(&self, season: usize, drifting: Option<Slow>, rest: &Rest, settings: &Settings) -> Vec<f64> {
        if settings.method != Method::Seasonal {
            return vec![self.window.usual(0.0).0 * self.unit; season];
        }
        let slow = drifting.and_then(|which| match which {
            Slow::Drift => Some(self.drift.level_before()),
            Slow::Shift => self.shift.level_before(),
        });
        let place = |place| {
            if rest.at(place) {
                return 0.0;
            }
            let Expected { value, shape } = self.forecast.expected(place);
            self.in_unit(slow.map_or(value, |level| level + shape))
        };
        (0..season).map(place).collect()
    }

    /// What the view without a season has to say, between 0 and [`SECOND_OPINION`]: the more, the nearer it was of late,
    /// beside the seasonal one.
    fn second_opinion(&mut self, seasonal: f64, around: f64) -> f64 {
        let Some((one, two)) = self.skill else {
            self.skill = Some((seasonal.max(NOTHING), around.max(NOTHING)));
            return SECOND_OPINION_AT_FIRST;
        };
        let follow = |mean: f64, now: f64| (mean + SKILL_SPEED * (now.min(CLEANED * mean) - mean)).max(NOTHING);
        self.skill = Some((follow(one, seasonal), follow(two, around)));
        let (one, two) = (one.powi(-2), two.powi(-2));
        (two / (one + two)).min(SECOND_OPINION)
    }

    /// A gap: what was expected stands in for it, and nothing is learned.
    pub(super) fn go_without(&mut self, at: usize, season: usize) {
        let Expected { value, shape } = self.forecast.expected(at % season);
        self.run = 0;
        self.window.push(if self.ratios { value.exp() } else { value });
        self.drift.step(value, shape, at, self.spread.now(), FLOOR);
        self.shift.step(value, Expected { value, shape }, season, self.spread.now(), FLOOR);
    }

    /// The value that is so many spreads above what is expected of a point.
    pub(super) fn above(&self, spreads: f64, at: usize, season: usize) -> f64 {
        self.in_unit(self.forecast.expected(at % season).value + spreads * self.spread.now())
    }
}

fn growth(at: usize) -> f64 {
    let (from, to) = GROWTH_RANGE;
    (((at + 1) as f64).clamp(from, to) / GROWTH_FROM).powf(1.0 / GROWTH_ROOT)
}
