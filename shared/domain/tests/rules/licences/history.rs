//! Seats that a licence had before it was entered here.

use domain::billing::dated::Dated;
use domain::events::Event;
use domain::licences::renewal::{advance, next_on};
use domain::licences::{LicenceKind, NewLicence};
use domain::{Outcome, Refusal};

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
    assert_eq!(events, [Event::LicencesChanged { client: licence.client, on: day("2026-05-10") }]);
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
