//! What budgets are held against: sums that move with the days of series, and licences by their terms.

use std::collections::BTreeMap;

use domain::billing::cycle::{Cycle, Period};
use domain::billing::dated::Dated;
use domain::billing::reports::Month;
use domain::budgets::{
    DaysByUnit, Weighted, by_month, by_seats, by_split, by_use, evenly, fixed, if_renewed, is_fixed, is_spent, moved,
    seat_price,
};
use domain::ids::{ClientId, ContactId, LicenceId, ProductId, UnitId};
use domain::insights::costs::{DayCost, Days};
use domain::licences::findings::{Cost as Priced, Licence as Facts, yearly};
use domain::licences::licence::Share;
use domain::licences::{Holder, Licence, LicenceChanges, LicenceKind, NewLicence, Seat, Span, Term, licence};
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;

use crate::common::budgets::{unit, weights};
use crate::common::contracts::{day, eur};
use crate::common::reported::month;
use crate::common::{at, uuid};

fn contact(n: u128) -> ContactId {
    ContactId::from_uuid(uuid(n))
}

fn within(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

/// Seats from a day on at a cost in a cycle, which renew by themselves and which no contract bills.
fn licensed(seats: u32, cost: i64, cycle: Cycle, starts_on: Date) -> Licence {
    let term = Term {
        starts_on,
        renews_on: Some(starts_on.saturating_add(1.year())),
        anchor: None,
        months: 12,
        expires_on: None,
        terminates_on: None,
        notice_days: 30,
        auto_renew: true,
        lead_days: Vec::new(),
    };
    let new = NewLicence {
        client: ClientId::from_uuid(uuid(1)),
        product: ProductId::from_uuid(uuid(2)),
        name: "Office Premium".into(),
        edition: None,
        kind: LicenceKind::Subscription,
        currency: Currency::EUR,
        seats: Some(seats),
        seat_history: Vec::new(),
        cost_per_seat: Some(eur(cost)),
        cost_history: Vec::new(),
        price_per_seat: None,
        price_history: Vec::new(),
        cycle,
        term,
        owner: None,
        split: Vec::new(),
        documents: Vec::new(),
        counted: false,
        spare_seats: 0,
    };
    licence::add(LicenceId::from_uuid(uuid(3)), new, starts_on, at("2026-01-01T00:00:00Z")).unwrap().state
}

fn whole(days: &DaysByUnit) -> i64 {
    days.values().flat_map(BTreeMap::values).map(|amount| amount.minor()).sum()
}

fn on(days: &DaysByUnit, unit: Option<UnitId>, day: Date) -> i64 {
    days.get(&unit).and_then(|days| days.get(&day)).map_or(0, |amount| amount.minor())
}

fn seat(who: Holder, spans: &[(&str, Option<&str>)]) -> Seat {
    Seat {
        licence: LicenceId::from_uuid(uuid(3)),
        client: ClientId::from_uuid(uuid(1)),
        holder: who,
        spans: spans.iter().map(|(since, until)| Span { since: day(since), until: until.map(day) }).collect(),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

#[test]
fn what_is_bought_for_good_is_paid_for_once_and_more_seats_of_it_once_when_they_come() {
    for cycle in [Cycle::Weekly, Cycle::Monthly, Cycle::Annual] {
        let seats = [("2025-06-01", 8), ("2026-01-10", 10), ("2026-05-20", 4), ("2026-08-01", 12), ("2027-02-01", 20)];
        let licence = Licence {
            kind: LicenceKind::Perpetual,
            seats: seats.iter().map(|(from, seats)| Dated::new(day(from), *seats)).collect(),
            price_per_seat: vec![Dated::new(day("2026-07-01"), eur(250_00))],
            ..licensed(10, 200_00, cycle, day("2026-01-10"))
        };
        let carried = [Dated::new(Date::MIN, weights(&[(1, 1), (2, 1)]))];
        let days = fixed(&licence, &carried, within("2025-01-01", "2030-01-01")).unwrap();
        // Ten when it starts, two more than ever in August and eight in February; those given up in May cost nothing again.
        let of = |from: &str| on(&days, Some(unit(1)), day(from)) + on(&days, Some(unit(2)), day(from));
        assert_eq!([of("2026-01-10"), of("2026-08-01"), of("2027-02-01")], [2_000_00, 500_00, 2_000_00], "{cycle:?}");
        assert_eq!(whole(&days), 4_500_00);
        assert_eq!(whole(&fixed(&licence, &[], within("2026-01-11", "2026-08-01")).unwrap()), 0);
        assert!(evenly(&licence, &carried, within("2026-01-01", "2027-01-01")).unwrap().is_empty());
        assert_eq!(licence.cost_a_year(day("2026-09-01")).unwrap(), Some(eur(0)));
        assert_eq!(yearly(&licence, day("2026-09-01")).unwrap(), None);
        let facts = Facts::of(licence.clone(), Vec::new(), day("2026-09-01")).unwrap();
        assert_eq!((facts.seats, facts.cost), (12, Priced::Perpetual));
        let mut ended = licence;
        ended.term.terminates_on = Some(day("2026-08-01"));
        assert_eq!(whole(&fixed(&ended, &carried, within("2025-01-01", "2030-01-01")).unwrap()), 2_000_00);
    }
}

#[test]
fn a_licence_that_never_changes_is_the_same_on_every_day_of_every_month_for_the_detector() {
    // 1,000.00 in each cycle: a month has 365 / 12 days, a week seven. As it is spent, a day of February costs more.
    for (cycle, a_day) in
        [(Cycle::Monthly, 32_88), (Cycle::Quarterly, 10_96), (Cycle::Annual, 2_74), (Cycle::Weekly, 142_86)]
    {
        let licence = licensed(10, 100_00, cycle, day("2025-01-15"));
        let year = within("2025-06-01", "2026-06-01");
        let days = evenly(&licence, &[], year).unwrap();
        let amounts: Vec<i64> = days[&None].values().map(|amount| amount.minor()).collect();
        assert_eq!(amounts, vec![a_day; 365], "{cycle:?}");
    }
    let licence = licensed(10, 100_00, Cycle::Monthly, day("2025-01-01"));
    let spent = fixed(&licence, &[], within("2026-01-01", "2026-03-01")).unwrap();
    assert_eq!((on(&spent, None, day("2026-01-20")), on(&spent, None, day("2026-02-20"))), (32_26, 35_72));
    // Departments carry their parts of it, to the cent of each day.
    let carried = [Dated::new(Date::MIN, weights(&[(1, 2), (2, 1)]))];
    let days = evenly(&licence, &carried, within("2026-01-01", "2026-03-01")).unwrap();
    for (n, a_day) in [(1, 21_92), (2, 10_96)] {
        let amounts: Vec<i64> = days[&Some(unit(n))].values().map(|amount| amount.minor()).collect();
        assert_eq!(amounts, vec![a_day; 59], "department {n}");
    }
}

#[test]
fn the_days_of_a_month_add_up_to_its_price_and_each_department_to_its_part() {
    let licence = licensed(10, 19_99, Cycle::Monthly, day("2026-01-01"));
    let carried = [Dated::new(Date::MIN, weights(&[(1, 2), (2, 1)]))];
    let days = fixed(&licence, &carried, within("2026-02-01", "2026-03-01")).unwrap();
    assert_eq!(whole(&days), 199_90);
    let parts: Vec<i64> = days.values().map(|days| by_month(days).unwrap()[&month("2026-02")].minor()).collect();
    assert_eq!(parts, [133_27, 66_63]);
    // A day has what is reached of 19990 over 28 days by its end less what was by its start: 714 or 713, of which two thirds.
    let on_day = |day: Date| on(&days, Some(unit(1)), day) + on(&days, Some(unit(2)), day);
    let each: Vec<i64> = day("2026-02-01").series(1.day()).take(28).map(on_day).collect();
    assert!(each.iter().all(|minor| [713, 714].contains(minor)) && each.iter().sum::<i64>() == 199_90, "{each:?}");
    assert_eq!(on(&days, Some(unit(1)), day("2026-02-01")), 476);
}

#[test]
fn people_who_come_on_different_days_move_a_year_between_departments_and_nothing_out_of_it() {
    let units: BTreeMap<ContactId, Option<UnitId>> = (0..12).map(|n| (contact(n), Some(unit(n % 8)))).collect();
    let person = |n: u128| Holder::Contact { contact: contact(n) };
    let seats: Vec<Seat> = (0..12)
        .map(|n| {
            let since = day("2026-01-05").saturating_add((25 * i64::try_from(n).unwrap()).days()).to_string();
            seat(person(n), &[(since.as_str(), None)])
        })
        .collect();
    let carried = by_seats(&seats, &units);
    let licence = licensed(12, 19_99, Cycle::Annual, day("2026-01-01"));
    let days = fixed(&licence, &carried, within("2026-01-01", "2027-01-01")).unwrap();
    assert_eq!(whole(&days), 239_88);
    // From then on all twelve hold one: four departments two each, and four one.
    let last: Vec<i64> = (0..8)
        .map(|n| days[&Some(unit(n))].range(day("2026-12-01")..).map(|(_, amount)| amount.minor()).sum())
        .collect();
    assert_eq!(last.iter().sum::<i64>(), 20_37, "31 of 365 days of 239.88");
    for (n, minor) in last.into_iter().enumerate() {
        let part = if n < 4 { 3_39 } else { 1_70 };
        assert!((minor - part).abs() <= 2, "department {n}: {minor}, of {part}");
    }
    // The whole of a month does not move with the rule either.
    let few = licensed(1, 250_00, Cycle::Annual, day("2026-01-01"));
    for departments in [1, 20] {
        let to = weights(&(0..departments).map(|n| (n, 1)).collect::<Vec<_>>());
        let days = fixed(&few, &[Dated::new(Date::MIN, to)], within("2026-01-01", "2026-02-01")).unwrap();
        assert_eq!(whole(&days), 21_23, "{departments} departments");
    }
}

#[test]
fn a_year_that_is_paid_at_once_is_spread_over_its_days_and_what_has_ended_costs_nothing() {
    let mut licence = licensed(1, 365_00, Cycle::Annual, day("2026-03-01"));
    let all = fixed(&licence, &[], within("2025-01-01", "2028-01-01")).unwrap();
    assert_eq!(on(&all, None, day("2026-02-28")), 0, "it does not hold yet");
    assert_eq!(on(&all, None, day("2026-03-01")), 1_00);
    assert_eq!(whole(&fixed(&licence, &[], within("2026-03-01", "2027-03-01")).unwrap()), 365_00);
    licence.term.terminates_on = Some(day("2026-03-11"));
    assert_eq!(whole(&fixed(&licence, &[], within("2025-01-01", "2028-01-01")).unwrap()), 10_00);
    assert!(fixed(&licence, &[], within("2026-04-01", "2027-01-01")).unwrap().is_empty());
}

#[test]
fn seats_and_prices_hold_from_their_days_on() {
    let mut licence = licensed(10, 30_00, Cycle::Monthly, day("2026-04-01"));
    licence.seats.push(Dated::new(day("2026-04-16"), 20));
    licence.price_per_seat.push(Dated::new(day("2026-04-26"), eur(60_00)));
    let days = fixed(&licence, &[], within("2026-04-01", "2026-05-01")).unwrap();
    let cents = ["2026-04-15", "2026-04-16", "2026-04-25", "2026-04-26"].map(|on_day| on(&days, None, day(on_day)));
    assert_eq!(cents, [10_00, 20_00, 20_00, 40_00]);
    assert_eq!(seat_price(&licence, day("2026-04-25")), Some(eur(30_00)), "what it costs while nothing is charged");
    assert_eq!(seat_price(&licence, day("2026-04-26")), Some(eur(60_00)), "what is charged for it");
}

#[test]
fn what_invoices_tell_of_and_what_use_costs_is_not_told_twice() {
    let licence = licensed(10, 30_00, Cycle::Monthly, day("2026-04-01"));
    assert!(is_fixed(&licence));
    assert!(!is_fixed(&Licence { counted: true, ..licence.clone() }));
    assert!(!is_fixed(&Licence { kind: LicenceKind::Usage, ..licence }));
    assert!(is_spent("azure-main"));
    assert!(!is_spent("licences") && !is_spent("use") && !is_spent("invoices"));
}

#[test]
fn a_licence_that_contracts_bill_from_today_on_costs_before_what_it_did() {
    let new = licensed(10, 30_00, Cycle::Monthly, day("2026-01-01"));
    let now = at("2026-05-16T08:00:00Z");
    let turned = |licence: Licence, counted: bool, on_day: &str| {
        let changes = LicenceChanges { counted: Some(counted), ..LicenceChanges::default() };
        licence::change(licence, changes, day(on_day), now).unwrap().state
    };
    let months = |licence: &Licence| -> Vec<i64> {
        let days = fixed(licence, &[], within("2026-01-01", "2026-09-01")).unwrap();
        let by = days.get(&None).map(|days| by_month(days).unwrap()).unwrap_or_default();
        (1..9).map(|n| by.get(&month(&format!("2026-0{n}"))).map_or(0, |amount| amount.minor())).collect()
    };
    let all = vec![300_00; 8];
    assert_eq!(months(&new), all);
    // Fifteen days of May, of 31.
    let billed = turned(new.clone(), true, "2026-05-16");
    assert!(billed.counted && is_fixed(&billed));
    assert_eq!(months(&billed), [300_00, 300_00, 300_00, 300_00, 14_516, 0, 0, 0]);
    let back = turned(billed.clone(), false, "2026-07-01");
    assert_eq!(months(&back), [300_00, 300_00, 300_00, 300_00, 14_516, 0, 300_00, 300_00]);
    // Turned back on the same day nothing happened; and one that has not begun yet has no past.
    let again = turned(billed.clone(), false, "2026-05-16");
    assert_eq!((months(&again), again.counted_since), (all, Vec::new()));
    let planned = turned(licensed(10, 30_00, Cycle::Monthly, day("2026-06-01")), true, "2026-05-16");
    assert_eq!((months(&planned), is_fixed(&planned)), (vec![0; 8], false));
    // For the detector too.
    let days = evenly(&billed, &[], within("2026-01-01", "2026-09-01")).unwrap();
    assert_eq!(days[&None].keys().next_back(), Some(&day("2026-05-15")));
    // What is bought for good stays paid for.
    let bought = Licence { kind: LicenceKind::Perpetual, ..new.clone() };
    assert_eq!(months(&turned(bought, true, "2026-05-16"))[0], 300_00);
    // One that was stored before there were days is as it says now, at all times.
    let mut stored = serde_json::to_value(&new).unwrap();
    stored["counted"] = true.into();
    assert!(stored.get("counted_since").is_none());
    let stored: Licence = serde_json::from_value(stored).unwrap();
    assert_eq!((months(&stored), is_fixed(&stored)), (vec![0; 8], false));
    let kept: Licence = serde_json::from_value(serde_json::to_value(&back).unwrap()).unwrap();
    assert_eq!(kept, back);
}

#[test]
fn only_what_does_not_renew_by_itself_comes_if_somebody_renews_it() {
    let mut licence = licensed(10, 30_00, Cycle::Monthly, day("2026-01-01"));
    let of = |licence: &Licence, today: &str| {
        let days = fixed(licence, &[], within("2026-01-01", "2027-04-01")).unwrap();
        let days = if_renewed(licence, &days, day(today));
        (days.values().flat_map(BTreeMap::keys).next().copied(), whole(&days))
    };
    assert_eq!(of(&licence, "2026-05-01"), (None, 0), "it renews by itself");
    licence.term.auto_renew = false;
    assert_eq!(of(&licence, "2026-05-01"), (Some(day("2027-01-01")), 900_00));
    // The renewal is over and nobody said anything: what it cost until today is spent.
    assert_eq!(of(&licence, "2027-02-28"), (Some(day("2027-03-01")), 300_00));
    licence.term.terminates_on = Some(day("2027-01-01"));
    assert_eq!(of(&licence, "2026-05-01"), (None, 0), "what ends costs nothing then");
    licence.term = Term { terminates_on: None, renews_on: None, ..licence.term };
    assert_eq!(of(&licence, "2026-05-01"), (None, 0), "nothing is to be renewed");
}

#[test]
fn seats_are_carried_by_who_held_them_on_the_day() {
    let units = BTreeMap::from([(contact(11), Some(unit(1))), (contact(12), Some(unit(2))), (contact(13), None)]);
    let person = |n| Holder::Contact { contact: contact(n) };
    let seats = [
        seat(person(11), &[("2026-04-01", None)]),
        seat(person(12), &[("2026-04-01", Some("2026-04-11")), ("2026-04-21", None)]),
        seat(Holder::Device { name: "kiosk".parse().unwrap() }, &[("2026-04-21", None)]),
        seat(person(13), &[("2026-04-21", None)]),
    ];
    let carried = by_seats(&seats, &units);
    let licence = licensed(4, 30_00, Cycle::Monthly, day("2026-04-01"));
    let days = fixed(&licence, &carried, within("2026-04-01", "2026-05-01")).unwrap();
    let cents = |on_day: &str| [Some(unit(1)), Some(unit(2)), None].map(|unit| on(&days, unit, day(on_day)));
    assert_eq!(cents("2026-04-10"), [2_00, 2_00, 0]);
    assert_eq!(cents("2026-04-11"), [4_00, 0, 0]);
    assert_eq!(cents("2026-04-21"), [1_00, 1_00, 2_00]);
    assert_eq!(whole(&days), 120_00);
    let early =
        fixed(&licensed(1, 30_00, Cycle::Monthly, day("2026-03-01")), &carried, within("2026-03-01", "2026-04-01"));
    assert_eq!(early.unwrap().keys().collect::<Vec<_>>(), [&None], "before anybody held one nobody carries it");
}

#[test]
fn use_carries_the_months_that_have_any_and_the_last_one_that_is_over_what_is_to_come() {
    let licence = licensed(1, 30_00, Cycle::Monthly, day("2026-01-01"));
    let used = BTreeMap::from([
        (month("2026-02"), weights(&[(1, 10)])),
        (month("2026-03"), weights(&[(1, 0)])),
        (month("2026-04"), weights(&[(2, 5)])),
        (month("2026-05"), weights(&[(3, 5)])),
    ]);
    let otherwise = vec![
        Dated::new(day("2026-01-01"), weights(&[(9, 1)])),
        Dated::new(day("2026-03-15"), weights(&[(8, 1)])),
        Dated::new(day("2026-07-10"), weights(&[(7, 1)])),
    ];
    // The last month that is over, and who carries each of these days.
    for (until, carriers) in [
        // It has use, which carries what is to come.
        ("2026-04", [9, 1, 9, 8, 2, 2, 2, 2]),
        // Nobody used it any more: as otherwise, from that month on and in those to come.
        ("2026-06", [9, 1, 9, 8, 2, 3, 8, 7]),
        ("2026-07", [9, 1, 9, 8, 2, 3, 8, 7]),
        // A month in between without use, and what was known before it.
        ("2026-03", [9, 1, 9, 8, 8, 8, 8, 7]),
        // Before there is any use.
        ("2026-01", [9, 9, 9, 8, 8, 8, 8, 7]),
    ] {
        let carried = by_use(&used, otherwise.clone(), month(until));
        let days = fixed(&licence, &carried, within("2026-01-01", "2026-08-01")).unwrap();
        let on = ["01-31", "02-01", "03-14", "03-15", "04-01", "05-01", "06-30", "07-31"];
        for (on, n) in on.into_iter().zip(carriers) {
            let on = day(&format!("2026-{on}"));
            let who: Vec<_> = days.iter().filter(|(_, days)| days.contains_key(&on)).map(|(unit, _)| *unit).collect();
            assert_eq!(who, [Some(unit(n))], "{on}, with use until {until}");
        }
    }
}

#[test]
fn a_split_of_the_licence_carries_it_at_all_times() {
    let mut licence = licensed(1, 30_00, Cycle::Monthly, day("2026-04-01"));
    licence.split = vec![Share { unit: unit(1), weight: 2 }, Share { unit: unit(2), weight: 1 }];
    let days = fixed(&licence, &by_split(&licence), within("2026-04-01", "2026-05-01")).unwrap();
    assert_eq!(
        days.values().map(|days| by_month(days).unwrap()[&month("2026-04")].minor()).collect::<Vec<_>>(),
        [20_00, 10_00]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is asked for at once, a day costs the same; and a month in which nothing changes adds up to its price.
    #[test]
    fn a_days_cost_does_not_depend_on_what_else_is_asked_for(
        seats in 1_u32..500, cost in 1_i64..100_000, starts in 0_i64..400, cut in 1_i64..200,
        weighted in prop::collection::vec(0_u64..9, 0..5), more in 0_u32..50, from in 0_i64..200,
        cycle in prop::sample::select(vec![Cycle::Weekly, Cycle::Monthly, Cycle::Quarterly, Cycle::SemiAnnual, Cycle::Annual]),
    ) {
        let first = day("2025-01-01");
        let mut licence = licensed(seats, cost, cycle, first.saturating_add(starts.days()));
        let carried: Vec<Weighted> = weighted.iter().enumerate()
            .map(|(n, weight)| Weighted { unit: Some(unit(n as u128)), weight: *weight }).collect();
        let carried = [Dated::new(Date::MIN, carried)];
        let all = Period::new(first, first.saturating_add(800.days())).unwrap();
        let plain = fixed(&licence, &carried, all).unwrap();
        for n in 0..3 {
            let nth = domain::billing::cycle::Schedule {
                cycle, alignment: domain::billing::cycle::Alignment::Anniversary, anchor: licence.term.starts_on,
                starts_on: licence.term.starts_on, ends_on: None,
            }.nth(n).unwrap();
            if nth.to <= all.to {
                let days = fixed(&licence, &carried, nth).unwrap();
                prop_assert_eq!(whole(&days), cost * i64::from(seats));
            }
        }
        let middle = first.saturating_add(cut.days());
        let before = fixed(&licence, &carried, Period { from: first, to: middle }).unwrap();
        let after = fixed(&licence, &carried, Period { from: middle, to: all.to }).unwrap();
        prop_assert_eq!(whole(&before) + whole(&after), whole(&plain));
        // A change moves no day before it.
        let changes = licence.term.starts_on.saturating_add(from.days());
        licence.seats.push(Dated::new(changes, seats + more));
        let changed = fixed(&licence, &carried, all).unwrap();
        for (unit, days) in &plain {
            for (day, amount) in days.range(..changes) {
                prop_assert_eq!(on(&changed, *unit, *day), amount.minor());
            }
        }
    }

    /// Whatever seats move between departments, and whoever carries a licence: its days come to the same, a cycle in which
    /// neither seats nor prices change to its price, each stretch department by department to the part of it; and a day's parts
    /// do not depend on what else is asked for, nor on who carries it later.
    #[test]
    fn whoever_carries_a_licence_its_days_are_the_same_and_its_years_add_up(
        seats in 1_u32..200, cost in 1_i64..30_000, starts in 0_i64..60, cut in 1_i64..700,
        moves in prop::collection::btree_map(0_i64..800, prop::collection::vec(0_u64..9, 0..9), 0..40),
        cycle in prop::sample::select(vec![Cycle::Weekly, Cycle::Monthly, Cycle::Quarterly, Cycle::SemiAnnual, Cycle::Annual]),
    ) {
        let first = day("2025-01-01");
        let licence = licensed(seats, cost, cycle, first.saturating_add(starts.days()));
        let weighted = |of: &Vec<u64>| of.iter().enumerate()
            .map(|(n, weight)| Weighted { unit: Some(unit(n as u128)), weight: *weight }).collect::<Vec<_>>();
        let carried: Vec<Dated<Vec<Weighted>>> =
            moves.iter().map(|(n, of)| Dated::new(first.saturating_add(n.days()), weighted(of))).collect();
        let all = Period::new(first, first.saturating_add(800.days())).unwrap();
        let of_day = |days: &DaysByUnit, on_day: Date| days.keys().map(|unit| on(days, *unit, on_day)).sum::<i64>();
        let (alone, split) = (fixed(&licence, &[], all).unwrap(), fixed(&licence, &carried, all).unwrap());
        for on_day in first.series(1.day()).take(800) {
            prop_assert_eq!(of_day(&split, on_day), on(&alone, None, on_day), "{}", on_day);
        }
        let schedule = domain::billing::cycle::Schedule {
            cycle, alignment: domain::billing::cycle::Alignment::Anniversary, anchor: licence.term.starts_on,
            starts_on: licence.term.starts_on, ends_on: None,
        };
        for nth in (0..120).map_while(|n| schedule.nth(n)).take_while(|nth| nth.to <= all.to) {
            let own: i64 = nth.from.series(1.day()).take_while(|day| *day < nth.to).map(|day| of_day(&split, day)).sum();
            prop_assert_eq!(own, cost * i64::from(seats));
        }
        // Asked for in two parts, and with nothing known of who carries it from the cut on.
        let middle = first.saturating_add(cut.days());
        let before = fixed(&licence, &carried, Period { from: first, to: middle }).unwrap();
        let after = fixed(&licence, &carried, Period { from: middle, to: all.to }).unwrap();
        let so_far: Vec<_> = carried.iter().filter(|one| one.from < middle).cloned().collect();
        let then = fixed(&licence, &so_far, Period { from: first, to: middle }).unwrap();
        prop_assert_eq!(&then, &before);
        for (unit, days) in &split {
            for (day, amount) in days {
                let part = if *day < middle { &before } else { &after };
                prop_assert_eq!(on(part, *unit, *day), amount.minor());
            }
        }
    }

    /// Sums that move with every change of the days are those of the days.
    #[test]
    fn sums_that_move_are_the_sums_of_the_days(
        changes in prop::collection::vec(prop::collection::btree_map(0_i64..70, prop::option::of(-500_i64..500), 0..20), 0..8),
    ) {
        let (mut days, mut sums) = (Days::new(), BTreeMap::<Month, i64>::new());
        for change in changes {
            let change: BTreeMap<Date, Option<DayCost>> = change.into_iter().map(|(n, minor)| {
                let cost = minor.map(|minor| DayCost { minor, ..DayCost::default() });
                (day("2026-01-01").saturating_add(n.days()), cost)
            }).collect();
            for (month, by) in moved(&days, &change) {
                *sums.entry(month).or_default() += by;
            }
            for (day, cost) in change {
                match cost {
                    Some(cost) => days.insert(day, cost),
                    None => days.remove(&day),
                };
            }
        }
        let mut direct = BTreeMap::<Month, i64>::new();
        for (day, cost) in &days {
            *direct.entry(Month::of(*day)).or_default() += cost.minor;
        }
        sums.retain(|_, minor| *minor != 0);
        direct.retain(|_, minor| *minor != 0);
        prop_assert_eq!(sums, direct);
    }
}
