//! The detector on the Numenta Anomaly Benchmark's series, beside plain z-scores.
//!
//! They are points of some minutes, and Steward's are days. So a rule makes them into what the detector takes, the same for
//! all files: the mean of each hour is a value and a day is a season. An hour is judged when it is over, at the first point
//! after it, and an alarm is the beginning of an anomaly, as people are told of one. An hour without a point is learned as a
//! gap and is no anomaly: what is labelled are values.

use std::collections::BTreeSet;
use std::path::Path;

use domain::insights::{Series, Settings};

use crate::rivals::rolling_z;
use crate::windows::{Score, Watched, Weights, read, score, standard};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// After an alarm of a z-score, no further one for half a season, as by the rule of the other files.
const PAUSE: i64 = DAY / 2;

/// Prints the table, or says what there is not.
pub(crate) fn compare(folder: &Path) {
    let (all, labelled, weights) = match read(folder).and_then(|(all, labelled)| Ok((all, labelled, standard(folder)?)))
    {
        Ok(there) => there,
        Err(error) => {
            println!("nab: skipped, {} cannot be read ({error}); say where by --data\n", folder.display());
            return;
        }
    };
    println!("Numenta Anomaly Benchmark, standard profile: {} of {labelled} labelled files are there\n", all.len());
    let table = Table { groups: all.iter().map(|series| series.group.as_str()).collect(), all: &all, weights };
    table.head();
    table.row("Steward, means of an hour", "1.00", |_, series| steward(series, HOUR));
    table.row("Steward, means of five minutes", "1.00", |_, series| steward(series, 5 * MINUTE));
    let [two, week] = [2, 7].map(|days| all.iter().map(|series| rolling_z(series, days * DAY)).collect::<Vec<_>>());
    table.row("rolling z, two days, no pause", "3.00", |n, series| alarms(series, &two[n], 3.0, 0));
    table.row("rolling z, seven days, no pause", "3.00", |n, series| alarms(series, &week[n], 3.0, 0));
    table.row("rolling z, seven days, a pause", "3.00", |n, series| alarms(series, &week[n], 3.0, PAUSE));
    let best = [1, 0].map(|half| table.best(half, |line, n, series| alarms(series, &week[n], line, PAUSE)));
    table.row(
        "rolling z, seven days, a pause, tuned on the other half",
        &best.map(|line| format!("{line:.2}")).join(", "),
        |n, series| alarms(series, &week[n], best[n % 2], PAUSE),
    );
    table.row("no alarm at all", "", |_, _| Vec::new());
    table.row("the first point of every window", "", |_, series| series.onsets());
    println!();
}

struct Table<'a> {
    groups: BTreeSet<&'a str>,
    all: &'a [Watched],
    weights: Weights,
}

impl Table<'_> {
    fn head(&self) {
        let groups: String = self.groups.iter().map(|group| format!(" {group} |")).collect();
        println!("| detector | line | score | windows found | false alarms | false per 1,000 |{groups}");
        println!("|---|---|---|---|---|---|{}", "---|".repeat(self.groups.len()));
    }

    fn row(&self, name: &str, line: &str, alarms: impl Fn(usize, &Watched) -> Vec<usize>) {
        let scores: Vec<(&str, Score)> = self
            .all
            .iter()
            .enumerate()
            .map(|(n, series)| (series.group.as_str(), score(series, &alarms(n, series), &self.weights)))
            .collect();
        let sum = |group: Option<&str>| {
            let of_it = scores.iter().filter(|(name, _)| group.is_none_or(|group| group == *name));
            of_it.fold(Score::default(), |sum, (_, score)| sum.and(*score))
        };
        let (whole, groups) = (sum(None), self.groups.iter().map(|group| sum(Some(group)).normalised()));
        println!(
            "| {name} | {line} | {:.1} | {} of {} | {} | {:.2} |{}",
            whole.normalised(),
            whole.found,
            whole.windows,
            whole.wrong,
            whole.false_per_1000(),
            groups.map(|score| format!(" {score:.1} |")).collect::<String>(),
        );
    }

    /// The line that is the best one for every other file.
    fn best(&self, half: usize, alarms: impl Fn(f64, usize, &Watched) -> Vec<usize>) -> f64 {
        let scored = |line: f64| {
            let files = self.all.iter().enumerate().filter(|(n, _)| n % 2 == half);
            let scores = files.map(|(n, series)| score(series, &alarms(line, n, series), &self.weights));
            scores.fold(Score::default(), Score::and).normalised()
        };
        let tried = crate::lines().map(|line| (line, scored(line)));
        tried.max_by(|one, two| one.1.total_cmp(&two.1)).map_or(1.0, |(line, _)| line)
    }
}

/// Where Steward tells of an anomaly: at the first point after the stretch of time whose mean begins one.
fn steward(series: &Watched, stretch: i64) -> Vec<usize> {
    let settings = Settings::default();
    let mut state = Series::new(usize::try_from(DAY / stretch).expect("a day has stretches"));
    let mut alarms = Vec::new();
    let (mut current, mut sum, mut count) = (None, 0.0, 0.0);
    for (at, (second, value)) in series.seconds.iter().zip(&series.values).enumerate() {
        let now = second.div_euclid(stretch);
        if let Some(over) = current.filter(|current| *current != now) {
            let verdict = state.observe(Some(sum / count), false, &settings);
            if verdict.anomaly.is_some_and(|anomaly| anomaly.points == 1) {
                alarms.push(at);
            }
            for _ in over + 1..now {
                state.observe(None, true, &settings);
            }
            (sum, count) = (0.0, 0.0);
        }
        current = Some(now);
        sum += value;
        count += 1.0;
    }
    alarms
}

/// The points that are at least as unusual as `line`, but for those in the pause after one.
fn alarms(series: &Watched, unusual: &[f64], line: f64, pause: i64) -> Vec<usize> {
    let mut next = i64::MIN;
    let mut alarms = Vec::new();
    for (at, (second, unusual)) in series.seconds.iter().zip(unusual).enumerate() {
        if *second >= next && *unusual >= line {
            alarms.push(at);
            next = second + pause;
        }
    }
    alarms
}
