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
    pub(super) fn start(created_at: Timestamp, status: Status) -> Self {
        let stands_still = !runs_in(status);
        Self {
            created_at,
            created_closed: status.is_final(),
            first_response_at: None,
            waiting: None,
            pauses: if stands_still { vec![Pause { from: created_at, to: None }] } else { Vec::new() },
            folded: None,
            resolved_at: matches!(status, Status::Resolved | Status::Closed).then_some(created_at),
            ended_at: status.is_final().then_some(created_at),
        }
    }

    /// The ticket's status changed.
    pub(super) fn went_to(&mut self, status: Status, at: Timestamp, plan: Option<&Plan>) {
        let running = self.pauses.last().is_none_or(|pause| pause.to.is_some());
        if running && !runs_in(status) {
            self.pauses.push(Pause { from: at, to: None });
        } else if !running && runs_in(status) {
            self.resume(at);
            self.fold(plan);
        }
        self.resolved_at = match status {
            Status::Resolved => Some(at),
            Status::Closed => self.resolved_at.or(Some(at)),
            _ => None,
        };
        self.ended_at = status.is_final().then_some(at);
    }

    fn resume(&mut self, at: Timestamp) {
        if let Some(last) = self.pauses.last_mut() {
            last.to = Some(at);
        }
        // A pause of no length is none.
        self.pauses.pop_if(|last| last.from >= at);
    }

    /// The MSP's side replied in public.
    pub(super) fn staff_replied(&mut self, at: Timestamp) {
        if self.ended_at.is_some() {
            return;
        }
        self.first_response_at.get_or_insert(at);
        if let Some(waiting) = &mut self.waiting {
            waiting.answered_at.get_or_insert(at);
        }
    }

    /// The customer wrote; whether a new wait begins with it. Before the first response none does, and a wait that
    /// has begun is not moved.
    pub(super) fn customer_wrote(&mut self, at: Timestamp) -> bool {
        let waits = self.waiting.as_ref().is_some_and(|waiting| waiting.answered_at.is_none());
        if self.first_response_at.is_none() || waits || self.ended_at.is_some() {
            return false;
        }
        self.waiting = Some(Waiting { since: at, answered_at: None, breached_at: None });
        true
    }

    /// When the resolution clock runs: spans in order, the last one open-ended while it runs now.
    pub(super) fn running(&self) -> Vec<(Timestamp, Option<Timestamp>)> {
        let mut spans = Vec::with_capacity(self.pauses.len() + 1);
        let mut since = Some(self.folded.as_ref().map_or(self.created_at, |folded| folded.until));
        for pause in &self.pauses {
            if let Some(from) = since {
                spans.push((from, Some(pause.from)));
            }
            since = pause.to;
        }
        spans.extend(since.map(|from| (from, None)));
        spans
    }

    /// Sums up the oldest pauses when there are too many, by the calendar that holds now.
    fn fold(&mut self, plan: Option<&Plan>) {
        if self.pauses.len() <= MOST_PAUSES {
            return;
        }
        let Some(until) = self.pauses[PAUSES_FOLDED - 1].to else { return };
        let (mut business, mut always) = self
            .folded
            .as_ref()
            .map_or((SignedDuration::ZERO, SignedDuration::ZERO), |folded| (folded.business, folded.always));
        for (from, to) in self.running().into_iter().take(PAUSES_FOLDED) {
            let to = to.unwrap_or(until);
            always += to.duration_since(from);
            business += match plan {
                Some(plan) => plan.business.open_between(from, to),
                None => to.duration_since(from),
            };
        }
        self.pauses.drain(..PAUSES_FOLDED);
        self.folded = Some(Folded { until, business, always });
    }
}

/// Whether the resolution clock runs in a status.
fn runs_in(status: Status) -> bool {
    matches!(status, Status::New | Status::Open)
}
