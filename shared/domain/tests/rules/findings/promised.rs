//! What a licence that was terminated promises: what is left until its end, and no renewal that does not come.

use domain::licences::{NewLicence, Term};
use rust_decimal::Decimal;

use super::*;
use crate::licences::{day, entered, new, yearly};

/// Five seats of product 1 at 240.00 a year, three of them held by people who never used theirs; terminated to a day.
fn terminated(on: Option<&str>, renews_on: &str, months: u16) -> Facts {
    let term = Term { terminates_on: on.map(day), renews_on: Some(day(renews_on)), months, ..yearly() };
    let kept = entered(NewLicence { seats: Some(5), ..new(term) }, "2026-02-01").unwrap().state;
    let licence = Licence::of(kept, Vec::new(), TODAY).unwrap();
    let held = [1, 2, 3].map(seat).to_vec();
    let mut facts = facts(vec![Licence { tracked: true, held, product: product(1), ..licence }]);
    facts.uses.insert((contact(3), product(1)), used(0));
    facts
}

/// What is found, what of it counts, and what is to be done.
fn promised(facts: &Facts) -> Vec<(Kind, i64, Action)> {
    let of = |finding: &Finding| (finding.key.kind, finding.counted.map_or(0, Money::minor), finding.action.clone());
    reviewed(Vec::new(), facts).iter().map(of).collect::<Vec<_>>()
}

#[test]
fn a_licence_that_was_terminated_saves_what_is_left_until_its_end_and_is_resized_only_at_a_renewal_before() {
    // Today is 1 June 2026; a seat costs 240.00 in a year of 365 days.
    for (on, renews_on, months, each, resize) in [
        (None, "2027-01-01", 12, 24_000, true),
        // Five days are left: 240.00 * 5 / 365 = 3.29.
        (Some("2026-06-06"), "2027-01-01", 12, 329, false),
        // 30 days, and a renewal on 10 June before: 19.73.
        (Some("2026-07-01"), "2026-06-10", 1, 1_973, true),
        (Some("2027-01-01"), "2027-01-01", 12, 14_071, false),
        // It ends in more than a year, after it has renewed.
        (Some("2028-01-01"), "2027-01-01", 12, 24_000, true),
    ] {
        let facts = terminated(on, renews_on, months);
        let mut all = promised(&facts);
        all.sort_by_key(|(kind, ..)| *kind);
        let mut expected =
            vec![(Kind::NeverUsed, each, Action::Reclaim {}), (Kind::NeverUsed, each, Action::Reclaim {})];
        if resize {
            expected.push((Kind::OverBought, 2 * each, Action::ResizeAtRenewal { seats: 3 }));
        }
        assert_eq!(all, expected, "ends on {on:?}");
        let never = found(&facts).into_iter().find(|found| found.key.kind == Kind::NeverUsed).unwrap();
        let said: Vec<String> = never.evidence.iter().map(Evidence::sentence).collect();
        let ends = on.map(|on| format!("The licence ends on {on}: what is left until then can be saved."));
        let says = ends.filter(|_| each < 24_000);
        assert_eq!(said.iter().find(|said| said.contains("ends on")), says.as_ref(), "{said:?}");
        assert!(said.contains(&"A seat costs 240.00 EUR a year.".to_owned()), "{said:?}");
    }
}

#[test]
fn a_smaller_edition_saves_what_is_left_until_the_end() {
    let ending = Ending { on: ago(-73), share: Decimal::new(2, 1), renews: false };
    let mut facts = busy(vec![licensed(1, 1, 1, &[1]), licensed(2, 1, 1, &[2])]);
    let edition = |name: &str, feature: &str| Edition { name: name.into(), features: names(&[feature]), list: None };
    facts.products.get_mut(&product(1)).unwrap().editions = vec![edition("Basic", "mail"), edition("Max", "voice")];
    for (at, name) in ["Max", "Basic"].into_iter().enumerate() {
        facts.licences[at].edition = Some(name.into());
    }
    facts.licences[0].cost = Cost::Yearly(eur(30_000));
    facts.licences[0].ending = Some(ending);
    let used = facts.uses.get_mut(&(contact(1), product(1))).unwrap();
    used.features = BTreeMap::from([("mail".to_owned(), ago(1))]);
    let found = found(&facts);
    assert_eq!((found.len(), found[0].key.kind), (1, Kind::WrongEdition));
    assert_eq!(found[0].worth, Worth::Saves { yearly: eur(4_000), seats: 1 }, "a fifth of 200.00");
}

#[test]
fn what_was_accepted_of_a_licence_that_was_terminated_comes_true_by_a_bill_before_its_end_and_never_by_the_end() {
    let facts = terminated(Some("2026-07-01"), "2027-01-01", 12);
    let never = reviewed(Vec::new(), &facts).into_iter().find(|one| one.key.kind == Kind::NeverUsed).unwrap();
    let of = |ends_on: Option<Date>| Baseline { ends_on, ..baseline(5, 0) };
    let over = Measured { seats: 0, yearly: None, claimed: 0 };
    for (case, ends_on, now, today, comes_true) in [
        (
            "a seat less before the end",
            Some("2026-07-01"),
            Measured { seats: 4, yearly: Some(eur(24_000)), claimed: 0 },
            "2026-06-20",
            true,
        ),
        ("the end that was known", Some("2026-07-01"), over, "2026-07-01", false),
        ("it was terminated for it since", None, over, "2026-07-01", true),
        ("an earlier end than was known", Some("2026-12-01"), over, "2026-07-01", true),
    ] {
        let accepted = said(never.clone(), Decision::Accept, of(ends_on.map(day)));
        let done = given_back(accepted, day(today));
        let measured = measure(&done, now, day(today)).unwrap();
        assert_eq!(measured.is_some(), comes_true, "{case}");
        // And no review promises it any longer.
        let mut after = Facts { today: day(today), ..facts.clone() };
        match now.seats {
            0 => after.licences.clear(),
            _ => after.licences[0].held.retain(|seat| Some(&seat.whose) != done.key.whose.as_ref()),
        }
        let kept = reviewed(vec![done.clone()], &after).into_iter().find(|one| one.id == done.id).unwrap();
        assert_eq!(matches!(kept.state, State::Accepted { .. }), comes_true, "{case}: {kept:?}");
    }
    // Terminated anew after it was withdrawn: a review saw it without an end between.
    let accepted = said(never, Decision::Accept, of(Some(day("2026-07-01"))));
    let goes_on = Facts { today: day("2026-06-10"), ..terminated(None, "2027-01-01", 12) };
    let accepted = reviewed(vec![accepted.clone()], &goes_on).into_iter().find(|one| one.id == accepted.id).unwrap();
    let done = given_back(accepted, day("2026-06-20"));
    assert!(measure(&done, over, day("2026-07-02")).unwrap().is_some(), "{done:?}");
    let stored = serde_json::json!({ "seats": 5, "yearly": null, "claimed": 0 });
    assert_eq!(serde_json::from_value::<Baseline>(stored).unwrap().ends_on, None, "as it was stored before");
}
