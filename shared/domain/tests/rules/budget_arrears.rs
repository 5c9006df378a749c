//! Where a budget leads when the MSP bills what is over, and when it bills something once: a month whose bill is still to come is
//! no month of nothing, and a server is not bought every month.

use std::collections::BTreeMap;

use domain::billing::cycle::Period;
use domain::billing::lines::Origin;
use domain::billing::reports::{Month, Rhythm, Served, revenue, rhythm};
use domain::budgets::{Alerts, Billed, Cost, Costs, Outlook, Scope, by_months, outlook, spent_as_told};
use domain::ids::{ChargeId, ContractId, LineId, TimeEntryId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::common::budgets::budget_of_2026;
use crate::common::contracts::{day, eur};
use crate::common::reported::{month, sold};
use crate::common::{the_client, uuid};

/// A line of so much for these days; for none where it comes once. And the day of its bill.
#[derive(Debug, Clone, Copy)]
struct Sold {
    net: i64,
    days: Option<(Date, Date)>,
    on: Date,
}

fn care(net: i64, from: Date, to: Date, on: Date) -> Sold {
    Sold { net, days: Some((from, to)), on }
}

/// So many periods of some months from a day on, each billed on its last day or on its first.
fn billed(net: i64, from: &str, months: i32, count: i32, in_arrears: bool) -> Vec<Sold> {
    let nth = |n: i32| day(from).saturating_add((n * months).months());
    (0..count).map(|n| care(net, nth(n), nth(n + 1), if in_arrears { nth(n + 1) } else { nth(n) })).collect()
}

fn goods(net: i64, on: &str) -> Sold {
    Sold { net, days: None, on: day(on) }
}

/// The costs of these, written by hand, as they are known on a day.
fn costs(sold_on: &[Sold], today: Date) -> Costs {
    let cost = |month: Month, minor: i64| Cost {
        month,
        source: "invoices".into(),
        product: None,
        unit: None,
        centre: None,
        amount: eur(minor),
    };
    let (mut months, mut once): (BTreeMap<Month, i64>, BTreeMap<Month, i64>) = (BTreeMap::new(), BTreeMap::new());
    let mut all = Billed::default();
    for one in sold_on.iter().filter(|one| one.on <= today) {
        let lines = [sold(1, Origin::Manual {}, one.net, one.days.map(|(from, to)| Period { from, to }))];
        for (cell, minor) in revenue(&lines, one.on) {
            *months.entry(cell.month).or_default() += minor;
            all.add(cell.month, minor, &Rhythm::default());
        }
        for ((month, _), rhythm) in rhythm(&lines, one.on) {
            *once.entry(month).or_default() += rhythm.once;
            all.add(month, 0, &rhythm);
        }
    }
    once.retain(|_, minor| *minor != 0);
    Costs {
        all: months.into_iter().map(|(month, minor)| cost(month, minor)).collect(),
        once: once.into_iter().map(|(month, minor)| cost(month, minor)).collect(),
        awaited: all.awaited(today).into_iter().map(|(month, minor)| cost(month, minor)).collect(),
        ..Costs::default()
    }
}

fn leads(sold_on: &[Sold], today: &str) -> (Outlook, Vec<Option<Money>>) {
    let own = budget_of_2026(&the_client(), Scope::Client {}, 1_000_00, Alerts::default());
    let costs = costs(sold_on, day(today));
    let spent = spent_as_told(&costs, &own, &BTreeMap::new(), &BTreeMap::new(), day(today)).unwrap();
    let stands = outlook(&own, &spent, day(today)).unwrap();
    let by: Vec<Option<Money>> =
        by_months(&own, &spent, day(today)).unwrap().into_iter().map(|month| month.expected).collect();
    let sum = Money::sum(Currency::EUR, by.iter().copied().flatten()).unwrap();
    assert_eq!(stands.forecast.map(|forecast| forecast.expected), Some(sum), "the months add up to the forecast");
    (stands, by)
}

#[test]
fn what_is_billed_when_it_is_over_is_expected_until_its_bill_comes() {
    let year = 12_000_00;
    for (name, sold_on, today) in [
        ("a quarter, in the next one", billed(3_000_00, "2025-10-01", 3, 5, true), "2026-11-22"),
        ("a quarter, before the last one's bill", billed(3_000_00, "2025-10-01", 3, 3, true), "2026-06-30"),
        ("months from the 20th, before the bill", billed(1_000_00, "2025-10-20", 1, 13, true), "2026-11-19"),
        ("months from the 20th, a week late", billed(1_000_00, "2025-10-20", 1, 11, true), "2026-10-27"),
        ("half a year", billed(6_000_00, "2025-01-01", 6, 3, true), "2026-12-30"),
        ("a month in advance", billed(1_000_00, "2025-10-01", 1, 14, false), "2026-11-22"),
        ("a year in advance", billed(12_000_00, "2025-10-01", 12, 2, false), "2026-11-22"),
        ("a quarter in advance", billed(3_000_00, "2025-10-01", 3, 5, false), "2026-11-22"),
        (
            "in advance, and use when it is over",
            [billed(600_00, "2025-10-01", 1, 14, false), billed(400_00, "2025-10-01", 1, 12, true)].concat(),
            "2026-11-22",
        ),
    ] {
        let (stands, by) = leads(&sold_on, today);
        let forecast = stands.forecast.unwrap();
        let (low, expected, high) = (forecast.low.minor(), forecast.expected.minor(), forecast.high.minor());
        assert!((expected - year).abs() * 100 <= year * 3, "{name}: {low} {expected} {high}");
        assert!(by.iter().flatten().all(|month| (800_00..=1_200_00).contains(&month.minor())), "{name}: {by:?}");
    }
}

#[test]
fn what_has_ended_is_awaited_no_longer_than_its_period_is_long() {
    let of = |sold_on: &[Sold], today: &str| -> Vec<(Month, i64)> {
        costs(sold_on, day(today)).awaited.iter().map(|cost| (cost.month, cost.amount.minor())).collect()
    };
    let monthly = billed(1_000_00, "2026-01-01", 1, 9, true);
    assert_eq!(of(&monthly, "2026-10-31"), [], "the month that runs has no bill yet");
    assert_eq!(of(&monthly, "2026-11-30"), [(month("2026-10"), 1_000_00)]);
    assert_eq!(of(&monthly, "2026-12-01"), [], "nothing came in a month and another one");
    let quarterly = billed(3_000_00, "2026-01-01", 3, 2, true);
    assert_eq!(of(&quarterly, "2026-12-31").len(), 5);
    assert_eq!(of(&quarterly, "2027-01-01"), []);
    let weekly: Vec<Sold> = (0..20)
        .map(|n| {
            let from = day("2026-06-01").saturating_add((7 * n).days());
            let to = from.saturating_add(7.days());
            care(70_00, from, to, to)
        })
        .collect();
    // Until the 19th of October; on the 2nd of November it is two weeks since.
    assert_eq!(of(&weekly, "2026-11-01"), [(month("2026-10"), 130_00)]);
    assert_eq!(of(&weekly, "2026-11-02"), []);
    // What was taken back, what pays for no days, and what is no whole week or month says nothing.
    let back = [
        billed(500_00, "2026-09-01", 1, 1, true),
        vec![care(-500_00, day("2026-09-01"), day("2026-10-01"), day("2026-10-02"))],
    ];
    assert_eq!(of(&back.concat(), "2026-11-15"), []);
    assert_eq!(of(&[goods(9_000_00, "2026-09-30")], "2026-11-15"), []);
    assert_eq!(of(&[care(700_00, day("2026-09-01"), day("2026-09-16"), day("2026-09-30"))], "2026-11-15"), []);
    // A bill that came late once, and in time from then on: what it was late for is there.
    let late = [
        vec![care(1_000_00, day("2026-09-01"), day("2026-10-01"), day("2026-10-05"))],
        billed(1_000_00, "2026-06-01", 1, 3, false),
        billed(1_000_00, "2026-10-01", 1, 2, false),
    ];
    assert_eq!(of(&late.concat(), "2026-11-15"), []);
}

#[test]
fn what_is_bought_once_is_spent_once_and_expected_never_again() {
    let care = billed(1_010_00, "2025-10-01", 1, 14, false);
    for (name, on, today) in [
        ("in the month that runs", "2026-11-22", "2026-11-30"),
        ("in the month before", "2026-11-22", "2026-12-01"),
        ("in another one", "2026-08-03", "2026-11-30"),
    ] {
        let more = billed(1_010_00, "2026-12-01", 1, 1, false);
        let (stands, by) = leads(&[care.clone(), more, vec![goods(10_000_00, on)]].concat(), today);
        let forecast = stands.forecast.unwrap();
        assert_eq!(forecast.expected, eur(12 * 1_010_00 + 10_000_00), "{name}");
        assert_eq!((forecast.low, forecast.high), (forecast.expected, forecast.expected), "{name}");
        assert_eq!(by[11], Some(eur(1_010_00)), "{name}");
    }
    // Where nothing else was ever billed, nothing more is expected.
    let (stands, _) = leads(&[goods(500_00, "2026-03-01"), goods(700_00, "2026-06-01")], "2026-11-22");
    assert_eq!(stands.forecast.unwrap().high, eur(1_200_00));
}

#[test]
fn a_document_says_what_comes_once_and_what_was_billed_when_it_was_over() {
    let contract = ContractId::from_uuid(uuid(7));
    let line = LineId::from_uuid(uuid(8));
    let agreed = Origin::ContractLine { contract, line };
    let of = |from: &str, to: &str| Period::new(day(from), day(to));
    let lines = [
        sold(1, agreed, 100_00, of("2026-10-01", "2026-11-01")),
        sold(2, agreed, 40_00, of("2026-10-01", "2026-11-01")),
        sold(3, agreed, 100_00, of("2026-11-01", "2026-12-01")),
        sold(4, Origin::Usage { contract, line }, 30_00, of("2026-08-01", "2026-11-01")),
        sold(5, Origin::Adjustment { contract, line }, 9_00, of("2026-09-01", "2026-10-01")),
        sold(6, agreed, 9_00, of("2026-10-01", "2026-10-12")),
        sold(7, Origin::Manual {}, 70_00, None),
        sold(8, Origin::Charge { charge: ChargeId::from_uuid(uuid(9)) }, 5_00, None),
        sold(9, Origin::Time { contract: None, line: None, entry: TimeEntryId::from_uuid(uuid(1)) }, 80_00, None),
        sold(10, Origin::Manual {}, 7_00, of("2026-10-24", "2026-10-31")),
        sold(11, Origin::Manual {}, 8_00, of("2026-01-31", "2026-02-28")),
    ];
    let served = |last: &str, months: u8| Served { last: day(last), months };
    let october =
        Rhythm { once: 0, served: [(served("2026-10-31", 1), 140_00), (served("2026-10-31", 3), 30_00)].into() };
    let expected = BTreeMap::from([
        ((month("2026-10"), Some(contract)), october),
        ((month("2026-11"), None), Rhythm { once: 75_00, served: BTreeMap::new() }),
        ((month("2026-10"), None), Rhythm { once: 0, served: [(served("2026-10-30", 0), 7_00)].into() }),
        ((month("2026-02"), None), Rhythm { once: 0, served: [(served("2026-02-27", 1), 8_00)].into() }),
    ]);
    assert_eq!(rhythm(&lines, day("2026-11-01")), expected);
    assert_eq!(served("2026-10-30", 0).period(), of("2026-10-24", "2026-10-31").unwrap());
    assert_eq!(served("2026-10-31", 3).period(), of("2026-08-01", "2026-11-01").unwrap());
}
