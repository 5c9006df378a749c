//! The clocks of a made-up ticket: the same rules, replayed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::advance::{Advanced, Aim, Fired, advance, catch_up};
use super::clocks::{Clock, clocks, next_due};
use super::policy::{ClockKind, Plan};
use super::ticket::TicketSla;
use crate::error::Refusal;
use crate::invalid::Check;
use crate::tickets::{Priority, Status};

/// A past holds at most so many steps.
pub const MOST_STEPS: usize = 1_000;
/// A past reaches back at most so far, in days: ten years.
pub const LONGEST_DAYS: i64 = 10 * 366;

/// What happened to a ticket, real or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// When it was opened.
    pub created_at: Timestamp,
    /// Its first status.
    pub status: Status,
    /// Its first priority.
    pub priority: Priority,
    /// What happened then, oldest first.
    pub steps: Vec<PastStep>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct PastStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: WhatHappened,
}

/// What can happen to a ticket, as far as clocks care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum WhatHappened {
    /// Another status.
    Status(Status),
    /// Another priority.
    Priority(Priority),
    /// The customer wrote. The status is given apart.
    CustomerReplied,
    /// The MSP's side replied in public.
    StaffReplied,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// The priority in the end, after escalations.
    pub priority: Priority,
    /// The clocks at the end.
    pub clocks: Vec<Clock>,
    /// Which is due next.
    pub next_due: Option<ClockKind>,
    /// What fell due on the way.
    pub fired: Vec<Fired>,
    /// What will fall due if nothing more happens, in order.
    pub upcoming: Vec<Fired>,
    /// The SLA as the ticket would keep it.
    pub sla: TicketSla,
}

/// Replays a past and says how the clocks stand at `now`.
///
/// # Errors
/// [`Refusal::Invalid`] for steps out of order, after `now`, or that the status machine forbids; fields are named
/// from the past's own `/steps/…`.
pub fn preview(past: &Past, plan: Option<&Plan>, now: Timestamp) -> Result<Previewed, Refusal> {
    check(past, now)?;
    // The plan held all the time, whenever it was written down.
    let plan = plan.map(|plan| Plan { changed_at: past.created_at, ..plan.clone() });
    let plan = plan.as_ref();
    let aim = Aim { priority: past.priority, department: None };
    let mut at_work = catch_up(TicketSla::start(past.status, plan, past.created_at), aim, plan, past.created_at);
    let mut fired = std::mem::take(&mut at_work.fired);
    for step in &past.steps {
        at_work = catch_up(at_work.sla, at_work.aim, plan, step.at);
        fired.append(&mut at_work.fired);
        match step.what {
            WhatHappened::Status(status) => at_work.sla.went_to(status, step.at, plan),
            WhatHappened::CustomerReplied => at_work.sla.customer_wrote(step.at),
            WhatHappened::StaffReplied => at_work.sla.staff_replied(step.at),
            WhatHappened::Priority(priority) => {
                at_work.aim.priority = priority;
                at_work.sla.promised_at = step.at;
            }
        }
    }
    at_work = advance(at_work.sla, at_work.aim, plan, now);
    fired.append(&mut at_work.fired);

    let priority = at_work.aim.priority;
    let clocks = clocks(&at_work.sla, priority, plan, now);
    let (next_due, sla) = (next_due(&clocks), at_work.sla.clone());
    Ok(Previewed { priority, next_due, clocks, fired, upcoming: upcoming(at_work, plan), sla })
}

/// What is still to come. It ends, for everything fires once and nothing more happens.
fn upcoming(mut at_work: Advanced, plan: Option<&Plan>) -> Vec<Fired> {
    let mut fired = Vec::new();
    while let Some(next) = at_work.sla.next_mark {
        at_work = advance(at_work.sla, at_work.aim, plan, next);
        if at_work.fired.is_empty() {
            break;
        }
        fired.append(&mut at_work.fired);
    }
    fired
}

fn check(past: &Past, now: Timestamp) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.count("/steps", past.steps.len(), MOST_STEPS);
    check.that(past.created_at <= now, "/created_at", "out_of_order", "must not be after the instant asked for");
    let span = now.duration_since(past.created_at);
    let near = span.as_hours() <= LONGEST_DAYS * 24;
    check.that(near, "/created_at", "too_long_ago", "must be within ten years of the instant asked for");
    let (mut last, mut status) = (past.created_at, past.status);
    for (index, step) in past.steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        check.that(
            (last..=now).contains(&step.at),
            &format!("{at}/at"),
            "out_of_order",
            "must not be before the step before it, nor after the instant asked for; sort the steps",
        );
        last = step.at.max(last);
        let WhatHappened::Status(to) = step.what else { continue };
        if to != status
            && let Err(refusal) = status.step_to(to)
        {
            check.fault(format!("{at}/what"), "status_step", refusal.to_string());
        }
        status = to;
    }
    check.done()
}
