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
