//! Days that are unusual by their mean alone, behind one that is far away by itself.

use domain::insights::{Anomaly, Kind, Verdict};

use crate::insights::{anomalies, clean, verdicts};

/// Days of a week with a quiet weekend, with normal noise of this share, of which some are worth so many times as much.
fn noisy(noise: f64, seed: u64, times: impl Fn(usize) -> f64) -> Vec<Verdict> {
    let values = clean([1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4], noise, seed);
    let values: Vec<f64> = values.into_iter().enumerate().map(|(day, value)| value * times(day)).collect();
    verdicts(&values)
}

#[test]
fn what_is_told_of_a_spike_or_a_drop_is_on_its_side_also_where_days_after_it_are_unusual_by_their_mean() {
    let mut longer = 0;
    for (factor, seed) in [2.0, 0.4].into_iter().flat_map(|factor| (0..60).map(move |seed| (factor, seed))) {
        let all = noisy(0.12, seed, |day| if [200, 201].contains(&day) { factor } else { 1.0 });
        for anomaly in all.iter().filter_map(|verdict| verdict.anomaly.as_ref()) {
            let above = match anomaly.kind {
                Kind::Spike => true,
                Kind::Drop => false,
                _ => continue,
            };
            assert_eq!(anomaly.actual > anomaly.outlook.expected, above, "{factor}, {seed}: {anomaly:?}");
            longer += usize::from(anomaly.by_means > 0);
        }
    }
    assert!(longer > 0, "some of them have days that are unusual by their mean");
}

#[test]
fn a_spike_that_goes_on_by_means_becomes_a_drift_and_tells_what_a_month_of_it_comes_to() {
    let (mut became, mut stayed, mut drifts, mut paced) = (0, 0, 0, 0);
    for seed in 0..40 {
        let all = noisy(0.03, seed, |day| 1.03_f64.powi(day.saturating_sub(200).min(24) as i32));
        let found: Vec<&Anomaly> = all[200..].iter().filter_map(|verdict| verdict.anomaly.as_ref()).collect();
        for pair in found.windows(2).filter(|pair| pair[0].onset == pair[1].onset) {
            if (pair[0].kind, pair[1].kind) == (Kind::Spike, Kind::Drift) {
                became += 1;
                assert_eq!((pair[0].monthly(), pair[1].monthly() > Some(0.0)), (None, true), "{seed}: {pair:?}");
                assert!(pair[1].actual > pair[1].outlook.expected, "its day stays the one that is far away: {pair:?}");
            }
        }
        let last = anomalies(&all[200..]).into_iter().rfind(|anomaly| anomaly.kind == Kind::Drift);
        drifts += usize::from(last.is_some());
        paced += usize::from(last.is_some_and(|drift| drift.monthly() > Some(0.0)));
        // One that is over after a day or two stays what it is.
        let passes = noisy(0.03, seed, |day| if day == 200 { 2.0 } else { 1.0 });
        let passes = anomalies(&passes[200..]);
        stayed += usize::from(passes.iter().any(|anomaly| anomaly.onset == 200 && anomaly.kind == Kind::Spike));
    }
    assert!(drifts > 20 && paced * 10 >= drifts * 8, "{paced} of {drifts} drifts have a pace");
    assert!(became > 0 && stayed >= 38, "{became} became drifts, {stayed} of 40 spikes stayed what they are");
}
