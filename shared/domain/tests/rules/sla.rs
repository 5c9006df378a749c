//! The clocks, rule by rule.

use crate::common::pasts::*;
use crate::common::*;
use domain::sla::{self, ClockKind, ClockState, Fired, Past, Plan, PriorityTargets, WhatHappened, preview};
use domain::tickets::{Priority, Status};

use ClockKind::{FirstResponse, NextReply, Resolution};
use WhatHappened::{CustomerReplied, StaffReplied};

#[test]
fn states_go_from_on_track_over_at_risk_and_critical_to_breached() {
    let plan = plan_of(first_response(business(100)));
    for (minute, state) in [
        (0, ClockState::OnTrack),
        (49, ClockState::OnTrack),
        (50, ClockState::AtRisk),
        (80, ClockState::AtRisk),
        (81, ClockState::Critical),
        (99, ClockState::Critical),
        (100, ClockState::Breached),
        (200, ClockState::Breached),
    ] {
        let previewed = seen(&[], &plan, minute);
        let clock = clock(&previewed, FirstResponse);
        assert_eq!(clock.state, state, "after {minute} minutes");
        assert_eq!((clock.consumed, clock.remaining), (Some(minutes(minute)), Some(minutes(100 - minute))));
        assert_eq!(clock.due, Some(after(100)));
        assert_eq!(clock.breached_at, (minute >= 100).then(|| after(100)));
    }
}

#[test]
fn business_time_stands_still_at_night_and_24x7_does_not() {
    let targets = PriorityTargets { first_response: always(600), next_reply: None, resolution: business(600) };
    let previewed = seen(&[], &plan_of(targets), 9 * 60);
    assert_eq!(clock(&previewed, FirstResponse).due, Some(after(600)));
    assert_eq!(clock(&previewed, Resolution).consumed, Some(minutes(480)));
    assert_eq!(clock(&previewed, Resolution).due, Some(after(24 * 60 + 120)));
    assert_eq!(previewed.next_due, Some(FirstResponse));
}

#[test]
fn the_first_response_is_the_first_public_reply_and_never_pauses() {
    let plan = plan_of(first_response(business(60)));
    let pended = [(10, status(Status::PendingCustomer))];
    assert_eq!(clock(&seen(&pended, &plan, 70), FirstResponse).state, ClockState::Breached);
    let answered = [(59, StaffReplied), (200, StaffReplied)];
    let previewed = seen(&answered, &plan, 300);
    let clock = clock(&previewed, FirstResponse);
    assert_eq!(
        (clock.state, clock.completed_at, clock.consumed),
        (ClockState::Met, Some(after(59)), Some(minutes(59)))
    );
    assert_eq!(clock.due, Some(after(60)));
}

#[test]
fn a_reply_at_the_very_instant_is_too_late() {
    let plan = plan_of(first_response(business(60)));
    let previewed = seen(&[(60, StaffReplied)], &plan, 60);
    assert_eq!(clock(&previewed, FirstResponse).state, ClockState::Breached);
    assert_eq!(breaches(&previewed), [(FirstResponse, after(60))]);
}

#[test]
fn resolution_pauses_in_the_pending_states_and_resumes_with_what_was_left() {
    let plan = plan_of(resolution(business(120)));
    let steps =
        [(30, status(Status::PendingCustomer)), (100, status(Status::PendingVendor)), (200, status(Status::Open))];
    let paused = seen(&steps[..2], &plan, 150);
    let stopped = clock(&paused, Resolution);
    assert_eq!((stopped.state, stopped.due, stopped.remaining), (ClockState::Paused, None, Some(minutes(90))));
    assert_eq!((paused.next_due, paused.sla.next_mark), (None, None));
    let resumed = seen(&steps, &plan, 210);
    let running = clock(&resumed, Resolution);
    assert_eq!((running.due, running.remaining), (Some(after(290)), Some(minutes(80))));
    assert_eq!(resumed.sla.next_mark, Some(after(290)));
}

#[test]
fn next_reply_starts_at_the_first_unanswered_contact_and_later_ones_do_not_move_it() {
    let plan = plan_of(next_reply(business(60)));
    let asked = [(5, StaffReplied), (20, CustomerReplied), (40, CustomerReplied)];
    let previewed = seen(&asked, &plan, 50);
    assert_eq!(clock(&previewed, NextReply).due, Some(after(80)));
    let answered = [(5, StaffReplied), (20, CustomerReplied), (60, StaffReplied), (100, CustomerReplied)];
    let previewed = seen(&answered[..3], &plan, 70);
    assert_eq!(clock(&previewed, NextReply).state, ClockState::Met);
    assert_eq!(clock(&seen(&answered, &plan, 110), NextReply).due, Some(after(160)));
}

#[test]
fn next_reply_never_overrides_the_first_response() {
    let targets = PriorityTargets { first_response: business(60), next_reply: business(10), resolution: None };
    let previewed = seen(&[(5, CustomerReplied), (6, CustomerReplied)], &plan_of(targets), 50);
    assert_eq!(previewed.clocks.iter().map(|clock| clock.kind).collect::<Vec<_>>(), [FirstResponse]);
    assert_eq!(breaches(&previewed), []);
    let answered = seen(&[(5, CustomerReplied), (30, StaffReplied)], &plan_of(targets), 50);
    assert_eq!(answered.clocks.len(), 1, "the first response answers what was asked before it");
}

#[test]
fn next_reply_is_stopped_by_a_public_reply_only() {
    let plan = plan_of(next_reply(business(60)));
    let steps = [(5, StaffReplied), (20, CustomerReplied), (30, status(Status::Resolved))];
    assert_eq!(breaches(&seen(&steps, &plan, 200)), [(NextReply, after(80))]);
    let paused = [(5, StaffReplied), (20, CustomerReplied), (30, status(Status::PendingVendor))];
    assert_eq!(breaches(&seen(&paused, &plan, 200)), [(NextReply, after(80))]);
}

#[test]
fn each_wait_for_a_reply_has_its_own_warnings_and_its_own_miss() {
    let plan = plan(next_reply(business(60)), &[50], vec![], &nine_to_five());
    let steps = [(1, StaffReplied), (10, CustomerReplied), (100, StaffReplied), (200, CustomerReplied)];
    let previewed = seen(&steps, &plan, 300);
    let warned = |minute| Fired::Warned { clock: NextReply, percent: 50, at: after(minute) };
    let breached = |minute| Fired::Breached { clock: NextReply, at: after(minute) };
    assert_eq!(previewed.fired, [warned(40), breached(70), warned(230), breached(260)]);
    assert_eq!((previewed.sla.replies_missed, previewed.sla.next_reply_breached_at), (2, Some(after(70))));
    let kept =
        [(1, StaffReplied), (10, CustomerReplied), (100, StaffReplied), (200, CustomerReplied), (210, StaffReplied)];
    let previewed = seen(&kept, &plan, 300);
    assert_eq!(clock(&previewed, NextReply).state, ClockState::Met);
    assert!(previewed.sla.is_breached(), "the first miss stays on the ticket");
}

#[test]
fn a_miss_is_final_and_reopening_does_not_launder_it() {
    let plan = plan_of(resolution(business(60)));
    let late = [(70, status(Status::Resolved)), (80, status(Status::Open)), (90, status(Status::Resolved))];
    for steps in 1..=3 {
        let previewed = seen(&late[..steps], &plan, 100);
        assert_eq!(clock(&previewed, Resolution).state, ClockState::Breached);
        assert_eq!(breaches(&previewed), [(Resolution, after(60))]);
    }
    // Not even where nothing is promised any more.
    let mut only_p3 = policy(PriorityTargets::default(), &[], vec![]);
    only_p3.targets.p3 = resolution(business(60));
    let unpromised = seen(
        &[(70, WhatHappened::Priority(Priority::P1)), (80, status(Status::Resolved))],
        &Plan::new(only_p3, Some(&nine_to_five())),
        90,
    );
    let missed = clock(&unpromised, Resolution);
    assert_eq!((missed.state, missed.breached_at), (ClockState::Breached, Some(after(60))));
    assert_eq!((missed.target_minutes, missed.due, missed.completed_at), (None, None, Some(after(80))));
    let lowered = [(70, WhatHappened::Priority(Priority::P4))];
    assert_eq!(clock(&seen(&lowered, &plan, 80), Resolution).breached_at, Some(after(60)));
}

#[test]
fn what_was_resolved_in_time_and_reopened_goes_on_with_what_was_left() {
    let plan = plan_of(resolution(business(60)));
    let steps = [(40, status(Status::Resolved)), (100, status(Status::Open))];
    assert_eq!(clock(&seen(&steps[..1], &plan, 90), Resolution).state, ClockState::Met);
    let reopened = seen(&steps, &plan, 110);
    assert_eq!(clock(&reopened, Resolution).due, Some(after(120)));
    assert_eq!(clock(&reopened, Resolution).state, ClockState::Critical);
    assert_eq!(breaches(&seen(&steps, &plan, 130)), [(Resolution, after(120))]);
}

#[test]
fn a_ticket_that_is_created_closed_never_starts() {
    let targets = PriorityTargets { first_response: business(1), next_reply: business(1), resolution: business(1) };
    let past = Past { status: Status::Closed, ..past(&[]) };
    let previewed = preview(&past, Some(&plan_of(targets)), after(10_000)).unwrap();
    assert_eq!((previewed.clocks.len(), previewed.fired.len(), previewed.sla.next_mark), (0, 0, None));
}

#[test]
fn a_cancelled_ticket_owes_nothing_more() {
    let targets = PriorityTargets { first_response: business(60), next_reply: None, resolution: business(60) };
    let previewed = seen(&[(30, status(Status::Cancelled))], &plan_of(targets), 500);
    assert_eq!((previewed.clocks.len(), previewed.fired.len(), previewed.sla.next_mark), (0, 0, None));
    let late = seen(&[(70, status(Status::Cancelled))], &plan_of(targets), 500);
    assert!(late.clocks.iter().all(|clock| clock.state == ClockState::Breached));
    assert_eq!(late.clocks.len(), 2);
}

#[test]
fn another_priority_recomputes_from_creation_with_what_was_consumed() {
    let mut gold = policy(resolution(business(240)), &[], vec![]);
    gold.targets.p1 = resolution(business(100));
    let plan = Plan::new(gold, Some(&nine_to_five()));
    let raised =
        [(30, status(Status::PendingCustomer)), (60, status(Status::Open)), (70, WhatHappened::Priority(Priority::P1))];
    let previewed = seen(&raised, &plan, 80);
    assert_eq!(clock(&previewed, Resolution).due, Some(after(130)));
    assert_eq!(clock(&previewed, Resolution).consumed, Some(minutes(50)));
    // Raised when more than the new target is used up: missed at that moment, not before.
    let late = seen(&[(150, WhatHappened::Priority(Priority::P1))], &plan, 160);
    assert_eq!(breaches(&late), [(Resolution, after(150))]);
    assert_eq!(clock(&late, Resolution).due, Some(after(100)));
}

#[test]
fn without_a_plan_there_are_no_clocks() {
    let previewed = preview(&past(&[(5, StaffReplied)]), None, after(100)).unwrap();
    assert_eq!((previewed.clocks.len(), previewed.fired.len(), previewed.sla.next_mark), (0, 0, None));
}

#[test]
fn a_due_beyond_the_end_of_time_never_comes() {
    let rarely = weekdays("UTC", &[("09:00", "09:01")]);
    let plan = plan(resolution(business(2_635_200)), &[], vec![], &rarely);
    let previewed = seen(&[], &plan, 100);
    assert_eq!((clock(&previewed, Resolution).due, previewed.sla.next_mark), (None, None));
}

#[test]
fn hundreds_of_pauses_are_kept_as_a_sum_that_adds_up() {
    let plan = plan_of(resolution(business(400)));
    let toggles: Vec<(i64, WhatHappened)> =
        (0..300).map(|n| (n + 1, status(if n % 2 == 0 { Status::PendingCustomer } else { Status::Open }))).collect();
    let previewed = seen(&toggles, &plan, 310);
    assert!(previewed.sla.history.pauses.len() <= sla::history::MOST_PAUSES);
    assert_eq!(clock(&previewed, Resolution).consumed, Some(minutes(1 + 149 + 10)));
    assert_eq!(clock(&previewed, Resolution).due, Some(after(310 + 240 - 70) + minutes(16 * 60 + 70)));
}
