//! What a licence had and cost before it was entered here.

use domain::billing::dated::Dated;
use domain::budgets::seat_price;
use domain::events::Event;
use domain::licences::renewal::{advance, next_on};
use domain::licences::{LicenceKind, NewLicence, findings};
use domain::{Money, Outcome, Refusal};
use iso_currency::Currency;

use super::{day, entered, new, yearly};

fn told(history: &[(&str, u32)]) -> NewLicence {
    let seat_history = history.iter().map(|(from, seats)| Dated::new(day(from), *seats)).collect();
    NewLicence { seats: None, seat_history, ..new(yearly()) }
}

#[test]
fn a_licence_has_on_each_day_the_seats_that_its_history_tells_and_only_today_is_counted_anew() {
    let history = [("2025-06-01", 3), ("2026-02-01", 5), ("2026-04-01", 8), ("2026-09-01", 6)];
    let Outcome { state: licence, events } = entered(told(&history), "2026-05-10").unwrap();
    for (on, seats) in [
        ("2025-12-31", 0),
        ("2026-01-01", 3),
        ("2026-01-31", 3),
        ("2026-02-01", 5),
        ("2026-05-10", 8),
        ("2026-09-01", 6),
    ] {
        assert_eq!(licence.seats_on(day(on)), seats, "{on}");
    }
    assert_eq!(
        events,
        [Event::LicencesChanged { client: licence.client, product: Some(licence.product), on: day("2026-05-10") }]
    );
    let quiet = NewLicence { counted: false, ..told(&history) };
    assert!(entered(quiet, "2026-05-10").unwrap().events.is_empty());
    // What is over brings nothing any more, and what is to come does on its day.
    assert_eq!(next_on(&licence), Some(day("2026-09-01")));
    let moved = advance(licence, day("2026-09-01")).events;
    assert!(matches!(moved.as_slice(), [Event::LicencesChanged { on, .. }] if *on == day("2026-09-01")), "{moved:?}");
}

#[test]
fn a_history_that_cannot_be_says_where_it_is_wrong() {
    let pointers = |new: NewLicence| match entered(new, "2026-05-10") {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let good = [("2026-01-01", 3), ("2026-02-01", 5)];
    for (case, field) in [
        (NewLicence { seats: Some(5), ..told(&good) }, "/seats"),
        (NewLicence { seats: None, ..told(&[]) }, "/seats"),
        (told(&[("2026-01-02", 3)]), "/seat_history/0/from"),
        (told(&[("2026-01-01", 3), ("2026-03-01", 5), ("2026-02-01", 4)]), "/seat_history/2/from"),
        (told(&[("2026-01-01", 3), ("2026-01-01", 5)]), "/seat_history/1/from"),
        (told(&[("1969-12-31", 3)]), "/seat_history/0/from"),
        (told(&[("2026-01-01", 3), ("2200-01-02", 5)]), "/seat_history/1/from"),
        (told(&[("2026-01-01", 1_000_001)]), "/seat_history/0/value"),
        (NewLicence { kind: LicenceKind::Usage, ..told(&good) }, "/seat_history"),
    ] {
        assert_eq!(pointers(case.clone()), [field], "{:?} {:?}", case.seats, case.seat_history);
    }
    let first = day("1990-01-01");
    let many = (0..521).map(|n| Dated::new(first.saturating_add(jiff::Span::new().days(n)), 1));
    let many = NewLicence { seat_history: many.collect(), ..told(&good) };
    assert_eq!(pointers(many), ["/seat_history"], "520 changes and no more");
}

fn euros(history: &[(&str, i64)]) -> Vec<Dated<Money>> {
    history.iter().map(|(from, minor)| Dated::new(day(from), Money::new(*minor, Currency::EUR))).collect()
}

fn paid(cost: &[(&str, i64)], price: &[(&str, i64)]) -> NewLicence {
    NewLicence { cost_per_seat: None, cost_history: euros(cost), price_history: euros(price), ..new(yearly()) }
}

#[test]
fn a_seat_costs_on_each_day_what_its_history_tells_and_the_price_is_before_the_cost() {
    let cost = [("2025-06-01", 20_00), ("2026-02-01", 25_00), ("2026-09-01", 30_00)];
    for (price, expected) in [
        (vec![], [("2026-01-01", 20_00), ("2026-01-31", 20_00), ("2026-02-01", 25_00), ("2026-09-01", 30_00)]),
        // It is charged for since April.
        (
            vec![("2026-04-01", 40_00)],
            [("2026-01-01", 20_00), ("2026-03-31", 25_00), ("2026-04-01", 40_00), ("2026-09-01", 40_00)],
        ),
    ] {
        let Outcome { state: licence, .. } = entered(paid(&cost, &price), "2026-05-10").unwrap();
        assert_eq!((&licence.cost_per_seat, &licence.price_per_seat), (&euros(&cost), &euros(&price)));
        for (on, minor) in expected {
            let a_month = seat_price(&licence, day(on)).map(Money::minor);
            let a_year = findings::yearly(&licence, day(on)).unwrap().map(Money::minor);
            assert_eq!((a_month, a_year), (Some(minor), Some(12 * minor)), "{on}");
        }
    }
    let plain = entered(new(yearly()), "2026-05-10").unwrap().state;
    assert_eq!(plain.cost_per_seat, euros(&[("2026-01-01", 20_00)]), "one cost holds from the first day on");
}

#[test]
fn a_history_of_costs_that_cannot_be_says_where_it_is_wrong() {
    let cost = Some(Money::new(20_00, Currency::EUR));
    let good = [("2026-01-01", 20_00)];
    let dollars = vec![Dated::new(day("2026-01-01"), Money::new(1, Currency::USD))];
    for (case, fields) in [
        (NewLicence { cost_per_seat: cost, ..paid(&good, &[]) }, vec!["/cost_per_seat"]),
        (NewLicence { price_per_seat: cost, ..paid(&good, &good) }, vec!["/price_per_seat"]),
        (paid(&[("2026-01-02", 20_00)], &[]), vec!["/cost_history/0/from"]),
        (paid(&[("2026-01-01", 1), ("2026-03-01", 2), ("2026-03-01", 3)], &[]), vec!["/cost_history/2/from"]),
        (paid(&good, &[("2026-03-01", 1), ("2026-02-01", 2)]), vec!["/price_history/1/from"]),
        (paid(&[("1969-12-31", 1), ("2026-02-01", -1)], &[]), vec!["/cost_history/0/from", "/cost_history/1/value"]),
        (paid(&good, &[("2200-01-02", 1)]), vec!["/price_history/0/from"]),
        (NewLicence { price_history: dollars, ..paid(&good, &[]) }, vec!["/price_history"]),
    ] {
        let of = (case.cost_history.clone(), case.price_history.clone());
        let Err(Refusal::Invalid(faults)) = entered(case, "2026-05-10") else { panic!("{of:?}") };
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{of:?}");
    }
    let first = day("1990-01-01");
    let many =
        (0..521).map(|n| Dated::new(first.saturating_add(jiff::Span::new().days(n)), Money::new(1, Currency::EUR)));
    let many = NewLicence { cost_history: many.collect(), ..paid(&good, &[]) };
    let Err(Refusal::Invalid(faults)) = entered(many, "2026-05-10") else { panic!("520 changes and no more") };
    assert_eq!(faults[0].field, "/cost_history");
}
