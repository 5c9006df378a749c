//! `cargo xtask bench anomaly`: how well anomalies are found in public labelled series, and how fast.
//!
//! Nothing here fails for being slow or for missing data: it says what there is not, and goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on panics")]

mod labelled;
mod nab;
mod rivals;
mod speed;
mod windows;

use std::path::PathBuf;

use domain::insights::{Method, Sensitivity, Series, Settings};
use labelled::{Labelled, Score, read, score};

/// Lines that are tried when one is tuned: from one half on, each 3 % above the one before.
const TRIED: i32 = 120;

fn lines() -> impl Iterator<Item = f64> {
    (0..TRIED).map(|n| 0.5 * 1.03_f64.powi(n))
}

fn main() {
    let mut data = PathBuf::from("../shared/data/anomaly");
    let (mut series, mut days) = (100_000, 400);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_default();
        match arg.as_str() {
            "--data" => data = value.into(),
            "--series" => series = value.parse().expect("--series takes a number, as 1000"),
            "--days" => days = value.parse().expect("--days takes a number, as 400"),
            _ => panic!("takes --data DIRECTORY, --series NUMBER, --days NUMBER; not {arg}"),
        }
    }
    for file in ["monthly", "weekly", "hourly"] {
        let path = data.join(format!("inj_{file}_dev.csv"));
        match std::fs::read_to_string(&path) {
            Ok(text) => compare(file, &read(&text)),
            Err(error) => {
                println!("{file}: skipped, {} cannot be read ({error}); say where by --data\n", path.display())
            }
        }
    }
    nab::compare(&data.join("nab"));
    speed::measure(series, days);
}

/// How unusual each point is, by our own detector; 1 is its line.
fn ours(series: &Labelled) -> Vec<f64> {
    by(series, &Settings { method: Method::Seasonal, sensitivity: Sensitivity::default() })
}

fn by(series: &Labelled, settings: &Settings) -> Vec<f64> {
    let mut state = Series::new(series.season);
    series.values.iter().map(|value| state.observe(Some(*value), false, settings).score).collect()
}

fn compare(file: &str, all: &[Labelled]) {
    let events = all.iter().filter(|series| series.onset.is_some()).count();
    println!("{file}: {} series, {events} of them with an event\n", all.len());
    println!(
        "| detector | line | F1 | precision | recall | false per 1,000 | spike | drop | level | drift | F1 by half |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let scored = |unusual: &dyn Fn(&Labelled) -> Vec<f64>| all.iter().map(unusual).collect::<Vec<_>>();
    let z =
        scored(&|series| by(series, &Settings { method: Method::ZScore { threshold: 1.0 }, ..Settings::default() }));
    let robust = scored(&rivals::robust_seasonal);
    let own = scored(&ours);
    row("Steward", all, &own, Some(1.0));
    row("Steward, tuned on the other half", all, &own, None);
    row("rolling z, two seasons", all, &z, Some(3.0));
    row("rolling z, tuned on the other half", all, &z, None);
    row("robust level and season in logs, tuned on the other half", all, &robust, None);
    println!();
}

/// A row of the table: at a fixed line, or each half at the line that is the best one for the other half.
fn row(name: &str, all: &[Labelled], unusual: &[Vec<f64>], line: Option<f64>) {
    let half = |which: usize, line: f64| {
        all.iter()
            .zip(unusual)
            .enumerate()
            .filter(|(n, _)| n % 2 == which)
            .fold(Score::default(), |sum, (_, (s, u))| sum.and(score(s, u, line)))
    };
    let best =
        |which: usize| lines().max_by(|a, b| half(which, *a).f1().total_cmp(&half(which, *b).f1())).unwrap_or(1.0);
    let lines = line.map_or_else(|| [best(1), best(0)], |line| [line, line]);
    let halves = [half(0, lines[0]), half(1, lines[1])];
    let [one, two] = [halves[0].f1(), halves[1].f1()];
    let sum = halves.into_iter().fold(Score::default(), Score::and);
    let said = if line.is_some() { format!("{:.2}", lines[0]) } else { format!("{:.2}, {:.2}", lines[0], lines[1]) };
    println!(
        "| {name} | {said} | {:.3} | {:.2} | {:.2} | {:.2} | {} | {one:.3}, {two:.3} |",
        sum.f1(),
        sum.precision(),
        sum.recall(),
        sum.false_per_1000(),
        sum.by_type().map(|share| format!("{share:.2}")).join(" | "),
    );
}
