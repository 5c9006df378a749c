//! The clocks against a desk that looks at every ticket every minute.

use std::collections::BTreeSet;

use crate::common::calendars::{calendars, places};
use crate::common::policy;
use crate::common::slow::{Minute, Minutes};
use domain::sla::{
    Action, ClockKind, ClockState, Fired, Past, PastStep, Plan, Policy, PriorityTargets, Step, Target, Targets,
    TimeBasis, WhatHappened, When, preview,
};
use domain::tickets::{Priority, Status, allowed_from};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn instant(minute: Minute) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

/// Consumed minutes of one clock, in both kinds of time.
#[derive(Debug, Clone, Copy, Default)]
struct Consumed {
    business: i64,
    always: i64,
}

impl Consumed {
    fn of(self, target: Target) -> i64 {
        match target.time {
            TimeBasis::Business => self.business,
            TimeBasis::Always => self.always,
        }
    }
}

/// A desk without any cleverness.
struct SlowDesk<'a> {
    policy: &'a Policy,
    minutes: &'a Minutes,
    priority: Priority,
    status: Status,
    consumed: [Consumed; 3],
    responded: bool,
    waiting: bool,
    fired: BTreeSet<Mark>,
    consumed_at_breach: [Option<Consumed>; 3],
    log: Vec<(Minute, Mark)>,
}

type Mark = (ClockKind, What);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Warned(u8),
    Missed,
    Rung(When),
}

impl SlowDesk<'_> {
    fn target(&self, kind: ClockKind) -> Option<Target> {
        self.policy.targets.of(self.priority).of(kind)
    }

    fn counts(&self, kind: ClockKind) -> bool {
        let over = matches!(self.status, Status::Closed | Status::Cancelled);
        !over
            && match kind {
                ClockKind::FirstResponse => !self.responded,
                ClockKind::NextReply => self.responded && self.waiting,
                ClockKind::Resolution => matches!(self.status, Status::New | Status::Open),
            }
    }

    /// Whether something may fall due; a paused clock has not moved, so it does not matter that it counts as well.
    fn may_fire(&self, kind: ClockKind) -> bool {
        self.counts(kind) || (kind == ClockKind::Resolution && self.status.is_pending())
    }

    fn fire(&mut self, now: Minute) {
        while self.fire_one(now) {}
    }

    /// At one instant warnings come first, then misses, then rungs, the lower first.
    fn fire_one(&mut self, now: Minute) -> bool {
        let running = ClockKind::ALL.into_iter().filter(|kind| self.may_fire(*kind));
        let clocks: Vec<_> = running.filter_map(|kind| Some((kind, self.target(kind)?))).collect();
        let consumed = |kind: ClockKind, target| self.consumed[kind as usize].of(target);
        let mut come = Vec::new();
        for (kind, target) in clocks {
            let whole = i64::from(target.minutes);
            let reached = |percent: i64| consumed(kind, target) * 100 >= whole * percent;
            let warnings = self.policy.warnings.iter().filter(|percent| reached(i64::from(**percent)));
            come.extend(warnings.map(|percent| (What::Warned(*percent), kind)));
            if reached(100) {
                come.push((What::Missed, kind));
            }
            for step in self.policy.ladder.iter().filter(|step| step.on.contains(&kind)) {
                let reached = match step.when {
                    When::AtPercent(percent) => reached(i64::from(percent)),
                    When::AfterBreach(minutes) => self.consumed_at_breach[kind as usize]
                        .is_some_and(|then| consumed(kind, target) >= then.of(target) + i64::from(minutes)),
                };
                if reached {
                    come.push((What::Rung(step.when), kind));
                }
            }
        }
        come.retain(|(what, kind)| !self.fired.contains(&(*kind, *what)));
        let Some((what, kind)) = come.into_iter().min() else { return false };
        self.fired.insert((kind, what));
        self.log.push((now, (kind, what)));
        match what {
            What::Missed => self.consumed_at_breach[kind as usize] = Some(self.consumed[kind as usize]),
            What::Rung(when) => {
                let mut steps = self.policy.ladder.iter();
                let step = steps.find(|step| step.when == when && step.on.contains(&kind)).unwrap();
                if step.actions.contains(&Action::RaisePriority {}) {
                    self.priority = self.priority.raised();
                }
            }
            What::Warned(_) => {}
        }
        true
    }

    fn apply(&mut self, what: WhatHappened) {
        match what {
            WhatHappened::Status(status) => self.status = status,
            WhatHappened::Priority(priority) => self.priority = priority,
            WhatHappened::StaffReplied if matches!(self.status, Status::Closed | Status::Cancelled) => {}
            WhatHappened::StaffReplied => {
                self.responded = true;
                self.waiting = false;
            }
            WhatHappened::CustomerReplied => {
                let over = matches!(self.status, Status::Closed | Status::Cancelled);
                if self.responded && !self.waiting && !over {
                    self.waiting = true;
                    self.consumed[ClockKind::NextReply as usize] = Consumed::default();
                    self.consumed_at_breach[ClockKind::NextReply as usize] = None;
                    self.fired.retain(|(kind, _)| *kind != ClockKind::NextReply);
                }
            }
        }
    }

    fn pass_a_minute(&mut self, now: Minute) {
        for kind in ClockKind::ALL {
            if self.counts(kind) {
                let consumed = &mut self.consumed[kind as usize];
                consumed.always += 1;
                consumed.business += i64::from(self.minutes.is_open(now));
            }
        }
    }
}

fn mark_of(fired: &Fired) -> (Minute, Mark) {
    assert_eq!(fired.at().as_nanosecond() % 60_000_000_000, 0);
    let mark = match fired {
        Fired::Warned { clock, percent, .. } => (*clock, What::Warned(*percent)),
        Fired::Breached { clock, .. } => (*clock, What::Missed),
        Fired::Escalated { clock, when, .. } => (*clock, What::Rung(*when)),
    };
    (fired.at().as_second() / 60, mark)
}

/// In units of twenty minutes, so that every share is whole minutes.
fn target() -> impl Strategy<Value = Option<Target>> {
    let time = prop_oneof![3 => Just(TimeBasis::Business), 1 => Just(TimeBasis::Always)];
    proptest::option::weighted(0.8, (1u32..60, time).prop_map(|(units, time)| Target { minutes: units * 20, time }))
}

fn policies() -> impl Strategy<Value = Policy> {
    let targets = proptest::array::uniform9(target());
    let warnings = proptest::sample::subsequence(vec![25u8, 50, 75, 90], 0..3);
    let when = prop_oneof![(1u16..40).prop_map(|n| When::AtPercent(n * 5)), (0u32..300).prop_map(When::AfterBreach)];
    let rung = (proptest::sample::subsequence(ClockKind::ALL.to_vec(), 1..3), when, any::<bool>());
    (targets, warnings, proptest::collection::vec(rung, 0..3)).prop_map(|(targets, warnings, rungs)| {
        let of = |n: usize| PriorityTargets {
            first_response: targets[n],
            next_reply: targets[n + 1],
            resolution: targets[n + 2],
        };
        let mut seen = BTreeSet::new();
        let ladder = rungs
            .into_iter()
            .map(|(on, when, raise)| {
                let on = on.into_iter().filter(|kind| seen.insert((*kind, when))).collect();
                let tell = Action::NotifyRoles { roles: vec![domain::Role::Manager] };
                Step { on, when, actions: vec![if raise { Action::RaisePriority {} } else { tell }] }
            })
            .collect();
        let targets = Targets { p1: of(0), p2: of(3), p3: of(6), p4: of(3) };
        Policy { targets, warnings, ladder, ..policy(PriorityTargets::default(), &[], vec![]) }
    })
}

/// Minutes until the next thing happens, and what.
fn steps() -> impl Strategy<Value = Vec<(i64, u8)>> {
    proptest::collection::vec((0i64..400, any::<u8>()), 0..9)
}

fn past(created: Minute, steps: &[(i64, u8)]) -> Past {
    let (mut now, mut status) = (created, Status::New);
    let mut all = Vec::new();
    for (wait, choice) in steps {
        now += wait;
        let pick = usize::from(choice / 8);
        let what = match choice % 8 {
            0 | 1 => WhatHappened::StaffReplied,
            2 | 3 => WhatHappened::CustomerReplied,
            4 => WhatHappened::Priority(Priority::ALL[pick % 4]),
            _ => {
                // Seldom over for good, for then nothing happens any more.
                let next: Vec<Status> =
                    allowed_from(status).iter().copied().filter(|next| !next.is_final() || *choice > 240).collect();
                let Some(next) = next.get(pick % next.len().max(1)) else { continue };
                status = *next;
                WhatHappened::Status(status)
            }
        };
        all.push(PastStep { at: instant(now), what });
    }
    Past { created_at: instant(created), status: Status::New, priority: Priority::P3, steps: all }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_agrees_with_a_desk_that_looks_every_minute(
        (calendar, near) in places().prop_flat_map(|(zone, near)| (calendars(zone, near), Just(near))),
        policy in policies(),
        steps in steps(),
        from in -3 * 1440i64..1440,
        after in 0i64..1_500,
    ) {
        let created = near / 60 + from;
        let past = past(created, &steps);
        let now = past.steps.last().map_or(created, |step| step.at.as_second() / 60) + after;
        let minutes = Minutes::new(&calendar, created - 1, 6 * 1440);

        let mut slow = SlowDesk {
            policy: &policy,
            minutes: &minutes,
            priority: past.priority,
            status: past.status,
            consumed: [Consumed::default(); 3],
            responded: false,
            waiting: false,
            fired: BTreeSet::new(),
            consumed_at_breach: [None; 3],
            log: Vec::new(),
        };
        let mut steps = past.steps.iter().peekable();
        for minute in created..=now {
            slow.fire(minute);
            while let Some(step) = steps.next_if(|step| step.at == instant(minute)) {
                slow.apply(step.what);
                slow.fire(minute);
            }
            if minute < now {
                slow.pass_a_minute(minute);
            }
        }

        let plan = Plan::new(policy.clone(), Some(&calendar));
        let previewed = preview(&past, Some(&plan), instant(now)).unwrap();
        let mut fired: Vec<(Minute, Mark)> = previewed.fired.iter().map(mark_of).collect();
        prop_assert!(fired.is_sorted_by_key(|(minute, _)| *minute));
        fired.sort();
        let mut log = slow.log.clone();
        log.sort();
        prop_assert_eq!(fired, log);
        prop_assert_eq!(previewed.priority, slow.priority);

        for clock in &previewed.clocks {
            let consumed = slow.target(clock.kind).map(|target| slow.consumed[clock.kind as usize].of(target));
            prop_assert_eq!(clock.consumed, consumed.map(SignedDuration::from_mins), "{:?}", clock);
            let missed = slow.fired.contains(&(clock.kind, What::Missed));
            prop_assert_eq!(clock.state == ClockState::Breached, missed, "{:?}", clock);
            let running = matches!(clock.state, ClockState::OnTrack | ClockState::AtRisk | ClockState::Critical);
            prop_assert_eq!(running, slow.counts(clock.kind) && !missed, "{:?}", clock);
        }

        // And what is promised next comes at the minute that was said.
        let dues: Vec<_> = previewed.clocks.iter().filter(|clock| slow.counts(clock.kind) && clock.completed_at.is_none() && clock.target_minutes.is_some()).collect();
        for minute in now..now + 1440 {
            for clock in &dues {
                let missed = slow.consumed[clock.kind as usize].of(slow.target(clock.kind).unwrap()) >= i64::from(clock.target_minutes.unwrap());
                prop_assert_eq!(missed, clock.due.is_some_and(|due| due <= instant(minute)), "{:?} at {}", clock, instant(minute));
            }
            slow.pass_a_minute(minute);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn looking_often_and_looking_once_find_the_same(
        (calendar, near) in places().prop_flat_map(|(zone, near)| (calendars(zone, near), Just(near))),
        policy in policies(),
        looks in proptest::collection::vec(0i64..700, 0..6),
    ) {
        let created = near / 60;
        let plan = Plan::new(policy, Some(&calendar));
        let mut now = created;
        let mut steps = Vec::new();
        for wait in looks {
            now += wait;
            // A customer who writes before the first response moves no clock: it is only a look.
            steps.push(PastStep { at: instant(now), what: WhatHappened::CustomerReplied });
        }
        let often = Past { created_at: instant(created), status: Status::New, priority: Priority::P3, steps };
        let once = Past { steps: vec![], ..often.clone() };
        let end = instant(now + 1_000);
        prop_assert_eq!(preview(&often, Some(&plan), end).unwrap(), preview(&once, Some(&plan), end).unwrap());
    }
}
