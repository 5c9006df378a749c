//! Seats that are new wait for their holders, and nothing was given up by that.

use domain::billing::dated::Dated;
use domain::licences::{NewLicence, Term};

use super::*;
use crate::licences::{day, entered, new, yearly};

/// A licence that starts on a day, with these seats from each day on, at 240.00 EUR a seat and year. The first so many people
/// hold one.
fn bought(starts_on: &str, seats: &[(&str, u32)], holders: u128) -> Licence {
    let seat_history = seats.iter().map(|(from, seats)| Dated::new(day(from), *seats)).collect();
    let term = Term { starts_on: day(starts_on), ..yearly() };
    let kept = entered(NewLicence { seats: None, seat_history, ..new(term) }, "2026-06-01").unwrap().state;
    let licence = Licence::of(kept, Vec::new(), TODAY).unwrap();
    Licence { tracked: true, held: (1..=holders).map(seat).collect(), ..licence }
}

#[test]
fn a_seat_of_new_ones_that_was_given_on_is_not_given_up_unless_fewer_are_planned() {
    let (grown, started) = (("2026-01-01", 8), ("2026-05-20", 10));
    let later = ("2026-09-01", 9);
    for (case, starts_on, seats, counts) in [
        ("it grew", "2026-01-01", vec![grown, started], 0),
        ("it is new", "2026-05-20", vec![started], 0),
        ("it grew, and is to be smaller", "2026-01-01", vec![grown, started, later], 24_000),
        ("it is new, and is to be smaller", "2026-05-20", vec![started, later], 24_000),
    ] {
        let mut facts = busy(vec![bought(starts_on, &seats, 10)]);
        let of = facts.licences[0].product;
        assert_eq!(facts.licences[0].seats, 10, "{case}");
        facts.uses.remove(&(contact(1), of));
        facts.people.get_mut(&contact(1)).unwrap().active = false;
        let left = |findings: Vec<Finding>| findings.into_iter().find(|one| one.key.kind == Kind::Left).unwrap();
        let accepted = said(left(reviewed(Vec::new(), &facts)), Decision::Accept, baseline(10, 0));
        // Somebody else has the seat now: all ten are held, and paid for.
        facts.licences[0].held[0] = seat(11);
        facts.uses.insert((contact(11), of), used(0));
        let after = left(reviewed(vec![accepted], &facts));
        assert!(matches!(after.state, State::Accepted { done_on: Some(TODAY), .. }), "{case}");
        let why = (counts == 0).then_some(Uncounted::GivenOn {});
        assert_eq!((after.counted, after.uncounted), (Some(eur(counts)), why), "{case}");
    }
}

#[test]
fn a_surplus_counts_without_seats_that_are_new() {
    let mut facts = busy(vec![bought("2026-01-01", &[("2026-01-01", 8), ("2026-05-20", 10)], 3)]);
    let of = facts.licences[0].product;
    let surplus = reviewed(Vec::new(), &facts).remove(0);
    assert_eq!((surplus.key.kind, surplus.counted), (Kind::OverBought, Some(eur(5 * 24_000))));
    let accepted = said(surplus, Decision::Accept, baseline(10, 0));
    for n in [4, 5] {
        facts.licences[0].held.push(seat(n));
        facts.uses.insert((contact(n), of), used(0));
    }
    let after = reviewed(vec![accepted], &facts);
    assert_eq!(after.len(), 1);
    let counted = (after[0].counted, after[0].uncounted.clone());
    assert_eq!(counted, (Some(eur(3 * 24_000)), Some(Uncounted::GivenOn {})), "of eight, five are held by now");
}
