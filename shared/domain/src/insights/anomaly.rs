//! An anomaly: one thing that is unusual, over one point or many.

use serde::{Deserialize, Serialize};

use super::WEEK;
use super::lasting::Lasting;
use super::model::Outlook;

/// So many days that are unusual by their mean, half a week, carry a drift: fewer may be the noise of a day or two, and of no
/// pace; and as many behind a spike are not of the spike any more.
const CARRY_A_DRIFT: usize = WEEK / 2;

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AnomalyKind))]
pub enum Kind {
    /// Far more than expected.
    Spike,
    /// Far less than expected.
    Drop,
    /// Three values in a row or more, far away on one side: it stays so.
    LevelShift,
    /// Too much on some days and too little on others: the week has another shape.
    WeeklyPattern,
    /// No value where one should be.
    Missing,
    /// No value is far away, but the mean of some of them is, of a quarter or half of a season.
    Drift,
}

impl Kind {
    /// Whether it stays, and becomes the usual.
    pub(super) fn lasts(self) -> bool {
        matches!(self, Kind::LevelShift | Kind::Drift)
    }
}

/// One anomaly. It grows while it goes on; its first point is its identity in its series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// The point with which it began, counted from the series' first value; it stays the same as the anomaly grows.
    pub onset: usize,
    /// The last point that belongs to it.
    pub last: usize,
    /// How many points belong to it.
    pub points: usize,
    /// What it is, as far as it is known by now.
    pub kind: Kind,
    /// The value that is the most unusual one; 0 if there was none. Of what is unusual by a mean only where no value is far away.
    pub actual: f64,
    /// What was expected in its place.
    pub outlook: Outlook,
    /// How much more there was than expected, over all its points, in the series' unit; negative for less. For money in
    /// minor units: [`super::minor`].
    pub excess: f64,
    /// The same beside what the model expects, where that is below nothing and nothing ever was, and on the side of the mean
    /// where that is unusual: the side on which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<f64>,
    /// How unusual the most unusual point is; 1 is the line.
    pub score: f64,
    /// The same of the most unusual value that is far away by itself; none where all of them are unusual by a mean alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub far: Option<f64>,
    /// How many points on its side are unusual by a mean alone since the last one that was far away by itself.
    #[serde(default)]
    pub by_means: usize,
    /// What a lasting change comes to beside what was expected before it: of a level shift or a drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasting: Option<Lasting>,
}

/// When an anomaly was, as people write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// As "on 2 March", "since 2 March", "from 2 to 4 March".
    pub days: String,
    /// Its first day.
    pub first: String,
    /// Its last day so far.
    pub last: String,
    /// Whether it is over.
    pub over: bool,
}

impl Anomaly {
    /// At one point, `expected` being what the model expects, and `outlook` what is told of it.
    pub(super) fn at(point: usize, kind: Kind, actual: f64, expected: f64, outlook: Outlook, score: f64) -> Self {
        let excess = actual - outlook.expected;
        let off = (outlook.expected != expected).then_some(actual - expected);
        let by_mean = kind == Kind::Drift;
        let (far, by_means) = ((!by_mean).then_some(score), usize::from(by_mean));
        Anomaly {
            onset: point,
            last: point,
            points: 1,
            kind,
            actual,
            outlook,
            excess,
            off,
            score,
            far,
            by_means,
            lasting: None,
        }
    }

    /// What is unusual by a mean, which is above what is expected or below it: the point itself may be on the other side.
    pub(super) fn by_mean(self, above: bool) -> Self {
        let far = self.side().abs().max(f64::MIN_POSITIVE);
        Anomaly { off: Some(if above { far } else { -far }), ..self }
    }

    /// How far it is from what the model expects; its sign is its side.
    fn side(&self) -> f64 {
        self.off.unwrap_or(self.excess)
    }

    /// Points after its last one that must be usual before it is over.
    pub(super) fn pause(&self, season: usize) -> usize {
        match self.kind {
            Kind::WeeklyPattern => season,
            _ => (season / 2).max(2),
        }
    }

    /// A lasting change is over when the next surprise, by itself or by a mean, goes the other way: that is another one.
    pub(super) fn is_over_with(&self, above: bool) -> bool {
        self.kind.lasts() && (self.side() > 0.0) != above
    }

    /// With one more point, which may be one more of several in a row on the same side.
    pub(super) fn grown(self, point: Anomaly, new_level: bool) -> Self {
        // What is unusual by a mean may be below what is expected though the mean is above it.
        let by_mean = point.kind == Kind::Drift;
        let other_way = (self.side() > 0.0) != (point.side() > 0.0);
        let by_means = match (by_mean, other_way) {
            (true, false) => self.by_means + 1,
            (true, true) => self.by_means,
            (false, _) => 0,
        };
        let kind = match self.kind {
            Kind::Spike | Kind::Drop | Kind::Drift if new_level => Kind::LevelShift,
            Kind::Spike | Kind::Drop if other_way && !by_mean => Kind::WeeklyPattern,
            // The means of so many days are not those of the days that were far away.
            Kind::Spike | Kind::Drop if by_means >= CARRY_A_DRIFT => Kind::Drift,
            kind => kind,
        };
        let (points, excess) = (self.points + 1, self.excess + point.excess);
        let off = self.off.or(point.off).map(|_| self.side() + point.side());
        let score = self.score.max(point.score);
        // What was stored before this was noted has a peak that is far away, unless it drifts.
        let far = self.far.or((self.kind != Kind::Drift).then_some(self.score));
        let is_peak = match (far, point.far) {
            (Some(peak), Some(far)) => far > peak,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (None, None) => point.score > self.score,
        };
        let (peak, far) = if is_peak { (&point, point.far) } else { (&self, far) };
        let Anomaly { actual, outlook, .. } = *peak;
        Anomaly { last: point.last, points, kind, actual, outlook, excess, off, score, far, by_means, ..self }
    }

    /// How much more there was than expected: of a lasting change, than was expected before it began.
    pub fn more(&self) -> f64 {
        self.lasting.map_or(self.excess, |lasting| lasting.excess)
    }

    /// What a month of it comes to more from now on: of a level shift or a drift that did not go back, and of a drift not before
    /// some days carry it.
    pub fn monthly(&self) -> Option<f64> {
        let carried = self.kind != Kind::Drift || self.points >= CARRY_A_DRIFT;
        self.lasting.filter(|_| carried).and_then(|lasting| lasting.monthly())
    }

    /// A plain sentence: `what` is the series' name, as "Azure, Sales"; `amount` prints a value, and `difference` what values
    /// are off.
    pub fn sentence(
        &self,
        what: &str,
        when: &When,
        amount: impl Fn(f64) -> String,
        difference: impl Fn(f64) -> String,
    ) -> String {
        let Outlook { expected, low, high } = self.outlook;
        let When { days, first, last, over } = when;
        let usual = format!("{} expected, {} to {} usual", amount(expected), amount(low), amount(high));
        let (actual, apart) = (amount(self.actual), difference(self.more().abs()));
        let word = |more: f64| if more < 0.0 { "less" } else { "more" };
        let side = word(self.more());
        let rate = |more: f64| format!("about {} a month {}", difference(more.abs()), word(more));
        let monthly = self.monthly().map(rate);
        let untold = *over && self.lasting.is_some_and(|lasting| lasting.untold);
        match (self.kind, monthly) {
            // Days that are unusual by their mean alone may come to more on the other side.
            (Kind::Spike, _) if self.more() < 0.0 => format!("{what}: {actual} {days} ({usual}); {apart} less in all."),
            (Kind::Drop, _) if self.more() > 0.0 => {
                format!("{what}: only {actual} {days} ({usual}); {apart} more in all.")
            }
            (Kind::Spike, _) => format!("{what}: {actual} {days} ({usual}), {apart} too much."),
            (Kind::Drop, _) => format!("{what}: only {actual} {days} ({usual}), {apart} too little."),
            (Kind::LevelShift, Some(rate)) if *over => format!(
                "{what}: a new level since {first}, {actual} ({usual}); {apart} {side} until it had become the usual on {last}, \
                 {rate} from then on."
            ),
            (Kind::LevelShift, Some(rate)) => {
                format!("{what}: a new level {days}, {actual} ({usual}); {apart} {side} so far, {rate} if it stays.")
            }
            (Kind::LevelShift, None) if untold => format!(
                "{what}: a new level since {first}, {actual} ({usual}); {apart} {side} up to {last}. Nothing was told of the \
                 days after it."
            ),
            (Kind::LevelShift, None) if *over => {
                format!("{what}: another level {days}, {actual} ({usual}); {apart} {side} in all.")
            }
            (Kind::LevelShift, None) => {
                format!("{what}: a new level {days}, {actual} ({usual}); {apart} {side} so far.")
            }
            (Kind::WeeklyPattern, _) => {
                format!("{what}: another pattern {days}, such as {actual} ({usual}); {apart} {side} in all.")
            }
            (Kind::Missing, _) => format!("{what}: no data {days} ({usual})."),
            (Kind::Drift, Some(rate)) => {
                let a_day = self.lasting.and_then(|lasting| lasting.a_point).unwrap_or_default();
                let mean =
                    format!("{} a day {} than before on the mean of the last days", amount(a_day.abs()), word(a_day));
                match over {
                    true => format!("{what}: drifted {days}, to {mean}; {apart} {side} by then, {rate} from then on."),
                    false => {
                        format!("{what}: drifting {days}, by now {mean}; {apart} {side} so far, {rate} if it stays.")
                    }
                }
            }
            (Kind::Drift, None) if self.points < CARRY_A_DRIFT => {
                let (drifts, is, so_far) =
                    if *over { ("drifted", "was", "in all") } else { ("drifting", "is", "so far") };
                let far = match self.far {
                    Some(_) => format!("such as {actual} ({usual})"),
                    None => format!("though no day {is} far from it"),
                };
                // The few days themselves may be on the other side of what was expected.
                let as_the_mean = (self.more() > 0.0) == (self.side() > 0.0);
                let more = if as_the_mean { format!("; {apart} {side} {so_far}") } else { String::new() };
                let mean = word(self.side());
                format!("{what}: {drifts} {days}: on the mean of some days {mean} than expected, {far}{more}.")
            }
            (Kind::Drift, None) if untold => {
                format!("{what}: drifted {days}; {apart} {side} by then. Nothing was told of the days after it.")
            }
            (Kind::Drift, None) if *over => format!("{what}: drifted {days}; {apart} {side} in all."),
            (Kind::Drift, None) => format!("{what}: drifting {days}; {apart} {side} so far."),
        }
    }
}

/// A part of a total, such as a product or a department.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<N> {
    /// Which.
    pub name: N,
    /// What it came to.
    pub actual: f64,
    /// What was expected of it.
    pub expected: f64,
}

/// The part that drives an anomaly of its total.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver<N> {
    /// Which.
    pub name: N,
    /// How much more than expected it came to; negative for less.
    pub excess: f64,
    /// Its share of what all parts on its side are off, in percent; at most 100.
    pub share_percent: f64,
}

/// The part with the largest share of the excess, on the side on which the total is off; the first of equals. `None` if no
/// part is off on that side.
pub fn driver<N: Clone>(parts: &[Part<N>], excess: f64) -> Option<Driver<N>> {
    let side = if excess < 0.0 { -1.0 } else { 1.0 };
    let off = |part: &Part<N>| side * (part.actual - part.expected);
    let whole: f64 = parts.iter().map(|part| off(part).max(0.0)).sum();
    let first = |best: Option<&'_ Part<N>>, part| best.is_none_or(|best| off(part) > off(best));
    let mut most = None;
    for part in parts.iter().filter(|part| off(part) > 0.0) {
        if first(most, part) {
            most = Some(part);
        }
    }
    most.map(|part| Driver {
        name: part.name.clone(),
        excess: part.actual - part.expected,
        share_percent: 100.0 * off(part) / whole,
    })
}
