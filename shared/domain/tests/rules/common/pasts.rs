//! Pasts of a ticket, told in minutes after a Monday morning.

use domain::access::Role;
use domain::sla::{
    self, Action, Clock, ClockKind, Fired, Past, PastStep, Plan, Previewed, PriorityTargets, Step, WhatHappened, When,
    preview,
};
use domain::tickets::{Priority, Status};
use jiff::{SignedDuration, Timestamp};

use super::{at, nine_to_five, plan};

pub const MONDAY_9: &str = "2026-07-06T07:00:00Z"; // 09:00 in Berlin

pub fn first_response(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { first_response: target, ..PriorityTargets::default() }
}

pub fn resolution(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { resolution: target, ..PriorityTargets::default() }
}

pub fn next_reply(target: Option<sla::Target>) -> PriorityTargets {
    PriorityTargets { next_reply: target, ..PriorityTargets::default() }
}

pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

/// So many minutes after Monday nine o'clock.
pub fn after(n: i64) -> Timestamp {
    at(MONDAY_9) + minutes(n)
}

pub fn past(steps: &[(i64, WhatHappened)]) -> Past {
    Past {
        created_at: after(0),
        status: Status::New,
        priority: Priority::P3,
        steps: steps.iter().map(|(minute, what)| PastStep { at: after(*minute), what: *what }).collect(),
    }
}

pub fn status(status: Status) -> WhatHappened {
    WhatHappened::Status(status)
}

pub fn seen(steps: &[(i64, WhatHappened)], plan: &Plan, minute: i64) -> Previewed {
    preview(&past(steps), Some(plan), after(minute)).unwrap()
}

pub fn clock(previewed: &Previewed, kind: ClockKind) -> &Clock {
    previewed.clocks.iter().find(|clock| clock.kind == kind).unwrap()
}

pub fn plan_of(targets: PriorityTargets) -> Plan {
    plan(targets, &[], vec![], &nine_to_five())
}

pub fn breaches(previewed: &Previewed) -> Vec<(ClockKind, Timestamp)> {
    let breach = |fired: &Fired| match fired {
        Fired::Breached { clock, at } => Some((*clock, *at)),
        _ => None,
    };
    previewed.fired.iter().filter_map(breach).collect()
}

pub fn rung(on: &[ClockKind], when: When, actions: Vec<Action>) -> Step {
    Step { on: on.to_vec(), when, actions }
}

pub fn tell_managers() -> Vec<Action> {
    vec![Action::NotifyRoles { roles: vec![Role::Manager] }]
}

pub fn aim() -> sla::Aim {
    sla::Aim { priority: Priority::P3, department: None }
}
