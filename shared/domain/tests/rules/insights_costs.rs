//! Files of costs, whatever pieces they come in, and the days that they tell of.

use domain::billing::reports::Month;
use domain::budgets::moved_of_periods;
use domain::ids::{ClientId, ImportId, SeriesId, UserId};
use domain::insights::costs::{CostSeries, DayCost, Days, SeriesName, counted};
use domain::insights::covered::Covered;
use domain::insights::focus::{FileFault, Progress, Reader};
use domain::insights::found::Finding;
use domain::insights::imports::{NewImport, announce};
use domain::insights::rhythm::Rhythm;
use domain::insights::rules::{InsightSettings, Rules};
use domain::insights::watch::{Change, Watch};
use domain::insights::{Kind, Measure};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

fn import(n: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(n))
}

fn watch() -> Watch {
    Watch::new(SeriesId::from_uuid(Uuid::from_u128(1)), ClientId::from_uuid(Uuid::from_u128(2)))
}

fn day(n: i64) -> Date {
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

/// When every file here was announced.
const ANNOUNCED: Date = date(2026, 4, 2);

const HEAD: &str = "\u{feff}ServiceName,BilledCost,BillingCurrency,ChargePeriodStart,SubAccountId\r\n";

fn row(service: u8, mills: i32, on: u8) -> String {
    let cost = rust_decimal::Decimal::new(i64::from(mills), 3);
    format!("\"Service, {service}\",{cost},EUR,{}T00:00:00Z,acc-{}\r\n", day(i64::from(on)), service % 3)
}

fn read_in(text: &[u8], sizes: &[usize]) -> Progress {
    let (mut reader, mut at) = (Reader::new(Vec::new(), ANNOUNCED), 0);
    for size in sizes.iter().cycle() {
        if at == text.len() {
            break;
        }
        let end = text.len().min(at + size);
        reader.feed(&text[at..end]).unwrap();
        at = end;
    }
    reader.finish().unwrap()
}

proptest! {
    #[test]
    fn a_file_comes_to_the_same_in_pieces_of_any_size_and_when_its_reading_rests_anywhere(
        rows in prop::collection::vec((0..4_u8, -5_000..50_000_i32, 0..20_u8), 1..40),
        sizes in prop::collection::vec(1..90_usize, 1..5),
        rests in 0..2_000_usize,
    ) {
        let text = rows.iter().fold(HEAD.to_owned(), |text, (service, mills, on)| text + &row(*service, *mills, *on));
        let whole = read_in(text.as_bytes(), &[text.len()]);
        prop_assert_eq!(&read_in(text.as_bytes(), &sizes), &whole);
        let rests = rests.min(text.len());
        let mut first = Reader::new(Vec::new(), ANNOUNCED);
        first.feed(&text.as_bytes()[..rests]).unwrap();
        let progress = first.progress();
        let from = usize::try_from(progress.offset).unwrap();
        let mut second = Reader::going_on(progress, Vec::new(), ANNOUNCED);
        second.feed(&text.as_bytes()[from..]).unwrap();
        prop_assert_eq!(&second.finish().unwrap(), &whole);
        // Each day of a service is the exact sum, rounded once.
        let series = whole.sums.by_series(ClientId::from_uuid(Uuid::from_u128(2)), "azure").unwrap();
        for (name, days) in &series {
            for (on, cost) in days {
                let of = rows.iter().filter(|(service, _, n)| name.service == format!("Service, {service}") && day(i64::from(*n)) == *on);
                let mills: i64 = of.map(|(_, mills, _)| i64::from(*mills)).sum();
                let exact = rust_decimal::Decimal::new(mills, 3);
                let rounded = domain::Money::rounded(exact, iso_currency::Currency::EUR).unwrap().minor();
                prop_assert_eq!(cost.minor, rounded);
            }
        }
    }

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

#[test]
fn a_row_that_never_ends_and_days_too_far_apart_are_refused() {
    let mut reader = Reader::new(Vec::new(), ANNOUNCED);
    reader.feed(HEAD.as_bytes()).unwrap();
    let endless = format!("\"{}", "x".repeat(300 * 1024));
    assert_eq!(reader.feed(endless.as_bytes()), Err(FileFault::Row(2)));
    let mut reader = Reader::new(Vec::new(), ANNOUNCED);
    reader.feed(HEAD.as_bytes()).unwrap();
    reader.feed(b"A,1,EUR,2024-01-01T00:00:00Z,-\n").unwrap();
    assert_eq!(reader.feed(b"A,1,EUR,2026-01-01T00:00:00Z,-\n"), Err(FileFault::Days(3)));
}

/// The services of a file, and what kept rows out of it.
fn services(rows: &[u8]) -> (Vec<String>, Vec<(u64, String)>) {
    let text = [HEAD.as_bytes(), rows].concat();
    let read = read_in(&text, &[11]);
    let series = read.sums.by_series(ClientId::from_uuid(Uuid::nil()), "azure").unwrap();
    let faults = read.faults.into_iter().map(|fault| (fault.row, fault.column)).collect();
    (series.into_keys().map(|name| name.service).collect(), faults)
}

#[test]
fn a_name_has_nothing_that_turns_it_round_and_one_that_is_not_in_utf_8_keeps_its_row_out() {
    let row =
        |service: &[u8], account: &[u8]| [service, &b",1,EUR,2026-01-04T00:00:00Z,"[..], account, &b"\n"[..]].concat();
    for service in ["Disks", "Di\0sks", "\u{202e}Disks\u{2069}", " Dis\u{7}ks\u{85} ", "\"Di\nsks\""] {
        assert_eq!(services(&row(service.as_bytes(), b"a")), (vec!["Disks".to_owned()], vec![]), "{service:?}");
    }
    let out = |column: &str| (Vec::new(), vec![(2, column.to_owned())]);
    assert_eq!(services(&row("\0\u{200f}".as_bytes(), b"a")), out("ServiceName"));
    assert_eq!(services(&row(b"B\xfcro", b"a")), out("ServiceName"), "Latin-1");
    assert_eq!(services(&row(b"Disks", b"B\xfcro")), out("SubAccountId"));
    assert_eq!(services(&row("Büro 事務所".as_bytes(), "Büro".as_bytes())), (vec!["Büro 事務所".to_owned()], vec![]));
}

#[test]
fn two_names_that_differ_only_behind_the_longest_one_stay_two() {
    let stem = "é".repeat(119);
    let of = |ends: &[&str]| {
        let rows: String =
            ends.iter().map(|end| format!("{stem}{end},1,EUR,2026-01-04T00:00:00Z,{stem}{end}\n")).collect();
        services(rows.as_bytes()).0
    };
    assert_eq!(of(&["x"]), [format!("{stem}x")], "as long as may be");
    let all = of(&["xa", "xb", "x", "xa"]);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().all(|name| name.chars().count() == 120 && name.starts_with(&"é".repeat(103))), "{all:?}");
    assert!(all.contains(&of(&["xb"])[0]), "the same in each file");
}

#[test]
fn an_absurd_day_or_cost_is_left_out_with_its_row_and_keeps_none_of_the_others_out() {
    let usual = row(1, 5_000, 3);
    for (absurd, column) in [
        ("A,1,EUR,1999-01-01T00:00:00Z,-", "ChargePeriodStart"),
        ("A,1,EUR,9999-12-31T00:00:00Z,-", "ChargePeriodStart"),
        ("A,1,EUR,2027-05-08T00:00:00Z,-", "ChargePeriodStart"),
        ("A,12345678901234567890,EUR,2026-01-04T00:00:00Z,-", "BilledCost"),
        ("A,-12345678901234567890,EUR,2026-01-04T00:00:00Z,-", "BilledCost"),
        ("A,1e28,EUR,2026-01-04T00:00:00Z,-", "BilledCost"),
        // What there is of the day and the account is as much as a sum can hold.
        ("Large,0.01,EUR,2026-01-04T00:00:00Z,-", "BilledCost"),
        ("Two,0.01,EUR,2026-01-04T00:00:00Z,a", "BilledCost"),
    ] {
        let large = "Large,10000000000000,EUR,2026-01-04T00:00:00Z,-\n\
                     Two,10000000000000,EUR,2026-01-04T00:00:00Z,a\nTwo,-5,EUR,2026-01-04T00:00:00Z,b\n";
        for (text, at) in [
            (format!("{HEAD}{usual}{large}{absurd}\n{usual}"), 6),
            (format!("{HEAD}{large}{absurd}\n{usual}{usual}"), 5),
        ] {
            let read = read_in(text.as_bytes(), &[50]);
            let faults: Vec<(u64, &str)> = read.faults.iter().map(|fault| (fault.row, fault.column.as_str())).collect();
            assert_eq!((faults, read.bad_rows), (vec![(at, column)], 1), "{absurd}");
            let without = text.replace(&format!("{absurd}\n"), "");
            assert_eq!(read.sums.days(ANNOUNCED), Some((day(3), day(3))), "{absurd}");
            assert_eq!(
                read.sums.by_series(ClientId::from_uuid(Uuid::nil()), "a"),
                read_in(without.as_bytes(), &[50]).sums.by_series(ClientId::from_uuid(Uuid::nil()), "a")
            );
        }
    }
    // The oldest and the newest day that can be.
    for on in ["2016-03-25", "2027-05-07"] {
        let text = format!("{HEAD}A,1,EUR,{on}T00:00:00Z,-\n");
        assert_eq!(read_in(text.as_bytes(), &[50]).faults, [], "{on}");
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
    assert!(anomaly.more() < -45_000.0, "{anomaly:?}");
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
fn a_source_counts_how_many_of_its_series_have_a_cost_on_each_day() {
    let counts = counted([&costs(0..3, |_| 100), &costs(1..2, |_| -5), &costs(2..4, |_| 0)]);
    let counts: Vec<i64> = counts.into_values().map(|count| count.minor).collect();
    assert_eq!(counts, [1, 2, 2, 1]);
}

/// What each day of the one series in a file comes to, in cents.
fn days_of(text: &str) -> Days {
    let progress = read_in(text.as_bytes(), &[text.len()]);
    assert_eq!(progress.faults, []);
    let series = progress.sums.by_series(ClientId::from_uuid(Uuid::from_u128(2)), "azure").unwrap();
    assert_eq!(series.len(), 1);
    series.into_values().next().unwrap()
}

const HEAD_OF_PERIODS: &str = "ServiceName,BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,SubAccountId\n";

/// A row of the one service, in cents, for so many days.
fn period(cents: i64, on: i64, days: i64) -> String {
    let cost = rust_decimal::Decimal::new(cents, 2);
    format!("Disks,{cost},EUR,{}T00:00:00Z,{}T00:00:00Z,acc\n", day(on), day(on + days))
}

#[test]
fn a_rows_cost_is_for_the_days_of_its_period_and_a_row_of_a_day_or_an_hour_stays_as_it_is() {
    for (start, end, days) in [
        ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", 31),
        ("2026-02-01 00:00:00", "2026-03-01 00:00:00", 28),
        ("2026-03-01T00:00:00Z", "2026-03-31T24:00:00Z", 31),
        ("2026-03-01", "2026-03-02", 1),
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 1),
        ("2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z", 1),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", 1),
        ("2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z", 1),
        ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", 1),
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:01Z", 2),
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", 1),
        ("2026-03-01T00:00:00Z", "", 1),
        ("2026-03-01T00:00:00Z", "2027-03-02T00:00:00Z", 366),
    ] {
        let told = days_of(&format!("{HEAD_OF_PERIODS}Disks,31.00,EUR,{start},{end},acc\n"));
        assert_eq!(told.len(), days, "{start} to {end}");
        assert_eq!(told.values().map(|cost| cost.minor).sum::<i64>(), 31_00, "{start} to {end}");
        assert_eq!(told.values().map(|cost| cost.parts["acc"]).sum::<i64>(), 31_00, "{start} to {end}");
        let first = *told.keys().next().unwrap();
        assert_eq!((first.to_string(), told[&first].carried.len()), (start[..10].to_owned(), 0));
        assert!(told.iter().skip(1).all(|(_, cost)| cost.carried.get(&first) == Some(&cost.minor)));
    }
    for (end, says) in [
        ("2027-03-02T00:00:01Z", "is more than 366 days after ChargePeriodStart"),
        ("9999-12-31T00:00:00Z", "is more than 366 days after ChargePeriodStart"),
        ("2026-02-28T00:00:00Z", "is before ChargePeriodStart"),
        ("soon", "soon is no instant such as 2026-03-01T00:00:00Z"),
    ] {
        let text = format!("{HEAD_OF_PERIODS}Disks,31.00,EUR,2026-03-01T00:00:00Z,{end},acc\n");
        let progress = read_in(text.as_bytes(), &[text.len()]);
        let [fault] = &progress.faults[..] else { panic!("{:?}", progress.faults) };
        assert_eq!((fault.row, fault.column.as_str(), fault.detail.as_str()), (2, "ChargePeriodEnd", says));
        assert!(progress.sums.is_empty());
    }
}

#[test]
fn what_of_the_months_is_of_periods_moves_with_them_and_goes_with_them() {
    let rows = (0..9).map(|on| period(700 + on, on, 1)).collect::<String>();
    for (name, fees, months) in [
        ("none", vec![], vec![]),
        ("a month", vec![(3_100, 0, 31)], vec![(0, 3_100)]),
        ("two of them", vec![(3_100, 0, 31), (2_800, 31, 28)], vec![(0, 3_100), (31, 2_800)]),
        ("over the end of a month", vec![(4_000, 30, 4)], vec![(30, 1_000), (31, 3_000)]),
        ("from the last day on", vec![(3_000, 30, 2)], vec![(30, 1_500), (31, 1_500)]),
        ("a credit", vec![(-3_100, 0, 31)], vec![(0, -3_100)]),
    ] {
        let fees: String = fees.into_iter().map(|(cents, on, days)| period(cents, on, days)).collect();
        let days = days_of(&format!("{HEAD_OF_PERIODS}{rows}{fees}"));
        let of = |months: Vec<(i64, i64)>, sign: i64| -> std::collections::BTreeMap<Month, i64> {
            months.into_iter().map(|(on, cents)| (Month::of(day(on)), sign * cents)).collect()
        };
        let there = days.iter().map(|(on, cost)| (*on, Some(cost.clone()))).collect();
        assert_eq!(moved_of_periods(&Days::new(), &there), of(months.clone(), 1), "{name}");
        assert_eq!(moved_of_periods(&days, &there), of(Vec::new(), 1), "{name}, again");
        let gone = days.keys().map(|on| (*on, None)).collect();
        assert_eq!(moved_of_periods(&days, &gone), of(months, -1), "{name}, taken back");
    }
}

#[test]
fn a_file_without_a_months_fee_leaves_the_days_that_carry_it_as_they_are() {
    let fee = days_of(&format!("{HEAD_OF_PERIODS}{}", period(3_100, 0, 31)));
    let (told, changed) = watch().told(import(1), (day(0), day(0)), &fee, &Days::new());
    assert_eq!(changed.len(), 31);
    let (told, changed) = told.told(import(2), (day(1), day(1)), &Days::new(), &fee);
    assert_eq!((changed.len(), told.next), (0, Some(day(0))));
    // Whoever tells of its first day without it takes it back.
    let (_, changed) = told.told(import(3), (day(0), day(2)), &Days::new(), &fee);
    assert_eq!(changed.into_values().flatten().count(), 0);
}

/// Rows of so many services, each with its own name.
fn fees(count: usize, cents: i64, on: i64, days: i64) -> String {
    (0..count).map(|n| format!("S{n}-{}", period(cents, on, days))).collect()
}

#[test]
fn a_file_tells_up_to_the_end_of_the_periods_that_most_rows_are_of_and_of_no_day_after_it_was_announced() {
    let daily = |days: std::ops::Range<i64>| days.map(|on| period(100, on, 1)).collect::<String>();
    let months = fees(20, 3_000, 0, 31);
    for (name, rows, announced, last) in [
        ("days, and a month's fee", daily(0..10) + &period(3_000, 0, 31), 91, 9),
        ("a day, and a month's fee", daily(0..1) + &period(3_000, 0, 31), 91, 0),
        ("a month", period(3_000, 0, 31), 91, 30),
        ("months, and something bought once", period(3_000, 0, 31) + &period(100, 4, 1) + &period(10, 0, 28), 91, 30),
        ("days", daily(0..31), 91, 30),
        // Twenty monthly fees, and one year that is paid at once.
        ("months, and a year", months.clone() + &period(90_000, 0, 365), 91, 30),
        ("months, and a year from their middle on", months.clone() + &period(90_000, 14, 365), 91, 30),
        ("months, and a year after them", months.clone() + &period(90_000, 33, 365), 91, 33),
        ("two months, of 31 and of 28 days", months.clone() + &fees(10, 3_000, 31, 28), 91, 58),
        ("two months, of 28 and of 31 days", fees(20, 1, 31, 28) + &fees(5, 1, 59, 31), 91, 89),
        ("a year", period(90_000, 0, 365), 400, 364),
        // Six services of a day, and twelve monthly fees.
        ("a day, and more fees than its services", fees(6, 100, 9, 1) + &fees(12, 3_000, 0, 31), 10, 9),
        ("the same on the same day", fees(6, 100, 9, 1) + &fees(12, 3_000, 0, 31), 9, 9),
        ("the first day", fees(6, 100, 0, 1) + &fees(12, 3_000, 0, 31), 1, 0),
        ("a month that is not over", months, 12, 11),
        ("a month to come", fees(3, 3_000, 31, 28), 12, 31),
    ] {
        let text = format!("{HEAD_OF_PERIODS}{rows}");
        let progress = read_in(text.as_bytes(), &[text.len()]);
        let on = format!("{}T12:00:00Z", day(announced)).parse().unwrap();
        let (id, client, by) = (import(1), ClientId::from_uuid(Uuid::nil()), UserId::from_uuid(Uuid::nil()));
        let new = NewImport { id, client, source: "azure".into(), bytes: text.len() as u64 };
        let read = announce(new, by, on).unwrap().uploaded(on).read(&progress, "kept".into(), on);
        let first = text.lines().skip(1).map(|row| row.split(',').nth(3).unwrap()[..10].parse::<Date>().unwrap()).min();
        assert_eq!((read.from, read.to), (first, Some(day(last))), "{name}");
    }
    let progress = read_in(format!("{HEAD_OF_PERIODS}{}", period(1, 0, 31)).as_bytes(), &[9]);
    let mut stored = serde_json::to_value(&progress).unwrap();
    stored["sums"]["sums"][0].as_object_mut().unwrap().remove("days");
    stored["columns"].as_object_mut().unwrap().remove("end");
    let stored: Progress = serde_json::from_value(stored).unwrap();
    assert_eq!(stored.sums.days(ANNOUNCED), Some((day(0), day(0))), "as it was kept before periods counted");
}

proptest! {
    #[test]
    fn what_periods_come_to_is_to_the_cent_what_their_days_come_to(
        rows in prop::collection::vec((-9_000..90_000_i64, 0..60_i64, 1..70_i64), 1..30),
        size in 1..90_usize,
    ) {
        let text: String = rows.iter().map(|(cents, on, days)| period(*cents, *on, *days)).collect();
        let text = format!("{HEAD_OF_PERIODS}{text}");
        let told = days_of(&text);
        prop_assert_eq!(&read_in(text.as_bytes(), &[size]), &read_in(text.as_bytes(), &[text.len()]));
        let whole: i64 = rows.iter().map(|(cents, ..)| cents).sum();
        prop_assert_eq!(told.values().map(|cost| cost.minor).sum::<i64>(), whole);
        // Each day is within a cent a row of its even share.
        for (on, cost) in &told {
            let n = i64::from((*on - day(0)).get_days());
            let of = rows.iter().filter(|(_, first, days)| (*first..first + days).contains(&n));
            let (least, count) = of.fold((0, 0), |(least, count), (cents, _, days)| (least + cents.div_euclid(*days), count + 1));
            prop_assert!((least - count..=least + 2 * count).contains(&cost.minor), "{}: {} and not {}", on, cost.minor, least);
        }
    }

    #[test]
    fn a_months_fee_is_whole_whichever_files_tell_of_its_days_and_in_whichever_order(
        // Each file tells of some days in a row, and of the fees that begin on them.
        files in prop::collection::vec((0..40_i64, 0..15_i64, 0..900_i64), 1..8),
        order in any::<prop::sample::Index>(),
    ) {
        let of = |(from, length, cents): (i64, i64, i64)| {
            let rows: String = (from..=from + length)
                .map(|on| period(cents, on, 1) + &if on % 30 == 0 { period(cents * 31, on, 31) } else { String::new() })
                .collect();
            days_of(&format!("{HEAD_OF_PERIODS}{rows}"))
        };
        let mut turned: Vec<(u128, (i64, i64, i64))> = (1..).zip(files.iter().copied()).collect();
        let at = order.index(turned.len());
        turned.rotate_left(at);
        let (mut watch, mut known) = (watch(), Days::new());
        for (n, file) in turned {
            for again in [false, true] {
                let (after, changed) = watch.told(import(n), (day(file.0), day(file.0 + file.1)), &of(file), &known);
                watch = after;
                prop_assert!(!again || changed.is_empty(), "twice is once");
                for (on, cost) in changed {
                    match cost {
 Some(cost) => known.insert(on, cost),
 None => known.remove(&on),
 };
                }
            }
        }
        // Of each day the youngest file that tells of it, and of each fee the youngest that tells of its first day.
        let youngest = |on: i64| {
            let tells = |file: &&(i64, i64, i64)| (file.0..=file.0 + file.1).contains(&on);
            files.iter().rev().find(tells).map(|file| file.2)
        };
        for on in 0..100_i64 {
            let fees = [0, 30, 60].into_iter().filter(|first| (*first..first + 31).contains(&on)).filter_map(youngest);
            let all: Vec<i64> = youngest(on).into_iter().chain(fees).collect();
            let is = known.get(&day(on)).map(|cost| cost.minor);

            prop_assert_eq!(is.unwrap_or_default(), all.iter().sum::<i64>(), "day {}", on);
        }
    }
}
