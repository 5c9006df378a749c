//! The life of a ticket, command by command.

use crate::common::*;
use domain::access::Role;
use domain::assignment::Candidate;
use domain::events::Event;
use domain::ids::*;
use domain::sla::{Plan, PriorityTargets};
use domain::tickets::{
    self, Handled, Impact, NewReply, NewTicket, Priority, Requester, Status, Ticket, TicketChanges, Urgency,
    allowed_from, priority_of,
};
use domain::timeline::{By, EntryKind};
use domain::{Actor, Refusal};
use jiff::{SignedDuration, Timestamp};

fn now(minute: i64) -> Timestamp {
    at("2026-07-06T07:00:00Z") + SignedDuration::from_mins(minute)
}

fn names(handled: &Handled) -> Vec<&'static str> {
    handled.events.iter().map(Event::name).collect()
}

fn code(result: Result<Handled, Refusal>) -> &'static str {
    match result.unwrap_err() {
        Refusal::Invalid(_) => "invalid",
        Refusal::Conflict { code, .. } => code,
        Refusal::Forbidden { .. } => "forbidden",
        Refusal::NotFound => "not_found",
    }
}

fn fields(result: Result<Handled, Refusal>) -> Vec<String> {
    match result.unwrap_err() {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other}"),
    }
}

fn open_with(new: NewTicket, actor: &Actor) -> Result<Handled, Refusal> {
    tickets::open(TicketId::from_uuid(uuid(1)), 7, new, &the_client(), actor, now(0), None)
}

fn said(body: &str) -> NewReply {
    NewReply { body: body.into(), then: None }
}

fn reply(ticket: Ticket, actor: &Actor, minute: i64, plan: Option<&Plan>) -> Handled {
    tickets::reply(ticket, said("Hello"), None, actor, now(minute), plan).unwrap()
}

fn in_status(status: Status) -> Ticket {
    Ticket { status, ..ticket(now(0)) }
}

#[test]
fn the_matrix_of_impact_and_urgency() {
    use Impact as I;
    use Urgency as U;
    for (impact, urgency, priority) in [
        (I::High, U::High, Priority::P1),
        (I::High, U::Medium, Priority::P2),
        (I::High, U::Low, Priority::P3),
        (I::Medium, U::High, Priority::P2),
        (I::Medium, U::Medium, Priority::P3),
        (I::Medium, U::Low, Priority::P4),
        (I::Low, U::High, Priority::P3),
        (I::Low, U::Medium, Priority::P4),
        (I::Low, U::Low, Priority::P4),
    ] {
        assert_eq!(priority_of(impact, urgency), priority);
    }
}

#[test]
fn a_customer_opens_a_ticket_for_themselves() {
    let mut new = request();
    new.tags = vec![" VPN ".into(), "vpn".into(), "mail".into()];
    new.requester = Requester { contact: None, user: Some(user(1)) };
    let opened = open_with(new, &customer()).unwrap();
    assert_eq!(opened.ticket.status, Status::New);
    assert_eq!(opened.ticket.requester.user, Some(customer().user));
    assert_eq!((opened.ticket.priority, opened.ticket.priority_by_hand), (Priority::P4, false));
    assert_eq!(opened.ticket.tags, ["vpn", "mail"]);
    assert_eq!(names(&opened), ["ticket.opened"]);
    assert!(opened.entries[0].public);
}

#[test]
fn what_only_the_msp_may_say_is_refused_from_a_customer_with_its_field() {
    assert_eq!(fields(open_with(NewTicket { priority: Some(Priority::P1), ..request() }, &customer())), ["/priority"]);
    assert_eq!(fields(open_with(NewTicket { status: Status::Closed, ..request() }, &customer())), ["/status"]);
    assert!(
        open_with(NewTicket { priority: Some(Priority::P1), ..request() }, &staff(1)).unwrap().ticket.priority_by_hand
    );
    assert_eq!(fields(open_with(NewTicket { status: Status::Resolved, ..request() }, &staff(1))), ["/status"]);
}

#[test]
fn bad_fields_are_named_all_at_once() {
    let new = NewTicket {
        subject: "x".repeat(201),
        description: " ".into(),
        category: Some("a\u{7}b".into()),
        tags: (0..21).map(|n| format!("tag {n}")).chain([String::new()]).collect(),
        ..request()
    };
    assert_eq!(fields(open_with(new, &staff(1))), ["/subject", "/description", "/category", "/tags", "/tags/21"]);
}

#[test]
fn nobody_opens_a_ticket_for_a_client_that_they_may_not_see_or_that_is_none_any_more() {
    let mut stranger = customer();
    stranger.client = Some(ClientId::from_uuid(uuid(2)));
    assert_eq!(code(open_with(request(), &stranger)), "not_found");
    let mut inactive = the_client();
    inactive.active = false;
    let id = TicketId::from_uuid(uuid(1));
    assert_eq!(code(tickets::open(id, 7, request(), &inactive, &staff(1), now(0), None)), "client_inactive");
}

#[test]
fn a_ticket_created_closed_is_over_and_has_no_clocks() {
    let office = nine_to_five();
    let plan =
        plan(PriorityTargets { first_response: business(1), ..PriorityTargets::default() }, &[], vec![], &office);
    let id = TicketId::from_uuid(uuid(1));
    let new = NewTicket { status: Status::Closed, ..request() };
    let closed = tickets::open(id, 7, new, &the_client(), &staff(1), now(0), Some(&plan)).unwrap().ticket;
    assert_eq!((closed.closed_at, closed.resolved_at), (Some(now(0)), Some(now(0))));
    assert_eq!(closed.clocks(Some(&plan), now(100)), []);
    assert_eq!(tickets::advance(closed.clone(), now(100), Some(&plan)).events, []);
    assert_eq!(code(tickets::note(closed, "x".into(), &staff(1), now(1), None)), "ticket_over");
}

#[test]
fn the_status_machine_allows_exactly_its_table() {
    use Status::*;
    let table: [(Status, &[Status]); 7] = [
        (New, &[Open, PendingCustomer, PendingVendor, Resolved, Cancelled]),
        (Open, &[PendingCustomer, PendingVendor, Resolved, Cancelled]),
        (PendingCustomer, &[Open, PendingVendor, Resolved, Cancelled]),
        (PendingVendor, &[Open, PendingCustomer, Resolved, Cancelled]),
        (Resolved, &[Open, Closed]),
        (Closed, &[]),
        (Cancelled, &[]),
    ];
    for (from, allowed) in table {
        assert_eq!(allowed_from(from), allowed);
        for to in Status::ALL {
            let result = tickets::set_status(in_status(from), to, None, &staff(1), now(1), None);
            if from == to && !from.is_final() {
                assert_eq!(result.unwrap().ticket, in_status(from), "the present status changes nothing");
            } else if allowed.contains(&to) {
                let handled = result.unwrap();
                assert_eq!((handled.ticket.status, names(&handled)), (to, vec!["ticket.status_changed"]));
            } else {
                let Refusal::Conflict { detail, .. } = result.unwrap_err() else { panic!("{from} to {to}") };
                for next in allowed {
                    assert!(detail.contains(next.name()), "{detail}");
                }
            }
        }
    }
}

#[test]
fn resolved_and_closed_are_dated_and_reopening_takes_the_date_back() {
    let step = |ticket: Ticket, to, minute| {
        tickets::set_status(ticket, to, None, &staff(1), now(minute), None).unwrap().ticket
    };
    let resolved = step(ticket(now(0)), Status::Resolved, 1);
    assert_eq!((resolved.resolved_at, resolved.closed_at), (Some(now(1)), None));
    let reopened = step(resolved.clone(), Status::Open, 2);
    assert_eq!(reopened.resolved_at, None);
    let closed = step(resolved, Status::Closed, 3);
    assert_eq!((closed.resolved_at, closed.closed_at), (Some(now(1)), Some(now(3))));
    let cancelled = step(reopened, Status::Cancelled, 4);
    assert_eq!((cancelled.resolved_at, cancelled.closed_at), (None, Some(now(4))));
}

#[test]
fn a_customers_reply_opens_what_waits_for_them_or_was_resolved() {
    for (before, after) in [
        (Status::New, Status::New),
        (Status::Open, Status::Open),
        (Status::PendingCustomer, Status::Open),
        (Status::PendingVendor, Status::PendingVendor),
        (Status::Resolved, Status::Open),
    ] {
        assert_eq!(reply(in_status(before), &customer(), 1, None).ticket.status, after, "{before}");
    }
    assert_eq!(
        code(tickets::reply(in_status(Status::Closed), said("x"), None, &customer(), now(1), None)),
        "ticket_over"
    );
    let then = NewReply { then: Some(Status::Resolved), ..said("x") };
    assert_eq!(fields(tickets::reply(ticket(now(0)), then, None, &customer(), now(1), None)), ["/then"]);
    assert_eq!(fields(tickets::reply(ticket(now(0)), said(" "), None, &customer(), now(1), None)), ["/body"]);
}

#[test]
fn the_msps_first_public_reply_is_the_first_response_and_may_set_the_status() {
    let first = reply(ticket(now(0)), &staff(1), 5, None);
    assert_eq!((first.ticket.status, first.ticket.sla.history.first_response_at), (Status::Open, Some(now(5))));
    assert_eq!(names(&first), ["ticket.replied", "ticket.status_changed"]);
    let again = reply(first.ticket, &staff(1), 9, None);
    assert_eq!(again.ticket.sla.history.first_response_at, Some(now(5)));
    let then = NewReply { then: Some(Status::PendingCustomer), ..said("Which printer?") };
    let asked = tickets::reply(ticket(now(0)), then, None, &staff(1), now(5), None).unwrap();
    assert_eq!(asked.ticket.status, Status::PendingCustomer);
    let wrong = NewReply { then: Some(Status::Closed), ..said("Bye") };
    assert_eq!(code(tickets::reply(ticket(now(0)), wrong, None, &staff(1), now(5), None)), "status_step");
}

#[test]
fn a_note_is_inside_and_stops_no_clock() {
    let noted = tickets::note(ticket(now(0)), "Ask Bob".into(), &staff(1), now(1), None).unwrap();
    assert!(!noted.entries[0].public);
    assert_eq!((noted.ticket.sla.history.first_response_at, noted.ticket.status), (None, Status::New));
    assert_eq!(names(&noted), ["ticket.noted"]);
    assert_eq!(code(tickets::note(ticket(now(0)), "x".into(), &customer(), now(1), None)), "forbidden");
}

#[test]
fn whoever_may_not_see_a_ticket_is_told_that_it_does_not_exist() {
    let mut other_client = customer();
    other_client.client = Some(ClientId::from_uuid(uuid(2)));
    let mut other_tenant = staff(1);
    other_tenant.tenant = TenantId::from_uuid(uuid(2));
    for stranger in [other_client, other_tenant] {
        let ticket = || ticket(now(0));
        let at = now(1);
        assert_eq!(code(tickets::reply(ticket(), said("x"), None, &stranger, at, None)), "not_found");
        assert_eq!(code(tickets::note(ticket(), "x".into(), &stranger, at, None)), "not_found");
        assert_eq!(code(tickets::assign(ticket(), None, &stranger, at, None)), "not_found");
        assert_eq!(code(tickets::take(ticket(), &candidate(1), &stranger, at, None)), "not_found");
        assert_eq!(code(tickets::set_status(ticket(), Status::Open, None, &stranger, at, None)), "not_found");
        assert_eq!(code(tickets::change(ticket(), TicketChanges::default(), &stranger, at, None, None)), "not_found");
    }
}

#[test]
fn a_ticket_is_taken_once_and_the_conflict_names_the_owner() {
    let taken = tickets::take(ticket(now(0)), &candidate(1), &staff(1), now(1), None).unwrap();
    assert_eq!((taken.ticket.assignee, taken.ticket.status), (Some(user(1)), Status::Open));
    assert_eq!(names(&taken), ["ticket.assigned", "ticket.status_changed"]);
    let again = tickets::take(taken.ticket.clone(), &candidate(1), &staff(1), now(2), None).unwrap();
    assert_eq!((&again.ticket, again.events.len(), again.entries.len()), (&taken.ticket, 0, 0));
    let Refusal::Conflict { code: "already_taken", detail } =
        tickets::take(taken.ticket, &candidate(2), &staff(2), now(2), None).unwrap_err()
    else {
        panic!("somebody else's ticket was taken")
    };
    assert!(detail.contains(&user(1).to_string()));
    assert_eq!(code(tickets::take(ticket(now(0)), &candidate(2), &staff(1), now(1), None)), "forbidden");
}

#[test]
fn nobody_is_given_more_than_they_can_carry() {
    let full = Candidate { open: 3, capacity: Some(3), ..candidate(1) };
    let gone = Candidate { active: false, ..candidate(1) };
    let assign = |ticket, to: &Candidate| tickets::assign(ticket, Some(to), &acting(Role::Dispatcher), now(1), None);
    assert_eq!(code(assign(ticket(now(0)), &full)), "at_capacity");
    assert_eq!(code(assign(ticket(now(0)), &gone)), "not_available");
    assert_eq!(code(tickets::take(ticket(now(0)), &full, &staff(1), now(1), None)), "at_capacity");
    let owned = assign(ticket(now(0)), &candidate(1)).unwrap().ticket;
    assert_eq!(owned.counts_as_load(), Some(user(1)));
    assert_eq!(assign(owned.clone(), &full).unwrap().ticket, owned, "giving it to its owner changes nothing");
    assert!(assign(in_status(Status::Resolved), &full).is_ok(), "a resolved ticket is no load");
    let freed = tickets::assign(owned, None, &acting(Role::Dispatcher), now(2), None).unwrap();
    assert_eq!(freed.ticket.counts_as_load(), None);
    let opened = opened(now(0), None);
    let auto = tickets::auto_assign(opened.clone(), &full, now(0), None);
    assert_eq!((auto.ticket.assignee, auto.events.len()), (None, 1));
    let auto = tickets::auto_assign(opened, &candidate(1), now(0), None);
    assert_eq!((auto.ticket.assignee, names(&auto)), (Some(user(1)), vec!["ticket.opened", "ticket.assigned"]));
    assert_eq!(auto.entries[1].by, By::System);
}

#[test]
fn load_is_what_is_new_open_or_pending() {
    for status in Status::ALL {
        let ticket = Ticket { assignee: Some(user(1)), ..in_status(status) };
        let works = matches!(status, Status::New | Status::Open | Status::PendingCustomer | Status::PendingVendor);
        assert_eq!(ticket.counts_as_load(), works.then_some(user(1)), "{status}");
    }
}

#[test]
fn what_is_reopened_goes_back_to_its_owner_if_they_have_room() {
    let resolved = Ticket { assignee: Some(user(1)), ..in_status(Status::Resolved) };
    let full = Candidate { open: 3, capacity: Some(3), ..candidate(1) };
    let by_reply = |owner: Option<&Candidate>| {
        tickets::reply(resolved.clone(), said("Still broken"), owner, &customer(), now(1), None).unwrap()
    };
    assert_eq!(by_reply(Some(&candidate(1))).ticket.assignee, Some(user(1)));
    assert_eq!(by_reply(Some(&full)).ticket.assignee, None);
    assert_eq!(names(&by_reply(Some(&full))), ["ticket.replied", "ticket.status_changed", "ticket.assigned"]);
    let by_hand = |owner: Option<&Candidate>| {
        tickets::set_status(resolved.clone(), Status::Open, owner, &staff(2), now(1), None).unwrap()
    };
    assert_eq!(by_hand(Some(&candidate(1))).ticket.assignee, Some(user(1)));
    assert_eq!(by_hand(None).ticket.assignee, None);
}

#[test]
fn changes_are_told_field_by_field_and_no_change_is_none() {
    let before = ticket(now(0));
    let change = |changes| tickets::change(before.clone(), changes, &staff(1), now(5), None, None);
    let same = change(TicketChanges { subject: Some(" Printer ".into()), ..TicketChanges::default() }).unwrap();
    assert_eq!((same.ticket, same.events.len()), (before.clone(), 0));
    let changes =
        TicketChanges { urgency: Some(Urgency::High), tags: Some(vec!["Fire".into()]), ..TicketChanges::default() };
    let changed = change(changes).unwrap();
    assert_eq!((changed.ticket.priority, changed.ticket.updated_at), (Priority::P3, now(5)));
    let EntryKind::Changed { fields } = &changed.entries[0].what else { panic!("no change told") };
    let told: Vec<_> =
        fields.iter().map(|field| (field.field.as_str(), field.from.as_deref(), field.to.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("urgency", Some("medium"), Some("high")),
            ("priority", Some("p4"), Some("p3")),
            ("tags", Some(""), Some("fire"))
        ]
    );
    assert_eq!(fields_of(&changed), ["urgency", "priority", "tags"]);
    assert_eq!(
        code(tickets::change(before.clone(), TicketChanges::default(), &customer(), now(1), None, None)),
        "forbidden"
    );
}

fn fields_of(handled: &Handled) -> Vec<String> {
    match &handled.events[0] {
        Event::TicketChanged { fields, .. } => fields.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_priority_by_hand_stays_until_it_is_given_back() {
    let change = |ticket, changes| tickets::change(ticket, changes, &staff(1), now(5), None, None).unwrap().ticket;
    let by_hand =
        change(ticket(now(0)), TicketChanges { priority: Some(Some(Priority::P1)), ..TicketChanges::default() });
    let urgent = change(by_hand, TicketChanges { urgency: Some(Urgency::High), ..TicketChanges::default() });
    assert_eq!((urgent.priority, urgent.priority_by_hand), (Priority::P1, true));
    let back = change(urgent, TicketChanges { priority: Some(None), ..TicketChanges::default() });
    assert_eq!((back.priority, back.priority_by_hand), (Priority::P3, false));
}

#[test]
fn another_department_hands_the_ticket_out_anew_under_its_own_plan() {
    let office = nine_to_five();
    let targets = |minutes| PriorityTargets { resolution: business(minutes), ..PriorityTargets::default() };
    let slow = plan(targets(600), &[], vec![], &office);
    let mut strict = policy(targets(60), &[], vec![]);
    strict.id = PolicyId::from_uuid(uuid(2));
    let strict = Plan::new(strict, Some(&office));
    let owned = Ticket { assignee: Some(user(1)), ..opened(now(0), Some(&slow)).ticket };
    let department = Some(Some(DepartmentId::from_uuid(uuid(1))));
    let changes = TicketChanges { department, ..TicketChanges::default() };
    let moved = tickets::change(owned, changes, &staff(1), now(100), Some(&slow), Some(&strict)).unwrap();
    assert_eq!(names(&moved), ["ticket.changed", "ticket.assigned", "sla.breached"]);
    assert_eq!((moved.ticket.assignee, moved.ticket.sla.policy), (None, Some(strict.policy().id)));
    assert_eq!(moved.ticket.sla.resolution_breached_at, Some(now(100)));
}

#[test]
fn a_ticket_survives_storage_and_an_event_reads_flat() {
    let targets = PriorityTargets { first_response: business(60), ..PriorityTargets::default() };
    let plan = plan(targets, &[50], vec![], &nine_to_five());
    let handled = reply(opened(now(0), Some(&plan)).ticket, &staff(1), 70, Some(&plan));
    let json = serde_json::to_string(&handled.ticket).unwrap();
    assert_eq!(serde_json::from_str::<Ticket>(&json).unwrap(), handled.ticket);
    for event in &handled.events {
        let json = serde_json::to_value(event).unwrap();
        assert_eq!(json["type"], event.name());
        assert_eq!(json["ticket"], handled.ticket.id.to_string());
        assert!(Event::names().contains(&event.name()));
        assert_eq!(&serde_json::from_value::<Event>(json).unwrap(), event);
    }
    for entry in &handled.entries {
        let stored = entry.clone().with_id(MessageId::from_uuid(uuid(3)), handled.ticket.id);
        let json = serde_json::to_string(&stored).unwrap();
        assert_eq!(serde_json::from_str::<domain::timeline::Entry>(&json).unwrap(), stored);
    }
}
