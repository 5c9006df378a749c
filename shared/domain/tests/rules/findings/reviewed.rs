//! From night to night: what is new, what goes, what comes back, and what people said.

use super::*;

fn unused() -> Facts {
    facts(vec![licensed(1, 1, 1, &[1])])
}

fn in_use() -> Facts {
    busy(vec![licensed(1, 1, 1, &[1])])
}

fn released() -> Facts {
    let mut facts = facts(vec![licensed(1, 1, 1, &[])]);
    facts.licences[0].spare = 1;
    facts
}

fn first() -> Finding {
    reviewed(Vec::new(), &unused()).remove(0)
}

fn after(finding: Finding, facts: &Facts) -> Finding {
    let id = finding.id;
    reviewed(vec![finding], facts).into_iter().find(|after| after.id == id).unwrap()
}

#[test]
fn what_is_open_is_gone_when_it_is_so_no_more_and_open_when_it_is_so_again() {
    let gone = after(first(), &in_use());
    assert_eq!(gone.state, State::Gone { on: TODAY });
    assert_eq!(gone.counted, None);
    assert_eq!(after(gone.clone(), &in_use()), gone, "it stays gone since the same day");
    assert_eq!(after(gone, &unused()), first());
}

#[test]
fn a_finding_is_of_the_department_that_its_person_is_in_and_stays_in_it_once_it_is_over() {
    let unit = |n: u128| Some(domain::ids::UnitId::from_uuid(Uuid::from_u128(n)));
    let within = |mut facts: Facts, n: u128| {
        facts.people.get_mut(&contact(1)).unwrap().unit = unit(n);
        facts
    };
    let found = reviewed(Vec::new(), &within(unused(), 7)).remove(0);
    assert_eq!((found.unit, first().unit), (unit(7), None));
    assert_eq!(after(found.clone(), &within(unused(), 8)).unit, unit(8), "who moves takes it along");
    let gone = after(found, &within(in_use(), 7));
    assert_eq!(after(gone, &within(in_use(), 8)).unit, unit(7));
    let bought = reviewed(Vec::new(), &facts(vec![licensed(1, 1, 2, &[])]));
    assert!(bought.iter().all(|finding| finding.unit.is_none()), "a whole licence is of none");
}

#[test]
fn what_was_accepted_is_gone_when_its_licence_is_one_that_was_paid_for_once() {
    let accepted = said(first(), Decision::Accept, baseline(1, 0));
    for mut facts in [unused(), released()] {
        assert!(matches!(after(accepted.clone(), &facts).state, State::Accepted { .. }));
        facts.licences[0].cost = Cost::Perpetual;
        let gone = after(accepted.clone(), &facts);
        assert_eq!((gone.state.clone(), gone.counted), (State::Gone { on: TODAY }, None));
        // What is found of it still is open again, and saves nothing.
        let next = after(gone, &facts);
        assert_eq!((next.state.is_live(), next.counted), (!facts.licences[0].held.is_empty(), None));
    }
}

#[test]
fn what_was_dismissed_stays_so_until_it_has_been_gone() {
    let dismissed = said(first(), Decision::Dismiss { reason: " On leave ".into() }, baseline(1, 0));
    let State::Dismissed { reason, .. } = &dismissed.state else { panic!("{dismissed:?}") };
    assert_eq!(reason, "On leave");
    assert_eq!(after(dismissed.clone(), &unused()), dismissed);
    let gone = after(dismissed, &in_use());
    assert_eq!(after(gone, &unused()).state, State::Open {});
}

#[test]
fn a_snooze_is_over_on_its_day() {
    let until = TODAY.tomorrow().unwrap();
    let snoozed = said(first(), Decision::Snooze { until }, baseline(1, 0));
    assert_eq!(after(snoozed.clone(), &unused()), snoozed);
    let tomorrow = Facts { today: until, ..unused() };
    assert_eq!(after(snoozed, &tomorrow).state, State::Open {});
}

#[test]
fn what_was_accepted_is_done_when_the_seat_is_taken_back_and_gone_when_its_holder_came_back_to_it() {
    let accepted = said(first(), Decision::Accept, baseline(1, 0));
    assert_eq!(after(accepted.clone(), &in_use()).state, State::Gone { on: TODAY });
    let done = after(accepted.clone(), &released());
    assert!(matches!(done.state, State::Accepted { done_on: Some(TODAY), .. }));
    let again = after(done.clone(), &unused());
    assert!(matches!(again.state, State::Accepted { done_on: None, .. }), "the seat was given back");
    let waits = |days: i32| {
        let facts = Facts { today: TODAY.saturating_add(days.days()), ..released() };
        after(done.clone(), &facts).state
    };
    assert!(matches!(waits(396), State::Accepted { .. }));
    assert_eq!(waits(397), State::Gone { on: TODAY.saturating_add(397.days()) });
}

#[test]
fn what_was_accepted_keeps_what_it_was_worth_then() {
    let accepted = said(first(), Decision::Accept, baseline(1, 0));
    let mut dearer = unused();
    dearer.licences[0].cost = Cost::Yearly(eur(99_000));
    assert_eq!(after(accepted, &dearer).worth, first().worth);
    assert_eq!(after(first(), &dearer).worth, Worth::Saves { yearly: eur(99_000), seats: 1 });
}

#[test]
fn a_decision_again_changes_nothing_and_what_is_over_takes_none() {
    let by_later = |finding: Finding, decision| {
        let later = Timestamp::UNIX_EPOCH.saturating_add(1.hour()).unwrap();
        decide(finding, decision, baseline(1, 0), (user(), later, TODAY))
    };
    let until = TODAY.tomorrow().unwrap();
    for decision in
        [Decision::Accept, Decision::Dismiss { reason: "Needed".into() }, Decision::Snooze { until }, Decision::Reopen]
    {
        let once = said(first(), decision.clone(), baseline(1, 0));
        assert_eq!(by_later(once.clone(), decision).unwrap(), once);
    }
    let gone = after(first(), &in_use());
    let error = by_later(gone, Decision::Accept).unwrap_err();
    assert!(matches!(error, domain::Refusal::Conflict { code: "finding_over", .. }));
}

#[test]
fn a_reason_is_given_and_a_snooze_ends() {
    let refused = |decision| decide(first(), decision, baseline(1, 0), (user(), Timestamp::UNIX_EPOCH, TODAY)).is_err();
    assert!(refused(Decision::Dismiss { reason: "  ".into() }));
    assert!(refused(Decision::Dismiss { reason: "x".repeat(501) }));
    assert!(!refused(Decision::Dismiss { reason: "x".repeat(500) }));
    assert!(refused(Decision::Snooze { until: TODAY }));
    assert!(!refused(Decision::Snooze { until: TODAY.saturating_add(366.days()) }));
    assert!(refused(Decision::Snooze { until: TODAY.saturating_add(367.days()) }));
}
