//! What the dates of a licence bring, and what no change may touch.

use domain::billing::dated::Dated;
use domain::events::Event;
use domain::licences::renewal::{advance, coming, looked_at, next_on, rolled};
use domain::licences::{Coming, ComingKind, Licence, LicenceChanges, LicenceState, Term, licence};
use domain::{Outcome, Refusal};
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;

use super::{added, day, entered, new, yearly};
use crate::common::at;

fn change(licence: &Licence, changes: LicenceChanges, today: &str) -> Result<Licence, domain::Refusal> {
    licence::change(licence.clone(), changes, day(today), at("2026-06-01T00:00:00Z")).map(|changed| changed.state)
}

#[test]
fn a_licence_holds_from_its_first_day_until_the_first_of_its_ends() {
    let term = Term {
        expires_on: Some(day("2026-12-01")),
        terminates_on: Some(day("2026-06-01")),
        auto_renew: false,
        renews_on: None,
        ..yearly()
    };
    let licence = added(term, "2025-12-01");
    for (on, state, seats) in [
        ("2025-12-31", LicenceState::Planned, 0),
        ("2026-01-01", LicenceState::Active, 10),
        ("2026-05-31", LicenceState::Active, 10),
        ("2026-06-01", LicenceState::Ended, 0),
    ] {
        assert_eq!((licence.state(day(on)), licence.seats_on(day(on))), (state, seats), "{on}");
    }
}

#[test]
fn renewals_are_reckoned_from_the_anchor_and_never_drift() {
    let term = Term { renews_on: Some(day("2026-01-31")), months: 1, starts_on: day("2025-12-31"), ..yearly() };
    let licence = added(term, "2026-01-01");
    for (today, renews_on) in [
        ("2026-01-30", "2026-01-31"),
        ("2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-03-31"),
        ("2026-04-30", "2026-05-31"),
        ("2028-02-10", "2028-02-29"),
    ] {
        assert_eq!(rolled(licence.clone(), day(today)).term.renews_on, Some(day(renews_on)), "{today}");
    }
}

#[test]
fn what_was_terminated_does_not_renew_any_more() {
    let licence = added(Term { terminates_on: Some(day("2027-01-01")), ..yearly() }, "2026-02-01");
    assert_eq!(rolled(licence.clone(), day("2028-01-01")).term.renews_on, Some(day("2027-01-01")));
    let comes = coming(&licence, day("2026-02-01")).unwrap();
    assert_eq!((comes.what, comes.on), (ComingKind::Terminates, day("2027-01-01")), "an end before a renewal");
    assert_eq!(coming(&licence, day("2027-01-02")), None);
}

#[test]
fn the_owner_hears_of_each_lead_time_once_and_of_the_notice() {
    let mut licence = added(yearly(), "2026-02-01");
    let mut told = Vec::new();
    let mut today = day("2026-02-01");
    while today < day("2027-01-10") {
        let moved = advance(licence, today);
        licence = moved.state;
        told.extend(moved.events.into_iter().filter_map(|event| match event {
            Event::LicenceRenewalNear { days, notice_by, .. } => Some((today, days, notice_by)),
            _ => None,
        }));
        today = today.tomorrow().unwrap();
    }
    let notice_by = Some(day("2026-12-02"));
    let expected = [("2026-10-03", 90), ("2026-11-02", 60), ("2026-11-25", 37), ("2026-12-02", 30), ("2026-12-25", 7)];
    assert_eq!(told, expected.map(|(on, days)| (day(on), days, notice_by)));
    assert_eq!(licence.term.renews_on, Some(day("2028-01-01")));
}

#[test]
fn an_end_has_its_lead_times_behind_a_renewal_that_comes_before_it() {
    let term = Term {
        starts_on: day("2026-02-04"),
        renews_on: Some(day("2026-03-04")),
        terminates_on: Some(day("2026-03-10")),
        months: 1,
        lead_days: vec![7, 2],
        notice_days: 0,
        ..yearly()
    };
    let mut licence = added(term.clone(), "2026-02-20");
    let mut told = Vec::new();
    for today in day("2026-02-21").series(1.day()).take(30) {
        let moved = advance(licence, today);
        licence = moved.state;
        told.extend(moved.events.into_iter().filter_map(|event| match event {
            Event::LicenceRenewalNear { what, days, .. } => Some((today, what, days)),
            _ => None,
        }));
    }
    use ComingKind::{Renews, Terminates};
    let expected = [
        ("2026-02-25", Renews, 7),
        ("2026-03-02", Renews, 2),
        ("2026-03-03", Terminates, 7),
        ("2026-03-08", Terminates, 2),
    ];
    assert_eq!(told, expected.map(|(on, what, days)| (day(on), what, days)));
    // Whoever looks late is told one word of each.
    let events = advance(added(term, "2026-02-20"), day("2026-03-03")).events;
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn a_late_look_says_one_word_and_how_many_days_are_left() {
    let licence = added(yearly(), "2026-02-01");
    let moved = advance(licence, day("2026-12-20"));
    let [Event::LicenceRenewalNear { days: 12, on, .. }] = moved.events.as_slice() else {
        panic!("{:?}", moved.events)
    };
    assert_eq!(*on, day("2027-01-01"));
    assert!(advance(moved.state, day("2026-12-20")).events.is_empty());
}

#[test]
fn a_licence_that_is_entered_late_is_not_told_of_what_is_past() {
    let licence = added(yearly(), "2026-12-10");
    assert_eq!(next_on(&licence), Some(day("2026-12-25")));
}

#[test]
fn a_renewal_by_itself_is_told_with_its_new_term() {
    let moved = advance(added(Term { lead_days: vec![], notice_days: 0, ..yearly() }, "2026-02-01"), day("2027-01-01"));
    let [Event::LicenceRenewed { on, until, .. }] = moved.events.as_slice() else { panic!("{:?}", moved.events) };
    assert_eq!((*on, *until), (day("2027-01-01"), day("2028-01-01")));
}

#[test]
fn seats_that_change_on_a_day_to_come_are_counted_on_that_day() {
    let licence = added(yearly(), "2026-02-01");
    let seats = |from: &str, value| Some(Dated::new(day(from), value));
    let changed =
        change(&licence, LicenceChanges { seats: seats("2026-03-01", 12), ..Default::default() }, "2026-02-10")
            .unwrap();
    assert_eq!(next_on(&changed), Some(day("2026-03-01")));
    let moved = advance(changed, day("2026-03-05"));
    let [Event::LicencesChanged { on, .. }] = moved.events.as_slice() else { panic!("{:?}", moved.events) };
    assert_eq!(*on, day("2026-03-01"), "from the day on which they hold, however late somebody looks");
}

#[test]
fn a_change_says_that_another_number_counts_from_today() {
    let licence = added(yearly(), "2026-02-01");
    let fewer = LicenceChanges { seats: Some(Dated::new(day("2026-02-10"), 8)), ..Default::default() };
    let changed = licence::change(licence.clone(), fewer, day("2026-02-10"), at("2026-02-10T09:00:00Z")).unwrap();
    assert_eq!(
        changed.events,
        [Event::LicencesChanged { client: licence.client, product: Some(licence.product), on: day("2026-02-10") }]
    );
    let name = LicenceChanges { name: Some("Other".into()), ..Default::default() };
    let changed = licence::change(licence, name, day("2026-02-10"), at("2026-02-10T09:00:00Z")).unwrap();
    assert_eq!(changed.events, []);
}

#[test]
fn another_length_of_term_is_reckoned_from_the_next_renewal() {
    let term = Term { renews_on: Some(day("2026-01-31")), ..yearly() };
    let term = Term { starts_on: day("2025-01-31"), ..term };
    let licence = added(term, "2026-02-01");
    assert_eq!(licence.term.renews_on, Some(day("2027-01-31")));
    let shorter = LicenceChanges { months: Some(5), ..Default::default() };
    let changed = change(&licence, shorter, "2026-02-01").unwrap();
    assert_eq!(rolled(changed, day("2027-02-01")).term.renews_on, Some(day("2027-06-30")));
}

#[test]
fn dates_that_would_change_the_past_are_refused() {
    let licence = added(yearly(), "2026-02-01");
    let cases = [
        LicenceChanges { seats: Some(Dated::new(day("2026-05-31"), 1)), ..Default::default() },
        LicenceChanges { terminates_on: Some(Some(day("2026-05-31"))), ..Default::default() },
        LicenceChanges { renews_on: Some(Some(day("2026-06-01"))), ..Default::default() },
    ];
    for changes in cases {
        assert!(change(&licence, changes.clone(), "2026-06-01").is_err(), "{changes:?}");
    }
    let today = LicenceChanges { terminates_on: Some(Some(day("2026-06-01"))), ..Default::default() };
    let ended = change(&licence, today, "2026-06-01").unwrap();
    let undo = LicenceChanges { terminates_on: Some(None), ..Default::default() };
    assert!(change(&ended, undo, "2026-06-02").is_err(), "what is over does not come back");
}

fn dates() -> impl Strategy<Value = Date> {
    (0_i64..1_500).prop_map(|days| day("2025-06-01").saturating_add(days.days()))
}

fn changes() -> impl Strategy<Value = LicenceChanges> {
    let dated = prop::option::of((dates(), 0_u32..50).prop_map(|(from, value)| Dated::new(from, value)));
    let ends = || prop::option::of(prop::option::of(dates()));
    (dated, ends(), ends(), ends(), prop::option::of(any::<bool>()), prop::option::of(1_u16..24)).prop_map(
        |(seats, renews_on, expires_on, terminates_on, auto_renew, months)| LicenceChanges {
            seats,
            renews_on,
            expires_on,
            terminates_on,
            auto_renew,
            months,
            ..Default::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is changed on whatever days, what a day before was like stays.
    #[test]
    fn a_change_never_changes_the_past(steps in prop::collection::vec((0_i64..200, changes()), 1..8)) {
        let mut licence = added(yearly(), "2026-01-05");
        let mut today = day("2026-01-05");
        for (days, changes) in steps {
            today = today.saturating_add(days.days());
            let Ok(changed) = licence::change(licence.clone(), changes, today, at("2026-06-01T00:00:00Z")) else {
                continue;
            };
            let mut past = day("2025-12-25");
            while past < today {
                prop_assert_eq!(licence.seats_on(past), changed.state.seats_on(past), "{} on {}", past, today);
                prop_assert_eq!(licence.state(past), changed.state.state(past), "{} on {}", past, today);
                past = past.tomorrow().unwrap();
            }
            licence = changed.state;
        }
    }

    /// However often somebody looks, the same is told and the licence comes to the same; only several lead times that
    /// nobody looked in between become one word.
    #[test]
    fn looking_rarely_or_every_day_comes_to_the_same(gaps in prop::collection::vec(1_i64..60, 1..30)) {
        let quiet = Term { lead_days: vec![], notice_days: 0, months: 3, ..yearly() };
        let seats = LicenceChanges { seats: Some(Dated::new(day("2026-05-17"), 4)), ..Default::default() };
        let start = change(&added(quiet, "2026-01-05"), seats, "2026-01-05").unwrap();
        let last = day("2026-01-05").saturating_add(gaps.iter().sum::<i64>().days());
        let (mut rare, mut daily) = ((start.clone(), Vec::new()), (start, Vec::new()));
        let mut today = day("2026-01-05");
        for gap in gaps {
            today = today.saturating_add(gap.days());
            let moved = advance(rare.0, today);
            rare = (moved.state, [rare.1, moved.events].concat());
        }
        let mut today = day("2026-01-05");
        while today < last {
            today = today.tomorrow().unwrap();
            let moved = advance(daily.0, today);
            daily = (moved.state, [daily.1, moved.events].concat());
        }
        prop_assert_eq!(rare, daily);
    }
}

#[test]
fn what_renews_by_itself_says_until_when_notice_may_be_given() {
    let comes = coming(&added(yearly(), "2026-02-01"), day("2026-02-01"));
    let expected = Coming { on: day("2027-01-01"), what: ComingKind::Renews, notice_by: Some(day("2026-12-02")) };
    assert_eq!(comes, Some(expected));
}

#[test]
fn a_licence_has_changed_when_another_day_comes_next_and_not_when_somebody_was_told_of_the_same() {
    let licence = added(yearly(), "2026-02-01");
    let entered = licence.updated_at;
    for (today, renews_on, changed) in [
        // 90 days before, somebody is told.
        ("2026-10-03", "2027-01-01", false),
        ("2026-12-31", "2027-01-01", false),
        ("2027-01-01", "2028-01-01", true),
    ] {
        let now = at("2027-01-01T00:05:00Z");
        let moved = looked_at(licence.clone(), day(today), now).state;
        let expected = (Some(day(renews_on)), if changed { now } else { entered });
        assert_eq!((moved.term.renews_on, moved.updated_at), expected, "{today}");
    }
    let ends =
        Term { auto_renew: false, renews_on: Some(day("2026-06-01")), expires_on: Some(day("2026-09-01")), ..yearly() };
    let moved = looked_at(added(ends, "2026-02-01"), day("2026-06-02"), at("2026-06-02T00:05:00Z")).state;
    assert_eq!(moved.updated_at, at("2026-06-02T00:05:00Z"), "the end comes next, where the renewal was");
}

#[test]
fn a_renewal_that_nobody_has_said_has_lapsed_and_one_that_is_over_is_not_entered() {
    let term = |renews_on: &str| Term { auto_renew: false, renews_on: Some(day(renews_on)), ..yearly() };
    let Err(Refusal::Invalid(faults)) = entered(new(term("2026-05-31")), "2026-06-01") else { panic!("it was taken") };
    assert_eq!(faults.iter().map(|fault| &*fault.field).collect::<Vec<_>>(), ["/renews_on"]);
    // What has ended since, and what renews by itself, is of the past.
    let over = Term { expires_on: Some(day("2026-05-31")), ..term("2026-05-30") };
    let by_itself = Term { auto_renew: true, ..term("2026-05-31") };
    for taken in [term("2026-06-01"), term("2026-06-02"), over, by_itself] {
        assert!(entered(new(taken.clone()), "2026-06-01").is_ok(), "{taken:?}");
    }
    let licence = added(term("2026-06-01"), "2026-02-01");
    let lapsed = Coming { on: day("2026-06-01"), what: ComingKind::Lapsed, notice_by: None };
    let due = Coming { what: ComingKind::RenewalDue, ..lapsed };
    for (from, comes) in [("2026-02-01", due), ("2026-06-01", due), ("2026-06-02", lapsed), ("2030-01-01", lapsed)] {
        assert_eq!(coming(&licence, day(from)), Some(comes), "{from}");
    }
    // It is in the list from the day after, changes no more, and goes once somebody says the next one or its end.
    let seen = looked_at(licence, day("2026-06-02"), at("2026-06-02T00:05:00Z"));
    assert!(
        seen.events
            .iter()
            .all(|event| matches!(event, Event::LicencesChanged { .. } | Event::LicenceRenewalNear { .. }))
    );
    let moved = seen.state;
    assert_eq!((coming(&moved, moved.handled_until), next_on(&moved)), (Some(lapsed), None));
    let next = LicenceChanges { renews_on: Some(Some(day("2027-06-01"))), ..LicenceChanges::default() };
    let next = change(&moved, next, "2026-06-10").unwrap();
    assert_eq!(coming(&next, day("2026-06-10")).unwrap().on, day("2027-06-01"));
    let end = LicenceChanges { expires_on: Some(Some(day("2026-07-01"))), ..LicenceChanges::default() };
    let end = change(&moved, end, "2026-06-10").unwrap();
    assert_eq!(coming(&end, day("2026-06-10")).map(|comes| comes.what), Some(ComingKind::Expires));
    assert_eq!(coming(&end, day("2026-07-02")), None, "it is over");
}

/// What is told of a licence with one lead time on every day from one to another: the day, and the renewal.
fn told_daily(term: Term, first: &str, last: &str) -> Vec<(String, String)> {
    let Outcome { state: mut licence, events } = entered(new(term), first).unwrap();
    let near = |today: Date, events: Vec<Event>| {
        let of = move |event| match event {
            Event::LicenceRenewalNear { on, .. } => Some((today.to_string(), on.to_string())),
            _ => None,
        };
        events.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let mut told = near(day(first), events);
    for today in day(first).tomorrow().unwrap().series(1.day()).take_while(|today| *today <= day(last)) {
        let moved = advance(licence, today);
        licence = moved.state;
        told.extend(near(today, moved.events));
    }
    told
}

#[test]
fn a_lead_time_that_falls_on_the_day_of_a_renewal_or_of_the_entry_is_told_once() {
    let term = |renews_on: &str, months, lead: u16| Term {
        renews_on: Some(day(renews_on)),
        months,
        lead_days: vec![lead],
        notice_days: 0,
        ..yearly()
    };
    let cases = [
        // Quarters of 90, 91 and 92 days.
        (
            term("2027-01-01", 3, 90),
            ("2026-09-01", "2027-08-01"),
            vec![
                ("2026-10-03", "2027-01-01"),
                ("2027-01-01", "2027-04-01"),
                ("2027-04-02", "2027-07-01"),
                ("2027-07-03", "2027-10-01"),
            ],
        ),
        // Months of 30 days: the day of each is that of the word of the next.
        (
            term("2026-04-01", 1, 30),
            ("2026-03-10", "2026-07-31"),
            vec![
                ("2026-04-01", "2026-05-01"),
                ("2026-05-02", "2026-06-01"),
                ("2026-06-01", "2026-07-01"),
                ("2026-07-02", "2026-08-01"),
            ],
        ),
        // A whole year ahead.
        (
            term("2027-01-01", 12, 365),
            ("2026-06-01", "2029-06-01"),
            vec![("2027-01-01", "2028-01-01"), ("2028-01-02", "2029-01-01"), ("2029-01-01", "2030-01-01")],
        ),
        // Entered on the day itself, and on those beside it.
        (term("2026-06-01", 12, 30), ("2026-05-02", "2026-05-20"), vec![("2026-05-02", "2026-06-01")]),
        (term("2026-06-01", 12, 30), ("2026-05-01", "2026-05-20"), vec![("2026-05-02", "2026-06-01")]),
        (term("2026-06-01", 12, 30), ("2026-05-03", "2026-05-20"), vec![]),
    ];
    for (term, (first, last), expected) in cases {
        let expected: Vec<(String, String)> = expected.into_iter().map(|(on, of)| (on.into(), of.into())).collect();
        assert_eq!(told_daily(term.clone(), first, last), expected, "{term:?}");
    }
}

#[test]
fn a_change_by_which_a_lead_time_falls_on_today_tells_it_and_another_change_does_not_again() {
    let licence = added(Term { lead_days: vec![30], notice_days: 0, ..yearly() }, "2026-02-01");
    let near = |before: &Licence, changes: LicenceChanges| {
        let changed = licence::change(before.clone(), changes, day("2026-05-02"), at("2026-05-02T09:00:00Z")).unwrap();
        let near = changed.events.iter().filter(|event| matches!(event, Event::LicenceRenewalNear { .. })).count();
        (changed.state, near)
    };
    let renews = LicenceChanges { renews_on: Some(Some(day("2026-06-01"))), ..Default::default() };
    let (moved, told) = near(&licence, renews);
    assert_eq!(told, 1, "30 days before");
    let (named, told) = near(&moved, LicenceChanges { name: Some("Other".into()), ..Default::default() });
    assert_eq!(told, 0, "it was told today");
    let (_, told) = near(&named, LicenceChanges { lead_days: Some(vec![30, 60]), ..Default::default() });
    assert_eq!(told, 0, "the same is 30 days before still");
    let (later, told) = near(&licence, LicenceChanges { lead_days: Some(vec![244]), ..Default::default() });
    assert_eq!(told, 1, "1 January is in 244 days");
    assert!(advance(later, day("2026-05-02")).events.is_empty());
}
