//! Dunning: what is done about an invoice that is not paid, step by step, in business days.
//!
//! Two clocks: calendar dates decide when an invoice is due, business days on which dunning is not paused decide how
//! long it has been waited since. The next step is always computed from what was done, never from when a job ran.

pub mod step;

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::step::StepKind;
use crate::billing::messages::{Message, Placeholder};
use crate::calendar::days::BusinessDays;
use crate::error::Refusal;
use crate::invalid::Check;
use crate::money::Money;

/// Furthest step from the due date, in business days: about a year.
pub const FURTHEST_DAYS: i16 = 260;
/// Most pauses of one invoice.
pub const MOST_PAUSES: usize = 50;
/// A promise to pay reaches so many days ahead at most: one for later is a deferral, and a matter of the terms.
pub const LONGEST_PROMISE_DAYS: i64 = 180;
/// A next step is looked for so many calendar days ahead: a step 260 business days away, on one business day a week.
const LOOK_AHEAD_DAYS: u16 = 2_000;
/// Highest rate of interest, in per cent a year; more is a mistake of the decimal point.
pub const MOST_PERCENT: u32 = 100;

/// When a step is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DunningStep {
    /// Which step.
    pub kind: StepKind,
    /// So many business days after the due date; for the reminder 0 or less: so many before it.
    pub days: i16,
    /// What is charged with it, if the invoice is in this currency.
    #[serde(default)]
    pub late_fee: Option<Money>,
    /// What the client is written, with `{client}`, `{company}`, `{number}`, `{balance}`, `{due_on}` and `{pay_link}`; past
    /// the due date with `{days_overdue}`, and with `{late_fee}` where one is charged. None as everybody starts: nothing of
    /// the suspension and the collection, of which the MSP's own people are told in any case.
    #[serde(default)]
    pub message: Option<Message>,
}

/// How a tenant duns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DunningPolicy {
    /// The steps, each kind at most once, in their order.
    pub steps: Vec<DunningStep>,
    /// Interest on what is overdue, in per cent a year.
    #[serde(default, deserialize_with = "crate::decimal::plain_option")]
    pub interest_percent: Option<Decimal>,
}

impl Default for DunningPolicy {
    /// A reminder three business days before, three more 1, 8 and 15 after, suspension after 20, collection after 30;
    /// no fees and no interest.
    fn default() -> Self {
        let step = |(kind, days)| DunningStep { kind, days, late_fee: None, message: None };
        let steps = [
            (StepKind::Reminder, -3),
            (StepKind::Overdue1, 1),
            (StepKind::Overdue2, 8),
            (StepKind::Overdue3, 15),
            (StepKind::Suspend, 20),
            (StepKind::Collection, 30),
        ];
        Self { steps: steps.map(step).to_vec(), interest_percent: None }
    }
}

/// A time in which dunning waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pause {
    /// Why.
    pub why: PauseReason,
    /// The first day that does not count.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The first day that counts again; none until a dispute is settled.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

impl Pause {
    fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// Why dunning waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PauseReason {
    /// The client disputes the invoice.
    Dispute,
    /// The client promised to pay by a day.
    PromiseToPay,
}

/// What waits as long as the dunning does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Held {
    /// Why.
    pub why: PauseReason,
    /// The first day that counts again; none until it is settled.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

/// A step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Taken {
    /// Which step.
    pub kind: StepKind,
    /// When.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub on: Date,
    /// What the policy said then, in business days from the due date.
    pub days: i16,
    /// What had passed, in business days that were not paused.
    pub passed: i32,
}

/// What was done about an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dunning {
    /// The steps so far, in their order.
    pub taken: Vec<Taken>,
    /// The pauses so far.
    pub pauses: Vec<Pause>,
}

impl DunningPolicy {
    /// The steps of an invoice of these dates: without the reminder where its day is not after the one on which the invoice
    /// itself went out, as the terms are no longer than the time by which it comes before the due date.
    pub fn of(&self, issued_on: Option<Date>, due_on: Date, calendar: &BusinessDays) -> Cow<'_, Self> {
        let reminds = |step: &DunningStep| calendar.before(due_on, step.days.unsigned_abs());
        let in_time = |step: &DunningStep| {
            step.kind != StepKind::Reminder || issued_on.zip(reminds(step)).is_none_or(|(issued_on, on)| issued_on < on)
        };
        if self.steps.iter().all(in_time) {
            return Cow::Borrowed(self);
        }
        let steps = self.steps.iter().filter(|step| in_time(step)).cloned().collect();
        Cow::Owned(Self { steps, ..self.clone() })
    }

    /// Notes what is wrong with it.
    pub fn check(&self, field: &str, check: &mut Check) {
        for (index, step) in self.steps.iter().enumerate() {
            let at = format!("{field}/steps/{index}");
            let before = index.checked_sub(1).and_then(|before| self.steps.get(before));
            let (in_order, later) = before.map_or((true, true), |b| (b.kind < step.kind, b.days < step.days));
            check.that(in_order, &format!("{at}/kind"), "order", "must come after the step before it, each step once");
            check.that(later, &format!("{at}/days"), "order", "must be more days than those of the step before it");
            let reminder = step.kind == StepKind::Reminder;
            let fits = (-FURTHEST_DAYS..=FURTHEST_DAYS).contains(&step.days) && reminder == (step.days <= 0);
            let detail = "must be from -260 to 0 for the reminder, and from 1 to 260 for every other step";
            check.that(fits, &format!("{at}/days"), "out_of_range", detail);
            let fee = step.late_fee.is_none_or(|fee| fee.minor() > 0 && !reminder);
            let detail = "must be more than nothing, and not on the reminder; leave it out to charge nothing";
            check.that(fee, &format!("{at}/late_fee"), "out_of_range", detail);
            if let Some(message) = &step.message {
                let known = Placeholder::of_step(step.kind, step.late_fee.is_some());
                message.check(&format!("{at}/message"), known, check);
            }
        }
        let percent = self.interest_percent.unwrap_or_default();
        let fits = percent >= Decimal::ZERO && percent <= Decimal::from(MOST_PERCENT);
        check.that(fits, &format!("{field}/interest_percent"), "out_of_range", "must be from 0 to 100 per cent a year");
    }
}

impl Dunning {
    /// The step to be taken today, if any: the first that comes after all that were taken, once its days have passed.
    /// How much the step before it was late is waited on top, so that the client always has the time in between.
    pub fn due<'p>(
        &self,
        policy: &'p DunningPolicy,
        due_on: Date,
        calendar: &BusinessDays,
        today: Date,
    ) -> Option<&'p DunningStep> {
        let step = self.next_step(policy, due_on, today)?;
        if self.is_paused(today) {
            return None;
        }
        let passed = if step.days <= 0 {
            today >= calendar.before(due_on, step.days.unsigned_abs())?
        } else {
            self.passed(due_on, calendar, today) >= self.wanted(step)
        };
        passed.then_some(step)
    }

    /// The first day from `today` on that has a step to be taken, if nothing else happens. None when all are taken, or
    /// while a pause has no end.
    pub fn next_on(&self, policy: &DunningPolicy, due_on: Date, calendar: &BusinessDays, today: Date) -> Option<Date> {
        let mut passed = self.passed(due_on, calendar, today);
        let mut day = today;
        for _ in 0..LOOK_AHEAD_DAYS {
            let step = self.next_step(policy, due_on, day)?;
            let reached = if step.days <= 0 {
                day >= calendar.before(due_on, step.days.unsigned_abs())?
            } else {
                passed >= self.wanted(step)
            };
            if reached && !self.is_paused(day) {
                return Some(day);
            }
            day = day.tomorrow().ok()?;
            passed += i32::from(self.counts(due_on, calendar, day));
        }
        None
    }

    /// Notes that a step is taken today.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when it is not the one that is due.
    pub fn take(
        mut self,
        kind: StepKind,
        policy: &DunningPolicy,
        due_on: Date,
        calendar: &BusinessDays,
        today: Date,
    ) -> Result<Self, Refusal> {
        let due = self.due(policy, due_on, calendar, today).filter(|step| step.kind == kind);
        let Some(step) = due else {
            return Err(Refusal::conflict("dunning_step", "this step is not due today; read which one is next"));
        };
        let passed = self.passed(due_on, calendar, today);
        self.taken.push(Taken { kind, on: today, days: step.days, passed });
        Ok(self)
    }

    /// Waits from `from` on, for a dispute until it is settled, for a promise until the day after it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for an end that is not after the beginning, and for a promise without a day or for one that is too far
    /// away; [`Refusal::Conflict`] for too many pauses.
    pub fn pause(mut self, pause: Pause) -> Result<Self, Refusal> {
        if pause.until.is_some_and(|until| until <= pause.from) {
            return Err(Refusal::invalid("/until", "not_after", "must be after the first day of the pause"));
        }
        if pause.why == PauseReason::PromiseToPay {
            let Some(until) = pause.until else {
                let detail = "must be the day after the one by which the client promised to pay";
                return Err(Refusal::invalid("/until", "required", detail));
            };
            if until > pause.from.saturating_add(LONGEST_PROMISE_DAYS.days()) {
                return Err(Refusal::invalid("/until", "out_of_range", "must be within 180 days from today"));
            }
        }
        if self.pauses.len() >= MOST_PAUSES {
            return Err(Refusal::conflict("too_many_pauses", "it was paused 50 times; settle it by a credit note"));
        }
        self.pauses.push(pause);
        Ok(self)
    }

    /// Goes on from `on`: every pause for this reason ends before that day. The days of the past stay as they were.
    #[must_use]
    pub fn resume(mut self, why: PauseReason, on: Date) -> Self {
        for pause in self.pauses.iter_mut().filter(|pause| pause.why == why) {
            pause.until = Some(pause.until.map_or(on, |until| until.min(on)).max(pause.from));
        }
        self.pauses.retain(|pause| pause.until != Some(pause.from));
        self
    }

    /// Whether a day does not count.
    pub fn is_paused(&self, day: Date) -> bool {
        self.pauses.iter().any(|pause| pause.holds(day))
    }

    /// By what a day is held that does not count, to the end of all pauses that follow one another from it on.
    pub fn held(&self, day: Date) -> Option<Held> {
        let holds = |day: Date| self.pauses.iter().find(move |pause| pause.holds(day));
        let mut held = holds(day).map(|pause| Held { why: pause.why, until: pause.until })?;
        while let Some(pause) = held.until.and_then(holds) {
            held = Held { why: pause.why, until: pause.until };
        }
        Some(held)
    }

    /// The first step after those that were taken. One from before the due date is not caught up after it.
    fn next_step<'p>(&self, policy: &'p DunningPolicy, due_on: Date, today: Date) -> Option<&'p DunningStep> {
        let last = self.taken.last().map(|taken| taken.kind);
        let lapsed = |step: &DunningStep| step.days <= 0 && today > due_on;
        policy.steps.iter().find(|step| last.is_none_or(|last| step.kind > last) && !lapsed(step))
    }

    /// Business days that must have passed for a step: its own, and what the one before it was late.
    fn wanted(&self, step: &DunningStep) -> i32 {
        let late = self.taken.last().filter(|taken| taken.days > 0);
        i32::from(step.days) + late.map_or(0, |taken| (taken.passed - i32::from(taken.days)).max(0))
    }

    fn counts(&self, due_on: Date, calendar: &BusinessDays, day: Date) -> bool {
        day > due_on && calendar.is_open(day) && !self.is_paused(day)
    }

    /// Business days since the due date, today included, that were not paused.
    fn passed(&self, due_on: Date, calendar: &BusinessDays, today: Date) -> i32 {
        let (mut day, mut passed) = (due_on, 0);
        while day < today {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            passed += i32::from(self.counts(due_on, calendar, day));
        }
        passed
    }
}
