//! What happened to a ticket, as far as its clocks care.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::policy::Plan;
use crate::tickets::Status;

/// How many pauses a ticket remembers one by one before the oldest are summed up.
pub const MOST_PAUSES: usize = 100;
/// How many are summed up at once.
pub const PAUSES_FOLDED: usize = 50;

/// What happened to a ticket, as far as its clocks care. Bounded, whatever people do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// When the ticket was opened.
    pub created_at: Timestamp,
    /// Created closed: no clock ever starts.
    #[serde(default)]
    pub created_closed: bool,
    /// The first public reply of the MSP's side.
    #[serde(default)]
    pub first_response_at: Option<Timestamp>,
    /// The last time that the customer waited for a reply, the first response apart.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// When the resolution clock stood still, oldest first, apart.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// The part of the past that is only kept as a sum.
    #[serde(default)]
    pub folded: Option<Folded>,
    /// Since when the ticket is resolved, if it is.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
    /// When the ticket was closed or cancelled; everything stands still since.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}

/// The customer waits, or waited, for a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Their first unanswered contact.
    pub since: Timestamp,
    /// When it was answered.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// When the target for it was missed.
    #[serde(default)]
    pub breached_at: Option<Timestamp>,
}

/// The resolution clock stood still in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

/// What the resolution clock had consumed by an instant, in both kinds of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// By then.
    pub until: Timestamp,
    /// Business time, by the calendar of the day on which it was summed up.
    pub business: SignedDuration,
    /// All time.
    pub always: SignedDuration,
}

impl History {
    /// A ticket was opened in this status.
    pub fn start(created_at: Timestamp, status: Status) -> Self {
        let _ = status;
        Self {
            created_at,
            created_closed: false,
            first_response_at: None,
            waiting: None,
            pauses: vec![],
            folded: None,
            resolved_at: None,
            ended_at: None,
        }
    }

    /// The ticket's status changed.
    pub fn went_to(&mut self, _status: Status, _at: Timestamp, _plan: Option<&Plan>) {}
    /// The MSP's side replied in public.
    pub fn staff_replied(&mut self, _at: Timestamp) {}
    /// The customer wrote.
    pub fn customer_wrote(&mut self, _at: Timestamp) {}
}
