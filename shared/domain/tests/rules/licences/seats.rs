//! Who holds a seat, and who held one.

use domain::licences::{Seat, Term, seat};
use jiff::ToSpan;
use proptest::prelude::*;

use super::{added, day, person, yearly};
use crate::common::at;

#[test]
fn who_holds_a_seat_keeps_it_as_it_is() {
    let (licence, now) = (added(yearly(), "2026-01-05"), at("2026-02-01T09:00:00Z"));
    let assign = |before, since: &str| seat::assign(before, &licence, person(9), day(since), day("2026-02-01"), now);
    let given = assign(None, "2026-01-10").unwrap();
    assert_eq!(given.held_since(), Some(day("2026-01-10")));
    assert_eq!(assign(Some(given.clone()), "2026-01-20").unwrap(), given);
    assert!(assign(None, "2026-02-02").is_err(), "tomorrow's is assigned tomorrow");
    let released = seat::release(given.clone(), day("2026-01-20"), day("2026-02-01"), now).unwrap();
    assert_eq!(seat::release(released.clone(), day("2026-01-25"), day("2026-02-01"), now).unwrap(), released);
    assert!(assign(Some(released.clone()), "2026-01-19").is_err(), "the time of the seat before");
    assert!(released.is_held_on(day("2026-01-19")) && !released.is_held_on(day("2026-01-20")));
    assert_eq!(assign(Some(released), "2026-01-20").unwrap().spans.len(), 2);
    assert!(seat::release(given, day("2026-01-09"), day("2026-02-01"), now).is_err(), "before it was given");
}

#[test]
fn a_day_that_was_a_slip_is_refused_or_is_mended_by_taking_back_what_was_given_on_it() {
    let (licence, now) = (added(yearly(), "2026-01-05"), at("2026-02-01T09:00:00Z"));
    let today = day("2026-02-01");
    let assign = |before, since: &str| seat::assign(before, &licence, person(9), day(since), today, now);
    for (since, taken) in [("0001-01-01", false), ("1969-12-31", false), ("1970-01-01", true), ("2021-03-04", true)] {
        match assign(None, since) {
            Ok(seat) => assert!(taken && seat.held_since() == Some(day(since)), "{since}"),
            Err(refusal) => assert!(!taken && format!("{refusal:?}").contains("/since"), "{since}: {refusal:?}"),
        }
    }
    // Also what was taken before the first days were looked at.
    let earlier = seat::release(assign(None, "2025-01-10").unwrap(), day("2025-06-01"), today, now).unwrap();
    for (slip, right, spans) in [
        ("0001-01-01", "2026-01-12", 2),
        ("2026-01-20", "2026-01-12", 1),
        ("2026-01-20", "2026-01-20", 2),
        ("2026-01-20", "2026-01-25", 2),
    ] {
        let held = seat::Span { since: day(slip), until: None };
        let given = Seat { spans: vec![held], ..earlier.clone() };
        let back = seat::release(given, day(slip), today, now).unwrap();
        let mended = assign(Some(back), right).unwrap();
        assert_eq!((mended.held_since(), mended.spans.len()), (Some(day(right)), spans), "{slip}, {right}");
    }
    let again = assign(Some(earlier), "2026-01-20").unwrap();
    let back = seat::release(again, day("2026-01-20"), today, now).unwrap();
    assert!(assign(Some(back.clone()), "2025-05-31").is_err(), "the time of the seat before stays");
    assert_eq!(assign(Some(back), "2025-06-01").unwrap().spans.len(), 2);
}

#[test]
fn nothing_is_assigned_of_a_licence_that_is_over() {
    let licence = added(Term { terminates_on: Some(day("2026-02-01")), ..yearly() }, "2026-01-05");
    let assign =
        |today| seat::assign(None, &licence, person(9), day("2026-01-10"), day(today), at("2026-02-01T09:00:00Z"));
    assert!(assign("2026-01-31").is_ok());
    assert!(assign("2026-02-01").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// However seats are given and taken back, their times are in order, apart, and only the last is open.
    #[test]
    fn the_times_of_a_seat_are_in_order_and_apart(
        steps in prop::collection::vec((any::<bool>(), 0_i64..10, 0_i64..20), 1..300),
    ) {
        let licence = added(yearly(), "2026-01-05");
        let (mut today, mut held) = (day("2026-01-05"), None::<Seat>);
        for (give, days, back) in steps {
            today = today.saturating_add(days.days());
            let (on, now) = (today.saturating_sub(back.days()), at("2026-02-01T09:00:00Z"));
            let next = match held.clone() {
                before if give => seat::assign(before, &licence, person(9), on, today, now).ok(),
                Some(before) => seat::release(before, on, today, now).ok(),
                None => None,
            };
            held = next.or(held);
            let Some(seat) = &held else { continue };
            prop_assert!(!seat.spans.is_empty() && seat.spans.len() <= seat::MOST_SPANS);
            for pair in seat.spans.windows(2) {
                prop_assert!(pair[0].until.is_some_and(|until| pair[0].since <= until && until <= pair[1].since));
            }
        }
    }
}
