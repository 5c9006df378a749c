//! What falls due, each thing once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clocks::{ClockKind, Course};
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

impl Fired {
    /// When it fell due.
    pub fn at(&self) -> Timestamp {
        match self {
            Fired::Warned { at, .. } | Fired::Breached { at, .. } | Fired::Escalated { at, .. } => *at,
        }
    }
}

/// Brings a ticket's SLA up to `now`: everything whose instant has come and that has not fired fires, once, in
/// the order of the instants.
///
/// A miss under the plan that held until then counts even when `plan` is a kinder one; and what `plan` makes due
/// retroactively falls due when it begins to hold.
pub fn advance(sla: TicketSla, aim: Aim, plan: Option<&Plan>, now: Timestamp) -> Advanced {
    let mut at_work = AtWork { sla, aim, fired: Vec::new() };
    at_work.catch_up(plan, now);
    at_work.look_ahead(plan);
    Advanced { sla: at_work.sla, aim: at_work.aim, fired: at_work.fired }
}

/// The same without a look at what comes next, for whoever goes on at once.
pub(super) fn catch_up(sla: TicketSla, aim: Aim, plan: Option<&Plan>, now: Timestamp) -> Advanced {
    let mut at_work = AtWork { sla, aim, fired: Vec::new() };
    at_work.catch_up(plan, now);
    Advanced { sla: at_work.sla, aim: at_work.aim, fired: at_work.fired }
}

/// The next instant at which [`advance`] would find something; `None` when nothing can come by itself.
pub fn next_mark(sla: &TicketSla, priority: Priority, plan: Option<&Plan>) -> Option<Timestamp> {
    let plan = plan?;
    let alive = |kind| Alive::of(sla, kind, priority, plan);
    // Time only ever adds to what a clock has consumed, so the smallest amount comes first.
    let first = |clock: Alive<'_>| clock.unfired().min_by_key(|due| due.amount).and_then(|due| clock.instant(&due));
    ClockKind::ALL.into_iter().filter_map(alive).filter_map(first).min()
}

struct AtWork {
    sla: TicketSla,
    aim: Aim,
    fired: Vec<Fired>,
}

impl AtWork {
    /// Fires everything that has come.
    fn catch_up(&mut self, plan: Option<&Plan>, now: Timestamp) {
        self.adopt(plan, now);
        if let Some(plan) = plan {
            while let Some(next) = self.next(plan, now) {
                self.fire(next, plan);
            }
        }
    }

    /// From now on this plan holds. What was missed under the one before stays missed.
    fn adopt(&mut self, plan: Option<&Plan>, now: Timestamp) {
        let (policy, calendar) = (plan.map(|plan| plan.policy.id), plan.and_then(|plan| plan.calendar));
        let the_same = (policy, calendar) == (self.sla.policy, self.sla.calendar);
        let changed_at = match plan {
            Some(plan) if the_same => plan.changed_at.min(now),
            _ => now,
        };
        let mut missed: Vec<(Timestamp, ClockKind)> = ClockKind::ALL
            .into_iter()
            .filter_map(|clock| self.sla.dues.of(clock).map(|due| (due, clock)))
            .filter(|(due, clock)| *due <= changed_at && self.sla.breached_at(*clock).is_none())
            .collect();
        missed.sort_unstable();
        for (at, clock) in missed {
            self.breach(clock, at);
        }
        if !the_same || plan.is_some() {
            self.sla.promised_at = self.sla.promised_at.max(changed_at);
        }
        (self.sla.policy, self.sla.calendar) = (policy, calendar);
    }

    /// The earliest thing that has come and not fired.
    fn next(&self, plan: &Plan, now: Timestamp) -> Option<(Timestamp, Due)> {
        let alive = |kind| Alive::of(&self.sla, kind, self.aim.priority, plan);
        let come = |clock: Alive<'_>| {
            let consumed = clock.course.consumed(plan, now);
            let come = clock.unfired().filter(|due| due.amount <= consumed);
            come.filter_map(|due| Some((clock.instant(&due)?, due))).min()
        };
        ClockKind::ALL.into_iter().filter_map(alive).filter_map(come).min().filter(|(at, _)| *at <= now)
    }

    fn fire(&mut self, (at, due): (Timestamp, Due), plan: &Plan) {
        let clock = due.clock;
        match due.what {
            What::Warning(percent) => {
                self.sla.marks.insert(Mark::Warning(clock, percent));
                self.fired.push(Fired::Warned { clock, percent, at });
            }
            What::Breach => self.breach(clock, at),
            What::Rung(when) => {
                self.sla.marks.insert(Mark::Rung(clock, when));
                let steps = plan.policy.ladder.iter();
                let actions: Vec<Action> = steps
                    .filter(|step| step.when == when && step.on.contains(&clock))
                    .flat_map(|step| step.actions.iter().cloned())
                    .collect();
                self.act(&actions, at);
                self.fired.push(Fired::Escalated { clock, when, at, actions });
            }
        }
    }

    fn breach(&mut self, clock: ClockKind, at: Timestamp) {
        match clock {
            ClockKind::FirstResponse => self.sla.first_response_breached_at = Some(at),
            ClockKind::Resolution => self.sla.resolution_breached_at = Some(at),
            ClockKind::NextReply => {
                if let Some(waiting) = &mut self.sla.history.waiting {
                    waiting.breached_at = Some(at);
                }
                self.sla.next_reply_breached_at.get_or_insert(at);
                self.sla.replies_missed = self.sla.replies_missed.saturating_add(1);
            }
        }
        self.fired.push(Fired::Breached { clock, at });
    }

    fn act(&mut self, actions: &[Action], at: Timestamp) {
        for action in actions {
            match action {
                Action::RaisePriority => {
                    let raised = self.aim.priority.raised();
                    if raised != self.aim.priority {
                        self.aim.priority = raised;
                        self.sla.promised_at = self.sla.promised_at.max(at);
                    }
                }
                Action::MoveToDepartment { department } => self.aim.department = Some(*department),
                Action::NotifyRoles { .. } | Action::NotifyUsers { .. } => {}
            }
        }
    }

    /// Writes down what comes next, and what is promised until the plan changes.
    fn look_ahead(&mut self, plan: Option<&Plan>) {
        self.sla.next_mark = next_mark(&self.sla, self.aim.priority, plan);
        let due = |kind| {
            let clock = Alive::of(&self.sla, kind, self.aim.priority, plan?)?;
            clock.unfired().find(|due| due.what == What::Breach).and_then(|due| clock.instant(&due))
        };
        self.sla.dues = Dues {
            first_response: due(ClockKind::FirstResponse),
            next_reply: due(ClockKind::NextReply),
            resolution: due(ClockKind::Resolution),
        };
    }
}

/// Something that will fall due. The order settles what fires first at one instant: warnings, then misses, then
/// rungs, so that nobody is told of an escalation before its cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    what: What,
    clock: ClockKind,
    /// The consumed time at which it does.
    amount: SignedDuration,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Warning(u8),
    Breach,
    Rung(When),
}

/// A clock that can still fire something.
struct Alive<'a> {
    sla: &'a TicketSla,
    plan: &'a Plan,
    kind: ClockKind,
    course: Course,
    target: SignedDuration,
}

impl<'a> Alive<'a> {
    fn of(sla: &'a TicketSla, kind: ClockKind, priority: Priority, plan: &'a Plan) -> Option<Self> {
        let target = plan.policy.targets.of(priority).of(kind)?;
        let course = Course::of(&sla.history, kind, target.time).filter(Course::is_alive)?;
        Some(Self { sla, plan, kind, course, target: target.duration() })
    }

    /// Everything of this clock that has not fired.
    fn unfired(&self) -> impl Iterator<Item = Due> {
        let due = |what, amount| Due { what, clock: self.kind, amount };
        let full = self.sla.marks.len() >= MOST_MARKS;
        let new = move |mark: &Mark| !full && !self.sla.marks.contains(mark);

        let breach = self.sla.breached_at(self.kind).is_none().then(|| due(What::Breach, self.target));
        let warnings = self.plan.policy.warnings.iter();
        let warnings = warnings.filter(move |percent| new(&Mark::Warning(self.kind, **percent)));
        let rungs = self.plan.policy.ladder.iter().filter(|step| step.on.contains(&self.kind));
        let rungs = rungs.filter(move |step| new(&Mark::Rung(self.kind, step.when)));
        breach
            .into_iter()
            .chain(warnings.map(move |percent| due(What::Warning(*percent), self.share(u16::from(*percent)))))
            .chain(rungs.map(move |step| due(What::Rung(step.when), self.rung_at(step.when))))
    }

    /// A share of the target, exact: a minute is a multiple of a hundred nanoseconds.
    fn share(&self, percent: u16) -> SignedDuration {
        SignedDuration::from_nanos_i128(self.target.as_nanos() * i128::from(percent) / 100)
    }

    fn rung_at(&self, when: When) -> SignedDuration {
        match when {
            When::AtPercent(percent) => self.share(percent),
            When::AfterBreach(minutes) => {
                let breached_at = self.sla.breached_at(self.kind);
                let by_then = breached_at.map_or(self.target, |at| self.course.consumed(self.plan, at));
                by_then + SignedDuration::from_mins(i64::from(minutes))
            }
        }
    }

    /// When it falls due: never before it was promised, nor a rung after the miss before the miss.
    fn instant(&self, due: &Due) -> Option<Timestamp> {
        let reached = self.course.reach(self.plan, due.amount)?.max(self.sla.promised_at);
        let after_breach = matches!(due.what, What::Rung(When::AfterBreach(_)));
        Some(self.sla.breached_at(self.kind).filter(|_| after_breach).map_or(reached, |at| reached.max(at)))
    }
}
