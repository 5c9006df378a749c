//! The days that files of costs tell of, and how they are watched.

use domain::ids::{ClientId, ImportId, SeriesId};
use domain::insights::costs::{CostSeries, DayCost, Days, MOST_UNTOLD, SeriesName, counted, untold};
use domain::insights::covered::Covered;
use domain::insights::found::Finding;
use domain::insights::rhythm::Rhythm;
use domain::insights::rules::{InsightSettings, Rules};
use domain::insights::watch::{Change, Watch};
use domain::insights::{Driver, Kind, Measure};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

pub(super) fn import(n: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(n))
}

pub(super) fn watch() -> Watch {
    Watch::new(SeriesId::from_uuid(Uuid::from_u128(1)), ClientId::from_uuid(Uuid::from_u128(2)))
}

pub(super) fn day(n: i64) -> Date {
    date(2026, 1, 1).saturating_add(n.days())
}

/// A series of files, or the one that their source itself is.
fn series(whole: bool) -> CostSeries {
    let client = ClientId::from_uuid(Uuid::from_u128(2));
    let (name, measure) = match whole {
        true => (SeriesName::whole(client, "azure"), Measure::Series),
        false => {
            let measure = Measure::Money(iso_currency::Currency::EUR);
            let (source, service) = ("azure".to_owned(), "Disks".to_owned());
            (SeriesName { client, source, service, unit: None, measure: measure.code() }, measure)
        }
    };
    CostSeries::new(SeriesId::from_uuid(Uuid::from_u128(1)), &name, measure, "2026-01-01T00:00:00Z".parse().unwrap())
}

fn rules_of(whole: bool) -> Rules {
    let start = InsightSettings::new(None);
    Rules::of(&start, &start, &series(whole))
}

fn rules() -> Rules {
    rules_of(false)
}

proptest! {
    #[test]
    fn of_files_in_any_order_the_youngest_tells_of_each_day(
        files in prop::collection::vec((0..60_i64, 0..30_i64), 1..12),
        order in any::<prop::sample::Index>(),
    ) {
        let mut turned: Vec<(u128, (i64, i64))> = files.iter().copied().enumerate().map(|(n, file)| (n as u128 + 1, file)).collect();
        let at = order.index(turned.len());
        turned.rotate_left(at);
        let (mut covered, mut holder) = (Covered::default(), std::collections::BTreeMap::new());
        for (n, (from, length)) in turned {
            let (next, own) = covered.with(import(n), day(from), day(from + length));
            covered = next;
            holder.extend(own.into_iter().map(|on| (on, n)));
        }
        for n in 0..100_i64 {
            let youngest = files.iter().enumerate().rev().find(|(_, (from, length))| (*from..=from + length).contains(&n));
            let youngest = youngest.map(|(at, _)| at as u128 + 1);
            prop_assert_eq!(holder.get(&day(n)).copied(), youngest, "day {}", n);
            prop_assert_eq!(covered.has(day(n)), youngest.is_some());
        }
    }
}

fn costs(days: std::ops::Range<i64>, of: impl Fn(i64) -> i64) -> Days {
    days.map(|n| (day(n), DayCost { minor: of(n), ..DayCost::default() })).collect()
}

/// Looks until there is nothing left by this day; gives what was found.
fn looked(watch: Watch, days: &Days, today: i64) -> (Watch, Vec<(Date, Change)>) {
    looked_by(&rules(), watch, days, today)
}

fn looked_by(rules: &Rules, mut watch: Watch, days: &Days, today: i64) -> (Watch, Vec<(Date, Change)>) {
    let mut found = Vec::new();
    loop {
        let look = watch.look(days, rules, &[], day(today));
        watch = look.watch;
        found.extend(look.changes);
        if look.days == 0 {
            return (watch, found);
        }
    }
}

#[test]
fn a_day_is_judged_when_it_is_complete_and_once() {
    let days = costs(0..60, |n| if n == 50 { 40_000 } else { 10_000 + n % 7 * 100 });
    let (told, changed) = watch().told(import(1), (day(0), day(59)), &days, &Days::new());
    assert_eq!((changed.len(), told.due_on(&rules())), (60, Some(day(2))));
    let (early, found) = looked(told.clone(), &days, 51);
    assert_eq!((early.next, found.len()), (Some(day(50)), 0));
    let (late, found) = looked(early.clone(), &days, 52);
    assert_eq!((late.next, found.len()), (Some(day(51)), 1));
    let Change::Is { anomaly, last, over, .. } = &found[0].1 else { panic!("{found:?}") };
    assert_eq!((found[0].0, *last, anomaly.kind, *over), (day(50), day(50), Kind::Spike, false));
    assert_eq!(looked(late.clone(), &days, 52), (late, Vec::new()));
}

#[test]
fn a_corrected_day_is_judged_again_and_what_it_explains_is_withdrawn() {
    let usual = |n: i64| 10_000 + n % 7 * 100;
    let wrong = costs(0..60, |n| if n == 50 { 40_000 } else { usual(n) });
    let (told, _) = watch().told(import(1), (day(0), day(59)), &wrong, &Days::new());
    let (judged, _) = looked(told, &wrong, 64);
    let right = costs(50..51, usual);
    let (anew, changed) = judged.clone().told(import(2), (day(50), day(50)), &right, &wrong);
    assert_eq!((changed.len(), anew.next), (1, Some(day(0))));
    let days = costs(0..60, usual);
    let (after, found) = looked(anew, &days, 64);
    assert_eq!(found, [(day(50), Change::Withdrawn)]);
    assert_eq!(after.onsets.len(), 0);
    let (same, changed) = judged.clone().told(import(3), (day(50), day(50)), &costs(50..51, |_| 40_000), &wrong);
    assert_eq!((same.next, changed.len()), (judged.next, 0), "the same again changes nothing");
}

#[test]
fn two_days_change_names_and_back_and_no_two_have_the_same() {
    let named = |watch: &Watch| (0..5).map(|n| n_of(watch.name_of(day(n)))).collect::<Vec<_>>();
    let mut turned = watch();
    turned.next = Some(day(9));
    for (one, other, names) in
        [(1, 2, [0, 2, 1, 3, 4]), (3, 1, [0, 3, 1, 2, 4]), (1, 3, [0, 2, 1, 3, 4]), (2, 1, [0, 1, 2, 3, 4])]
    {
        turned = turned.renamed(day(one), day(other));
        assert_eq!(named(&turned), names);
    }
    assert_eq!(turned.names.len(), 0);
}

#[test]
fn a_correction_that_moves_an_anomaly_is_judged_at_once_with_what_it_was_before_wherever_days_are_judged_together() {
    // Forty days are judged at once: the anomaly begins on each of those about the last of them, and then a day earlier or later.
    for begins in 34..48 {
        for moves in [-1, 1] {
            let of = |from: i64| {
                costs(0..60, move |n| 10_000 + n % 7 * 100 + if (from..60).contains(&n) { 20_000 } else { 0 })
            };
            let (told, _) = watch().told(import(1), (day(0), day(59)), &of(begins), &Days::new());
            let (judged, _) = looked(told, &of(begins), 61);
            assert!(judged.onsets.contains(&day(begins)));
            let corrected = of(begins + moves);
            let (mut again, _) = judged.told(import(2), (day(0), day(59)), &corrected, &of(begins));
            let mut together = false;
            while again.due_on(&rules()).is_some_and(|due| due <= day(61)) {
                let look = again.look(&corrected, &rules(), &[], day(61));
                let is = matches!(look.changes.get(&day(begins + moves)), Some(Change::Is { .. }));
                together |= is && look.changes.get(&day(begins)) == Some(&Change::Withdrawn);
                again = look.watch;
            }
            assert!(together, "{begins}, {moves}");
        }
    }
}

/// What drives the anomaly that begins on the last of these days, each of which has these parts.
fn driver_of(count: i64, parts: impl Fn(i64) -> Vec<(&'static str, i64)>) -> Driver<String> {
    let day_cost = |n: i64| {
        let parts: std::collections::BTreeMap<String, i64> =
            parts(n).into_iter().map(|(name, minor)| (name.to_owned(), minor)).collect();
        DayCost { minor: parts.values().sum(), parts, ..DayCost::default() }
    };
    let days: Days = (0..count).map(|n| (day(n), day_cost(n))).filter(|(_, cost)| cost.minor != 0).collect();
    let (told, _) = watch().told(import(1), (day(0), day(count - 1)), &days, &Days::new());
    let (_, found) = looked(told, &days, count + 1);
    let Some((onset, Change::Is { driver: Some(driver), .. })) = found.last() else { panic!("{found:?}") };
    assert_eq!(*onset, day(count - 1));
    driver.clone()
}

#[test]
fn what_drives_an_anomaly_is_told_beside_the_same_days_of_the_week() {
    // The first of January is a Thursday: the 51st day after it a Saturday, the 53rd a Monday.
    let weekend = |n: i64| [2, 3].contains(&(n % 7));
    let app = |n: i64| if weekend(n) { 1_000 } else { 10_000 };
    for (name, last, parts, driver, excess) in [
        ("at a weekend", 51, [("app", 9_000), ("base", 2_000)], "app", 8_000.0),
        ("less at a weekend", 51, [("app", 1_000), ("base", 200)], "base", -1_800.0),
        ("on a working day", 53, [("app", 26_000), ("base", 2_100)], "app", 16_000.0),
    ] {
        let of = |n: i64| if n == last { parts.to_vec() } else { vec![("app", app(n)), ("base", 2_000)] };
        let found = driver_of(last + 1, of);
        assert_eq!((found.name.as_str(), found.excess), (driver, excess), "{name}");
        assert!(found.share_percent <= 100.0, "{name}: {found:?}");
    }
    // On Saturdays it came to nothing so far: all of it is news.
    let works = |n: i64| match n {
        51 => vec![("app", 3_000), ("base", 5_000)],
        n if weekend(n) => vec![],
        _ => vec![("app", 10_000), ("base", 2_000)],
    };
    let found = driver_of(52, works);
    assert_eq!((found.name.as_str(), found.excess), ("base", 5_000.0));
}

/// Told by three files, the last two of which have a day each: by then a source is one that tells each day.
fn told_daily(days: &Days, count: i64) -> Watch {
    let (mut told, mut before) = (watch(), Days::new());
    for (n, (from, to)) in (1..).zip([(0, count - 3), (count - 2, count - 2), (count - 1, count - 1)]) {
        let file: Days = days.range(day(from)..=day(to)).map(|(day, cost)| (*day, cost.clone())).collect();
        (told, _) = told.told(import(n), (day(from), day(to)), &file, &before);
        before.extend(file);
    }
    told
}

#[test]
fn what_no_file_tells_of_is_missing_of_its_source_in_time_and_that_sleeps_in_the_end() {
    let rules = rules_of(true);
    // Of nine series two come on working days alone: nothing is unusual about that, nor about a tenth one.
    let days = costs(0..30, |n| if n % 7 < 5 { 9 } else { 7 } + i64::from(n > 25));
    let told = told_daily(&days, 30);
    let (waits, found) = looked_by(&rules, told.clone(), &days, 34);
    assert_eq!((waits.next, found.len(), waits.due_on(&rules)), (Some(day(30)), 0, Some(day(35))));
    let (missing, found) = looked_by(&rules, waits, &days, 35);
    assert_eq!((missing.next, found.len()), (Some(day(31)), 1));
    let (sleeps, found) = looked_by(&rules, missing.clone(), &days, 200);
    assert_eq!((sleeps.next, sleeps.due_on(&rules)), (Some(day(60)), None), "thirty days");
    let Some((onset, Change::Is { anomaly, last, over, .. })) = found.last() else { panic!("{found:?}") };
    assert_eq!((*onset, anomaly.kind, anomaly.points, *last, *over), (day(30), Kind::Missing, 30, day(59), false));
    let next = costs(33..40, |_| 9);
    let (told, _) = missing.told(import(4), (day(33), day(39)), &next, &days);
    let (after, found) = looked_by(&rules, told, &days.into_iter().chain(next).collect(), 41);
    assert_eq!((after.next, found.len()), (Some(day(40)), 1));
    let Change::Is { last, over, .. } = &found[0].1 else { panic!("{found:?}") };
    assert_eq!((found[0].0, *last, *over), (day(30), day(32), true), "it ends with the next file");
    let young = costs(0..10, |_| 9);
    let (told, _) = watch().told(import(1), (day(0), day(9)), &young, &Days::new());
    let (waits, found) = looked_by(&rules, told, &young, 100);
    assert_eq!((waits.next, waits.due_on(&rules), found.len()), (Some(day(10)), None, 0), "not enough history");
}

#[test]
fn a_source_is_silent_when_it_is_later_than_its_files_usually_are_and_not_in_each_of_its_weeks_or_months() {
    let rules = rules_of(true);
    let is = |found: Vec<(Date, Change)>| found.into_iter().filter(|(_, change)| matches!(change, Change::Is { .. }));
    // The first file tells of so many days, and each of the next ones, two days after the last of them, of the days since.
    let month = [31, 28, 31, 30, 31, 30, 31, 31];
    let sources: [(&str, i64, &[i64], i64); 11] = [
        ("daily", 30, &[1, 1, 1, 1, 1, 1, 1, 1], 5),
        ("on working days", 30, &[1, 1, 1, 1, 3, 1, 1, 1], 7),
        ("weekly", 30, &[7, 7, 7, 7, 7, 7, 7, 7], 11),
        ("monthly", 31, &month, 35),
        ("monthly, after a year", 365, &month[..2], 35),
        ("every two weeks from the first", 14, &[14, 14], 18),
        // One file, and two: nobody knows better than by the first one.
        ("two weeks at first", 14, &[], 18),
        ("a month at first", 31, &[], 35),
        ("a year at first", 365, &[], 35),
        ("a month, and a day", 31, &[1], 35),
        ("a month, and two days", 31, &[1, 1], 5),
    ];
    for (name, first, lengths, silent_after) in sources {
        let mut days = costs(0..first, |_| 9);
        let (mut source, _) = watch().told(import(1), (day(0), day(first - 1)), &days, &Days::new());
        let (mut last, mut silences) = (first - 1, Vec::new());
        for (number, length) in (2..).zip(lengths) {
            let to = last + length;
            for today in last + 2..=to + 1 {
                let (after, found) = looked_by(&rules, source, &days, today);
                source = after;
                silences.extend(is(found));
            }
            let file = costs(last + 1..to + 1, |_| 9);
            (source, _) = source.told(import(number), (day(last + 1), day(to)), &file, &days);
            days.extend(file);
            last = to;
        }
        let due = last + 1 + silent_after;
        let (waits, found) = looked_by(&rules, source, &days, due - 1);
        silences.extend(is(found));
        assert_eq!((silences, waits.due_on(&rules)), (Vec::new(), Some(day(due))), "{name}");
        let (_, found) = looked_by(&rules, waits, &days, due);
        assert_eq!(is(found).map(|(onset, _)| onset).collect::<Vec<_>>(), [day(last + 1)], "{name}");
    }
}

#[test]
fn a_long_silence_makes_no_source_a_rare_one_and_a_corrected_file_says_nothing_about_the_next() {
    // How many days the first file has, and by how many each of the others goes on; then how much longer than a day it may last.
    for (first, steps, spare) in [
        (None, vec![], 0),
        (None, vec![1], 0),
        (None, vec![7, 0, -3], 6),
        (None, vec![1, 400], 30),
        (None, vec![400, 1, 1, 1, 1, 1, 1, 1, 1], 0),
        (Some(1), vec![], 0),
        (Some(7), vec![], 6),
        (Some(400), vec![], 30),
        (Some(31), vec![0, -3], 30),
        (Some(7), vec![1], 6),
        (Some(1), vec![7], 6),
        (Some(400), vec![1, 1], 0),
        (Some(1), vec![7, 1], 6),
    ] {
        let start = first.map_or_else(Rhythm::default, |first| Rhythm::default().with(None, (day(1 - first), day(0))));
        let next = |(rhythm, last): (Rhythm, i64), step: &i64| {
            (rhythm.with(Some(day(last)), (day(last + step.min(&1)), day(last + step))), last + step)
        };
        let rhythm = steps.iter().fold((start, 0), next).0;
        assert_eq!(rhythm.spare(), spare, "{first:?}, {steps:?}");
        let kept = serde_json::to_string(&rhythm).unwrap();
        assert_eq!(serde_json::from_str::<Rhythm>(&kept).unwrap(), rhythm);
    }
    let stored: Rhythm = serde_json::from_str("[1,3,1]").unwrap();
    assert_eq!(stored.spare(), 2, "as it was stored before a first file counted");
}

#[test]
fn a_series_whose_source_is_silent_waits_for_the_next_file_and_misses_nothing_itself() {
    let days = costs(0..30, |n| 10_000 + n % 7 * 100);
    let (told, _) = watch().told(import(1), (day(0), day(29)), &days, &Days::new());
    let (sleeps, found) = looked(told, &days, 200);
    assert_eq!((sleeps.next, sleeps.due_on(&rules()), found.len()), (Some(day(30)), None, 0));
    // The days between are judged with the next file, as days of which nobody knows.
    let next = costs(36..40, |n| 10_000 + n % 7 * 100);
    let (told, _) = sleeps.told(import(2), (day(36), day(39)), &next, &days);
    let days: Days = days.into_iter().chain(next).collect();
    let (after, found) = looked(told, &days, 41);
    assert_eq!((after.next, found.len(), after.model.has_enough_history()), (Some(day(40)), 0, true));
    // A day that was told of and has no cost came to nothing: it is no gap, and not missing.
    let (told, _) = after.told(import(3), (day(40), day(44)), &Days::new(), &days);
    let (_, found) = looked(told, &days, 46);
    let Change::Is { anomaly, .. } = &found[0].1 else { panic!("{found:?}") };
    assert_eq!((found[0].0, anomaly.kind), (day(40), Kind::LevelShift));
    // On the third such day it has stopped: nothing is expected of it any more.
    assert!(anomaly.points == 3 && anomaly.more() < -30_000.0, "{anomaly:?}");
}

#[test]
fn what_went_on_as_its_source_fell_silent_is_over_after_three_such_days() {
    let days = costs(0..30, |n| if n == 29 { 40_000 } else { 10_000 + n % 7 * 100 });
    let (open, found) = looked(told_daily(&days, 30), &days, 34);
    assert_eq!((open.open, found.len(), open.due_on(&rules())), (Some(day(29)), 1, Some(day(35))));
    let (sleeps, found) = looked(open, &days, 200);
    assert_eq!((sleeps.open, sleeps.next, sleeps.due_on(&rules())), (None, Some(day(34)), None));
    let [(onset, Change::Is { anomaly, over, .. })] = &found[..] else { panic!("{found:?}") };
    assert_eq!((*onset, anomaly.kind, *over), (day(29), Kind::Spike, true));
}

#[test]
fn of_a_source_with_hardly_a_row_nothing_is_missing_when_no_other_file_comes() {
    // Two rows, on the first and on the last of 48 days.
    let days = costs(0..1, |_| 1).into_iter().chain(costs(47..48, |_| 1)).collect();
    let (told, _) = watch().told(import(1), (day(0), day(47)), &days, &Days::new());
    let rules = rules_of(true);
    let (waits, found) = looked_by(&rules, told, &days, 82);
    assert_eq!((found.len(), waits.due_on(&rules)), (0, Some(day(83))), "its one file says to wait a month longer");
    let (_, found) = looked_by(&rules, waits, &days, 200);
    let (series, now) = (series(true), "2026-08-01T03:30:00Z".parse().unwrap());
    for (onset, change) in found {
        let id = domain::ids::AnomalyId::from_uuid(Uuid::from_u128(9));
        let finding = Finding { id, series: &series, department: None, rules: &rules, today: day(83), now };
        assert_eq!(finding.of(onset, change, None).unwrap(), None, "no letter for nothing");
    }
}

#[test]
fn a_file_tells_of_the_day_on_which_a_period_begins_though_it_comes_to_nothing() {
    let daily: Days = costs(0..61, |_| 100).into_iter().filter(|(on, _)| *on != day(40)).collect();
    // A fee from the first day on, another one from the 41st on, and on that day as much is credited.
    let fee = |n: i64| {
        let since = [0, 40].into_iter().filter(|since| *since < n);
        let carried: std::collections::BTreeMap<Date, i64> = since.map(|since| (day(since), 10)).collect();
        let minor = if n == 0 { 10 } else { carried.values().sum() };
        (day(n), DayCost { minor, carried, ..DayCost::default() })
    };
    let fees: Days = (0..61).map(fee).collect();
    let untold_of = |fees: &Days| untold([&daily, fees], (day(0), day(60)), |_| None);
    assert_eq!(untold_of(&fees).len(), 0);
    let told = |fees: &Days| {
        let (_, told) = watch().told_all_but(&untold_of(fees), import(1), (day(0), day(60)), fees, &Days::new());
        told.values().flatten().map(|cost| cost.minor).sum::<i64>()
    };
    assert_eq!(told(&fees), 61 * 10 + 20 * 10, "no part of it is lost");
    let one: Days = (0..61).map(|n| (day(n), fee(n.min(40)).1)).collect();
    assert_eq!(untold_of(&one).into_iter().collect::<Vec<_>>(), [day(40)], "nothing begins on it");
}

/// The days between the first and the last of so many of which a file does not tell. Each of its series has a row on the days that
/// `rows` says; the fees are of one day and go over all others.
fn untold_of(
    series: i64,
    fees: i64,
    last: i64,
    rows: impl Fn(i64) -> bool,
    before: impl Fn(i64) -> Option<i64>,
) -> Vec<i64> {
    let daily = costs(0..last + 1, |_| 100).into_iter().filter(|(on, _)| rows(n_of(*on)));
    let daily: Days = daily.collect();
    let fee = |n: i64| {
        let carried = if n == 0 { [].into() } else { [(day(0), 10)].into() };
        (day(n), DayCost { minor: 10, carried, ..DayCost::default() })
    };
    let fee: Days = (0..last + 30).map(fee).collect();
    let all = (0..series).map(|_| &daily).chain((0..fees).map(|_| &fee));
    untold(all, (day(0), day(last)), |on| before(n_of(on))).into_iter().map(n_of).collect()
}

fn n_of(on: Date) -> i64 {
    on.duration_since(day(0)).as_hours() / 24
}

#[test]
fn a_file_does_not_tell_of_a_day_on_which_nothing_has_a_row_unless_such_days_usually_have_none() {
    let weekend = |n: i64| [2, 3].contains(&n.rem_euclid(7));
    let none = |_: i64| None;
    for fees in [0, 1] {
        assert_eq!(untold_of(12, fees, 60, |n| n != 40, none), [40], "one day");
        assert_eq!(untold_of(1, fees, 60, |n| n != 40, none), [40], "of one series");
        assert_eq!(untold_of(12, fees, 60, |n| !(40..46).contains(&n), none), (40..46).collect::<Vec<_>>());
        assert_eq!(untold_of(12, fees, 60, |n| !weekend(n), none), [] as [i64; 0], "nobody works at weekends");
        assert_eq!(
            untold_of(12, fees, 60, |n| !weekend(n) && n != 41, none),
            [41],
            "nor on one day, which is another thing"
        );
        assert_eq!(untold_of(12, fees, 60, |n| n % 30 == 0, none), [] as [i64; 0], "hardly a row");
        // A day now and then is usual of one series; of twelve it is none that they are all without one.
        let now_and_then = |n: i64| ![20, 30, 40].contains(&n);
        assert_eq!(untold_of(1, fees, 60, now_and_then, none), [] as [i64; 0]);
        assert_eq!(untold_of(12, fees, 60, now_and_then, none), [20, 30, 40]);
        // A short file: what was told before it says what is usual.
        let gap = |n: i64| n != 5;
        assert_eq!(untold_of(12, fees, 10, gap, none), [] as [i64; 0], "nobody knows");
        assert_eq!(untold_of(12, fees, 10, gap, |_| Some(12 + fees)), [5]);
        assert_eq!(
            untold_of(12, fees, 10, gap, |n| Some(if n.rem_euclid(7) == 5 { fees } else { 12 })),
            [] as [i64; 0]
        );
    }
    let many = untold_of(40, 0, 300, |n| n % 4 != 1, none);
    assert_eq!((many.len(), many.last()), (MOST_UNTOLD, Some(&297)), "the newest ones");
    // What comes to nothing has a row all the same.
    let zeros = costs(0..61, |n| if n == 40 { 0 } else { 100 });
    assert_eq!(untold([&zeros], (day(0), day(60)), |_| None).len(), 0);
}

#[test]
fn a_day_of_which_a_file_does_not_tell_is_missing_of_its_source_and_a_gap_in_its_series_until_another_file_does() {
    let hole = std::collections::BTreeSet::from([day(40)]);
    for (whole, kinds) in [(true, vec![Kind::Missing]), (false, vec![])] {
        let rules = rules_of(whole);
        let value = |n: i64| if whole { 12 } else { 10_000 + n % 7 * 100 };
        let mut days = costs(0..50, value);
        days.remove(&day(40));
        if !whole {
            // A fee of the first day, of a part of which everybody knows.
            days.insert(day(40), DayCost { minor: 300, carried: [(day(0), 300)].into(), ..DayCost::default() });
        }
        let (told, changed) = watch().told_all_but(&hole, import(1), (day(0), day(49)), &days, &Days::new());
        assert_eq!(
            (told.covered.has(day(39)), told.covered.has(day(40)), told.covered.has(day(41))),
            (true, false, true)
        );
        assert_eq!(changed.len(), days.len());
        assert_eq!(told.rhythm, watch().told(import(1), (day(0), day(49)), &days, &Days::new()).0.rhythm);
        let (same, changed) = told.clone().told_all_but(&hole, import(1), (day(0), day(49)), &days, &days);
        assert_eq!((same, changed.len()), (told.clone(), 0), "the same again changes nothing");
        let (judged, found) = looked_by(&rules, told, &days, 52);
        assert_eq!(judged.next, Some(day(50)));
        let found: Vec<(Date, Kind, bool)> = found
            .into_iter()
            .map(|(onset, change)| match change {
                Change::Is { anomaly, over, .. } => (onset, anomaly.kind, over),
                Change::Withdrawn => panic!("nothing was found before"),
            })
            .collect();
        let last: Vec<(Date, Kind, bool)> = kinds.iter().map(|kind| (day(40), *kind, true)).collect();
        assert_eq!(found.last(), last.last(), "{whole}: {found:?}");
        assert!(found.iter().all(|(onset, ..)| *onset == day(40)), "{found:?}");
        // A later file has that day.
        let (told, changed) = judged.told(import(2), (day(40), day(40)), &costs(40..41, value), &days);
        assert_eq!((changed.len(), told.next), (1, Some(day(0))));
        let (_, found) = looked_by(&rules, told, &costs(0..50, value), 52);
        let withdrawn: Vec<(Date, Change)> = kinds.iter().map(|_| (day(40), Change::Withdrawn)).collect();
        assert_eq!(found, withdrawn);
    }
}

#[test]
fn a_source_counts_how_many_of_its_series_have_a_cost_on_each_day() {
    let counts = counted([&costs(0..3, |_| 100), &costs(1..2, |_| -5), &costs(2..4, |_| 0)]);
    let counts: Vec<i64> = counts.into_values().map(|count| count.minor).collect();
    assert_eq!(counts, [1, 2, 2, 1]);
}
