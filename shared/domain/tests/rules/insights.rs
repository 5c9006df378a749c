//! The detector of anomalies by examples, and the rules around it.

use domain::insights::{
    Anomaly, Answer, Finding, Habits, Kind, KnownEvent, LEAST_SENSITIVE, MOST_SENSITIVE, Method, Outlook, Part,
    Sensitivity, Series, Settings, SignIn, Verdict, WEEK, When, detect, driver, look_at, minor, muted,
};
use jiff::civil::{Date, date};

/// What a day of the week is worth, beside a Monday.
const SHAPE: [f64; WEEK] = [1.0, 1.1, 1.05, 0.95, 1.0, 0.3, 0.25];

/// A value around 10,000 with a week and a little noise, the same in every run.
fn usual(day: usize) -> f64 {
    let noise = 1.0 + 0.02 * ((day * 37 % 11) as f64 - 5.0) / 5.0;
    (10_000.0 * SHAPE[day % WEEK] * noise).round()
}

/// So many usual days, then what `then` makes of so many more.
pub(super) fn days(before: usize, after: usize, then: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    (0..before + after).map(|day| if day < before { usual(day) } else { then(day - before, usual(day)) }).collect()
}

pub(super) fn verdicts(values: &[f64]) -> Vec<Verdict> {
    detect(&values.iter().copied().map(Some).collect::<Vec<_>>(), WEEK, &Settings::default())
}

/// Each anomaly as it was when it was largest.
pub(super) fn anomalies(verdicts: &[Verdict]) -> Vec<Anomaly> {
    let mut all: Vec<Anomaly> = Vec::new();
    for anomaly in verdicts.iter().filter_map(|verdict| verdict.anomaly.clone()) {
        if all.last().is_some_and(|last| last.onset == anomaly.onset) {
            all.pop();
        }
        all.push(anomaly);
    }
    all
}

#[test]
fn usual_days_are_usual() {
    assert_eq!(anomalies(&verdicts(&days(200, 0, |_, v| v))), []);
}

/// Days of a week, each off by normal noise of this share; the same for the same seed.
pub(super) fn clean(week: [f64; WEEK], noise: f64, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x0123_4567;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    // Twelve of them add up to a variance of one (Irwin and Hall).
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    (0..390).map(|day| 10_000.0 * week[day % WEEK] * (noise * normal()).exp()).collect()
}

#[test]
fn a_strong_week_is_no_anomaly_whatever_its_strong_days_are() {
    const SERIES: u64 = 20;
    let weeks = [
        ("closed on Sundays", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.3]),
        ("a batch on Mondays", [3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
        ("a peak on Thursdays", [1.0, 1.0, 1.0, 5.0, 1.0, 1.0, 1.0]),
        ("a quiet weekend", [1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.4]),
        ("hardly a weekend", [1.0, 1.0, 1.0, 1.0, 1.0, 0.1, 0.1]),
    ];
    for (name, week) in weeks {
        for noise in [0.02, 0.04, 0.08] {
            let all = (0..SERIES).map(|seed| verdicts(&clean(week, noise, seed)));
            let (mut points, mut alarms) = (0, 0);
            for verdict in all.flatten() {
                (points, alarms) = (points + 1, alarms + usize::from(verdict.anomaly.is_some()));
            }
            assert!(alarms * 1_000 <= 4 * points, "{name}, noise of {noise}: {alarms} alarms in {points} days");
        }
    }
}

#[test]
fn a_spike_and_a_drop_are_told_with_what_was_expected_and_are_over_after_three_usual_days() {
    for (factor, kind) in [(2.0, Kind::Spike), (0.4, Kind::Drop)] {
        let verdicts = verdicts(&days(60, 10, |day, v| if day == 2 { v * factor } else { v }));
        let found = anomalies(&verdicts);
        let [anomaly] = &found[..] else { panic!("{found:?}") };
        assert_eq!((anomaly.kind, anomaly.onset, anomaly.points), (kind, 62, 1));
        let off = anomaly.excess - (factor - 1.0) * usual(62);
        assert!(off.abs() < 0.05 * usual(62), "{anomaly:?}");
        assert!(anomaly.outlook.low < usual(62) && usual(62) < anomaly.outlook.high, "{anomaly:?}");
        let ended: Vec<usize> = (0..70).filter(|day| verdicts[*day].ended.is_some()).collect();
        assert_eq!(ended, [66]);
    }
}

#[test]
fn a_new_level_is_one_anomaly_that_ends_and_becomes_the_usual() {
    let found = anomalies(&verdicts(&days(60, 60, |_, v| v * 1.8)));
    let [anomaly] = &found[..] else { panic!("{found:?}") };
    assert_eq!((anomaly.kind, anomaly.onset), (Kind::LevelShift, 60));
    assert!((3..14).contains(&anomaly.points), "{anomaly:?}");
}

/// Each anomaly as it was when it was over.
fn ended(values: &[f64]) -> Vec<Anomaly> {
    verdicts(values).into_iter().filter_map(|verdict| verdict.ended).collect()
}

/// What a lasting change comes to a month from now on, in cents.
fn monthly(anomaly: &Anomaly) -> Option<i64> {
    anomaly.lasting.and_then(|lasting| lasting.monthly()).map(minor)
}

#[test]
fn a_new_level_tells_its_excess_until_it_was_the_usual_and_what_a_month_of_it_comes_to_to_the_cent() {
    // A hundred a day, and then 145: 45 * 365 / 12 a month more. With a week of its own the mean of a week counts.
    let week: f64 = SHAPE.iter().sum::<f64>() / 7.0;
    for (shape, mean) in [([1.0; WEEK], 1.0), (SHAPE, week)] {
        let level = |day: usize| 10_000.0 * shape[day % WEEK] * if day < 63 { 1.0 } else { 1.45 };
        let values: Vec<f64> = (0..120).map(level).collect();
        let over = ended(&values);
        let [anomaly] = &over[..] else { panic!("{over:?}") };
        assert_eq!((anomaly.kind, anomaly.onset), (Kind::LevelShift, 63));
        assert_eq!(monthly(anomaly), Some(minor(4_500.0 * mean * 365.0 / 12.0)));
        // The days that the model needed to follow, each beside what was expected before it began.
        let days = 63..=anomaly.last;
        let excess: f64 = days.map(|day| values[day] - 10_000.0 * shape[day % WEEK]).sum();
        assert_eq!(minor(anomaly.more()), minor(excess));
        assert!(anomaly.more() > anomaly.excess, "what the model had followed by then is in it: {anomaly:?}");
        // On the first days it is told of the days that there are.
        let found = verdicts(&values[..66]).pop().unwrap().anomaly.unwrap();
        let three: f64 = (63..66).map(|day| 4_500.0 * shape[day % WEEK]).sum::<f64>() / 3.0;
        assert_eq!((found.kind, monthly(&found)), (Kind::LevelShift, Some(minor(three * 365.0 / 12.0))));
    }
}

#[test]
fn a_new_level_that_went_back_costs_nothing_from_then_on() {
    let level = |days: usize| (0..120).map(move |day| if (63..63 + days).contains(&day) { 20_000.0 } else { 10_000.0 });
    for days in 4..=10 {
        let over = ended(&level(days).collect::<Vec<f64>>());
        let (first, back) = over.split_first().expect("it is over");
        assert_eq!((first.kind, first.onset, monthly(first)), (Kind::LevelShift, 63, None), "{days} days");
        assert_eq!(minor(first.more()), 10_000 * days.min(8) as i64, "until the model had followed it");
        // The way back surprises, but it is to where the series was.
        assert!(back.iter().all(|way| monthly(way).is_none()), "{days} days: {back:?}");
        assert!(back.iter().filter(|way| way.kind == Kind::LevelShift).all(|way| minor(way.more()) == 0), "{back:?}");
    }
    // What has become the usual before it goes back was a level of its own, and the way back is another one.
    let over = ended(&level(30).collect::<Vec<f64>>());
    let [up, down] = &over[..] else { panic!("{over:?}") };
    assert_eq!((up.onset, monthly(up), down.onset), (63, Some(304_167), 93));
    let saved = monthly(down).expect("it stays down");
    assert!((-304_167..-303_000).contains(&saved), "{saved}");
}

#[test]
fn whether_a_new_level_stays_is_told_by_the_values_after_it_and_never_by_days_of_which_nobody_told() {
    let settings = Settings::default();
    // Four days at twice the level, then nothing, or one value in a time that is muted and nothing from then on. What came back
    // is over at once.
    for (value, after, stays, untold) in [
        (None, 3, None, true),
        (Some(10_500.0), 0, None, false),
        (Some(20_000.0), 3, Some(minor(10_000.0 * 365.0 / 12.0)), false),
    ] {
        let mut series = Series::new(WEEK);
        let mut last = None;
        for day in 0..67 {
            last = series.observe(Some(if day < 63 { 10_000.0 } else { 20_000.0 }), false, &settings).anomaly;
        }
        let open = last.expect("it goes on");
        assert_eq!((open.kind, open.onset, open.last), (Kind::LevelShift, 63, 66));
        let ended = [value, None, None, None].map(|value| series.observe(value, true, &settings).ended);
        assert_eq!(ended.iter().position(Option::is_some), Some(after), "{ended:?}");
        let over = ended[after].as_ref().expect("it is over");
        let lasting = over.lasting.expect("it lasted");
        assert_eq!((monthly(over), lasting.untold), (stays, untold), "{value:?}");
        assert_eq!(minor(over.more()), 40_000, "up to its last day: {value:?}");
    }
}

#[test]
fn a_drift_is_told_beside_the_level_before_it() {
    let found = anomalies(&verdicts(&days(150, 25, |day, v| v * (1.0 + 0.03 * day as f64))));
    let drift = found.iter().find(|anomaly| anomaly.kind == Kind::Drift).expect("a drift");
    let by_then = drift.last - 150;
    let most = 10_000.0 * 0.03 * by_then as f64 * 365.0 / 12.0;
    let monthly = drift.lasting.and_then(|lasting| lasting.monthly()).expect("what it comes to");
    assert!(monthly > 0.0 && monthly < most, "{monthly} of at most {most}: {drift:?}");
}

#[test]
fn another_week_is_one_anomaly() {
    // Saturday and Sunday become working days, Monday and Tuesday free ones.
    let found = anomalies(&verdicts(&days(63, 7, |day, v| [0.3, 0.3, 1.0, 1.0, 1.0, 3.0, 4.0][day % WEEK] * v)));
    let [anomaly] = &found[..] else { panic!("{found:?}") };
    assert_eq!((anomaly.kind, anomaly.onset, anomaly.last), (Kind::WeeklyPattern, 63, 69));
}

#[test]
fn a_slow_drift_is_found_though_no_day_is_far_away() {
    let found = anomalies(&verdicts(&days(150, 25, |day, v| v * (1.0 + 0.03 * day as f64))));
    assert!(found.iter().any(|anomaly| anomaly.kind == Kind::Drift && anomaly.excess > 0.0), "{found:?}");
}

#[test]
fn a_change_that_hides_in_its_noise_is_found_by_the_mean_of_some_days() {
    // Each value is off by up to a tenth, and the new level by a fifth: no day of it is far away by itself.
    let noisy = |day: usize| 10_000.0 * (1.0 + 0.1 * ((day * 37 % 11) as f64 - 5.0) / 5.0);
    let found = |up: f64| {
        let values: Vec<f64> = (0..100).map(|day| noisy(day) * if day < 90 { 1.0 } else { up }).collect();
        anomalies(&verdicts(&values))
    };
    assert_eq!(found(1.0), []);
    let all = found(1.2);
    let [anomaly] = &all[..] else { panic!("{all:?}") };
    assert!(anomaly.kind == Kind::Drift && (90..93).contains(&anomaly.onset) && anomaly.more() > 0.0, "{anomaly:?}");
}

#[test]
fn what_was_stored_before_it_was_noted_whether_it_was_below_nothing_is_told_as_it_was() {
    // Credits, every day; of a new series it is known that they are below nothing.
    let settings = Settings::default();
    let mut series = Series::new(WEEK);
    let new = serde_json::to_value(&series).unwrap();
    assert_eq!(new["been_below"], serde_json::json!(false));
    for day in 0..60 {
        series.observe(Some(-usual(day)), false, &settings);
    }
    let mut stored = serde_json::to_value(&series).unwrap();
    stored.as_object_mut().unwrap().remove("been_below").unwrap();
    let stored: Series = serde_json::from_value(stored).unwrap();
    let told = stored.outlook(&settings).expect("a history");
    assert!(told.expected < 0.0 && told.low < told.expected, "{told:?}");
    assert_eq!(Some(told), series.outlook(&settings));
}

#[test]
fn days_without_data_are_one_anomaly_that_ends_with_the_next_value() {
    let mut values: Vec<_> = (0..60).map(|day| Some(usual(day))).collect();
    values[40..43].fill(None);
    values[50] = Some(f64::NAN);
    let verdicts = detect(&values, WEEK, &Settings::default());
    let found = anomalies(&verdicts);
    let seen: Vec<_> = found.iter().map(|anomaly| (anomaly.kind, anomaly.onset, anomaly.points)).collect();
    assert_eq!(seen, [(Kind::Missing, 40, 3), (Kind::Missing, 50, 1)]);
    assert!(verdicts[43].ended.is_some() && verdicts[51].ended.is_some());
    assert!((-17_000.0..-15_000.0).contains(&found[0].excess), "{found:?}");
}

#[test]
fn an_earlier_anomaly_does_not_hide_the_next() {
    let found = anomalies(&verdicts(&days(60, 20, |day, v| if day % 9 == 2 { v * 3.0 } else { v })));
    assert_eq!(found.iter().map(|anomaly| anomaly.onset).collect::<Vec<_>>(), [62, 71], "{found:?}");
}

#[test]
fn a_series_that_was_nothing_so_far_has_an_anomaly_with_its_first_value() {
    let mut values = vec![0.0; 30];
    values[25] = 500.0;
    let found = anomalies(&verdicts(&values));
    assert_eq!(found.iter().map(|anomaly| (anomaly.kind, anomaly.onset)).collect::<Vec<_>>(), [(Kind::Spike, 25)]);
    assert_eq!(minor(found[0].excess), 500);
}

#[test]
fn of_what_never_was_below_nothing_nothing_below_it_is_expected_and_the_verdict_is_the_models_own() {
    // People on working days, and then nobody.
    let people = |first: f64| {
        let worked = (0..42).map(|day| if day % WEEK < 5 { 10.0 } else { 0.0 });
        [first].into_iter().chain(worked.skip(1)).chain([0.0; 28])
    };
    let z_score = Method::ZScore { threshold: 3.0 };
    for (first, method) in [(10.0, Method::Seasonal), (-1.0, Method::Seasonal), (10.0, z_score), (-1.0, z_score)] {
        let settings = Settings { method, ..Settings::default() };
        let (mut series, mut seen) = (Series::new(WEEK), 0);
        for value in people(first) {
            let (told, mut busy) = (series.outlook(&settings), series.clone());
            let verdict = busy.observe(Some(400.0), false, &settings);
            let found = verdict.anomaly.filter(|anomaly| anomaly.points == 1);
            if let (Some(told), Some(models), Some(anomaly)) = (told, verdict.outlook, found) {
                let least = if first < 0.0 { f64::MIN } else { 0.0 };
                let [expected, low, high] = [models.expected, models.low, models.high].map(|value| value.max(least));
                let case = format!("{method:?}, first {first}: {anomaly:?}");
                assert_eq!(told, Outlook { expected, low, high }, "{case}");
                assert_eq!(
                    (anomaly.outlook, anomaly.excess, anomaly.kind),
                    (told, 400.0 - expected, Kind::Spike),
                    "{case}"
                );
                let said =
                    anomaly.sentence("Office", &when("on 2 March", false), |v| format!("{v}"), |v| format!("{v}"));
                assert_eq!(said.contains('-'), told.low < 0.0, "{said}");
                seen += usize::from(models.low < 0.0);
            }
            series.observe(Some(value), false, &settings);
        }
        assert!(seen > 0, "{method:?}, first {first}");
    }
}

#[test]
fn a_known_event_mutes_and_the_series_goes_on_after_it() {
    let settings = Settings::default();
    let mut series = Series::new(WEEK);
    for day in 0..60 {
        series.observe(Some(usual(day)), false, &settings);
    }
    let verdict = series.observe(Some(5.0 * usual(60)), true, &settings);
    assert!(verdict.anomaly.is_none() && verdict.score > 1.0, "{verdict:?}");
    assert!(series.observe(None, true, &settings).anomaly.is_none());
    assert!(series.observe(Some(5.0 * usual(62)), false, &settings).anomaly.is_some());

    let migration = KnownEvent { from: date(2026, 3, 2), to: date(2026, 3, 4), why: "migration".into() };
    let during = |day: Date| muted(day, std::slice::from_ref(&migration)).is_some();
    let answers = [1, 2, 4, 5].map(|day| during(date(2026, 3, day)));
    assert_eq!(answers, [false, true, true, false]);
}

#[test]
fn sensitivity_moves_the_line_and_answers_move_sensitivity_within_bounds() {
    let values: Vec<_> = days(60, 5, |day, v| if day == 0 { v * 1.22 } else { v }).into_iter().map(Some).collect();
    let at = |factor: f64| {
        let settings = Settings { sensitivity: Sensitivity::from(factor), ..Settings::default() };
        detect(&values, WEEK, &settings)[60].clone()
    };
    let (least, most) = (at(LEAST_SENSITIVE), at(MOST_SENSITIVE));
    assert!(least.anomaly.is_none() && most.anomaly.is_some(), "{least:?} {most:?}");
    assert!((most.score / least.score - MOST_SENSITIVE / LEAST_SENSITIVE).abs() < 1e-9);

    let again = |answer, times| (0..times).fold(Sensitivity::default(), |now: Sensitivity, _| now.after(answer)).get();
    assert!((again(Answer::Expected, 1) - 0.9).abs() < 1e-9 && (again(Answer::Real, 1) - 1.05).abs() < 1e-9);
    assert_eq!((again(Answer::Expected, 50), again(Answer::Real, 50)), (LEAST_SENSITIVE, MOST_SENSITIVE));
    assert_eq!(Sensitivity::from(f64::NAN).get(), 1.0);
}

#[test]
fn a_plain_z_score_is_there_for_whoever_wants_it() {
    let settings = Settings { method: Method::ZScore { threshold: 3.0 }, sensitivity: Sensitivity::default() };
    let mut values: Vec<_> = (0..14).map(|day| Some(if day % 2 == 0 { 90.0 } else { 110.0 })).collect();
    // Mean 100; the standard deviation of fourteen values that are 10 off is the root of 1400 / 13, so 10.38.
    for (value, expected) in [(131.0, false), (131.2, true), (68.9, false), (68.8, true)] {
        values.truncate(14);
        values.push(Some(value));
        assert_eq!(detect(&values, WEEK, &settings)[14].anomaly.is_some(), expected, "{value}");
    }
    // Days that are all alike have no deviation: what differs by hardly anything is none, and what differs is one.
    for (value, expected) in
        [(100.0, false), (100.01, false), (99.99, false), (101.0, true), (200.0, true), (0.0, true)]
    {
        let values: Vec<_> = [100.0; 14].into_iter().chain([value]).map(Some).collect();
        assert_eq!(detect(&values, WEEK, &settings)[14].anomaly.is_some(), expected, "{value} after days of 100.00");
    }
}

#[test]
fn the_part_with_the_largest_share_of_the_excess_drives_it() {
    let part = |name, actual, expected| Part { name, actual, expected };
    let parts = [part("Azure", 900.0, 500.0), part("Slack", 300.0, 200.0), part("Zoom", 10.0, 400.0)];
    let up = driver(&parts, 110.0).unwrap();
    assert_eq!((up.name, up.excess, up.share_percent), ("Azure", 400.0, 80.0));
    let down = driver(&parts, -110.0).unwrap();
    assert_eq!((down.name, down.excess, down.share_percent), ("Zoom", -390.0, 100.0));
    assert_eq!(driver(&parts[..2], -1.0), None);
    assert_eq!(driver(&[part("first", 2.0, 1.0), part("second", 2.0, 1.0)], 2.0).unwrap().name, "first");
}

pub(super) fn when(days: &str, over: bool) -> When {
    When { days: days.into(), first: "2 March".into(), last: "9 March".into(), over }
}

#[test]
fn amounts_leave_as_whole_minor_units() {
    assert_eq!([0.4, 0.5, -0.5, 1e30, f64::NAN].map(minor), [0, 1, -1, i64::MAX, 0]);
}

#[test]
fn an_hour_is_unusual_for_who_was_seen_on_fourteen_days_and_never_near_it() {
    let at = |day: i8, hour: i8| SignIn {
        at: date(2026, 3, day).at(hour, 5, 0, 0),
        sensitive: false,
        used_before: true,
        leaves: None,
    };
    let mut habits = Habits::default();
    for day in 1..=13 {
        habits = look_at(&habits, &at(day, 23)).1;
        habits = look_at(&habits, &at(day, 9)).1;
    }
    assert_eq!(look_at(&habits, &at(14, 3)).0, [], "thirteen days are too few");
    habits = look_at(&habits, &at(14, 9)).1;
    let unusual: Vec<i8> = (0..24).filter(|hour| !look_at(&habits, &at(15, *hour)).0.is_empty()).collect();
    assert_eq!(unusual, (1..=7).chain(11..=21).collect::<Vec<i8>>());
    let (found, after) = look_at(&habits, &at(15, 3));
    assert_eq!(found, [Finding::UnusualHour]);
    assert_eq!(look_at(&after, &at(16, 4)).0, [], "it is told once");
}

#[test]
fn a_first_use_of_what_is_sensitive_and_a_leaver_are_told() {
    let sign_in = SignIn {
        at: date(2026, 3, 2).at(9, 0, 0, 0),
        sensitive: true,
        used_before: false,
        leaves: Some(date(2026, 3, 1)),
    };
    let (found, after) = look_at(&Habits::default(), &sign_in);
    assert_eq!(found, [Finding::FirstSensitiveUse, Finding::LeaverSignedIn]);
    assert_eq!(after, Habits::default(), "a leaver's hours are not learned");
    let last_day = SignIn { leaves: Some(date(2026, 3, 2)), used_before: true, ..sign_in };
    assert_eq!(look_at(&Habits::default(), &last_day).0, []);
}
