//! Rows of files that are for several days: a month's fee, a year that is paid at once.

use domain::billing::reports::Month;
use domain::budgets::{moved_of_periods, moved_on_days};
use domain::ids::{ClientId, UserId};
use domain::insights::costs::Days;
use domain::insights::focus::Progress;
use domain::insights::imports::{NewImport, announce};
use jiff::civil::Date;
use proptest::prelude::*;
use uuid::Uuid;

use crate::insights_costs::{day, import, watch};
use crate::insights_files::{ANNOUNCED, read_in};

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
        // The rest is of nine days, each by itself.
        let own: std::collections::BTreeMap<Date, i64> = (0..9).map(|on| (day(on), 700 + on)).collect();
        assert_eq!(moved_on_days(&Days::new(), &there), own, "{name}, by days");
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

#[test]
fn what_begins_on_a_day_to_come_is_known_and_not_told_until_a_file_tells_of_that_day() {
    let of = |rows: &str| days_of(&format!("{HEAD_OF_PERIODS}{rows}"));
    let daily = |days: std::ops::Range<i64>| days.map(|on| period(100, on, 1)).collect::<String>();
    let mut known = Days::new();
    let mut is = watch();
    // Of each file the days that it tells of, its rows, and what is known of three days after it.
    for (n, (from, to), rows, after) in [
        (1, (0, 9), daily(0..10) + &period(2_800, 31, 28) + &period(500, 40, 1), [0, 100, 600]),
        (1, (0, 9), daily(0..10) + &period(2_800, 31, 28) + &period(500, 40, 1), [0, 100, 600]),
        // A file that says nothing of it leaves it, and one that says something else says it.
        (2, (10, 19), daily(10..20), [0, 100, 600]),
        (3, (20, 29), daily(20..30) + &period(700, 40, 1), [0, 100, 800]),
        (4, (30, 40), daily(30..41) + &period(2_800, 31, 28), [100, 200, 200]),
        (5, (0, 9), daily(0..10) + &period(900, 40, 1), [100, 200, 200]),
        (6, (31, 40), daily(31..41), [100, 100, 100]),
    ] {
        let (told, changed) = is.told(import(n), (day(from), day(to)), &of(&rows), &known);
        is = told;
        for (on, cost) in changed {
            match cost {
                Some(cost) => known.insert(on, cost),
                None => known.remove(&on),
            };
        }
        let minor = |on: i64| known.get(&day(on)).map_or(0, |cost| cost.minor);
        assert_eq!([minor(30), minor(31), minor(40)], after, "file {n}");
        assert_eq!(is.covered.has(day(40)), n >= 4, "file {n}");
    }
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
        ("days, and a slip of a day to come", daily(0..10) + &period(100, 200, 1), 12, 9),
        ("days, and a month to come", daily(0..10) + &period(2_800, 31, 28), 12, 9),
        ("days up to today, and one to come", daily(0..13) + &period(100, 13, 1), 12, 12),
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
