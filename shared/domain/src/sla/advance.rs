//! What falls due, each thing once.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::clocks::ClockKind;
use super::history::History;
use super::policy::{Action, Plan, When};
use crate::ids::{CalendarId, DepartmentId, PolicyId};
use crate::tickets::{Priority, Status};

/// How many marks a ticket remembers. Past that no warning and no rung fires any more; a breach always does.
pub const MOST_MARKS: usize = 300;

/// All that a ticket keeps of its SLA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketSla {
    /// The policy that held when the ticket last changed; absent for no SLA.
    #[serde(default)]
    pub policy: Option<PolicyId>,
    /// The calendar that held then; absent for 24×7.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Since when the present promise holds: nothing falls due before it was promised.
    pub promised_at: Timestamp,
    /// What happened.
    pub history: History,
    /// Warnings and rungs that have fired and never fire again (those of `next_reply`: not for the same wait).
    #[serde(default)]
    pub marks: BTreeSet<Mark>,
    /// When the first response was missed. Final.
    #[serde(default)]
    pub first_response_breached_at: Option<Timestamp>,
    /// When a reply was first missed. Final.
    #[serde(default)]
    pub next_reply_breached_at: Option<Timestamp>,
    /// How many replies were missed.
    #[serde(default)]
    pub replies_missed: u32,
    /// When the resolution was missed. Final.
    #[serde(default)]
    pub resolution_breached_at: Option<Timestamp>,
    /// When the scan must look at the ticket next; what the index of due things holds.
    #[serde(default)]
    pub next_mark: Option<Timestamp>,
}

/// A warning or rung, by what it is and not by where it stands in the policy, so that edits repeat nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A warning at this per cent.
    Warning(ClockKind, u8),
    /// A rung at this time.
    Rung(ClockKind, When),
}

/// What escalations change on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// Its priority.
    pub priority: Priority,
    /// Its department.
    pub department: Option<DepartmentId>,
}

/// Something that fell due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fired {
    /// A share of a target is used up.
    Warned {
        /// Which clock.
        clock: ClockKind,
        /// Per cent consumed.
        percent: u8,
        /// When.
        at: Timestamp,
    },
    /// A target was missed.
    Breached {
        /// Which clock.
        clock: ClockKind,
        /// When.
        at: Timestamp,
    },
    /// A rung was reached.
    Escalated {
        /// Which clock.
        clock: ClockKind,
        /// Which rung.
        when: When,
        /// When.
        at: Timestamp,
        /// What is done.
        actions: Vec<Action>,
    },
}

/// A ticket's SLA brought up to an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advanced {
    /// To be stored.
    pub sla: TicketSla,
    /// Priority and department after what escalations did.
    pub aim: Aim,
    /// What fell due, in order.
    pub fired: Vec<Fired>,
}

impl TicketSla {
    /// The SLA of a ticket that is opened now in this status.
    pub fn start(status: Status, plan: Option<&Plan>, now: Timestamp) -> Self {
        Self {
            policy: plan.map(|plan| plan.policy.id),
            calendar: plan.and_then(|plan| plan.calendar),
            promised_at: now,
            history: History::start(now, status),
            marks: BTreeSet::new(),
            first_response_breached_at: None,
            next_reply_breached_at: None,
            replies_missed: 0,
            resolution_breached_at: None,
            next_mark: None,
        }
    }

    /// Whether any promise was missed.
    pub fn is_breached(&self) -> bool {
        self.first_response_breached_at.is_some()
            || self.next_reply_breached_at.is_some()
            || self.resolution_breached_at.is_some()
    }
}

/// Brings a ticket's SLA up to `now`: everything whose instant has come and that has not fired fires, once, in
/// the order of the instants.
pub fn advance(sla: TicketSla, aim: Aim, plan: Option<&Plan>, now: Timestamp) -> Advanced {
    let _ = (plan, now);
    Advanced { sla, aim, fired: Vec::new() }
}

/// The next instant at which [`advance`] would find something; `None` when nothing can come by itself.
pub fn next_mark(sla: &TicketSla, priority: Priority, plan: Option<&Plan>) -> Option<Timestamp> {
    let _ = (sla, priority, plan);
    None
}
