//! How the promises of a ticket stand at an instant.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::policy::{ClockKind, Plan, Target, TimeBasis};
use super::ticket::TicketSla;
use crate::tickets::Priority;

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
    /// What was promised, in minutes of the target's own time; absent where nothing is promised any more, and only the
    /// miss of an earlier promise remains.
    pub target_minutes: Option<u32>,
    /// When it falls or fell due; absent while paused, for then nobody knows.
    pub due: Option<Timestamp>,
    /// How much of the target's own time has passed; absent without a target.
    pub consumed: Option<SignedDuration>,
    /// What is left of the target; negative after a miss, absent without a target.
    pub remaining: Option<SignedDuration>,
    /// How it stands.
    pub state: ClockState,
    /// When it was missed.
    pub breached_at: Option<Timestamp>,
    /// When it ended: the reply was given, the ticket resolved.
    pub completed_at: Option<Timestamp>,
}

/// The clocks of a ticket at `now`. None for a ticket that was created closed. A ticket that was closed or cancelled
/// shows what was kept and what was missed; what nobody waits for any more is left out. What was missed stays to be
/// seen, whatever is promised afterwards.
pub fn clocks(sla: &TicketSla, priority: Priority, plan: Option<&Plan>, now: Timestamp) -> Vec<Clock> {
    let promised = |kind| plan.and_then(|plan| Some((plan, plan.policy.targets.of(priority).of(kind)?)));
    let clock = |kind| match promised(kind) {
        Some((plan, target)) => clock(sla, kind, target, plan, now),
        None => missed(sla, kind),
    };
    ClockKind::ALL.into_iter().filter_map(clock).collect()
}

/// The miss of a promise that is not made any more.
fn missed(sla: &TicketSla, kind: ClockKind) -> Option<Clock> {
    let breached_at = sla.breached_at(kind);
    breached_at.is_some().then(|| Clock {
        kind,
        target_minutes: None,
        due: None,
        consumed: None,
        remaining: None,
        state: ClockState::Breached,
        breached_at,
        completed_at: Course::of(&sla.history, kind, TimeBasis::Always).and_then(|course| course.completed_at),
    })
}

fn clock(sla: &TicketSla, kind: ClockKind, target: Target, plan: &Plan, now: Timestamp) -> Option<Clock> {
    let course = Course::of(&sla.history, kind, target.time)?;
    let whole = target.duration();
    let consumed = course.consumed(plan, now);

    let due = match course.completed_at {
        None => course.reach(plan, whole),
        Some(_) => course.went_on().reach(plan, whole),
    };
    // A read may come before the scan: what is late is late, recorded or not.
    let unrecorded = || due.filter(|due| course.is_alive() && *due <= now).map(|due| due.max(sla.promised_at));
    let breached_at = sla.breached_at(kind).or_else(unrecorded);
    if !course.is_alive() && course.completed_at.is_none() && breached_at.is_none() {
        return None;
    }
    let state = if breached_at.is_some() {
        ClockState::Breached
    } else if course.completed_at.is_some() {
        ClockState::Met
    } else if !course.is_running() {
        ClockState::Paused
    } else {
        how_far(consumed, whole)
    };
    Some(Clock {
        kind,
        target_minutes: Some(target.minutes),
        due,
        consumed: Some(consumed),
        remaining: Some(whole - consumed),
        state,
        breached_at,
        completed_at: course.completed_at,
    })
}

/// More than 50 % left, 20 to 50 %, or less.
fn how_far(consumed: SignedDuration, whole: SignedDuration) -> ClockState {
    let (left, whole) = ((whole - consumed).as_nanos(), whole.as_nanos());
    if left * 100 > whole * 50 {
        ClockState::OnTrack
    } else if left * 100 >= whole * 20 {
        ClockState::AtRisk
    } else {
        ClockState::Critical
    }
}

/// When one clock runs, and in which kind of time.
#[derive(Debug, Clone)]
pub(super) struct Course {
    spans: Vec<(Timestamp, Option<Timestamp>)>,
    basis: TimeBasis,
    /// Consumed before the first span.
    already: SignedDuration,
    pub(super) completed_at: Option<Timestamp>,
    ended: bool,
}

impl Course {
    /// `None` when the clock never started.
    pub(super) fn of(history: &History, kind: ClockKind, basis: TimeBasis) -> Option<Self> {
        if history.created_closed {
            return None;
        }
        let ended = history.ended_at;
        let one = |from: Timestamp, completed_at: Option<Timestamp>| Self {
            spans: vec![(from, completed_at.or(ended))],
            basis,
            already: SignedDuration::ZERO,
            completed_at,
            ended: ended.is_some(),
        };
        match kind {
            ClockKind::FirstResponse => Some(one(history.created_at, history.first_response_at)),
            ClockKind::NextReply => {
                let waiting = history.waiting.as_ref()?;
                Some(one(waiting.since, waiting.answered_at))
            }
            ClockKind::Resolution => Some(Self {
                spans: history.running(),
                basis,
                already: history.folded.as_ref().map_or(SignedDuration::ZERO, |folded| match basis {
                    TimeBasis::Business => folded.business,
                    TimeBasis::Always => folded.always,
                }),
                completed_at: history.resolved_at,
                ended: ended.is_some(),
            }),
        }
    }

    /// Whether anything can still fall due: neither done nor over.
    pub(super) fn is_alive(&self) -> bool {
        self.completed_at.is_none() && !self.ended
    }

    fn is_running(&self) -> bool {
        self.spans.last().is_some_and(|(_, end)| end.is_none())
    }

    /// As if it had not stopped in the end.
    fn went_on(&self) -> Self {
        let mut course = self.clone();
        if let Some((_, end)) = course.spans.last_mut() {
            *end = None;
        }
        course
    }

    /// What it has consumed by an instant.
    pub(super) fn consumed(&self, plan: &Plan, by: Timestamp) -> SignedDuration {
        let spans = self.spans.iter().map(|(from, to)| plan.passed(self.basis, *from, to.map_or(by, |to| to.min(by))));
        spans.fold(self.already, |sum, span| sum + span)
    }

    /// When it has consumed so much; `None` when it stands still before that, or too far away.
    pub(super) fn reach(&self, plan: &Plan, amount: SignedDuration) -> Option<Timestamp> {
        let mut consumed = self.already;
        for (from, to) in &self.spans {
            let left = amount - consumed;
            if let Some(to) = to {
                let span = plan.passed(self.basis, *from, *to);
                if span < left {
                    consumed += span;
                    continue;
                }
            }
            return plan.after(self.basis, *from, left);
        }
        None
    }
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
