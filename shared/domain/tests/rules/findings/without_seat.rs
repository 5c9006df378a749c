//! Use without a seat is use on a day on which nobody was licensed for it, and a stranger is who is no contact by now.

use domain::licences::licence::{self, LicenceChanges};
use domain::licences::{self, LicenceKind, NewLicence, Span, Term};

use super::*;
use crate::common::at;
use crate::licences::{day, entered, new, yearly};

/// Person 1 used product 1 on these days, and has no seat of it.
fn used_on(days: &[i32]) -> Facts {
    let mut facts = busy(vec![licensed(1, 1, 1, &[2])]);
    let recent: BTreeSet<Date> = days.iter().map(|days| ago(*days)).collect();
    let last = *recent.last().unwrap();
    facts.uses.insert((contact(1), product(1)), Use { last, recent, ..used(0) });
    facts
}

fn time(whose: Option<Whose>, since: i32, until: Option<i32>) -> Licensed {
    Licensed { product: product(1), whose, since: ago(since), until: until.map(ago) }
}

/// The days on which somebody is found to have used something without a seat.
fn without_seat(facts: &Facts) -> Vec<Date> {
    let evidence = found(facts).into_iter().filter(|found| found.key.kind == Kind::ShadowUse);
    evidence
        .filter_map(|found| match found.evidence[0] {
            Evidence::UsedWithoutSeat { last, .. } => Some(last),
            _ => None,
        })
        .collect()
}

#[test]
fn use_counts_only_on_days_on_which_its_person_held_no_seat() {
    let own = || Some(person(1));
    for (case, used, licensed, found) in [
        ("no seat ever", &[4, 9][..], vec![], Some(4)),
        ("the seat was given back since", &[4, 9], vec![time(own(), 300, Some(2))], None),
        ("on the day of the last use", &[4, 9], vec![time(own(), 300, Some(4))], None),
        ("before the last use", &[4, 9], vec![time(own(), 300, Some(5))], Some(4)),
        ("used before and after they had it", &[4, 9, 20], vec![time(own(), 10, Some(3))], Some(20)),
        ("two spans", &[4, 9], vec![time(own(), 300, Some(8)), time(own(), 6, Some(3))], None),
        ("somebody else's seat", &[4], vec![time(Some(person(3)), 300, Some(2))], Some(4)),
        ("a licence that let everybody in, and has ended", &[4], vec![time(None, 300, Some(1))], None),
        ("one that ended before", &[4], vec![time(None, 300, Some(10))], Some(4)),
        ("what is longer ago", &[30, 40], vec![], None),
    ] {
        let facts = Facts { licensed, ..used_on(used) };
        assert_eq!(without_seat(&facts), Vec::from_iter(found.map(ago)), "{case}");
    }
}

#[test]
fn a_seat_that_is_taken_back_as_told_makes_no_finding_in_the_next_night() {
    let mut facts = used_on(&[4]);
    facts.people.get_mut(&contact(1)).unwrap().active = false;
    facts.uses.remove(&(contact(2), product(1)));
    facts.licences[0] = licensed(1, 1, 1, &[1]);
    assert_eq!(kinds(&facts), [(Kind::Left, Some(1), Some(1))]);
    facts.licences[0] = licensed(1, 1, 0, &[]);
    facts.licensed = vec![time(Some(person(1)), 365, Some(0))];
    assert_eq!(kinds(&facts), []);
}

#[test]
fn whom_a_licence_licensed_follows_from_its_kind_its_seats_and_its_end() {
    let span = |since: &str, until: Option<&str>| Span { since: day(since), until: until.map(day) };
    let seat = |spans: Vec<Span>| licences::Seat {
        licence: licence(3),
        client: client(),
        holder: licences::Holder::Contact { contact: contact(1) },
        spans,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let of = |kind: LicenceKind, ends: Option<&str>, spans: Vec<Span>| {
        let kept = entered(NewLicence { kind, ..new(yearly()) }, "2026-02-01").unwrap().state;
        let kept = licences::Licence { term: Term { terminates_on: ends.map(day), ..kept.term.clone() }, ..kept };
        let times = Licensed::of(&kept, &[seat(spans)], day("2026-05-01"));
        times.into_iter().map(|time| (time.whose, time.since.to_string(), time.until)).collect::<Vec<_>>()
    };
    let (held, released) = (span("2026-03-01", None), span("2026-03-01", Some("2026-05-20")));
    let own = |until: Option<&str>| vec![(Some(person(1)), "2026-03-01".to_owned(), until.map(day))];
    let all = |until: Option<&str>| vec![(None, "2026-01-01".to_owned(), until.map(day))];
    use LicenceKind::{PerCore, PerDevice, Subscription};
    for (kind, ends, spans, expected) in [
        (Subscription, None, vec![held], own(None)),
        (Subscription, None, vec![released], own(Some("2026-05-20"))),
        (Subscription, Some("2026-05-10"), vec![released], own(Some("2026-05-10"))),
        (Subscription, None, vec![span("2026-03-01", Some("2026-04-30"))], vec![]),
        (PerDevice, None, vec![released], all(None)),
        (PerCore, Some("2026-05-10"), vec![], all(Some("2026-05-10"))),
    ] {
        assert_eq!(of(kind, ends, spans.clone()), expected, "{kind:?} {ends:?} {spans:?}");
    }
}

#[test]
fn a_product_that_is_licensed_by_device_core_or_use_at_the_client_is_used_without_a_seat_by_nobody() {
    for (for_devices, by_seat, none) in [(false, true, false), (true, true, true), (false, false, true)] {
        let mut facts = used_on(&[1]);
        facts.strangers.push(Stranger { who: "x".into(), product: product(1), first: ago(2), last: ago(2) });
        facts.licences[0].held.clear();
        facts.licences.push(Licence { for_devices, by_seat, ..licensed(2, 1, 0, &[]) });
        assert_eq!(without_seat(&facts).is_empty(), none, "devices {for_devices}, seats {by_seat}");
    }
    let kept = entered(NewLicence { kind: LicenceKind::PerDevice, ..new(yearly()) }, "2026-02-01").unwrap().state;
    let by_device = Licence::of(kept, Vec::new(), TODAY).unwrap();
    assert!(by_device.by_seat && by_device.for_devices, "its own seats are counted all the same");
}

#[test]
fn a_stranger_who_has_become_a_contact_is_none_any_more_and_their_use_is_the_contacts() {
    let strange = |seats: &[u128]| {
        let mut facts = busy(vec![licensed(1, 1, 2, seats)]);
        let who = "new@acme.example".to_owned();
        facts.strangers = vec![
            Stranger { who, product: product(1), first: ago(40), last: ago(3) },
            Stranger { who: "else@acme.example".into(), product: product(2), first: ago(1), last: ago(1) },
        ];
        facts.explained(|who| (who == "new@acme.example").then(|| contact(5)))
    };
    let whose = |facts: &Facts| found(facts).into_iter().filter_map(|found| found.key.whose).collect::<Vec<_>>();
    let other = Whose::Stranger { who: "else@acme.example".into() };
    let facts = strange(&[2]);
    assert_eq!(whose(&facts), [person(5), other.clone()], "they have no seat, and are named");
    let of_them = &facts.uses[&(contact(5), product(1))];
    assert_eq!((of_them.first, of_them.last, of_them.active_days), (ago(40), ago(3), 1));
    assert_eq!(whose(&strange(&[2, 5])), [other], "with a seat it is neither unused nor without one");
    // What was reported again is theirs already.
    let mut again = strange(&[2]);
    again.uses.insert((contact(5), product(1)), Use { active_days: 9, ..used(1) });
    again.strangers = vec![Stranger { who: "n".into(), product: product(1), first: ago(400), last: ago(3) }];
    let again = again.explained(|_| Some(contact(5)));
    let of_them = &again.uses[&(contact(5), product(1))];
    assert_eq!((of_them.first, of_them.last, of_them.active_days), (ago(400), ago(1), 9));
}

#[test]
fn a_licence_whose_term_is_changed_to_end_lets_the_seats_of_its_last_weeks_count() {
    let before = entered(new(yearly()), "2026-02-01").unwrap().state;
    let ends = LicenceChanges { terminates_on: Some(Some(day("2026-05-15"))), ..LicenceChanges::default() };
    let ended = licence::change(before, ends, day("2026-05-02"), at("2026-05-02T00:00:00Z")).unwrap().state;
    let seat = licences::Seat {
        licence: ended.id,
        client: ended.client,
        holder: licences::Holder::Contact { contact: contact(1) },
        spans: vec![Span { since: day("2026-01-01"), until: None }],
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let mut facts = used_on(&[18, 25]);
    facts.licensed = Licensed::of(&ended, &[seat], ago(30));
    facts.licensed[0].product = product(1);
    assert_eq!(without_seat(&facts), [], "14 and 7 May were days of the licence");
    facts.uses.insert((contact(1), product(1)), used(10));
    assert_eq!(without_seat(&facts), [ago(10)], "22 May was not");
}
