//! What the detector is held against.

use crate::labelled::Labelled;
use crate::windows::Watched;

/// Points of which the local level is the median.
const LEVEL_POINTS: usize = 7;
/// The least the spread is taken to be, in logarithms.
const FLOOR: f64 = 0.05;
/// Residuals that must be there before the spread is theirs.
const RESIDUALS_NEEDED: usize = 5;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// A robust seasonal baseline: in logarithms, the median of the last points is the level, the median of what earlier
/// seasons were above their own level is the season, and the median absolute residual is the spread.
pub(crate) fn robust_seasonal(series: &Labelled) -> Vec<f64> {
    let (season, logs) = (series.season, series.values.iter().map(|v| v.max(1e-9).ln()).collect::<Vec<_>>());
    let mut residuals: Vec<f64> = Vec::new();
    let mut unusual = vec![0.0; logs.len()];
    for at in 2 * season..logs.len() {
        let mut above = vec![Vec::new(); season];
        let mut end = at;
        while end >= season {
            let level = median(logs[end - season..end].to_vec());
            (end - season..end).for_each(|n| above[n % season].push(logs[n] - level));
            end -= season;
        }
        let index: Vec<f64> = above.into_iter().map(median).collect();
        let level = median((at - LEVEL_POINTS..at).map(|n| logs[n] - index[n % season]).collect());
        let off = (logs[at] - level - index[at % season]).abs();
        if residuals.len() >= RESIDUALS_NEEDED {
            unusual[at] = off / (1.4826 * median(residuals.clone())).max(FLOOR);
        }
        residuals.push(off);
    }
    unusual
}

/// How many standard deviations each point is from the mean of so many seconds before it; not a number while there are
/// fewer than two points.
pub(crate) fn rolling_z(series: &Watched, seconds: i64) -> Vec<f64> {
    let mut from = 0;
    let z = |(at, second): (usize, &i64)| {
        while second - series.seconds[from] > seconds {
            from += 1;
        }
        let window = &series.values[from..at];
        let count = window.len() as f64;
        let mean = window.iter().sum::<f64>() / count;
        let squares: f64 = window.iter().map(|value| (value - mean) * (value - mean)).sum();
        (series.values[at] - mean).abs() / (squares / (count - 1.0)).sqrt()
    };
    series.seconds.iter().enumerate().map(z).collect()
}
