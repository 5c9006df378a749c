//! Where a budget leads when files tell of it day by day: no part of a month is a whole one.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::budgets::{Cost, Costs, Scope, Told, by_months, spent_as_told};
use domain::ids::ImportId;
use domain::insights::costs::{DayCost, Days};
use domain::insights::covered::Covered;
use jiff::civil::{Date, Weekday, date};
use uuid::Uuid;

use crate::common::budgets::unit;
use crate::common::contracts::eur;
use crate::common::told::{Files, budget, days, truth};

const TODAY: Date = date(2026, 11, 22);
const YESTERDAY: Date = date(2026, 11, 21);

fn near(got: i64, wanted: i64, percent: i64) -> bool {
    (got - wanted).abs() * 100 <= wanted * percent
}

#[test]
fn what_doubled_this_month_is_expected_to_stay_so_for_its_last_days_and_shows_in_the_next_month() {
    let cost = |on: Date| if on >= date(2026, 11, 1) { 200_00 } else { 100_00 };
    let files = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, cost);
    let [low, expected, high, spent] = files.lead(TODAY).unwrap();
    let whole = truth(date(2026, 1, 1), cost);
    assert_eq!(spent, 34_600_00);
    assert!(near(expected, whole, 5) && low <= whole && whole <= high, "{low} {expected} {high}, of {whole}");
    // The nine days that are left are more than they usually are, and at most what they are now.
    let own = budget();
    let as_told = spent_as_told(&files.costs, &own, &BTreeMap::new(), &files.told, TODAY).unwrap();
    let november = by_months(&own, &as_told, TODAY).unwrap()[10].expected.unwrap().minor();
    assert!((5_500_00..=6_000_00).contains(&november), "{november}");
    // What came once on the second is spent, and hardly more of it is expected.
    let once = |on: Date| if on == date(2026, 11, 2) { 3_100_00 } else { 100_00 };
    let files = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, once);
    let as_told = spent_as_told(&files.costs, &own, &BTreeMap::new(), &files.told, TODAY).unwrap();
    let november = by_months(&own, &as_told, TODAY).unwrap()[10].expected.unwrap().minor();
    assert!((6_000_00..=7_000_00).contains(&november), "{november}");
}

#[test]
fn one_large_day_of_the_month_that_runs_is_expected_of_no_month_to_come_and_what_stays_or_comes_again_is() {
    type ByDay<'a> = &'a dyn Fn(Date) -> i64;
    const BY_DAYS: bool = true;
    let more = |on: Date, of: i64, days: &[Date]| if days.contains(&on) { of } else { 0 };
    let (third, fifth, ninth) = (date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 9));
    let cases: [(&str, ByDay<'_>, bool); 10] = [
        ("one large day", &|on| 100_00 + more(on, 10_000_00, &[fifth]), BY_DAYS),
        ("two of them", &|on| 100_00 + more(on, 4_000_00, &[third, ninth]), BY_DAYS),
        ("the last one", &|on| 100_00 + more(on, 4_000_00, &[YESTERDAY]), BY_DAYS),
        ("a credit", &|on| 100_00 - more(on, 5_000_00, &[fifth]), BY_DAYS),
        ("a bill on the third", &|on| 100_00 + if on.day() == 3 { 3_000_00 } else { 0 }, BY_DAYS),
        ("a bill on the 25th, which is to come", &|on| 100_00 + if on.day() == 25 { 1_000_00 } else { 0 }, BY_DAYS),
        ("a level that rose", &|on| if on >= date(2026, 11, 1) { 200_00 } else { 100_00 }, BY_DAYS),
        ("a level that fell", &|on| if on >= date(2026, 11, 1) { 100_00 } else { 400_00 }, BY_DAYS),
        ("each Saturday", &|on| if on.weekday() == Weekday::Saturday { 1_000_00 } else { 10_00 }, !BY_DAYS),
        ("nothing", &|_| 100_00, !BY_DAYS),
    ];
    for (name, cost, by_days) in cases {
        let files = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, cost);
        let [low, expected, high, _] = files.lead(TODAY).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        assert!(near(expected, whole, 5), "{name}: {low} {expected} {high}, of {whole}");
        // What is neither a large day nor a new level leads to the same as if nobody knew of days.
        let mut blind = files;
        blind.costs.by_day.clear();
        assert_eq!(blind.lead(TODAY).unwrap()[1] != expected, by_days, "{name}");
    }
    // Four days are no large day any more: they may stay, or be over.
    let rising = |on: Date| if on >= date(2026, 11, 18) { 500_00 } else { 100_00 };
    let is_over = |on: Date| if on > YESTERDAY { 100_00 } else { rising(on) };
    let files = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, rising);
    let [low, _, high, _] = files.lead(TODAY).unwrap();
    let [least, most] = [truth(date(2026, 1, 1), is_over), truth(date(2026, 1, 1), rising)];
    assert!(low <= least && most <= high, "{low} {high}, of {least} or {most}");
}

#[test]
fn a_level_that_moved_in_the_month_before_is_not_forgotten_as_the_next_one_begins() {
    let [oct, nov, dec, never] = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)];
    let rose = |from: Date, to: Date| move |on: Date| if from <= on && on < to { 500_00 } else { 100_00 };
    let (stays, is_over, of_october) = (rose(nov, never), rose(nov, dec), rose(oct, never));
    let in_the_middle = rose(date(2026, 11, 15), never);
    let large = |on: Date| if on == date(2026, 11, 12) { 10_000_00 } else { 100_00 };
    type DayCosts<'a> = &'a dyn Fn(Date) -> i64;
    let cases: [(&str, Date, DayCosts<'_>, i64); 8] = [
        ("it stays", date(2026, 12, 2), &stays, 2),
        // Of the last day files may have told in part; two are believed by most, three by nearly all.
        ("it is over", date(2026, 12, 3), &is_over, 8),
        ("it is over for days", date(2026, 12, 4), &is_over, 4),
        ("it moved in the middle", date(2026, 11, 22), &in_the_middle, 15),
        ("it moved in the middle of the month before", date(2026, 12, 2), &in_the_middle, 3),
        ("it moved in the middle of the month before, a week later", date(2026, 12, 7), &in_the_middle, 3),
        ("one large day", date(2026, 12, 2), &large, 2),
        // Of December it is not sure yet, and says so.
        ("it stays, a month earlier", date(2026, 11, 2), &of_october, 10),
    ];
    for (name, today, cost, percent) in cases {
        let files = Files::default().of("aws", date(2025, 11, 1), today.yesterday().unwrap(), cost);
        let [low, expected, high, _] = files.lead(today).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        // Where days are all alike the range is a few euros wide.
        let is_within = low <= whole && whole <= high || near(expected, whole, 1);
        assert!(near(expected, whole, percent) && is_within, "{name}: {low} {expected} {high}, of {whole}");
    }
}

#[test]
fn a_large_day_is_of_the_department_that_had_it() {
    let steady = |_: Date| 50_00;
    let large = |on: Date| if on == date(2026, 11, 5) { 10_050_00 } else { 50_00 };
    let all = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, |on| steady(on) + large(on));
    let mut files = Files { costs: Costs { all: Vec::new(), ..all.costs }, ..all };
    for (n, cost) in [(1, &steady as &dyn Fn(Date) -> i64), (2, &large as &dyn Fn(Date) -> i64)] {
        let own = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, cost);
        let own = own.costs.all.into_iter().map(|of| Cost { unit: Some(unit(n)), ..of });
        files.costs.all.extend(own);
    }
    for (n, cost) in [(1, &steady as &dyn Fn(Date) -> i64), (2, &large as &dyn Fn(Date) -> i64)] {
        let [_, expected, _, _] = files.lead_in(Scope::Unit { unit: unit(n) }, TODAY).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        assert!(near(expected, whole, 1), "{n}: {expected}, of {whole}");
    }
}

#[test]
fn a_level_that_moved_is_of_the_department_that_moved() {
    type DayCosts<'a> = &'a dyn Fn(Date) -> i64;
    let level = |level: i64, moves: &'static [(Date, i64)]| {
        move |on: Date| moves.iter().rfind(|(since, _)| *since <= on).map_or(level, |(_, level)| *level)
    };
    let steady = level(50_00, &[]);
    let [oct, nov, feb, jul] = [date(2026, 10, 20), date(2026, 11, 8), date(2026, 2, 1), date(2026, 7, 1)];
    const OCT: [(Date, i64); 1] = [(date(2026, 10, 20), 150_00)];
    const LESS: [(Date, i64); 1] = [(date(2026, 10, 20), 60_00)];
    const BETWEEN: [(Date, i64); 2] = [(date(2026, 2, 1), 300_00), (date(2026, 7, 1), 100_00)];
    const NOV: [(Date, i64); 1] = [(date(2026, 11, 8), 300_00)];
    assert_eq!([OCT[0].0, BETWEEN[0].0, BETWEEN[1].0, NOV[0].0], [oct, feb, jul, nov]);
    let (moved, other) = (level(50_00, &OCT), level(20_00, &LESS));
    let (was_up, is_up) = (level(100_00, &BETWEEN), level(100_00, &NOV));
    let cases: [&[DayCosts<'_>]; 2] = [&[&steady, &moved, &other], &[&was_up, &is_up]];
    for departments in cases {
        let whole = |on| departments.iter().map(|cost| cost(on)).sum();
        let all = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, whole);
        let mut files = Files { costs: Costs { all: Vec::new(), ..all.costs }, ..all };
        for (n, cost) in (0..).zip(departments) {
            let own = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, cost);
            files.costs.all.extend(own.costs.all.into_iter().map(|of| Cost { unit: Some(unit(n)), ..of }));
        }
        for (n, cost) in (0..).zip(departments) {
            let [low, expected, high, _] = files.lead_in(Scope::Unit { unit: unit(n) }, TODAY).unwrap();
            let whole = truth(date(2026, 1, 1), cost);
            assert!(near(expected, whole, 2) && (high - low) * 5 < whole, "{n}: {low} {expected} {high}, of {whole}");
        }
    }
}

#[test]
fn what_begins_beside_others_or_ends_is_followed_and_a_season_is_not() {
    let dec = date(2026, 12, 2);
    let begins = date(2026, 11, 1);
    let year = |from: Date| truth(from, |_| 100_00);
    let aws = || Files::default().of("aws", date(2025, 11, 1), dec.yesterday().unwrap(), |_| 100_00);
    let young = aws().of("azure", begins, dec.yesterday().unwrap(), |_| 200_00);
    let later = aws().of("azure", date(2026, 10, 29), dec.yesterday().unwrap(), |_| 200_00);
    for (name, files, whole) in [
        ("from the first on", young, year(date(2026, 1, 1)) + 2 * year(begins)),
        ("from the end of a month on", later, year(date(2026, 1, 1)) + 2 * year(date(2026, 10, 29))),
    ] {
        let [low, expected, high, _] = files.lead(dec).unwrap();
        assert!(
            near(expected, whole, 2) && low <= whole && whole <= high,
            "{name}: {low} {expected} {high}, of {whole}"
        );
    }
    // Nothing came since, and files told so.
    let stopped = |on: Date| if on < begins { 100_00 } else { 0 };
    let [_, expected, _, spent] =
        Files::default().of("aws", date(2025, 11, 1), YESTERDAY, stopped).lead(TODAY).unwrap();
    assert!(near(expected, spent, 2), "{expected}, of {spent}");
    // Each summer has more, and two of them were seen.
    let summer = |on: Date| if (6..=8).contains(&on.month()) { 300_00 } else { 100_00 };
    let [low, expected, high, _] =
        Files::default().of("aws", date(2024, 1, 1), date(2026, 7, 14), summer).lead(date(2026, 7, 15)).unwrap();
    let whole = truth(date(2026, 1, 1), summer);
    assert!(near(expected, whole, 2) && low <= whole && whole <= high, "{low} {expected} {high}, of {whole}");
}

#[test]
fn half_a_day_that_was_told_of_today_is_no_new_level() {
    let level = |on: Date| if on >= date(2026, 11, 1) { 200_00 } else { 100_00 };
    let halved = |on: Date| level(on) / if on == TODAY { 2 } else { 1 };
    let leads = |to: Date| Files::default().of("aws", date(2025, 11, 1), to, halved).lead(TODAY).unwrap()[1];
    assert!(near(leads(TODAY), leads(YESTERDAY), 1), "{} {}", leads(TODAY), leads(YESTERDAY));
}

#[test]
fn a_day_far_ahead_of_which_a_file_tells_says_nothing_of_how_a_source_comes() {
    let (from, far) = (date(2026, 1, 1), date(2027, 2, 20));
    let told = |today: Date, ahead: &[Date]| {
        let import = ImportId::from_uuid(Uuid::nil());
        let covered = Covered::default().with(import, from, YESTERDAY).0;
        let covered = ahead.iter().fold(covered, |covered, day| covered.with(import, *day, *day).0);
        let costly: Days = days(from, YESTERDAY).chain(ahead.iter().copied()).map(|on| (on, DayCost::of(1))).collect();
        Told::of(covered, &costly, today)
    };
    let files = Files::default().of("aws", from, YESTERDAY, |_| 100_00);
    let leads = files.lead(TODAY);
    let known = Files { told: BTreeMap::from([("aws".to_owned(), told(TODAY, &[far]).unwrap())]), ..files };
    assert_eq!(known.lead(TODAY), leads);
    assert_eq!(told(date(2025, 12, 31), &[far]), None, "nothing has come yet");
}

#[test]
fn a_bill_that_usually_comes_late_in_the_month_is_awaited_whole_and_one_that_is_late_by_what_is_left_of_it() {
    for (name, bill, comes, whole) in [
        ("on the 28th", 28, true, 3_000_00 + 3_000_00),
        ("on the 28th, and it came on the 20th", 28, false, 3_000_00 + 3_000_00),
        // Nine days of thirty are left.
        ("on the 5th, and it did not come", 5, true, 3_000_00 + 900_00),
    ] {
        let nov = date(2026, 11, 1);
        let cost = |on: Date| {
            let usual = if on < nov { on.day() == bill } else { !comes && on.day() == 20 };
            100_00 + if usual { 3_000_00 } else { 0 }
        };
        let files = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, cost);
        let told = spent_as_told(&files.costs, &budget(), &BTreeMap::new(), &files.told, TODAY).unwrap();
        let got = told.parts[&Month::of(nov)].whole.minor();
        // Months are not all as long.
        assert!((got - whole).abs() <= 10_00, "{name}: {got}");
    }
}

#[test]
fn a_months_fee_is_in_what_the_month_leads_to_once_however_few_of_its_days_are_told() {
    let (sep, oct, nov) = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1));
    for (name, from, to, fees, whole) in [
        ("in the first month", nov, 10, vec![(nov, 10_000_00)], 13_000_00),
        ("as usual", sep, 3, vec![(sep, 10_000_00), (oct, 10_000_00), (nov, 10_000_00)], 13_000_00),
        ("as usual, near the end", sep, 29, vec![(sep, 10_000_00), (oct, 10_000_00), (nov, 10_000_00)], 13_000_00),
        ("for the first time", sep, 3, vec![(nov, 10_000_00)], 13_000_00),
        ("more than usual", sep, 3, vec![(sep, 4_000_00), (oct, 4_000_00), (nov, 10_000_00)], 13_000_00),
        // Nine tenths of the month are not told.
        ("still to come", sep, 3, vec![(sep, 10_000_00), (oct, 10_000_00)], 12_000_00),
        ("never", sep, 3, vec![], 3_000_00),
        ("a credit", nov, 10, vec![(nov, -500_00)], 2_500_00),
    ] {
        let files = Files::default().of("aws", from, date(2026, 11, to), |_| 100_00).and_fees("aws", &fees);
        let today = date(2026, 11, to + 1);
        let told = spent_as_told(&files.costs, &budget(), &BTreeMap::new(), &files.told, today).unwrap();
        assert_eq!(told.parts[&Month::of(nov)].whole, eur(whole), "{name}");
    }
}

#[test]
fn a_month_that_is_told_in_part_counts_as_no_whole_one() {
    let level = |_: Date| 100_00;
    for (name, from, to) in [
        ("from the 28th of August", date(2026, 8, 28), YESTERDAY),
        ("from the middle of August", date(2026, 8, 17), YESTERDAY),
        ("until the 20th of October", date(2026, 1, 1), date(2026, 10, 20)),
        ("all of it", date(2026, 1, 1), YESTERDAY),
    ] {
        let files = Files::default().of("aws", from, to, level);
        let [low, expected, high, _] = files.lead(TODAY).unwrap();
        let whole = truth(from, level);
        assert!(near(expected, whole, 2), "{name}: {low} {expected} {high}, of {whole}");
    }
    let young = Files::default().of("aws", date(2026, 9, 25), YESTERDAY, level);
    assert_eq!(young.lead(TODAY), None, "one whole month is too few");
    // A second source that came late counts whole from its first month on, one that ended is not expected any more, and
    // one that has one cost a month comes as it comes.
    let both = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, level).of(
        "azure",
        date(2026, 8, 10),
        YESTERDAY,
        |_| 10_00,
    );
    let whole = truth(date(2026, 1, 1), level) + truth(date(2026, 8, 10), |_| 10_00);
    assert!(near(both.lead(TODAY).unwrap()[1], whole, 5));
    let monthly = |on: Date| if on.day() == 3 { 300_00 } else { 0 };
    let monthly = Files::default().of("plan", date(2026, 1, 3), date(2026, 11, 3), monthly);
    assert_eq!(monthly.lead(TODAY).unwrap()[..3], [12 * 300_00; 3]);
    let ended = Files::default().of("aws", date(2026, 1, 1), date(2026, 8, 31), level);
    let [low, expected, _, spent] = ended.lead(TODAY).unwrap();
    assert!(low >= spent && expected >= spent);
    let ended = spent_as_told(&ended.costs, &budget(), &BTreeMap::new(), &ended.told, TODAY).unwrap();
    assert!(ended.parts.is_empty(), "{:?}", ended.parts);
}
