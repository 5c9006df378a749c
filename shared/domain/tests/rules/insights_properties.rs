//! What holds for the detector of anomalies whatever the series.

use domain::insights::{Kind, Method, Series, Settings, WEEK, detect};
use proptest::prelude::*;

/// Some weeks of values with a level, a week of their own, and noise.
fn weeks() -> impl Strategy<Value = Vec<f64>> {
    let week = prop::collection::vec(0.2_f64..3.0, WEEK);
    (1_000.0_f64..1e7, week, 0.0_f64..0.3, prop::collection::vec(-1.0_f64..1.0, 20..90)).prop_map(
        |(level, week, noise, draws)| {
            let values = draws.iter().enumerate().map(|(n, draw)| level * week[n % WEEK] * (1.0 + noise * draw));
            values.map(f64::round).collect()
        },
    )
}

/// Any values, with zeros, negative ones, gaps and surprises.
fn anything() -> impl Strategy<Value = Vec<Option<f64>>> {
    let value = prop_oneof![
        8 => (100.0_f64..200.0).prop_map(Some),
        1 => Just(Some(0.0)),
        1 => (-1e6_f64..1e6).prop_map(Some),
        1 => Just(None),
    ];
    prop::collection::vec(value, 0..60)
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// For each point whether it is an anomaly, of which kind, and since when.
fn said(values: &[Option<f64>]) -> Vec<Option<(Kind, usize)>> {
    let verdicts = detect(values, WEEK, &Settings::default());
    verdicts.into_iter().map(|verdict| verdict.anomaly.map(|anomaly| (anomaly.kind, anomaly.onset))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_constant_series_has_no_anomaly(value in -1e12_f64..1e12, days in 0_usize..120) {
        prop_assert!(said(&vec![Some(value.round()); days]).iter().all(Option::is_none));
    }

    #[test]
    fn a_spike_of_eight_spreads_is_always_found(values in weeks()) {
        let settings = Settings::default();
        let mut series = Series::new(WEEK);
        for value in &values {
            series.observe(Some(*value), false, &settings);
        }
        let spike = series.above(8.0 + 1e-6).unwrap();
        let verdict = series.observe(Some(spike), false, &settings);
        let anomaly = verdict.anomaly.expect("a spike of eight spreads");
        prop_assert!(anomaly.last == values.len() && anomaly.excess > 0.0 || anomaly.points > 1, "{anomaly:?}");
    }

    #[test]
    fn of_what_is_never_below_nothing_nothing_below_it_is_told(values in anything()) {
        let (settings, mut series) = (Settings::default(), Series::new(WEEK));
        for value in values {
            let told = series.outlook(&settings);
            let anomaly = series.observe(value.map(f64::abs), false, &settings).anomaly.map(|anomaly| anomaly.outlook);
            for outlook in told.into_iter().chain(anomaly) {
                prop_assert!(outlook.expected >= 0.0 && outlook.low >= 0.0 && outlook.high >= 0.0, "{outlook:?}");
            }
        }
    }

    #[test]
    fn another_unit_changes_no_verdict(values in anything(), power in -12_i32..13) {
        // Powers of two, so that the values themselves are not rounded: of a tie either side would be right.
        let unit = 2.0_f64.powi(power);
        let scaled: Vec<_> = values.iter().map(|value| value.map(|v| v * unit)).collect();
        prop_assert_eq!(said(&values), said(&scaled));
    }

    #[test]
    fn cents_and_thousands_are_the_same_series(values in weeks()) {
        let scaled: Vec<f64> = values.iter().map(|v| v / 1_000.0).collect();
        prop_assert_eq!(said(&some(&values)), said(&some(&scaled)));
    }

    #[test]
    fn what_comes_later_changes_no_verdict(values in anything(), later in anything()) {
        let settings = Settings::default();
        let before = detect(&values, WEEK, &settings);
        let all: Vec<_> = values.iter().chain(&later).copied().collect();
        prop_assert_eq!(&before[..], &detect(&all, WEEK, &settings)[..before.len()]);
    }

    #[test]
    fn a_series_that_begins_on_another_day_is_the_same_series(values in weeks(), gaps in 0_usize..30) {
        // Days before the first value are none of its days.
        let mut later = vec![None; gaps];
        later.extend(some(&values));
        let moved = said(&some(&values)).into_iter();
        prop_assert_eq!(&said(&later)[gaps..], &moved.collect::<Vec<_>>()[..]);
    }

    #[test]
    fn fourteen_days_are_enough_history_and_thirteen_are_not(values in weeks()) {
        let verdicts = detect(&some(&values), WEEK, &Settings::default());
        for (n, verdict) in verdicts.iter().enumerate() {
            prop_assert_eq!(verdict.enough_history(), n >= 14);
            prop_assert!(n >= 14 || verdict.anomaly.is_none());
        }
    }

    #[test]
    fn an_anomaly_only_grows_and_there_is_one_at_a_time(mut values in anything()) {
        // Points are counted from the first value on.
        values.insert(0, Some(150.0));
        let mut open: Option<domain::insights::Anomaly> = None;
        for (n, verdict) in detect(&values, WEEK, &Settings::default()).into_iter().enumerate() {
            if let Some(ended) = &verdict.ended {
                let before = open.take().expect("only what was open ends");
                // Whether a lasting change stays shows at its end.
                let ended = domain::insights::Anomaly { lasting: before.lasting, ..ended.clone() };
                prop_assert_eq!(&before, &ended);
            }
            if let Some(now) = verdict.anomaly {
                prop_assert_eq!(now.last, n);
                match &open {
                    Some(before) => {
                        prop_assert_eq!(now.onset, before.onset);
                        prop_assert_eq!(now.points, before.points + 1);
                        prop_assert!(now.score >= before.score);
                    }
                    None => prop_assert_eq!((now.onset, now.points), (n, 1)),
                }
                open = Some(now);
            }
        }
    }

    #[test]
    fn a_plain_z_score_is_mean_and_deviation_of_the_last_two_seasons_and_nothing_else(
        mut values in prop::collection::vec(
            prop_oneof![6 => 90.0_f64..110.0, 1 => Just(0.0), 2 => 180.0_f64..220.0],
            15..60,
        ),
        (from, days) in (14_usize..60, 1_usize..9),
    ) {
        // A stop, or a burst, of some days in a row.
        let level = if from % 2 == 0 { 0.0 } else { 200.0 };
        values.iter_mut().skip(from).take(days).for_each(|value| *value = level);
        let threshold = 2.0;
        let settings = Settings { method: Method::ZScore { threshold }, ..Settings::default() };
        let verdicts = detect(&some(&values), WEEK, &settings);
        for (n, verdict) in verdicts.iter().enumerate().skip(2 * WEEK) {
            let window = &values[n - 2 * WEEK..n];
            let mean = window.iter().sum::<f64>() / 14.0;
            let spread = (window.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 13.0).sqrt();
            prop_assume!(spread > 1e-6 && spread > mean / 1_000.0);
            let score = (values[n] - mean).abs() / spread / threshold;
            prop_assert!((verdict.score - score).abs() <= 1e-6 * (1.0 + score), "{n}: {} for {score}", verdict.score);
            prop_assert_eq!(verdict.anomaly.is_some(), verdict.score >= 1.0);
        }
    }

    #[test]
    fn a_state_that_was_stored_goes_on_as_it_was(values in anything(), at in 0_usize..60) {
        let settings = Settings::default();
        let mut series = Series::new(WEEK);
        let mut verdicts = Vec::new();
        for (n, value) in values.iter().enumerate() {
            if n == at {
                series = serde_json::from_str(&serde_json::to_string(&series).unwrap()).unwrap();
            }
            verdicts.push(series.observe(*value, false, &settings));
        }
        let kinds = |all: Vec<domain::insights::Verdict>| {
            all.into_iter().map(|v| v.anomaly.map(|a| (a.kind, a.onset))).collect::<Vec<_>>()
        };
        prop_assert_eq!(kinds(verdicts), kinds(detect(&values, WEEK, &settings)));
    }
}
