//! What the next months come to in all, with a range in which eight of ten will lie.
//!
//! Ordinary least squares over the months that were: a level, a slope where there is one, and the shape of the year where
//! two years show one. The range is the prediction interval for a sum of new values (Draper and Smith, "Applied Regression
//! Analysis", 3rd edition, section 3.1, for several new values at once): it widens with every month ahead, and with every
//! month that is missing behind.
//!
//! What rises by a share of itself is no line: where logarithms have a slope, the same is done with them, and both count by how
//! well they fit (Akaike weights; Burnham and Anderson, "Model Selection and Multimodel Inference", 2nd edition, section 2.9).
//!
//! Months that are close to the one before, and not to a level, walk: the last of them says more than their mean, and the
//! range widens as the errors of a walk add up. How far they do is told by the mean square of what they change by, against
//! that of their distances from the fit (von Neumann's ratio, 1941: 2 for months that know nothing of one another, less for
//! such as follow one another); between, both count. One jump at the end looks like a walk and is none yet: the next month says
//! whether it stays, so a last step far longer than those before it makes no walk.

/// Fewer months than this say nothing of the months to come.
pub const FEWEST_MONTHS: usize = 2;
/// Fewer than this show a level and how far months are from it, and no slope.
const SLOPE_FROM: usize = 6;
/// Fewer than this show no growth, which is a slope of shares.
const GROWS_FROM: usize = 8;
/// To so many times the largest month: nothing grows for ever.
const GROWS_TO: f64 = 4.0;
/// More months than this are not looked at: the newest count.
pub const MOST_MONTHS: usize = 36;
/// Months in a year.
const YEAR: usize = 12;
/// A slope counts when it is so many times its standard error: by chance that is one series in twenty, or fewer.
const SLOPE_SHOWS: f64 = 2.5;
/// The year's shape counts when it explains so many times what as many free numbers would by chance: one series in twenty
/// at 12 degrees of freedom, fewer with more (F of 11 and 12, at 95 %).
const SHAPE_SHOWS: f64 = 2.72;
/// Ratios from which on, and up to which, months walk in part: about a level, and about a slope, which follows a walk closely.
const WALKS: ((f64, f64), (f64, f64)) = ((0.8, 1.8), (1.8, 2.4));
/// A last step so many times as long as those before it (root mean square) is a jump that may be gone again.
const JUMPS: f64 = 3.0;
/// What is left of a fit is nothing but rounding when it is so small against what months change by.
const ROUNDING: f64 = 1e-12;
/// Student's t that a new value is below in nine of ten cases, by degrees of freedom from 1 on (NIST/SEMATECH, "e-Handbook of
/// Statistical Methods", 1.3.6.7.2).
const NINE_OF_TEN: [f64; 30] = [
    3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341, 1.337,
    1.333, 1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.310,
];
/// The same with as many as one likes.
const NINE_OF_TEN_AT_LAST: f64 = 1.282;

/// What months to come are expected to add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sum {
    /// The expected sum.
    pub expected: f64,
    /// One of ten will come to less.
    pub low: f64,
    /// One of ten will come to more.
    pub high: f64,
}

/// What the next months come to in all, of the months that were, oldest first. `None` of fewer than [`FEWEST_MONTHS`], for
/// no months ahead, and for values that are no numbers.
pub fn ahead(past: &[f64], months: usize) -> Option<Sum> {
    let past = &past[past.len().saturating_sub(MOST_MONTHS)..];
    if past.len() < FEWEST_MONTHS || months == 0 || past.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let (level, fit) = Leads { months, grows: false }.of(past)?;
    let growth = (past.len() >= GROWS_FROM && past.iter().all(|value| *value > 0.0)).then(|| {
        let shares: Vec<f64> = past.iter().map(|value| value.ln()).collect();
        Leads { months, grows: true }.of(&shares)
    });
    let Some((grown, shares)) = growth.flatten().filter(|(_, shares)| shares.slope != 0.0) else { return Some(level) };
    let rest: f64 = past.iter().enumerate().map(|(month, value)| (value - shares.at(month).exp()).powi(2)).sum();
    if fit.rest <= 0.0 {
        return Some(level);
    }
    let unlikely = (rest / fit.rest).powf(past.len() as f64 / 2.0) * (fit.free - shares.free).exp();
    let weighs = 1.0 / (1.0 + unlikely);
    let apart = grown.expected - level.expected;
    let expected = weighs.mul_add(apart, level.expected);
    let with = |of: f64, grown: f64| {
        let own = (1.0 - weighs) * of * of + weighs * grown * grown;
        (own + weighs * (1.0 - weighs) * (apart * NINE_OF_TEN_AT_LAST).powi(2)).sqrt()
    };
    let half = with(level.high - level.expected, grown.high - grown.expected);
    Some(Sum { expected, low: expected - half, high: expected + half })
}

/// Whether months have the shape of a year: two years that show it.
pub fn has_shape(past: &[f64]) -> bool {
    Fit::best(&past[past.len().saturating_sub(MOST_MONTHS)..]).shape.len() > 1
}

/// How the months that were lead on.
struct Leads {
    months: usize,
    /// Whether they are given as logarithms: what they rise by is a share of what they are.
    grows: bool,
}

impl Leads {
    fn of(&self, past: &[f64]) -> Option<(Sum, Fit)> {
        let ahead = past.len()..past.len() + self.months;
        // What a month comes to, and how much it is off when its fit is.
        let most = past.iter().copied().fold(f64::MIN, f64::max) + GROWS_TO.ln();
        let comes = |value: f64| if self.grows { value.min(most).exp() } else { value };
        let weighs = |value: f64| if self.grows { comes(value) } else { 1.0 };
        let fit = Fit::best(past);
        let (mut expected, mut slopes, mut own) = (0.0, 0.0, 0.0);
        let mut asked = vec![0.0; fit.shape.len().max(1)];
        for month in ahead.clone() {
            let place = month % asked.len();
            let weighs = weighs(fit.at(month));
            asked[place] += weighs;
            slopes += weighs * (month as f64 - fit.middle[place]);
            own += weighs * weighs;
            expected += comes(fit.at(month));
        }
        // New months are off by their own noise, by the levels that they are reckoned from, and by the slope.
        let levels: f64 = asked.iter().zip(&fit.seen).map(|(asked, seen)| asked * asked / seen).sum();
        let by_slope = if fit.slope == 0.0 { 0.0 } else { slopes * slopes / fit.spread };
        let mut square = fit.variance() * (own + levels + by_slope);
        if let Some((walks, a_step)) = fit.walk(past) {
            let held = *past.last()? - fit.shape_at(past.len() - 1);
            let stay: Vec<f64> = ahead.map(|month| held + fit.shape_at(month)).collect();
            let stays: f64 = stay.iter().map(|value| comes(*value)).sum();
            // Each step stays in all months after it.
            let mut after = 0.0;
            let walked: f64 = stay
                .iter()
                .rev()
                .map(|value| {
                    after += weighs(*value);
                    after * after
                })
                .sum();
            let apart = stays - expected;
            square = (1.0 - walks) * square + walks * a_step * walked + walks * (1.0 - walks) * apart * apart;
            expected += walks * apart;
        }
        let half = square.sqrt() * nine_of_ten(fit.free);
        Some((Sum { expected, low: expected - half, high: expected + half }, fit))
    }
}

/// Levels by place in the year (one level without a shape), and a slope.
struct Fit {
    /// The level of each place in the middle of its months.
    shape: Vec<f64>,
    /// The middle of the months of each place.
    middle: Vec<f64>,
    /// How many months there are of each place.
    seen: Vec<f64>,
    slope: f64,
    /// Squares of the months' distances from the middles of their places.
    spread: f64,
    /// Squares that are left.
    rest: f64,
    /// Degrees of freedom.
    free: f64,
}

impl Fit {
    /// With the shape of the year where two years show one.
    fn best(past: &[f64]) -> Self {
        let plain = Fit::of(past, 0);
        if past.len() < 2 * YEAR {
            return plain;
        }
        let shaped = Fit::of(past, YEAR);
        let explains = (plain.rest - shaped.rest) / (plain.free - shaped.free).max(1.0);
        if explains > SHAPE_SHOWS * shaped.variance() { shaped } else { plain }
    }

    fn of(past: &[f64], season: usize) -> Self {
        let places = season.max(1);
        let (mut seen, mut middle, mut shape) = (vec![0.0; places], vec![0.0; places], vec![0.0; places]);
        for (month, value) in past.iter().enumerate() {
            let place = month % places;
            seen[place] += 1.0;
            middle[place] += month as f64;
            shape[place] += value;
        }
        for place in 0..places {
            middle[place] /= seen[place];
            shape[place] /= seen[place];
        }
        let off = |month: usize| month as f64 - middle[month % places];
        let spread: f64 = (0..past.len()).map(|month| off(month) * off(month)).sum();
        let along: f64 =
            past.iter().enumerate().map(|(month, value)| off(month) * (value - shape[month % places])).sum();
        let flat: f64 = past.iter().enumerate().map(|(month, value)| (value - shape[month % places]).powi(2)).sum();
        let count = past.len() as f64 - places as f64;
        let slope = along / spread;
        let sloped = (flat - slope * along).max(0.0);
        let long = past.len() >= SLOPE_FROM;
        let (shows, free) = (long && slope.abs() > SLOPE_SHOWS * (sloped / (count - 1.0) / spread).sqrt(), count - 1.0);
        let (slope, rest, free) = if shows && free > 0.0 { (slope, sloped, free) } else { (0.0, flat, count) };
        Fit { shape, middle, seen, slope, spread, rest, free }
    }

    fn at(&self, month: usize) -> f64 {
        let place = month % self.shape.len();
        self.shape[place] + self.slope * (month as f64 - self.middle[place])
    }

    /// The level of a month without the slope.
    fn shape_at(&self, month: usize) -> f64 {
        let place = month % self.shape.len();
        self.shape[place] - self.slope * self.middle[place]
    }

    /// How far the months walk, up to 1, and the mean square of their steps; `None` where they do not, are too few, or where the
    /// last step alone says so.
    fn walk(&self, past: &[f64]) -> Option<(f64, f64)> {
        let free = past.len() as f64 - if self.slope == 0.0 { 1.0 } else { 2.0 };
        let squares = |off: &dyn Fn(usize) -> f64| {
            (1..past.len()).map(|month| (off(month) - off(month - 1)).powi(2)).sum::<f64>() / (past.len() - 1) as f64
        };
        let a_step = squares(&|month| past[month] - self.shape_at(month));
        if past.len() < SLOPE_FROM || self.rest <= ROUNDING * a_step * past.len() as f64 || a_step <= 0.0 {
            return None;
        }
        let last = {
            let off = |month: usize| past[month] - self.shape_at(month);
            (off(past.len() - 1) - off(past.len() - 2)).powi(2)
        };
        let before = (a_step * (past.len() - 1) as f64 - last) / (past.len() - 2) as f64;
        if last > JUMPS * JUMPS * before {
            return None;
        }
        let ratio = squares(&|month| past[month] - self.at(month)) * free / self.rest;
        // Who knows the shape of two years has seen enough to tell a slope from a walk.
        let (whole, none) = if self.slope == 0.0 || self.shape.len() > 1 { WALKS.0 } else { WALKS.1 };
        let walks = ((none - ratio) / (none - whole)).clamp(0.0, 1.0);
        (walks > 0.0).then_some((walks, a_step))
    }

    fn variance(&self) -> f64 {
        self.rest / self.free
    }
}

fn nine_of_ten(free: f64) -> f64 {
    NINE_OF_TEN.get((free as usize).saturating_sub(1)).copied().unwrap_or(NINE_OF_TEN_AT_LAST)
}
