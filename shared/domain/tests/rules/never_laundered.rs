//! Whatever happens to a ticket in whatever order: a miss is found, told once, and stays.

use crate::common::*;
use domain::Event;
use domain::assignment::Candidate;
use domain::ids::PolicyId;
use domain::sla::{Action, ClockKind, ClockState, Plan, PriorityTargets, Step, When};
use domain::tickets::{self, Handled, NewReply, Priority, Status, Ticket, TicketChanges, allowed_from};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Three plans, kinder and stricter, between which the ticket's department moves it.
fn plans() -> [Option<Plan>; 3] {
    let office = nine_to_five();
    let targets = |first, next, whole| PriorityTargets { first_response: first, next_reply: next, resolution: whole };
    let ladder = |when| vec![Step { on: ClockKind::ALL.to_vec(), when, actions: vec![Action::RaisePriority {}] }];
    let strict = policy(targets(business(30), always(20), business(90)), &[50], ladder(When::AtPercent(80)));
    let mut kind = policy(targets(always(600), business(300), None), &[50, 75], ladder(When::AfterBreach(15)));
    kind.id = PolicyId::from_uuid(uuid(2));
    [Some(Plan::new(strict, Some(&office))), Some(Plan::new(kind, None)), None]
}

struct Desk {
    ticket: Ticket,
    plan: usize,
    now: Timestamp,
}

impl Desk {
    fn command(&self, plans: &[Option<Plan>; 3], command: u8, pick: u8) -> Option<(Handled, usize)> {
        let (ticket, now, plan) = (self.ticket.clone(), self.now, plans[self.plan].as_ref());
        let by = staff(1);
        let owner = ticket.assignee.map(|user| Candidate { user, ..candidate(1) });
        let pick = usize::from(pick);
        let then = allowed_from(ticket.status).get(pick % 5).copied().filter(|status| !status.is_final() || pick > 220);
        let body = || NewReply { body: "x".into(), then: None };
        let done = match command {
            0 => tickets::reply(ticket, body(), owner.as_ref(), &customer(), now, plan),
            1 => tickets::reply(ticket, body(), owner.as_ref(), &by, now, plan),
            2 => tickets::reply(ticket, NewReply { then, ..body() }, owner.as_ref(), &by, now, plan),
            3 => tickets::set_status(ticket, then?, owner.as_ref(), &by, now, plan),
            4 => tickets::note(ticket, "x".into(), &by, now, plan),
            5 => tickets::take(ticket, &candidate(1), &by, now, plan),
            6 => {
                let priority = Some(Some(Priority::ALL[pick % 4]));
                let changes = TicketChanges { priority, ..TicketChanges::default() };
                tickets::change(ticket, changes, &by, now, plan, plan)
            }
            7 => {
                let changes = TicketChanges { department: Some(None), ..TicketChanges::default() };
                let then = plans[pick % 3].as_ref();
                return tickets::change(ticket, changes, &by, now, plan, then).ok().map(|done| (done, pick % 3));
            }
            // The plan is exchanged while nobody looks.
            8 => return Some((tickets::advance(ticket, now, plans[pick % 3].as_ref()), pick % 3)),
            _ => Ok(tickets::advance(ticket, now, plan)),
        };
        done.ok().map(|done| (done, self.plan))
    }
}

fn misses(handled: &Handled, kind: ClockKind) -> usize {
    handled.events.iter().filter(|event| matches!(event, Event::SlaBreached { clock, .. } if *clock == kind)).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_miss_is_recorded_once_and_never_laundered(
        commands in proptest::collection::vec((0i64..400, 0u8..10, any::<u8>()), 1..25),
    ) {
        let plans = plans();
        let start = at("2026-07-06T07:00:00Z");
        let mut desk = Desk { ticket: opened(start, plans[0].as_ref()).ticket, plan: 0, now: start };
        let mut told = [0; 3];
        let mut waits = 0;
        for (wait, command, pick) in commands {
            desk.now += SignedDuration::from_mins(wait);
            // What is late at this moment, for whoever looks before the command.
            let late: Vec<ClockKind> = desk
                .ticket
                .clocks(plans[desk.plan].as_ref(), desk.now)
                .into_iter()
                .filter(|clock| clock.state == ClockState::Breached)
                .map(|clock| clock.kind)
                .collect();
            let waited = desk.ticket.sla.history.waiting.clone();
            let Some((handled, plan)) = desk.command(&plans, command, pick) else { continue };
            let (before, after) = (desk.ticket.sla.clone(), handled.ticket.sla.clone());

            for kind in &late {
                let recorded = match kind {
                    ClockKind::FirstResponse => after.first_response_breached_at,
                    ClockKind::NextReply => after.next_reply_breached_at,
                    ClockKind::Resolution => after.resolution_breached_at,
                };
                prop_assert!(recorded.is_some_and(|at| at <= desk.now), "{kind} was late and is not recorded");
            }
            for (was, is) in [
                (before.first_response_breached_at, after.first_response_breached_at),
                (before.next_reply_breached_at, after.next_reply_breached_at),
                (before.resolution_breached_at, after.resolution_breached_at),
            ] {
                prop_assert!(was.is_none() || was == is, "a miss was laundered or moved");
            }
            prop_assert!(after.replies_missed >= before.replies_missed);
            prop_assert!(after.next_mark.is_none_or(|next| next >= desk.now), "the scan would find nothing new");
            prop_assert!(handled.entries.iter().all(|entry| entry.at <= desk.now));

            waits += usize::from(after.history.waiting.as_ref().map(|now| now.since) != waited.map(|then| then.since));
            for kind in ClockKind::ALL {
                told[kind as usize] += misses(&handled, kind);
            }
            prop_assert!(told[ClockKind::FirstResponse as usize] <= 1 && told[ClockKind::Resolution as usize] <= 1);
            prop_assert!(told[ClockKind::NextReply as usize] <= waits);
            prop_assert_eq!(told[ClockKind::NextReply as usize], after.replies_missed as usize);

            // Looking again at the same instant finds nothing.
            let again = tickets::advance(handled.ticket.clone(), desk.now, plans[plan].as_ref());
            prop_assert_eq!(&again.ticket, &handled.ticket);
            prop_assert_eq!(again.events.len() + again.entries.len(), 0);

            let over = desk.ticket.status.is_final();
            prop_assert!(!over || handled.ticket.status == desk.ticket.status);
            (desk.ticket, desk.plan) = (handled.ticket, plan);
        }
        prop_assert!(desk.ticket.status == Status::Closed || desk.ticket.closed_at.is_none() || desk.ticket.status == Status::Cancelled);
    }
}
