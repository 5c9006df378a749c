//! What falls due, each thing once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clocks::Course;
use super::policy::{Action, ClockKind, Plan, When};
use super::ticket::{Dues, MOST_MARKS, Mark, TicketSla};
use crate::ids::DepartmentId;
use crate::tickets::Priority;

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
                Action::RaisePriority {} => {
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
