//! All that a ticket keeps of its SLA.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::policy::{ClockKind, Plan, When};
use crate::ids::{CalendarId, PolicyId};
use crate::tickets::Status;

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
    /// When each running promise would be missed, under the plan that held when the ticket last changed.
    #[serde(default)]
    pub dues: Dues,
    /// When the scan must look at the ticket next; what the index of due things holds.
    #[serde(default)]
    pub next_mark: Option<Timestamp>,
}

/// When each running promise would be missed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dues {
    /// The first response.
    pub first_response: Option<Timestamp>,
    /// The next reply.
    pub next_reply: Option<Timestamp>,
    /// The resolution.
    pub resolution: Option<Timestamp>,
}

impl Dues {
    /// Of one clock.
    pub fn of(&self, kind: ClockKind) -> Option<Timestamp> {
        match kind {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::NextReply => self.next_reply,
            ClockKind::Resolution => self.resolution,
        }
    }
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

impl TicketSla {
    /// The SLA of a ticket that is opened now in this status. [`advance`] fills in what comes next.
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
            dues: Dues::default(),
            next_mark: None,
        }
    }

    /// The ticket's status changed.
    pub fn went_to(&mut self, status: Status, at: Timestamp, plan: Option<&Plan>) {
        let was_resolved = self.history.resolved_at.is_some();
        self.history.went_to(status, at, plan);
        if was_resolved && self.history.resolved_at.is_none() {
            // While it was resolved nothing could fall due, whatever was promised meanwhile.
            self.promised_at = self.promised_at.max(at);
        }
    }

    /// The MSP's side replied in public: the first response, or the reply that the customer waits for.
    pub fn staff_replied(&mut self, at: Timestamp) {
        self.history.staff_replied(at);
    }

    /// The customer wrote. A new wait has its own warnings and rungs.
    pub fn customer_wrote(&mut self, at: Timestamp) {
        if self.history.customer_wrote(at) {
            self.marks.retain(|mark| mark.clock() != ClockKind::NextReply);
        }
    }

    /// When a promise was missed; for `next_reply`, the one for the present or last wait.
    pub fn breached_at(&self, kind: ClockKind) -> Option<Timestamp> {
        match kind {
            ClockKind::FirstResponse => self.first_response_breached_at,
            ClockKind::NextReply => self.history.waiting.as_ref().and_then(|waiting| waiting.breached_at),
            ClockKind::Resolution => self.resolution_breached_at,
        }
    }

    /// Whether any promise was missed, ever.
    pub fn is_breached(&self) -> bool {
        self.first_response_breached_at.is_some()
            || self.next_reply_breached_at.is_some()
            || self.resolution_breached_at.is_some()
    }
}

impl Mark {
    /// Of which clock.
    pub fn clock(&self) -> ClockKind {
        match self {
            Mark::Warning(clock, _) | Mark::Rung(clock, _) => *clock,
        }
    }
}
