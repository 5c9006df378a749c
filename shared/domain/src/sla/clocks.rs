//! How the promises of a ticket stand at an instant.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::advance::TicketSla;
use super::policy::Plan;
use crate::tickets::Priority;

/// The three promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ClockKind {
    /// Until the first public reply. Never pauses.
    FirstResponse,
    /// From the customer's first unanswered contact until a public reply. Never pauses, and does not run before
    /// the first response was given.
    NextReply,
    /// Until the ticket is resolved. Pauses in the pending states.
    Resolution,
}

impl ClockKind {
    /// All clocks.
    pub const ALL: [ClockKind; 3] = [ClockKind::FirstResponse, ClockKind::NextReply, ClockKind::Resolution];
}

impl fmt::Display for ClockKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ClockKind::FirstResponse => "first_response",
            ClockKind::NextReply => "next_reply",
            ClockKind::Resolution => "resolution",
        })
    }
}

/// How a promise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ClockState {
    /// More than half of the time is left.
    OnTrack,
    /// From 20 to 50 per cent are left.
    AtRisk,
    /// Less than 20 per cent are left.
    Critical,
    /// Missed, for good.
    Breached,
    /// Not running, for example while the ticket waits for the customer.
    Paused,
    /// Kept.
    Met,
}

/// One promise, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Which promise.
    pub kind: ClockKind,
    /// What was promised, in minutes of the target's own time.
    pub target_minutes: u32,
    /// When it falls or fell due; absent while paused, for then nobody knows.
    pub due: Option<Timestamp>,
    /// How much of the target's own time has passed.
    pub consumed: SignedDuration,
    /// What is left of the target; negative after a miss.
    pub remaining: SignedDuration,
    /// How it stands.
    pub state: ClockState,
    /// When it was missed.
    pub breached_at: Option<Timestamp>,
    /// When it ended: the reply was given, the ticket resolved.
    pub completed_at: Option<Timestamp>,
}

/// The clocks of a ticket at `now`. Empty without a plan, and for a ticket that was created closed.
pub fn clocks(sla: &TicketSla, priority: Priority, plan: Option<&Plan>, now: Timestamp) -> Vec<Clock> {
    let _ = (sla, priority, plan, now);
    Vec::new()
}

/// Which promise is due next: the running one with the earliest due.
pub fn next_due(clocks: &[Clock]) -> Option<ClockKind> {
    clocks
        .iter()
        .filter(|clock| matches!(clock.state, ClockState::OnTrack | ClockState::AtRisk | ClockState::Critical))
        .filter_map(|clock| clock.due.map(|due| (due, clock.kind)))
        .min()
        .map(|(_, kind)| kind)
}
