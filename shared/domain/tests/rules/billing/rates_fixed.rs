//! Which rates may still change once work is billed, against a look at every kind of work on every day.

use domain::billing::dated::Dated;
use domain::billing::work::{
    AfterHours, NewTimeEntry, Rate, RateCard, Rounding, TimeEntry, entry::log, keeps_what_was_billed,
};
use domain::ids::*;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const FIRST: Date = date(2026, 3, 1);
const UNTIL: Date = date(2026, 3, 8);
const TYPES: [&str; 3] = ["remote", "on-site", "project"];
const ROLES: [&str; 3] = ["junior", "senior", "lead"];

fn contract(n: usize) -> ContractId {
    ContractId::from_uuid(Uuid::from_u128(n as u128))
}

fn person(n: usize) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n as u128))
}

/// A rate for some of two contracts, people, roles and kinds of work; the third of each is named by none.
fn rate() -> impl Strategy<Value = Rate> {
    let some = || proptest::option::of(0..2_usize);
    let prices = proptest::collection::btree_map(0..12_i32, 1..4_i64, 1..4);
    (some(), some(), some(), some(), prices, proptest::option::of(1..12_i32)).prop_map(
        |(of_contract, of_person, role, work_type, prices, until)| Rate {
            contract: of_contract.map(contract),
            person: of_person.map(person),
            role: role.map(|n| ROLES[n].parse().unwrap()),
            work_type: work_type.map(|n| TYPES[n].parse().unwrap()),
            per_hour: prices.into_iter().map(|(day, price)| Dated::new(FIRST + day.days(), price.into())).collect(),
            until: until.map(|day| FIRST + day.days()),
        },
    )
}

fn card(rates: Vec<Rate>) -> RateCard {
    let mut card = RateCard {
        currency: Currency::EUR,
        rates: Vec::new(),
        rounding: Rounding::NONE,
        after_hours: AfterHours::NONE,
    };
    for rate in rates {
        let same = |known: &Rate| {
            (known.contract, known.person, &known.role, &known.work_type)
                == (rate.contract, rate.person, &rate.role, &rate.work_type)
        };
        if !card.rates.iter().any(same) {
            card.rates.push(rate);
        }
    }
    card
}

fn work(of: (usize, usize, usize), work_type: usize) -> (Option<ContractId>, TimeEntry) {
    let new = NewTimeEntry {
        ticket: TicketId::from_uuid(Uuid::nil()),
        client: ClientId::from_uuid(Uuid::nil()),
        contract: None,
        person: person(of.1),
        role: Some(ROLES[of.2].parse().unwrap()),
        started_at: "2026-03-01T00:00:00Z".parse().unwrap(),
        minutes: 60,
        billable: true,
        work_type: TYPES[work_type].parse().unwrap(),
        note: String::new(),
    };
    let now = "2026-04-01T00:00:00Z".parse().unwrap();
    (Some(contract(of.0)), log(TimeEntryId::from_uuid(Uuid::nil()), new, now).unwrap())
}

/// Whether some work on some day had a price and has another.
fn rewrites(before: &RateCard, after: &RateCard) -> bool {
    let days: Vec<Date> = FIRST.series(1.day()).take_while(|day| *day <= UNTIL).collect();
    (0..81).any(|n| {
        let (contract, entry) = work((n % 3, n / 3 % 3, n / 9 % 3), n / 27);
        let price = |card: &RateCard, day: &Date| -> Option<Decimal> { card.rate(contract, &entry, *day) };
        days.iter().any(|day| price(before, day).is_some() && price(before, day) != price(after, day))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_card_is_let_through_if_and_only_if_no_price_of_a_billed_day_changes(
        before in proptest::collection::vec(rate(), 0..5),
        changed in proptest::collection::vec(rate(), 0..3),
        gone in proptest::option::of(0..5_usize),
    ) {
        let before = card(before);
        let mut after = changed;
        after.extend(before.rates.iter().enumerate().filter(|(n, _)| Some(*n) != gone).map(|(_, rate)| rate.clone()));
        let after = card(after);
        let kept = keeps_what_was_billed(&before, &after, Some(UNTIL));
        prop_assert_eq!(kept.is_err(), rewrites(&before, &after), "{:?}", kept);
        prop_assert!(keeps_what_was_billed(&before, &after, None).is_ok());
    }
}
