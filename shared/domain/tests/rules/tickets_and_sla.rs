//! What the clocks do to a ticket, whatever else is done to it.

use crate::common::*;
use domain::Actor;
use domain::access::Role;
use domain::events::Event;
use domain::ids::*;
use domain::sla::{Action, ClockKind, ClockState, Plan, PriorityTargets, Step, When};
use domain::tickets::{self, Handled, NewReply, Priority, Status, Ticket, TicketChanges};
use domain::timeline::By;
use jiff::{SignedDuration, Timestamp};

fn now(minute: i64) -> Timestamp {
    at("2026-07-06T07:00:00Z") + SignedDuration::from_mins(minute)
}

fn names(handled: &Handled) -> Vec<&'static str> {
    handled.events.iter().map(Event::name).collect()
}

fn said(body: &str) -> NewReply {
    NewReply { body: body.into(), then: None }
}

fn reply(ticket: Ticket, actor: &Actor, minute: i64, plan: Option<&Plan>) -> Handled {
    tickets::reply(ticket, said("Hello"), None, actor, now(minute), plan).unwrap()
}

fn with_ladder(ladder: Vec<Step>) -> Plan {
    let targets = PriorityTargets { first_response: business(60), next_reply: business(60), resolution: business(120) };
    plan(targets, &[50], ladder, &nine_to_five())
}

#[test]
fn every_command_first_finds_what_is_late() {
    let plan = with_ladder(vec![]);
    let plan = Some(&plan);
    let ticket = || opened(now(0), plan).ticket;
    let at = now(61);
    let commands: Vec<Handled> = vec![
        reply(ticket(), &staff(1), 61, plan),
        reply(ticket(), &customer(), 61, plan),
        tickets::note(ticket(), "x".into(), &staff(1), at, plan).unwrap(),
        tickets::take(ticket(), &candidate(1), &staff(1), at, plan).unwrap(),
        tickets::assign(ticket(), Some(&candidate(1)), &staff(2), at, plan).unwrap(),
        tickets::set_status(ticket(), Status::Resolved, None, &staff(1), at, plan).unwrap(),
        tickets::change(
            ticket(),
            TicketChanges { priority: Some(Some(Priority::P4)), ..TicketChanges::default() },
            &staff(1),
            at,
            plan,
            None,
        )
        .unwrap(),
        tickets::advance(ticket(), at, plan),
    ];
    for handled in commands {
        assert_eq!(handled.ticket.sla.first_response_breached_at, Some(now(60)));
        assert_eq!(names(&handled)[..3], ["sla.warned", "sla.warned", "sla.breached"]);
        assert_eq!((handled.entries[2].at, &handled.entries[2].by), (now(60), &By::System));
        let again = tickets::advance(handled.ticket.clone(), at, plan);
        assert!(!names(&again).contains(&"sla.breached"));
    }
}

#[test]
fn an_escalation_notifies_raises_and_moves_and_is_told_once() {
    let department = DepartmentId::from_uuid(uuid(9));
    let actions = vec![
        Action::NotifyRoles { roles: vec![Role::Manager, Role::Owner, Role::Manager] },
        Action::NotifyUsers { users: vec![user(5)] },
        Action::RaisePriority {},
        Action::MoveToDepartment { department },
    ];
    let plan = with_ladder(vec![Step {
        on: vec![ClockKind::Resolution],
        when: When::AfterBreach(10),
        actions: actions.clone(),
    }]);
    let owned =
        tickets::take(opened(now(0), Some(&plan)).ticket, &candidate(1), &staff(1), now(1), Some(&plan)).unwrap();
    let scanned = tickets::advance(owned.ticket, now(140), Some(&plan));
    let ticket = &scanned.ticket;
    assert_eq!((ticket.priority, ticket.priority_by_hand), (Priority::P3, true));
    assert_eq!((ticket.department, ticket.assignee), (Some(department), None));
    assert_eq!(ticket.sla.next_mark, Some(now(140)), "the next scan looks at it with the new department's plan");
    let Some(Event::SlaEscalated { at, clock, since, notify_roles, notify_users, actions: told }) =
        scanned.events.last()
    else {
        panic!("{:?}", names(&scanned))
    };
    assert_eq!((at.priority, at.assignee, *clock, *since), (Priority::P3, None, ClockKind::Resolution, now(130)));
    assert_eq!((notify_roles, notify_users, told), (&vec![Role::Owner, Role::Manager], &vec![user(5)], &actions));
    let again = tickets::advance(scanned.ticket, now(141), Some(&plan));
    assert_eq!((again.events.len(), again.ticket.sla.next_mark), (0, None));
}

#[test]
fn the_walk_through_of_a_ticket_from_opening_to_its_miss() {
    let plan = with_ladder(vec![Step {
        on: vec![ClockKind::Resolution],
        when: When::AtPercent(100),
        actions: vec![Action::NotifyRoles { roles: vec![Role::Manager] }],
    }]);
    let plan = Some(&plan);
    let state = |ticket: &Ticket, minute, kind| {
        ticket.clocks(plan, now(minute)).into_iter().find(|clock| clock.kind == kind).map(|clock| clock.state)
    };
    let ticket = opened(now(0), plan).ticket;
    assert_eq!(ticket.sla.next_mark, Some(now(30)));
    let ticket = tickets::take(ticket, &candidate(1), &staff(1), now(5), plan).unwrap().ticket;
    let ticket = reply(ticket, &staff(1), 10, plan).ticket;
    assert_eq!(state(&ticket, 10, ClockKind::FirstResponse), Some(ClockState::Met));
    let ticket = tickets::set_status(ticket, Status::PendingCustomer, None, &staff(1), now(20), plan).unwrap().ticket;
    assert_eq!(state(&ticket, 400, ClockKind::Resolution), Some(ClockState::Paused));
    assert_eq!(ticket.sla.next_mark, None);
    let ticket = reply(ticket, &customer(), 400, plan).ticket;
    assert_eq!((ticket.status, state(&ticket, 400, ClockKind::Resolution)), (Status::Open, Some(ClockState::OnTrack)));
    let scanned = tickets::advance(ticket, now(3 * 24 * 60), plan);
    assert_eq!(names(&scanned), ["sla.warned", "sla.warned", "sla.breached", "sla.breached", "sla.escalated"]);
    assert_eq!(state(&scanned.ticket, 5_000, ClockKind::Resolution), Some(ClockState::Breached));
}
