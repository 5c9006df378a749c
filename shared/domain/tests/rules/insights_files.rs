//! Files of costs, read in whatever pieces they come, and what keeps a row out.

use domain::ids::ClientId;
use domain::insights::focus::{FileFault, Progress, Reader};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

use crate::insights_costs::day;

/// When every file here was announced.
pub(super) const ANNOUNCED: Date = date(2026, 4, 2);

const HEAD: &str = "\u{feff}ServiceName,BilledCost,BillingCurrency,ChargePeriodStart,SubAccountId\r\n";

fn row(service: u8, mills: i32, on: u8) -> String {
    let cost = rust_decimal::Decimal::new(i64::from(mills), 3);
    format!("\"Service, {service}\",{cost},EUR,{}T00:00:00Z,acc-{}\r\n", day(i64::from(on)), service % 3)
}

pub(super) fn read_in(text: &[u8], sizes: &[usize]) -> Progress {
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
}

#[test]
fn a_row_that_never_ends_is_refused() {
    let mut reader = Reader::new(Vec::new(), ANNOUNCED);
    reader.feed(HEAD.as_bytes()).unwrap();
    let endless = format!("\"{}", "x".repeat(300 * 1024));
    assert_eq!(reader.feed(endless.as_bytes()), Err(FileFault::Row(2)));
}

#[test]
fn what_is_too_far_before_a_files_last_day_is_left_out_row_by_row_in_whichever_order_the_rows_come() {
    let line = |service: &str, on: &str| format!("{service},1,EUR,{on}T00:00:00Z,-\n");
    // The last day is the 20th of March 2026: 399 days before it is the 14th of February 2025.
    let (old, kept) = (["2025-02-13", "2024-01-01", "2025-02-13"], ["2025-02-14", "2026-03-20", "2026-03-19"]);
    // A day to come, of which a row may be a slip, keeps nothing out.
    let to_come = "2027-05-07";
    let mut rows: Vec<String> = old.iter().map(|on| line("A", on)).collect();
    rows.extend(kept.iter().map(|on| line("A", on)));
    rows.push(line("B", to_come));
    rows.push(line("B", "2025-02-13"));
    let of = |rows: &[String]| rows.iter().fold(HEAD.to_owned(), |text, row| text + row);
    let clean: Vec<String> = rows.iter().filter(|row| !old.iter().any(|on| row.contains(*on))).cloned().collect();
    let client = ClientId::from_uuid(Uuid::nil());
    let series = |read: &Progress| read.sums.by_series(client, "azure").unwrap();
    let expected = series(&read_in(of(&clean).as_bytes(), &[40]));
    assert_eq!(expected.values().map(|days| days.len()).sum::<usize>(), 4);
    for turn in 0..rows.len() {
        for backwards in [false, true] {
            let mut order = rows.clone();
            order.rotate_left(turn);
            if backwards {
                order.reverse();
            }
            let text = of(&order);
            let read = read_in(text.as_bytes(), &[37]);
            assert_eq!((series(&read), read.bad_rows), (expected.clone(), 4), "{text}");
            assert_eq!(read.sums.days(ANNOUNCED).map(|days| days.0.to_string()), Some("2025-02-14".to_owned()));
            for fault in &read.faults {
                let row = text.lines().nth(usize::try_from(fault.row).unwrap() - 1).unwrap();
                let on = old.iter().find(|on| row.contains(*on)).expect("an old row");
                let says = format!("{on} is 400 days or more before the file's last day; split the file by years");
                assert!(fault.column == "ChargePeriodStart" && fault.detail.starts_with(&says), "{fault:?}");
            }
            let told = |detail: &str| if detail.ends_with("; and 1 more of this day") { 2 } else { 1 };
            assert_eq!(
                read.faults.iter().map(|fault| told(&fault.detail)).sum::<u64>(),
                read.bad_rows,
                "{:?}",
                read.faults
            );
            // And where its reading rests after any of its rows.
            for rests in 1..=order.len() {
                let first = of(&order[..rests]);
                let mut reader = Reader::new(Vec::new(), ANNOUNCED);
                reader.feed(first.as_bytes()).unwrap();
                let progress = reader.progress();
                let from = usize::try_from(progress.offset).unwrap();
                let kept = serde_json::to_string(&progress).unwrap();
                let mut reader = Reader::going_on(serde_json::from_str(&kept).unwrap(), Vec::new(), ANNOUNCED);
                reader.feed(&text.as_bytes()[from..]).unwrap();
                assert_eq!(reader.finish().unwrap(), read, "{text}, rests after {rests}");
            }
        }
    }
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
