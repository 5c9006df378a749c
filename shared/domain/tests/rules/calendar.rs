//! Open time: by example, and against a calendar that looks at every minute.

#![allow(clippy::disallowed_methods, reason = "how long an answer takes is measured")]

use std::time::Instant;

use crate::common::calendars::{calendars, places};
use crate::common::slow::Minutes;
use crate::common::*;
use domain::Refusal;
use domain::calendar::{self, Calendar, CalendarChanges, Holiday, Hours, NewCalendar, TooFar, WeeklyHours, Window};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

#[test]
fn office_hours_count_and_nights_and_weekends_do_not() {
    let office = nine_to_five();
    // Friday 16:00 to Monday 10:00 in Berlin, in summer.
    assert_eq!(office.open_between(at("2026-07-03T14:00:00Z"), at("2026-07-06T08:00:00Z")), hours(2));
    assert_eq!(office.add_open(at("2026-07-03T14:00:00Z"), hours(2)).unwrap(), at("2026-07-06T08:00:00Z"));
}

#[test]
fn a_target_that_exactly_fills_a_window_is_due_at_its_end() {
    let office = nine_to_five();
    assert_eq!(office.add_open(at("2026-07-03T07:00:00Z"), hours(8)).unwrap(), at("2026-07-03T15:00:00Z"));
    assert_eq!(office.add_open(at("2026-07-03T07:00:00Z"), hours(40)).unwrap(), at("2026-07-09T15:00:00Z"));
    let with_lunch = weekdays("Europe/Berlin", &[("09:00", "12:00"), ("13:00", "17:00")]);
    assert_eq!(with_lunch.add_open(at("2026-07-03T07:00:00Z"), hours(3)).unwrap(), at("2026-07-03T10:00:00Z"));
    let sooner = SignedDuration::from_nanos(1);
    assert_eq!(with_lunch.add_open(at("2026-07-03T07:00:00Z"), hours(3) + sooner).unwrap().subsec_nanosecond(), 1);
}

#[test]
fn windows_are_half_open_and_may_end_at_midnight() {
    let late = weekdays("UTC", &[("20:00", "24:00")]);
    assert!(!late.is_open(at("2026-07-03T19:59:59Z")));
    assert!(late.is_open(at("2026-07-03T20:00:00Z")));
    assert!(late.is_open(at("2026-07-03T23:59:59.999Z")));
    assert!(!late.is_open(at("2026-07-04T00:00:00Z")));
    assert_eq!(late.open_between(at("2026-07-03T00:00:00Z"), at("2026-07-04T12:00:00Z")), hours(4));
}

#[test]
fn nothing_is_open_between_an_instant_and_an_earlier_one() {
    let (a, b) = (at("2026-07-03T08:00:00Z"), at("2026-07-03T09:00:00Z"));
    assert_eq!(nine_to_five().open_between(b, a), SignedDuration::ZERO);
    assert_eq!(
        nine_to_five().add_open(at("2026-07-04T08:00:00Z"), SignedDuration::ZERO).unwrap(),
        at("2026-07-04T08:00:00Z")
    );
}

#[test]
fn a_local_time_that_does_not_exist_moves_forward_by_the_gap() {
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    let sundays = |from, to| {
        let hours = WeeklyHours { sunday: vec![window(from, to)], ..WeeklyHours::default() };
        calendar("Europe/Berlin", Hours::Weekly(hours), &[])
    };
    let (a, b) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
    for (from, to, opens, open) in [
        ("02:30", "05:00", "2026-03-29T01:30:00Z", minutes(90)), // 03:30 to 05:00
        ("01:00", "02:30", "2026-03-29T00:00:00Z", minutes(90)), // 01:00 to 03:30
        ("02:10", "02:40", "2026-03-29T01:10:00Z", minutes(30)), // 03:10 to 03:40
        ("02:00", "03:00", "2026-04-05T00:00:00Z", minutes(0)),  // nothing this Sunday
    ] {
        let calendar = sundays(from, to);
        assert_eq!(calendar.open_between(a, b), open, "{from}-{to}");
        let first = calendar.add_open(a, SignedDuration::from_nanos(1)).unwrap();
        assert_eq!(first.duration_since(at(opens)).as_nanos(), 1, "{from}-{to} opens at {first}");
    }
}

#[test]
fn windows_that_the_gap_pushes_together_count_once() {
    let hours =
        WeeklyHours { sunday: vec![window("01:00", "02:30"), window("03:00", "04:00")], ..WeeklyHours::default() };
    let calendar = calendar("Europe/Berlin", Hours::Weekly(hours), &[]);
    let (a, b) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
    assert_eq!(calendar.open_between(a, b), minutes(120)); // 00:00Z to 02:00Z
    assert_eq!(calendar.add_open(a, minutes(120)).unwrap(), at("2026-03-29T02:00:00Z"));
}

#[test]
fn a_local_time_that_occurs_twice_means_the_first() {
    // Berlin, 2026-10-25: 03:00 becomes 02:00.
    let sundays = |from, to| {
        let hours = WeeklyHours { sunday: vec![window(from, to)], ..WeeklyHours::default() };
        calendar("Europe/Berlin", Hours::Weekly(hours), &[])
    };
    let (a, b) = (at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
    assert_eq!(sundays("02:00", "02:30").open_between(a, b), minutes(30));
    assert!(sundays("02:00", "02:30").is_open(at("2026-10-25T00:15:00Z")));
    assert!(!sundays("02:00", "02:30").is_open(at("2026-10-25T01:15:00Z")));
    assert_eq!(sundays("02:30", "04:00").open_between(a, b), minutes(150));
    assert_eq!(sundays("00:00", "24:00").open_between(a, b), hours(14)); // Saturday 22:00Z to Sunday noon
}

#[test]
fn a_date_that_the_zone_skipped_has_no_hours() {
    // Apia went from Thursday 29 to Saturday 31 December 2011.
    let apia = weekdays("Pacific/Apia", &[("09:00", "17:00")]);
    let (a, b) = (at("2011-12-29T10:00:00Z"), at("2012-01-01T09:00:00Z")); // Thursday 00:00 to Sunday 23:00, local
    assert_eq!(apia.open_between(a, b), hours(8));
}

#[test]
fn a_gap_before_midnight_moves_windows_into_the_next_day() {
    // Nuuk, 2026-03-28: 23:00 becomes 24:00.
    let hours = WeeklyHours {
        saturday: vec![window("23:10", "23:40")],
        sunday: vec![window("00:00", "00:20")],
        ..WeeklyHours::default()
    };
    let calendar = calendar("America/Nuuk", Hours::Weekly(hours), &[]);
    let (a, b) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
    assert_eq!(calendar.open_between(a, b), minutes(40)); // 00:00 to 00:20 and 00:10 to 00:40
}

#[test]
fn what_a_gap_moves_over_midnight_opens_no_holiday() {
    let saturday = vec![window("22:00", "23:40")];
    let nuuk = |holidays: &[&str]| {
        let hours = WeeklyHours { saturday: saturday.clone(), ..WeeklyHours::default() };
        calendar("America/Nuuk", Hours::Weekly(hours), holidays)
    };
    let (a, b) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
    assert_eq!(nuuk(&[]).open_between(a, b), minutes(100)); // 22:00 to 00:40
    assert_eq!(nuuk(&["2026-03-29"]).open_between(a, b), minutes(60)); // 22:00 to 00:00
    assert!(!nuuk(&["2026-03-29"]).is_open(at("2026-03-29T01:10:00Z")));
    assert_eq!(nuuk(&["2026-03-28"]).open_between(a, b), minutes(0));
}

#[test]
fn holidays_close_one_date_or_every_year_and_29_february_only_leap_years() {
    let mut office = calendar("UTC", Hours::AlwaysOpen, &["2026-12-24", "12-25", "02-29"]);
    let day = |date: &str| {
        let start = at(&format!("{date}T00:00:00Z"));
        office.open_between(start, start + hours(24))
    };
    assert_eq!(day("2026-12-24"), hours(0));
    assert_eq!(day("2027-12-24"), hours(24));
    assert_eq!(day("2026-12-25"), hours(0));
    assert_eq!(day("2030-12-25"), hours(0));
    assert_eq!(day("2028-02-29"), hours(0));
    assert_eq!(day("2027-02-28"), hours(24));
    assert_eq!(day("2027-03-01"), hours(24));
    assert_eq!(office.open_between(at("2026-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")), hours(24 * (1461 - 6)));
    office.holidays.clear();
    assert_eq!(office.open_between(at("2026-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")), hours(24 * 1461));
}

#[test]
fn long_targets_and_long_closures_are_quick() {
    let mut closed_for_years = nine_to_five();
    let first = jiff::civil::date(2026, 1, 1);
    closed_for_years.holidays = (0..1_000)
        .map(|day| Holiday {
            on: first.checked_add(SignedDuration::from_hours(24 * day)).unwrap().to_string().parse().unwrap(),
            name: "Closed".into(),
        })
        .collect();
    calendar::check(&closed_for_years).unwrap();
    let start = Instant::now();
    let due = closed_for_years.add_open(at("2025-12-31T16:00:00Z"), minutes(1)).unwrap();
    assert_eq!(due, at("2028-09-27T07:01:00Z"));

    let decades = nine_to_five();
    let from = at("2026-01-01T00:00:00Z");
    let due = decades.add_open(from, hours(8 * 260 * 100)).unwrap();
    assert_eq!(decades.open_between(from, due), hours(8 * 260 * 100));
    assert!(start.elapsed().as_secs() < 3, "took {:?}", start.elapsed());
}

#[test]
fn a_due_that_is_too_far_away_is_an_error_and_found_out_quickly() {
    let hours_a_week = WeeklyHours { monday: vec![window("09:00", "09:01")], ..WeeklyHours::default() };
    let rarely = calendar("Europe/Berlin", Hours::Weekly(hours_a_week), &["12-25", "01-01", "02-29"]);
    let start = Instant::now();
    assert_eq!(rarely.add_open(at("2026-01-01T00:00:00Z"), minutes(2_635_200)), Err(TooFar));
    assert!(start.elapsed().as_secs() < 3, "took {:?}", start.elapsed());
    assert_eq!(nine_to_five().add_open(Timestamp::MAX, minutes(1)), Err(TooFar));
    assert_eq!(calendar("UTC", Hours::AlwaysOpen, &[]).add_open(Timestamp::MAX, minutes(1)), Err(TooFar));
    assert_eq!(nine_to_five().open_between(Timestamp::MIN, Timestamp::MIN + hours(1)), hours(0));
    assert!(nine_to_five().open_between(Timestamp::MIN, Timestamp::MAX) > hours(30_000_000));
}

fn faults(calendar: &Calendar) -> Vec<(String, &'static str)> {
    match calendar::check(calendar) {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.code)).collect(),
        Ok(()) => vec![],
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_calendar_without_an_open_hour_is_refused() {
    assert_eq!(faults(&weekdays("UTC", &[])), [("/hours/weekly".to_owned(), "never_open")]);
    let every_day: Vec<String> = (0..366)
        .map(|day| {
            let date = jiff::civil::date(2000, 1, 1).checked_add(SignedDuration::from_hours(24 * day)).unwrap();
            format!("{:02}-{:02}", date.month(), date.day())
        })
        .collect();
    let every_day: Vec<&str> = every_day.iter().map(String::as_str).collect();
    assert_eq!(faults(&calendar("UTC", Hours::AlwaysOpen, &every_day)), [("/holidays".to_owned(), "never_open")]);
    let all_but_leap_days: Vec<&str> = every_day.iter().copied().filter(|day| *day != "02-29").collect();
    let leap_days = calendar("UTC", Hours::AlwaysOpen, &all_but_leap_days);
    assert_eq!(faults(&leap_days), []);
    assert_eq!(leap_days.add_open(at("2026-01-01T00:00:00Z"), hours(25)).unwrap(), at("2032-02-29T01:00:00Z"));
}

#[test]
fn windows_must_be_sorted_apart_and_not_empty_and_the_fault_names_the_field() {
    let with = |windows: &[(&str, &str)]| faults(&weekdays("UTC", windows));
    assert_eq!(with(&[("09:00", "12:00"), ("12:00", "17:00")]), []);
    assert!(
        with(&[("09:00", "12:00"), ("11:00", "17:00")]).contains(&("/hours/weekly/monday/1".to_owned(), "overlap"))
    );
    assert!(
        with(&[("13:00", "17:00"), ("09:00", "12:00")]).contains(&("/hours/weekly/friday/1".to_owned(), "overlap"))
    );
    assert!(with(&[("22:00", "06:00")]).contains(&("/hours/weekly/monday/0".to_owned(), "empty")));
    assert!(with(&[("09:00", "09:00")]).contains(&("/hours/weekly/monday/0".to_owned(), "empty")));
    let twice = calendar("UTC", Hours::AlwaysOpen, &["12-25", "12-25"]);
    assert_eq!(faults(&twice), [("/holidays/1/on".to_owned(), "duplicate")]);
}

#[test]
fn a_calendar_is_added_and_changed_with_an_event_only_when_something_changes() {
    let office = nine_to_five();
    let new = NewCalendar {
        name: " Office ".into(),
        zone: office.zone.clone(),
        hours: office.hours.clone(),
        holidays: vec![],
    };
    let added = calendar::add(office.id, new, at("2026-01-01T00:00:00Z")).unwrap();
    assert_eq!((added.state.name.as_str(), added.events[0].name()), ("Office", "calendar.added"));
    let same = calendar::change(added.state.clone(), CalendarChanges::default(), at("2026-02-01T00:00:00Z")).unwrap();
    assert_eq!((same.events.len(), &same.state), (0, &added.state));
    let changes = CalendarChanges { holidays: Some(vec![holiday("12-25")]), ..CalendarChanges::default() };
    let changed = calendar::change(added.state, changes, at("2026-02-01T00:00:00Z")).unwrap();
    assert_eq!(changed.events[0].name(), "calendar.changed");
    assert_eq!(changed.state.updated_at, at("2026-02-01T00:00:00Z"));
}

#[test]
fn a_calendar_reads_well_on_the_wire_and_refuses_unknown_fields() {
    let office = calendar(
        "europe/berlin",
        Hours::Weekly(WeeklyHours { monday: vec![window("09:00", "24:00")], ..WeeklyHours::default() }),
        &["2026-12-24", "12-25"],
    );
    let json = serde_json::to_value(&office).unwrap();
    assert_eq!(json["zone"], "Europe/Berlin");
    assert_eq!(json["hours"]["weekly"]["monday"][0], serde_json::json!({"from": "09:00", "to": "24:00"}));
    assert_eq!(json["holidays"][1]["on"], "12-25");
    assert_eq!(serde_json::from_value::<Calendar>(json).unwrap(), office);
    for bad in [
        r#"{"from":"9:00","to":"17:00"}"#,
        r#"{"from":"09:00","to":"24:01"}"#,
        r#"{"from":"09:60","to":"17:00"}"#,
        r#"{"from":"09:00","to":"17:00","x":1}"#,
    ] {
        assert!(serde_json::from_str::<Window>(bad).is_err(), "{bad}");
    }
    for bad in ["2026-02-30", "02-30", "13-01", "1-1", "2026-1-1", "", "--12-25"] {
        assert!(bad.parse::<calendar::HolidayDate>().is_err(), "{bad}");
    }
}

const WEEK: i64 = 7 * 86_400;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_agrees_with_looking_at_every_minute(
        (calendar, near) in places().prop_flat_map(|(zone, near)| (calendars(zone, near), Just(near))),
        from in -WEEK..WEEK,
        long in 0..2 * WEEK,
        whole_minutes in any::<bool>(),
        target in 0i64..3 * 86_400,
    ) {
        let round = |seconds: i64| if whole_minutes { seconds / 60 * 60 } else { seconds };
        let (a, b) = (round(near + from), round(near + from + long));
        let slow = Minutes::new(&calendar, (near - WEEK) / 60 - 1, 4 * 7 * 1440);
        let instant = |second| Timestamp::from_second(second).unwrap();

        let open = calendar.open_between(instant(a), instant(b));
        prop_assert_eq!(open, SignedDuration::from_secs(slow.open_between(a, b)));
        prop_assert_eq!(calendar.is_open(instant(a)), slow.is_open(a.div_euclid(60)));

        if let Some(due) = slow.add_open(a, round(target)) {
            prop_assert_eq!(calendar.add_open(instant(a), SignedDuration::from_secs(round(target))), Ok(instant(due)));
        }
        if open.is_positive() {
            // What has passed by b is due by b, and not before all of it has passed.
            let due = calendar.add_open(instant(a), open).unwrap();
            prop_assert!(due <= instant(b));
            prop_assert_eq!(calendar.open_between(instant(a), due), open);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn years_add_up_from_their_parts(
        (calendar, near) in places().prop_flat_map(|(zone, near)| (calendars(zone, near), Just(near))),
        parts in proptest::collection::vec(1i64..400 * 86_400, 1..4),
    ) {
        let instant = |second| Timestamp::from_second(second).unwrap();
        let mut sum = SignedDuration::ZERO;
        let mut at = near;
        for part in &parts {
            sum += calendar.open_between(instant(at), instant(at + part));
            at += part;
        }
        prop_assert_eq!(calendar.open_between(instant(near), instant(at)), sum);
        if sum.is_positive() {
            let due = calendar.add_open(instant(near), sum).unwrap();
            prop_assert_eq!(calendar.open_between(instant(near), due), sum);
            prop_assert_eq!(calendar.open_between(due, instant(at)), SignedDuration::ZERO);
        }
    }
}
