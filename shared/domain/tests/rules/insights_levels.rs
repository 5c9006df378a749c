//! The detector where days come to nothing, and where what was far away comes back.

use domain::insights::{Anomaly, Kind, Series, Settings, Verdict, WEEK, detect};

/// Nobody works on Saturday and Sunday.
const WORKDAYS: [f64; WEEK] = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0];
/// Days before something happens: nine weeks.
const BEFORE: usize = 63;
/// All days.
const DAYS: usize = 140;

/// Normal noise of this share around 10,000 times the day's; the same for the same seed.
fn series(week: [f64; WEEK], noise: f64, seed: u64, factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x0123_4567;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    (0..DAYS).map(|day| (10_000.0 * week[day % WEEK] * factor(day) * (noise * normal()).exp()).round()).collect()
}

fn verdicts(values: &[f64]) -> Vec<Verdict> {
    detect(&values.iter().copied().map(Some).collect::<Vec<_>>(), WEEK, &Settings::default())
}

/// What was over by the last day, each as it was then.
fn over(verdicts: &[Verdict]) -> Vec<Anomaly> {
    verdicts.iter().filter_map(|verdict| verdict.ended.clone()).collect()
}

#[test]
fn another_level_is_one_anomaly_with_its_month_also_where_weekends_come_to_nothing_or_a_service_stops() {
    let (mut shifts, mut told) = (0, 0);
    for week in [WORKDAYS, [1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4], [1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0.1], [1.0; WEEK]] {
        for (noise, seed) in [0.01, 0.03].into_iter().flat_map(|noise| (0..4).map(move |seed| (noise, seed))) {
            for (to, from) in [0.0, 0.5, 1.5, 3.0].into_iter().flat_map(|to| (0..5).map(move |day| (to, BEFORE + day)))
            {
                let values = series(week, noise, seed, |day| if day < from { 1.0 } else { to });
                let found: Vec<_> = over(&verdicts(&values)).into_iter().filter(|one| one.last >= from).collect();
                let truth = 10_000.0 * week.iter().sum::<f64>() / 7.0 * (to - 1.0) * 365.0 / 12.0;
                let case = format!("{week:?} at {noise}, seed {seed}, times {to} from {from}: {truth}, {found:#?}");
                let shift = found.iter().find(|one| one.onset == from).unwrap_or_else(|| panic!("{case}"));
                assert_eq!(shift.kind, Kind::LevelShift, "{case}");
                let monthly = shift.lasting.and_then(|lasting| lasting.monthly()).unwrap_or_else(|| panic!("{case}"));
                assert!((monthly / truth - 1.0).abs() < 0.1, "{monthly}: {case}");
                shifts += 1;
                told += found.len();
            }
        }
    }
    // The noise itself is unusual now and then.
    assert!(told * 100 <= shifts * 105, "{told} for {shifts}");
}

#[test]
fn what_comes_on_a_day_of_rest_is_found_and_changes_nothing_of_the_other_days() {
    for (seed, on) in (0..10).flat_map(|seed| [5, 6].map(|day| (seed, BEFORE + day))) {
        let mut values = series(WORKDAYS, 0.03, seed, |_| 1.0);
        let quiet = over(&verdicts(&values)).len();
        values[on] = 8_000.0;
        let all = verdicts(&values);
        let found = all[on].anomaly.clone().expect("somebody worked");
        assert_eq!((found.kind, found.outlook.expected, found.excess), (Kind::Spike, 0.0, 8_000.0), "{seed}");
        assert_eq!(over(&all).len(), quiet + 1, "{seed}");
        assert!(verdicts(&values)[on + 1..on + 3].iter().all(|verdict| verdict.anomaly.is_none()), "{seed}");
        // Whoever works on each Saturday from then on is usual soon.
        (on..DAYS).step_by(WEEK).for_each(|day| values[day] = 8_000.0);
        let late = verdicts(&values);
        let again = |verdict: &Verdict| verdict.anomaly.is_some();
        assert_eq!(late[on + 3 * WEEK..].iter().filter(|verdict| again(verdict)).count(), 0, "{seed}");
    }
}

#[test]
fn what_comes_back_from_far_away_is_the_end_of_what_went_on_and_of_a_known_event() {
    let settings = Settings::default();
    let (mut told_after, mut bursts) = (0, 0);
    for week in [WORKDAYS, [1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4], [1.0; WEEK]] {
        for (times, days) in [0.2, 2.0, 5.0].into_iter().flat_map(|times| [1, 2, 3, 4, 5, 7].map(|days| (times, days)))
        {
            for (seed, from) in (0..4).flat_map(|seed| (0..5).map(move |day| (seed, BEFORE + day))) {
                let event = from..from + days;
                let values = series(week, 0.02, seed, |day| if event.contains(&day) { times } else { 1.0 });
                let quiet = series(week, 0.02, seed, |_| 1.0);
                let unusual = |values: &[f64], known: bool| {
                    let mut state = Series::new(WEEK);
                    let mut observe = |(day, value): (usize, &f64)| {
                        let verdict = state.observe(Some(*value), known && event.contains(&day), &settings);
                        verdict.anomaly.filter(|one| one.onset >= event.end).map(|one| one.onset)
                    };
                    let mut onsets: Vec<usize> = values.iter().enumerate().filter_map(&mut observe).collect();
                    onsets.dedup();
                    onsets
                };
                let noise = unusual(&quiet, false);
                let case = format!("{week:?} times {times} for {days} days from {from}, seed {seed}");
                assert_eq!(unusual(&values, true), noise, "known: {case}");
                bursts += 1;
                told_after += usize::from(days <= 4 && unusual(&values, false) != noise);
            }
        }
    }
    assert_eq!(told_after, 0, "of {bursts}");
}

#[test]
fn the_days_of_a_known_event_are_no_evidence_of_a_drift_however_few_they_are_and_however_near() {
    let found_after = |values: &[f64], event: std::ops::Range<usize>, times: f64| {
        let mut state = Series::new(WEEK);
        let verdicts = values.iter().enumerate().take(event.end + 3 * WEEK).map(|(at, value)| {
            let known = event.contains(&at);
            state.observe(Some(if known { value * times } else { *value }), known, &Settings::default())
        });
        verdicts.skip(event.end).filter(|verdict| verdict.anomaly.is_some()).count()
    };
    for week in [WORKDAYS, [1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4], [1.0; WEEK]] {
        for (seed, days) in (0..15).flat_map(|seed| (1..=7).map(move |days| (seed, days))) {
            let values = series(week, 0.02, seed, |_| 1.0);
            let from = BEFORE + 4 * WEEK + seed as usize % WEEK;
            for times in [0.5, 0.8, 1.0, 1.2, 1.3, 1.5, 2.0, 5.0] {
                let found = found_after(&values, from..from + days, times);
                assert_eq!(found, 0, "{week:?} times {times} for {days} days from {from}, seed {seed}");
            }
        }
    }
}
