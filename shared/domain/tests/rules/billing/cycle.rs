//! Billing periods against a calendar that is walked day by day.

use domain::Refusal;
use domain::billing::cycle::{Alignment, Cycle, EARLIEST, LATEST, MOST_PERIODS, Period, Schedule};
use domain::invalid::Check;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

/// A calendar without any cleverness: it asks of one day whether a period starts on it.
fn starts_on(schedule: &Schedule, day: Date) -> bool {
    let first_of = |months: &[i8]| day.day() == 1 && months.contains(&day.month());
    match (schedule.alignment, schedule.cycle) {
        (Alignment::Calendar, Cycle::Weekly) => day.weekday() == Weekday::Monday,
        (Alignment::Calendar, Cycle::Monthly) => day.day() == 1,
        (Alignment::Calendar, Cycle::Quarterly) => first_of(&[1, 4, 7, 10]),
        (Alignment::Calendar, Cycle::SemiAnnual) => first_of(&[1, 7]),
        (Alignment::Calendar, Cycle::Annual) => first_of(&[1]),
        (Alignment::Anniversary, Cycle::Weekly) => day.weekday() == schedule.anchor.weekday(),
        (Alignment::Anniversary, Cycle::Monthly) => is_anchor_day(schedule.anchor, day),
        (Alignment::Anniversary, Cycle::Quarterly) => {
            is_anchor_day(schedule.anchor, day) && months_apart(schedule, day) % 3 == 0
        }
        (Alignment::Anniversary, Cycle::SemiAnnual) => {
            is_anchor_day(schedule.anchor, day) && months_apart(schedule, day) % 6 == 0
        }
        (Alignment::Anniversary, Cycle::Annual) => {
            is_anchor_day(schedule.anchor, day) && day.month() == schedule.anchor.month()
        }
    }
}

/// The anchor's day of the month, or the last day of a month that lacks it.
fn is_anchor_day(anchor: Date, day: Date) -> bool {
    let is_last = day.tomorrow().unwrap().month() != day.month();
    day.day() == anchor.day() || (is_last && day.day() < anchor.day())
}

fn months_apart(schedule: &Schedule, day: Date) -> i32 {
    i32::from(day.month()) - i32::from(schedule.anchor.month()) + 12
}

/// The period of each day from `from` on, found by walking.
fn walk(schedule: &Schedule, from: Date, days: usize) -> Vec<(Date, Period)> {
    let before = |day: Date| {
        let mut day = day;
        while !starts_on(schedule, day) {
            day = day.yesterday().unwrap();
        }
        day
    };
    let end_after = |start: Date| {
        let mut day = start.tomorrow().unwrap();
        while !starts_on(schedule, day) {
            day = day.tomorrow().unwrap();
        }
        day
    };
    let start = before(from);
    let mut period = Period { from: start, to: end_after(start) };
    let mut found = Vec::new();
    let mut day = from;
    for _ in 0..days {
        if starts_on(schedule, day) {
            period = Period { from: day, to: end_after(day) };
        }
        found.push((day, period));
        day = day.tomorrow().unwrap();
    }
    found
}

fn schedule(cycle: Cycle, alignment: Alignment, anchor: Date) -> Schedule {
    Schedule { cycle, alignment, anchor, starts_on: date(1990, 1, 1), ends_on: None }
}

fn monthly_from(anchor: Date) -> Schedule {
    Schedule { starts_on: anchor, ..schedule(Cycle::Monthly, Alignment::Anniversary, anchor) }
}

fn starts(schedule: &Schedule, count: usize) -> Vec<String> {
    schedule.periods_from(schedule.starts_on).take(count).map(|period| period.from.to_string()).collect()
}

#[test]
fn ten_years_of_every_anchor_day_every_cycle_and_both_alignments_are_those_of_the_calendar() {
    const TEN_YEARS: usize = 3_653;
    let mut day = date(2024, 1, 1);
    let mut anchors = 0;
    while day.year() == 2024 {
        for cycle in Cycle::ALL {
            for alignment in [Alignment::Anniversary, Alignment::Calendar] {
                let schedule = schedule(cycle, alignment, day);
                for (today, period) in walk(&schedule, date(2023, 1, 1), TEN_YEARS) {
                    assert_eq!(schedule.period_of(today), Some(period), "{today} of {schedule:?}");
                }
            }
        }
        anchors += 1;
        day = day.tomorrow().unwrap();
    }
    assert_eq!(anchors, 366);
}

#[test]
fn an_anchor_that_a_month_lacks_is_clamped_and_comes_back() {
    assert_eq!(
        starts(&monthly_from(date(2023, 1, 31)), 6),
        ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30"]
    );
    assert_eq!(starts(&monthly_from(date(2024, 1, 30)), 3), ["2024-01-30", "2024-02-29", "2024-03-30"]);
    let quarterly = Schedule { cycle: Cycle::Quarterly, ..monthly_from(date(2023, 8, 31)) };
    assert_eq!(starts(&quarterly, 4), ["2023-08-31", "2023-11-30", "2024-02-29", "2024-05-31"]);
    let halves = Schedule { cycle: Cycle::SemiAnnual, ..monthly_from(date(2023, 8, 31)) };
    assert_eq!(starts(&halves, 4), ["2023-08-31", "2024-02-29", "2024-08-31", "2025-02-28"]);
    let annual = Schedule { cycle: Cycle::Annual, ..monthly_from(date(2024, 2, 29)) };
    assert_eq!(starts(&annual, 5), ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    let century = Schedule { starts_on: date(2099, 1, 1), ..annual };
    assert_eq!(starts(&century, 3), ["2098-02-28", "2099-02-28", "2100-02-28"], "2100 is no leap year");
}

#[test]
fn a_contract_that_starts_before_or_after_its_anchor_starts_inside_a_whole_period() {
    let mut schedule = monthly_from(date(2026, 6, 1));
    schedule.starts_on = date(2026, 5, 15);
    assert_eq!(schedule.first(), Period { from: date(2026, 5, 1), to: date(2026, 6, 1) });
    assert_eq!(schedule.clipped(&schedule.first()), Period::new(date(2026, 5, 15), date(2026, 6, 1)));
    schedule.starts_on = date(2026, 8, 20);
    assert_eq!(schedule.first(), Period { from: date(2026, 8, 1), to: date(2026, 9, 1) });
}

#[test]
fn outside_of_a_contract_there_is_no_period() {
    let mut schedule = monthly_from(date(2026, 1, 31));
    schedule.ends_on = Some(date(2026, 3, 1));
    assert_eq!(schedule.period_of(date(2026, 1, 30)), None);
    assert_eq!(schedule.period_of(date(2026, 3, 1)), None, "the end date is not billed");
    let last = schedule.period_of(date(2026, 2, 28)).unwrap();
    assert_eq!(last, Period { from: date(2026, 2, 28), to: date(2026, 3, 31) });
    assert_eq!(schedule.clipped(&last), Period::new(date(2026, 2, 28), date(2026, 3, 1)));
    assert_eq!(schedule.after(&last), None);
    assert_eq!(schedule.after(&schedule.clipped(&last).unwrap()), None);
    assert_eq!((schedule.nth(1), schedule.nth(2)), (Some(last), None));
    assert_eq!(schedule.clipped(&Period { from: date(2026, 3, 1), to: date(2026, 4, 1) }), None);

    schedule.ends_on = Some(date(2026, 2, 28));
    assert_eq!(starts(&schedule, 9), ["2026-01-31"], "an end on a start leaves no period of nothing");
}

#[test]
fn no_valid_schedule_is_cut_off_by_the_bound() {
    for days_off in 0..7 {
        let anchor = EARLIEST.saturating_add(days_off.days());
        let all = Schedule {
            starts_on: EARLIEST,
            ends_on: Some(LATEST),
            ..schedule(Cycle::Weekly, Alignment::Anniversary, anchor)
        };
        let mut check = Check::new();
        all.validate("", &mut check);
        check.done().unwrap();
        assert!(all.periods_from(EARLIEST).last().unwrap().contains(LATEST.yesterday().unwrap()));
        let open = Schedule { ends_on: None, ..all };
        assert_eq!(open.periods_from(EARLIEST).count(), MOST_PERIODS);
    }
}

#[test]
fn at_the_end_of_time_there_are_no_periods_instead_of_a_panic() {
    for cycle in Cycle::ALL {
        let mut schedule = schedule(cycle, Alignment::Anniversary, date(2026, 1, 31));
        assert_eq!(schedule.nth(u32::MAX), None);
        schedule.starts_on = Date::MIN;
        assert!(schedule.first().from <= Date::MIN);
        schedule.starts_on = Date::MAX;
        assert!(schedule.periods_from(Date::MAX).count() <= MOST_PERIODS);
    }
}

#[test]
fn a_schedule_says_what_is_wrong_with_it() {
    let faults = |schedule: Schedule| {
        let mut check = Check::new();
        schedule.validate("/schedule", &mut check);
        match check.done() {
            Ok(()) => Vec::new(),
            Err(Refusal::Invalid(faults)) => {
                faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect()
            }
            Err(other) => panic!("{other}"),
        }
    };
    let good = monthly_from(date(2026, 1, 31));
    assert!(faults(good).is_empty());
    assert!(faults(Schedule { ends_on: Some(date(2026, 2, 1)), ..good }).is_empty());
    assert_eq!(faults(Schedule { ends_on: Some(good.starts_on), ..good }), ["/schedule/ends_on not_in_order"]);
    assert_eq!(faults(Schedule { anchor: date(1969, 12, 31), ..good }), ["/schedule/anchor out_of_range"]);
    assert_eq!(faults(Schedule { starts_on: date(2200, 1, 2), ..good }), ["/schedule/starts_on out_of_range"]);
    assert_eq!(faults(Schedule { ends_on: Some(date(2200, 1, 2)), ..good }), ["/schedule/ends_on out_of_range"]);
}

#[test]
fn a_schedule_travels_as_json_and_refuses_what_it_does_not_know() {
    let json = serde_json::json!({
        "cycle": "semi_annual", "alignment": "calendar", "anchor": "2024-02-29", "starts_on": "2026-01-01", "ends_on": null,
    });
    let schedule: Schedule = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(schedule).unwrap(), json);
    let mut more = json;
    more["every"] = 2.into();
    assert!(serde_json::from_value::<Schedule>(more).is_err());
}

#[test]
fn days_are_counted_by_their_nights() {
    let period = |from, to| Period { from, to };
    assert_eq!(period(date(2024, 2, 1), date(2024, 3, 1)).days(), 29);
    assert_eq!(period(date(2024, 3, 1), date(2025, 3, 1)).days(), 365);
    let empty = period(date(2024, 3, 2), date(2024, 3, 1));
    assert_eq!((empty.days(), empty.contains(date(2024, 3, 1))), (0, false));
    let (march, late) = (period(date(2024, 3, 1), date(2024, 4, 1)), period(date(2024, 3, 20), date(2024, 4, 20)));
    assert_eq!(march.intersect(&late), Period::new(date(2024, 3, 20), date(2024, 4, 1)));
    assert_eq!(march.intersect(&period(date(2024, 4, 1), date(2024, 5, 1))), None, "they touch and share no day");
}

fn days(from: Date, to: Date) -> impl Strategy<Value = Date> {
    (0..(to - from).get_days()).prop_map(move |days| from.saturating_add(days.days()))
}

fn schedules() -> impl Strategy<Value = Schedule> {
    let anchors = prop_oneof![
        days(EARLIEST, LATEST),
        (1970_i16..2200, 1_i8..=12, 28_i8..=31)
            .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap_or(date(year, month, 28))),
    ];
    let alignment = prop_oneof![Just(Alignment::Anniversary), Just(Alignment::Calendar)];
    (prop::sample::select(&Cycle::ALL[..]), alignment, anchors, days(EARLIEST, LATEST), prop::option::of(1_i32..4_000))
        .prop_map(|(cycle, alignment, anchor, starts_on, length)| {
            let ends_on = length.map(|days| starts_on.saturating_add(days.days()));
            Schedule { cycle, alignment, anchor, starts_on, ends_on }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_day_of_any_schedule_is_in_the_period_that_a_walk_finds(schedule in schedules(), offset in 0_i32..3_000) {
        let day = schedule.starts_on.saturating_add(offset.days());
        let (_, walked) = walk(&schedule, day, 1)[0];
        let inside = schedule.ends_on.is_none_or(|end| day < end);
        prop_assert_eq!(schedule.period_of(day), inside.then_some(walked));
    }

    #[test]
    fn periods_tile_a_contract_without_gap_or_overlap(schedule in schedules()) {
        const ENOUGH: usize = 60;
        let periods: Vec<Period> = schedule.periods_from(Date::MIN).take(ENOUGH).collect();
        prop_assert_eq!(periods[0], schedule.first());
        let mut billed_to = schedule.starts_on;
        for (n, period) in periods.iter().enumerate() {
            let clipped = schedule.clipped(period).unwrap();
            prop_assert_eq!(clipped.from, billed_to);
            billed_to = clipped.to;
            prop_assert_eq!(schedule.nth(u32::try_from(n).unwrap()), Some(*period));
            prop_assert_eq!(schedule.period_of(clipped.from), Some(*period));
            prop_assert_eq!(schedule.period_of(clipped.to.yesterday().unwrap()), Some(*period));
            prop_assert_eq!(schedule.after(period), schedule.after(&clipped));
if let Some(next) = periods.get(n + 1) {
                prop_assert_eq!(schedule.after(period), Some(*next));
            }
        }
        if periods.len() < ENOUGH {
            prop_assert_eq!(Some(billed_to), schedule.ends_on);
            prop_assert_eq!(schedule.after(periods.last().unwrap()), None);
        }
    }

    #[test]
    fn a_run_that_is_late_finds_the_same_periods_as_one_that_was_never_late(schedule in schedules(), late in 0_usize..40) {
        let on_time: Vec<Period> = schedule.periods_from(schedule.starts_on).take(50).collect();
        let Some(missed) = on_time.get(late) else { return Ok(()) };
        let caught_up: Vec<Period> = schedule.periods_from(missed.to.yesterday().unwrap().min(
            schedule.clipped(missed).unwrap().to.yesterday().unwrap())).take(50 - late).collect();
        prop_assert_eq!(&caught_up[..], &on_time[late..]);
    }
}
