//! Policies: targets per priority, warnings, the escalation ladder.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::calendar::{Calendar, OpenTime};
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{CalendarId, DepartmentId, PolicyId, UserId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::tickets::Priority;

/// Long enough for any policy's name.
pub const LONGEST_NAME: usize = 120;
/// Longest target and longest wait after a breach, in minutes: five years.
pub const LONGEST_MINUTES: u32 = 5 * 366 * 24 * 60;
/// A ticket remembers every mark that was passed, so there can only be so many.
pub const MOST_WARNINGS: usize = 10;
/// See [`MOST_WARNINGS`].
pub const MOST_STEPS: usize = 20;
/// More than that is a mistake.
pub const MOST_ACTIONS: usize = 10;
/// A rung may be at up to ten times the target.
pub const HIGHEST_PERCENT: u16 = 1_000;
/// How many people one action may notify.
pub const MOST_NOTIFIED: usize = 50;
/// How many people a whole ladder may name. Each is looked up when the policy is saved.
pub const MOST_PEOPLE: usize = 100;

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

/// What is promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Which policy.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// The targets.
    pub targets: Targets,
    /// Per cent of consumed time at which to warn.
    #[serde(default)]
    pub warnings: Vec<u8>,
    /// The escalation ladder.
    #[serde(default)]
    pub ladder: Vec<Step>,
    /// The calendar of business time; none leaves it to client, department and tenant.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Whether the client's calendar goes before this one.
    #[serde(default)]
    pub client_calendar_first: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Targets for each priority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Targets {
    /// For P1.
    pub p1: PriorityTargets,
    /// For P2.
    pub p2: PriorityTargets,
    /// For P3.
    pub p3: PriorityTargets,
    /// For P4.
    pub p4: PriorityTargets,
}

/// The targets of one priority; an absent one promises nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PriorityTargets {
    /// Until the first public reply.
    pub first_response: Option<Target>,
    /// Until each public reply after that.
    pub next_reply: Option<Target>,
    /// Until the ticket is resolved.
    pub resolution: Option<Target>,
}

/// So many minutes, of one kind of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Target {
    /// From 1 to [`LONGEST_MINUTES`].
    pub minutes: u32,
    /// Which minutes count.
    pub time: TimeBasis,
}

/// Which minutes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TimeBasis {
    /// Those in which the calendar is open.
    Business,
    /// All of them: 24×7.
    Always,
}

/// A rung of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Step {
    /// For which clocks.
    pub on: Vec<ClockKind>,
    /// When it is reached.
    pub when: When,
    /// What is done then.
    pub actions: Vec<Action>,
}

/// When a rung is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum When {
    /// At this per cent of consumed time; above 100 is after the breach.
    AtPercent(u16),
    /// So many minutes after the breach, counted in the clock's own time: business minutes for a target in
    /// business time, and not while the clock is paused.
    #[serde(rename = "after_breach_minutes")]
    AfterBreach(u32),
}

/// What a rung does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Action {
    /// Tells everybody in these roles.
    NotifyRoles {
        /// Which roles; only those of the MSP.
        roles: Vec<Role>,
    },
    /// Tells these people.
    NotifyUsers {
        /// Which people.
        users: Vec<UserId>,
    },
    /// Raises the priority by one, P1 at most.
    ///
    /// Empty fields and not none: serde takes unknown fields of a unit variant without a word.
    RaisePriority {},
    /// Hands the ticket to another department.
    MoveToDepartment {
        /// Which.
        department: DepartmentId,
    },
}

/// A policy to be added, or previewed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewPolicy {
    /// Its name.
    pub name: String,
    /// The targets.
    pub targets: Targets,
    /// The warnings.
    pub warnings: Vec<u8>,
    /// The ladder.
    pub ladder: Vec<Step>,
    /// The calendar.
    pub calendar: Option<CalendarId>,
    /// Whether the client's calendar goes before this one.
    pub client_calendar_first: bool,
}

/// What to change; absent fields stay, `Some(None)` clears, the rest is replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyChanges {
    /// Another name.
    pub name: Option<String>,
    /// The targets from now on.
    pub targets: Option<Targets>,
    /// The warnings from now on.
    pub warnings: Option<Vec<u8>>,
    /// The ladder from now on.
    pub ladder: Option<Vec<Step>>,
    /// Another calendar.
    pub calendar: Option<Option<CalendarId>>,
    /// Whether the client's calendar goes first.
    pub client_calendar_first: Option<bool>,
}

/// A policy with the calendar that holds for a ticket, ready for its clocks.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) policy: Policy,
    pub(super) calendar: Option<CalendarId>,
    pub(super) business: OpenTime,
    /// When policy or calendar last changed.
    pub(super) changed_at: Timestamp,
}

impl Plan {
    /// The plan; without a calendar business time is 24×7.
    pub fn new(policy: Policy, calendar: Option<&Calendar>) -> Self {
        Self {
            calendar: calendar.map(|calendar| calendar.id),
            business: calendar.map_or_else(OpenTime::always, Calendar::time),
            changed_at: calendar.map_or(policy.updated_at, |calendar| calendar.updated_at.max(policy.updated_at)),
            policy,
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How much of this kind of time passes in `[from, to)`; none when `to` is not after `from`.
    pub(super) fn passed(&self, basis: TimeBasis, from: Timestamp, to: Timestamp) -> SignedDuration {
        match basis {
            TimeBasis::Business => self.business.open_between(from, to),
            TimeBasis::Always => to.duration_since(from).max(SignedDuration::ZERO),
        }
    }

    /// When so much of this kind of time has passed; `None` when that is too far away to be known.
    pub(super) fn after(&self, basis: TimeBasis, from: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        match basis {
            TimeBasis::Business => self.business.add_open(from, time).ok(),
            TimeBasis::Always => from.checked_add(time.max(SignedDuration::ZERO)).ok(),
        }
    }
}

impl Targets {
    /// The targets of a priority.
    pub fn of(&self, priority: Priority) -> &PriorityTargets {
        match priority {
            Priority::P1 => &self.p1,
            Priority::P2 => &self.p2,
            Priority::P3 => &self.p3,
            Priority::P4 => &self.p4,
        }
    }
}

impl PriorityTargets {
    /// The target of a clock.
    pub fn of(&self, kind: ClockKind) -> Option<Target> {
        match kind {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::NextReply => self.next_reply,
            ClockKind::Resolution => self.resolution,
        }
    }
}

impl Target {
    /// The target as a duration.
    pub fn duration(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.minutes))
    }
}

/// Adds a policy.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(id: PolicyId, new: NewPolicy, now: Timestamp) -> Result<Outcome<Policy>, Refusal> {
    let policy = Policy {
        id,
        name: new.name.trim().to_owned(),
        targets: new.targets,
        warnings: new.warnings,
        ladder: new.ladder,
        calendar: new.calendar,
        client_calendar_first: new.client_calendar_first,
        created_at: now,
        updated_at: now,
    };
    check(&policy)?;
    Ok(Outcome::by(policy, Event::PolicyAdded { policy: id }))
}

/// Changes a policy; the event makes open tickets be recomputed.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn change(policy: Policy, changes: PolicyChanges, now: Timestamp) -> Result<Outcome<Policy>, Refusal> {
    let mut after = Policy {
        name: changes.name.map_or_else(|| policy.name.clone(), |name| name.trim().to_owned()),
        targets: changes.targets.unwrap_or_else(|| policy.targets.clone()),
        warnings: changes.warnings.unwrap_or_else(|| policy.warnings.clone()),
        ladder: changes.ladder.unwrap_or_else(|| policy.ladder.clone()),
        calendar: changes.calendar.unwrap_or(policy.calendar),
        client_calendar_first: changes.client_calendar_first.unwrap_or(policy.client_calendar_first),
        ..policy.clone()
    };
    if after == policy {
        return Ok(Outcome::unchanged(policy));
    }
    check(&after)?;
    after.updated_at = now;
    let event = Event::PolicyChanged { policy: after.id };
    Ok(Outcome::by(after, event))
}

/// The rules for saved policies, which previews share.
///
/// # Errors
/// [`Refusal::Invalid`] with the field of each fault.
pub fn check(policy: &Policy) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &policy.name, LONGEST_NAME);
    check_targets(&policy.targets, &mut check);

    check.count("/warnings", policy.warnings.len(), MOST_WARNINGS);
    let mut seen = BTreeSet::new();
    for (index, percent) in policy.warnings.iter().enumerate() {
        let at = format!("/warnings/{index}");
        check.that((1..=99).contains(percent), &at, "out_of_range", "must be from 1 to 99 per cent of consumed time");
        check.that(seen.insert(percent), &at, "duplicate", "is in the list already; leave one of them out");
    }

    check.count("/ladder", policy.ladder.len(), MOST_STEPS);
    let mut rungs = HashSet::new();
    for (index, step) in policy.ladder.iter().enumerate() {
        check_step(&format!("/ladder/{index}"), step, &mut rungs, &mut check);
    }
    let people = people(&policy.ladder).len();
    if people > MOST_PEOPLE {
        let detail = format!("names {people} people; at most {MOST_PEOPLE} are allowed, so notify roles instead");
        check.fault("/ladder", "too_many", detail);
    }
    check.done()
}

fn check_targets(targets: &Targets, check: &mut Check) {
    let mut promised = false;
    for priority in Priority::ALL {
        for kind in ClockKind::ALL {
            let Some(target) = targets.of(priority).of(kind) else { continue };
            promised = true;
            check.that(
                (1..=LONGEST_MINUTES).contains(&target.minutes),
                &format!("/targets/{priority}/{kind}/minutes"),
                "out_of_range",
                "must be from 1 to 2635200 minutes (five years)",
            );
        }
    }
    check.that(promised, "/targets", "required", "promises nothing; give at least one target");
}

/// Everybody whom a ladder names.
fn people(ladder: &[Step]) -> BTreeSet<UserId> {
    let named = |action: &Action| match action {
        Action::NotifyUsers { users } => users.clone(),
        _ => Vec::new(),
    };
    ladder.iter().flat_map(|step| &step.actions).flat_map(named).collect()
}

fn check_step(at: &str, step: &Step, rungs: &mut HashSet<(ClockKind, When)>, check: &mut Check) {
    check.that(!step.on.is_empty(), &format!("{at}/on"), "required", "must name at least one clock");
    for (index, kind) in step.on.iter().enumerate() {
        // A ticket remembers a rung by its clock and its time, so that editing the ladder repeats nothing.
        check.that(
            rungs.insert((*kind, step.when)),
            &format!("{at}/on/{index}"),
            "duplicate",
            "this clock has a rung at this time already; put the actions together",
        );
    }
    match step.when {
        When::AtPercent(percent) => check.that(
            (1..=HIGHEST_PERCENT).contains(&percent),
            &format!("{at}/when/at_percent"),
            "out_of_range",
            "must be from 1 to 1000 per cent of consumed time",
        ),
        When::AfterBreach(minutes) => check.that(
            minutes <= LONGEST_MINUTES,
            &format!("{at}/when/after_breach_minutes"),
            "out_of_range",
            "must be from 0 to 2635200 minutes (five years)",
        ),
    }
    check.that(!step.actions.is_empty(), &format!("{at}/actions"), "required", "must do something; give an action");
    check.count(&format!("{at}/actions"), step.actions.len(), MOST_ACTIONS);
    for (index, action) in step.actions.iter().enumerate() {
        check_action(&format!("{at}/actions/{index}"), action, check);
    }
}

fn check_action(at: &str, action: &Action, check: &mut Check) {
    match action {
        Action::NotifyRoles { roles } => {
            check.that(!roles.is_empty(), &format!("{at}/roles"), "required", "must name at least one role");
            check.count(&format!("{at}/roles"), roles.len(), Role::ALL.len());
            for (index, role) in roles.iter().enumerate() {
                check.that(
                    !role.is_client_side(),
                    &format!("{at}/roles/{index}"),
                    "not_allowed",
                    "escalations stay inside the MSP; choose one of its roles",
                );
            }
        }
        Action::NotifyUsers { users } => {
            check.that(!users.is_empty(), &format!("{at}/users"), "required", "must name at least one user");
            check.count(&format!("{at}/users"), users.len(), MOST_NOTIFIED);
        }
        Action::RaisePriority {} | Action::MoveToDepartment { .. } => {}
    }
}
