//! Series of the Numenta Anomaly Benchmark with their labelled windows, and the published rule by which alarms on them are
//! scored (`nab/sweeper.py` and `nab/runner.py` of github.com/numenta/NAB): in a window the earliest alarm counts, the more
//! the earlier it is; every point outside that alarms costs, the less the sooner after a window; what begins a file is
//! not scored.

use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

/// Points at the beginning of a file that are not scored: so many percent of it, and at most so many.
const PROBATION: (usize, usize) = (15, 750);
/// How steeply the weight falls over the width of a window.
const STEEPNESS: f64 = 5.0;
/// So many widths after a window it is as if there had been none.
const FAR: f64 = 3.0;

/// A file of the benchmark.
pub(crate) struct Watched {
    /// What it is of: the name of its folder, with and without anomalies together.
    pub(crate) group: String,
    /// When its points were measured, in seconds; not at even distances everywhere.
    pub(crate) seconds: Vec<i64>,
    /// What was measured.
    pub(crate) values: Vec<f64>,
    /// First and last point of each labelled window, in their order.
    windows: Vec<(usize, usize)>,
}

impl Watched {
    /// The first point that is scored.
    fn scored_from(&self) -> usize {
        let (percent, most) = PROBATION;
        (self.values.len() * percent / 100).min(most)
    }

    /// The windows that can be found.
    fn windows(&self) -> impl Iterator<Item = &(usize, usize)> {
        self.windows.iter().filter(|(_, last)| *last >= self.scored_from())
    }

    /// What nobody can know: an alarm at the first point of each window.
    pub(crate) fn onsets(&self) -> Vec<usize> {
        self.windows().map(|(first, _)| *first.max(&self.scored_from())).collect()
    }
}

/// What a hit, a miss and a false alarm weigh.
pub(crate) struct Weights {
    hit: f64,
    miss: f64,
    wrong: f64,
}

/// Reads the labelled files that are there, and how many are labelled.
pub(crate) fn read(folder: &Path) -> std::io::Result<(Vec<Watched>, usize)> {
    let text = read_to_string(folder.join("labels/combined_windows.json"))?;
    let labels: BTreeMap<String, Vec<[String; 2]>> = serde_json::from_str(&text).expect("windows by file");
    let there = |(name, windows): (&String, &Vec<[String; 2]>)| {
        let text = read_to_string(folder.join("data").join(name)).ok()?;
        let lines = text.lines().skip(1).map(|line| line.split_once(',').expect("a time and a value"));
        let (seconds, values): (Vec<i64>, Vec<f64>) =
            lines.map(|(time, value)| (second_of(time), value.trim().parse::<f64>().expect("a value"))).unzip();
        let at = |time: &String| {
            let second = second_of(time);
            seconds.iter().position(|other| *other == second).expect("a window begins and ends at a point")
        };
        let windows = windows.iter().map(|[first, last]| (at(first), at(last))).collect();
        let group = name.split('/').next().unwrap_or_default();
        let group = group.trim_end_matches("NoAnomaly").trim_end_matches("WithAnomaly").to_owned();
        Some(Watched { group, seconds, values, windows })
    };
    Ok((labels.iter().filter_map(there).collect(), labels.len()))
}

fn second_of(time: &str) -> i64 {
    let time: DateTime = time.parse().expect("a time");
    Offset::UTC.to_timestamp(time).expect("a time in range").as_second()
}

/// The standard profile.
pub(crate) fn standard(folder: &Path) -> std::io::Result<Weights> {
    let text = read_to_string(folder.join("config/profiles.json"))?;
    let profiles: Value = serde_json::from_str(&text).expect("profiles as JSON");
    let weight = |name: &str| profiles["standard"]["CostMatrix"][name].as_f64().expect("a weight");
    Ok(Weights { hit: weight("tpWeight"), miss: weight("fnWeight"), wrong: weight("fpWeight") })
}

/// What alarms came to.
#[derive(Default, Clone, Copy)]
pub(crate) struct Score {
    earned: f64,
    /// What no alarm at all comes to, and what a perfect detector does.
    bounds: (f64, f64),
    pub(crate) found: usize,
    pub(crate) windows: usize,
    pub(crate) wrong: usize,
    points: usize,
}

impl Score {
    /// Both together.
    pub(crate) fn and(self, other: Score) -> Self {
        Score {
            earned: self.earned + other.earned,
            bounds: (self.bounds.0 + other.bounds.0, self.bounds.1 + other.bounds.1),
            found: self.found + other.found,
            windows: self.windows + other.windows,
            wrong: self.wrong + other.wrong,
            points: self.points + other.points,
        }
    }

    /// 0 for no alarm at all, 100 for the first point of every window and nothing else; what is worse than silence is
    /// below 0. Not a number where there is no window.
    pub(crate) fn normalised(&self) -> f64 {
        let (silent, perfect) = self.bounds;
        100.0 * (self.earned - silent) / (perfect - silent)
    }

    /// False alarms per 1,000 points that are scored.
    pub(crate) fn false_per_1000(&self) -> f64 {
        1000.0 * self.wrong as f64 / (self.points as f64).max(1.0)
    }
}

/// From 1 to -1: 0 at the end of a window, above before it, below after it. Places are in widths of the window.
fn weight(place: f64) -> f64 {
    if place > FAR { -1.0 } else { 2.0 / (1.0 + (STEEPNESS * place).exp()) - 1.0 }
}

/// Scores one file's alarms: the points with one, in their order.
pub(crate) fn score(series: &Watched, alarms: &[usize], weights: &Weights) -> Score {
    let from = series.scored_from();
    let mut score = Score { points: series.values.len() - from, ..Score::default() };
    let counted = || alarms.iter().copied().filter(|at| *at >= from);
    for &(first, last) in series.windows() {
        score.windows += 1;
        score.bounds.0 -= weights.miss;
        score.bounds.1 += weights.hit;
        let width = (last - first + 1) as f64;
        match counted().find(|at| (first..=last).contains(at)) {
            Some(at) => {
                score.found += 1;
                score.earned += weights.hit * weight(-((last - at + 1) as f64) / width) / weight(-1.0);
            }
            None => score.earned -= weights.miss,
        }
    }
    for at in counted().filter(|at| !series.windows.iter().any(|(first, last)| (first..=last).contains(&at))) {
        let before = series.windows.iter().rev().find(|(_, last)| *last < at);
        let place = before.map_or(f64::INFINITY, |(first, last)| (at - last) as f64 / (last - first) as f64);
        score.wrong += 1;
        score.earned += weights.wrong * weight(place);
    }
    score
}
