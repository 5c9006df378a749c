//! The clocks, rule by rule.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

mod common;

use common::*;
use domain::access::Role;
use domain::calendar::Calendar;
use domain::ids::*;
use domain::sla::{
    self, Action, Clock, ClockKind, ClockState, Fired, NewPolicy, Past, PastStep, Plan, PolicyChanges, Previewed,
    PriorityTargets, SlaChoice, Step, Targets, WhatHappened, When, policy as policies,
};
use domain::tickets::{Priority, Status};
use domain::{Refusal, sla::preview};
use jiff::{SignedDuration, Timestamp};

use ClockKind::{FirstResponse, NextReply, Resolution};
use WhatHappened::{CustomerReplied, StaffReplied};

const MONDAY_9: &str = "2026-07-06T07:00:00Z"; // 09:00 in Berlin

fn first_response(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { first_response: target, ..PriorityTargets::default() }
}

fn resolution(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { resolution: target, ..PriorityTargets::default() }
}

fn next_reply(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { next_reply: target, ..PriorityTargets::default() }
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

/// So many minutes after Monday nine o'clock.
fn after(n: i64) -> Timestamp {
    at(MONDAY_9) + minutes(n)
}

fn past(steps: &[(i64, WhatHappened)]) -> Past {
    Past {
        created_at: after(0),
        status: Status::New,
        priority: Priority::P3,
        steps: steps.iter().map(|(minute, what)| PastStep { at: after(*minute), what: *what }).collect(),
    }
}

fn status(status: Status) -> WhatHappened {
    WhatHappened::Status(status)
}

fn seen(steps: &[(i64, WhatHappened)], plan: &Plan, minute: i64) -> Previewed {
    preview(&past(steps), Some(plan), after(minute)).unwrap()
}

fn clock(previewed: &Previewed, kind: ClockKind) -> &Clock {
    previewed.clocks.iter().find(|clock| clock.kind == kind).unwrap()
}

fn plan_of(targets: PriorityTargets) -> Plan {
    plan(targets, &[], vec![], &nine_to_five())
}

fn breaches(previewed: &Previewed) -> Vec<(ClockKind, Timestamp)> {
    let breach = |fired: &Fired| match fired {
        Fired::Breached { clock, at } => Some((*clock, *at)),
        _ => None,
    };
    previewed.fired.iter().filter_map(breach).collect()
}

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
        assert_eq!((clock.consumed, clock.remaining), (minutes(minute), minutes(100 - minute)));
        assert_eq!(clock.due, Some(after(100)));
        assert_eq!(clock.breached_at, (minute >= 100).then(|| after(100)));
    }
}

#[test]
fn business_time_stands_still_at_night_and_24x7_does_not() {
    let targets = PriorityTargets { first_response: always(600), next_reply: None, resolution: business(600) };
    let previewed = seen(&[], &plan_of(targets), 9 * 60);
    assert_eq!(clock(&previewed, FirstResponse).due, Some(after(600)));
    assert_eq!(clock(&previewed, Resolution).consumed, minutes(480));
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
    assert_eq!((clock.state, clock.completed_at, clock.consumed), (ClockState::Met, Some(after(59)), minutes(59)));
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
    assert_eq!((stopped.state, stopped.due, stopped.remaining), (ClockState::Paused, None, minutes(90)));
    assert_eq!((paused.next_due, paused.sla.next_mark), (None, None));
    let resumed = seen(&steps, &plan, 210);
    let running = clock(&resumed, Resolution);
    assert_eq!((running.due, running.remaining), (Some(after(290)), minutes(80)));
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
    assert_eq!(clock(&previewed, Resolution).consumed, minutes(50));
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

fn rung(on: &[ClockKind], when: When, actions: Vec<Action>) -> Step {
    Step { on: on.to_vec(), when, actions }
}

fn tell_managers() -> Vec<Action> {
    vec![Action::NotifyRoles { roles: vec![Role::Manager] }]
}

#[test]
fn warnings_misses_and_rungs_fire_once_in_order_however_late_the_scan() {
    let ladder = vec![
        rung(&[Resolution], When::AtPercent(90), tell_managers()),
        rung(&[Resolution], When::AfterBreach(30), tell_managers()),
        rung(&[Resolution], When::AtPercent(200), tell_managers()),
    ];
    let plan = plan(resolution(business(100)), &[75, 50], ladder, &nine_to_five());
    let at_once = seen(&[], &plan, 1_000);
    let what: Vec<(i64, String)> = at_once
        .fired
        .iter()
        .map(|fired| {
            let name = match fired {
                Fired::Warned { percent, .. } => format!("{percent} %"),
                Fired::Breached { .. } => "breach".to_owned(),
                Fired::Escalated { when, .. } => format!("{when:?}"),
            };
            (fired.at().duration_since(after(0)).as_mins(), name)
        })
        .collect();
    let expected = [
        (50, "50 %"),
        (75, "75 %"),
        (90, "AtPercent(90)"),
        (100, "breach"),
        (130, "AfterBreach(30)"),
        (200, "AtPercent(200)"),
    ];
    assert_eq!(what, expected.map(|(minute, name)| (minute, name.to_owned())));

    let mut often =
        sla::advance(sla::TicketSla::start(Status::New, Some(&plan), after(0)), aim(), Some(&plan), after(0));
    let mut fired = Vec::new();
    for minute in (0..=1_000).step_by(7) {
        often = sla::advance(often.sla, often.aim, Some(&plan), after(minute));
        fired.append(&mut often.fired);
    }
    assert_eq!(fired, at_once.fired);
}

fn aim() -> sla::Aim {
    sla::Aim { priority: Priority::P3, department: None }
}

#[test]
fn the_next_mark_is_exactly_when_something_fires() {
    let ladder = vec![rung(&[FirstResponse, Resolution], When::AfterBreach(5), tell_managers())];
    let targets = PriorityTargets { first_response: business(60), next_reply: None, resolution: always(90) };
    let plan = plan(targets, &[50], ladder, &nine_to_five());
    let start = sla::TicketSla::start(Status::New, Some(&plan), after(0));
    let mut advanced = sla::advance(start, aim(), Some(&plan), after(0));
    let mut seen = Vec::new();
    while let Some(next) = advanced.sla.next_mark {
        assert_eq!(sla::next_mark(&advanced.sla, Priority::P3, Some(&plan)), Some(next));
        let before =
            sla::advance(advanced.sla.clone(), advanced.aim, Some(&plan), next - SignedDuration::from_nanos(1));
        assert_eq!(before.fired, []);
        advanced = sla::advance(advanced.sla, advanced.aim, Some(&plan), next);
        assert!(!advanced.fired.is_empty());
        assert!(advanced.fired.iter().all(|fired| fired.at() == next));
        seen.push(next.duration_since(after(0)).as_mins());
    }
    assert_eq!(seen, [30, 45, 60, 65, 90, 95]);
}

#[test]
fn rungs_after_the_miss_count_in_the_clocks_own_time() {
    let ladder = vec![rung(&[Resolution], When::AfterBreach(60), tell_managers())];
    let plan = plan(resolution(business(450)), &[], ladder, &nine_to_five());
    let fired = seen(&[], &plan, 3_000).fired;
    assert_eq!(fired.iter().map(Fired::at).collect::<Vec<_>>(), [after(450), after(24 * 60 + 30)]);
}

#[test]
fn a_rung_that_raises_the_priority_makes_the_rest_be_recomputed() {
    let mut gold = policy(
        resolution(business(200)),
        &[],
        vec![rung(&[Resolution], When::AtPercent(50), vec![Action::RaisePriority])],
    );
    gold.targets.p2 = resolution(business(90));
    let plan = Plan::new(gold, Some(&nine_to_five()));
    let previewed = seen(&[], &plan, 150);
    assert_eq!(previewed.priority, Priority::P2);
    // At 100 minutes P3 becomes P2, whose 90 minutes are over by then.
    assert_eq!(breaches(&previewed), [(Resolution, after(100))]);
    assert_eq!(previewed.fired.len(), 2, "the rung does not fire again under the new priority");
}

#[test]
fn a_miss_under_the_old_plan_counts_even_if_nobody_looked_before_the_plan_changed() {
    let strict = plan_of(resolution(business(60)));
    let start = sla::TicketSla::start(Status::New, Some(&strict), after(0));
    let advanced = sla::advance(start, aim(), Some(&strict), after(0));

    let mut kinder = policy(resolution(business(600)), &[], vec![]);
    kinder.updated_at = after(70);
    let kinder = Plan::new(kinder, Some(&nine_to_five()));
    let after_edit = sla::advance(advanced.sla.clone(), aim(), Some(&kinder), after(75));
    assert_eq!(after_edit.fired, [Fired::Breached { clock: Resolution, at: after(60) }]);
    let no_sla = sla::advance(advanced.sla.clone(), aim(), None, after(75));
    assert_eq!(no_sla.fired, [Fired::Breached { clock: Resolution, at: after(60) }]);

    let mut in_time = policy(resolution(business(600)), &[], vec![]);
    in_time.updated_at = after(50);
    let in_time = Plan::new(in_time, Some(&nine_to_five()));
    assert_eq!(sla::advance(advanced.sla, aim(), Some(&in_time), after(75)).fired, []);
}

#[test]
fn a_stricter_plan_makes_nothing_late_before_it_held() {
    let kind = plan_of(resolution(business(600)));
    let start = sla::TicketSla::start(Status::New, Some(&kind), after(0));
    let advanced = sla::advance(start, aim(), Some(&kind), after(0));
    let mut strict = policy(resolution(business(60)), &[], vec![]);
    strict.updated_at = after(100);
    let strict = Plan::new(strict, Some(&nine_to_five()));
    let after_edit = sla::advance(advanced.sla, aim(), Some(&strict), after(120));
    assert_eq!(after_edit.fired, [Fired::Breached { clock: Resolution, at: after(100) }]);
    assert_eq!(after_edit.sla.policy, Some(strict.policy().id));
}

#[test]
fn a_holiday_recomputes_open_tickets_from_creation() {
    let mut office = nine_to_five();
    let targets = resolution(business(12 * 60));
    let start = sla::TicketSla::start(Status::New, None, after(0));
    office.holidays.push(holiday("2026-07-07"));
    let plan = plan(targets, &[], vec![], &office);
    let advanced = sla::advance(start, aim(), Some(&plan), after(60));
    let clocks = sla::clocks(&advanced.sla, Priority::P3, Some(&plan), after(60));
    assert_eq!(clocks[0].due, Some(at("2026-07-08T11:00:00Z")));
    assert_eq!(clocks[0].consumed, minutes(60));
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
    assert_eq!(clock(&previewed, Resolution).consumed, minutes(1 + 149 + 10));
    assert_eq!(clock(&previewed, Resolution).due, Some(after(310 + 240 - 70) + minutes(16 * 60 + 70)));
}

#[test]
fn the_first_level_that_says_something_decides() {
    let id = |n| PolicyId::from_uuid(uuid(n));
    let (gold, silver) = (SlaChoice::Policy(id(1)), SlaChoice::Policy(id(2)));
    let inherit = SlaChoice::Inherit;
    for (contract, client, department, tenant, expected) in [
        (None, inherit, None, inherit, None),
        (None, inherit, None, gold, Some(id(1))),
        (None, inherit, Some(silver), gold, Some(id(2))),
        (None, silver, Some(gold), gold, Some(id(2))),
        (Some(silver), gold, Some(gold), gold, Some(id(2))),
        (Some(inherit), gold, Some(silver), silver, Some(id(1))),
        (Some(SlaChoice::None), gold, Some(gold), gold, None),
        (None, SlaChoice::None, Some(gold), gold, None),
        (None, inherit, Some(SlaChoice::None), gold, None),
        (None, inherit, Some(inherit), SlaChoice::None, None),
    ] {
        assert_eq!(sla::resolve(contract, client, department, tenant), expected);
    }
}

#[test]
fn the_clients_calendar_can_go_before_the_policys() {
    let id = |n| Some(CalendarId::from_uuid(uuid(n)));
    let mut gold = policy(first_response(business(1)), &[], vec![]);
    assert_eq!(sla::which_calendar(&gold, None, None, None), None);
    assert_eq!(sla::which_calendar(&gold, None, None, id(4)), id(4));
    assert_eq!(sla::which_calendar(&gold, None, id(3), id(4)), id(3));
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(2));
    gold.calendar = id(1);
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(1));
    gold.client_calendar_first = true;
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(2));
    assert_eq!(sla::which_calendar(&gold, None, id(3), id(4)), id(1));
}

fn faults<T>(result: Result<T, Refusal>) -> Vec<(String, &'static str)> {
    match result {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.code)).collect(),
        Ok(_) => vec![],
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_policy_is_checked_field_by_field() {
    let id = PolicyId::from_uuid(uuid(1));
    let fine = || NewPolicy {
        name: "Gold".into(),
        targets: Targets { p1: first_response(business(15)), ..Targets::default() },
        warnings: vec![50, 80],
        ladder: vec![rung(&[FirstResponse], When::AfterBreach(0), tell_managers())],
        ..NewPolicy::default()
    };
    let check = |change: &dyn Fn(&mut NewPolicy)| {
        let mut policy = fine();
        change(&mut policy);
        faults(policies::add(id, policy, after(0)))
    };
    let fault = |field: &str, code| vec![(field.to_owned(), code)];
    assert_eq!(check(&|_| ()), []);
    assert_eq!(check(&|policy| policy.name = " ".into()), fault("/name", "required"));
    assert_eq!(check(&|policy| policy.targets = Targets::default()), fault("/targets", "required"));
    assert_eq!(
        check(&|policy| policy.targets.p4.resolution = always(0)),
        fault("/targets/p4/resolution/minutes", "out_of_range")
    );
    assert_eq!(check(&|policy| policy.warnings.push(100)), fault("/warnings/2", "out_of_range"));
    assert_eq!(check(&|policy| policy.warnings.push(50)), fault("/warnings/2", "duplicate"));
    assert_eq!(check(&|policy| policy.ladder[0].on.clear()), fault("/ladder/0/on", "required"));
    assert_eq!(check(&|policy| policy.ladder[0].actions.clear()), fault("/ladder/0/actions", "required"));
    assert_eq!(check(&|policy| policy.ladder.push(policy.ladder[0].clone())), fault("/ladder/1/on/0", "duplicate"));
    assert_eq!(
        check(&|policy| policy.ladder[0].when = When::AtPercent(1_001)),
        fault("/ladder/0/when/at_percent", "out_of_range")
    );
    assert_eq!(
        check(&|policy| policy.ladder[0].actions = vec![Action::NotifyRoles { roles: vec![Role::ClientUser] }]),
        fault("/ladder/0/actions/0/roles/0", "not_allowed")
    );
}

#[test]
fn a_policy_changes_with_an_event_only_when_something_changes() {
    let gold = policy(first_response(business(1)), &[50], vec![]);
    let same = policies::change(
        gold.clone(),
        PolicyChanges { warnings: Some(vec![50]), ..PolicyChanges::default() },
        after(0),
    );
    assert_eq!(same.unwrap().events.len(), 0);
    let changed =
        policies::change(gold, PolicyChanges { warnings: Some(vec![60]), ..PolicyChanges::default() }, after(0))
            .unwrap();
    assert_eq!((changed.events[0].name(), changed.state.updated_at), ("policy.changed", after(0)));
}

#[test]
fn a_past_that_cannot_be_is_refused_where_it_is_wrong() {
    let plan = plan_of(first_response(business(60)));
    let wrong = |steps: &[(i64, WhatHappened)], minute| faults(preview(&past(steps), Some(&plan), after(minute)));
    assert_eq!(wrong(&[(10, StaffReplied), (5, StaffReplied)], 20), [("/steps/1/at".to_owned(), "out_of_order")]);
    assert_eq!(wrong(&[(10, StaffReplied)], 5), [("/steps/0/at".to_owned(), "out_of_order")]);
    assert_eq!(wrong(&[], -5), [("/created_at".to_owned(), "out_of_order")]);
    assert_eq!(
        wrong(&[(1, status(Status::Cancelled)), (2, status(Status::Open))], 20),
        [("/steps/1/what".to_owned(), "status_step")]
    );
}

#[test]
fn policies_and_sla_states_survive_storage() {
    let ladder = vec![
        rung(&[FirstResponse, NextReply], When::AtPercent(90), vec![Action::RaisePriority]),
        rung(&[FirstResponse], When::AfterBreach(30), tell_managers()),
    ];
    let targets = PriorityTargets { first_response: business(60), next_reply: business(30), resolution: always(90) };
    let gold = policy(targets, &[50], ladder.clone());
    let json = serde_json::to_value(&gold).unwrap();
    assert_eq!(json["targets"]["p1"]["first_response"], serde_json::json!({"minutes": 60, "time": "business"}));
    assert_eq!(json["ladder"][0]["when"], serde_json::json!({"at_percent": 90}));
    assert_eq!(json["ladder"][1]["when"], serde_json::json!({"after_breach_minutes": 30}));
    assert_eq!(json["ladder"][1]["actions"][0], serde_json::json!({"do": "notify_roles", "roles": ["manager"]}));
    assert_eq!(serde_json::from_value::<sla::Policy>(json).unwrap(), gold);

    let office: Calendar = nine_to_five();
    let plan = plan(targets, &[50], ladder, &office);
    let steps = [(1, StaffReplied), (10, CustomerReplied), (100, status(Status::PendingVendor))];
    let stored = seen(&steps, &plan, 500).sla;
    let json = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<sla::TicketSla>(&json).unwrap(), stored);
    for (choice, text) in [(SlaChoice::Inherit, "\"inherit\""), (SlaChoice::None, "\"none\"")] {
        assert_eq!(serde_json::to_string(&choice).unwrap(), text);
        assert_eq!(serde_json::from_str::<SlaChoice>(text).unwrap(), choice);
    }
    assert!(serde_json::from_str::<SlaChoice>("\"pol_x\"").is_err());
}
