//! What the SLA rules say of a ticket that need not exist.

use domain::access::Permission;
use domain::calendar::{Holiday, Hours};
use domain::sla::{Action, ClockKind, Fired, Step, Targets, WhatHappened, When};
use domain::tickets::{Priority, Status};
use domain::zone::Zone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::route::{NoPath, NoQuery, Route, Writes};
use crate::tickets::ClockView;

/// Preview an SLA. A POST for the size of its question; it writes nothing and reads nothing.
pub const PREVIEW: Route<NoPath, NoQuery, PreviewQuestion, PreviewView> = Route::post("sla-preview", "/v1/sla/preview")
    .summary("Compute dues and states for a calendar, a policy and a history given in the request")
    .permission(Permission::SlaRead)
    .writes(Writes::Nothing);

/// A made-up ticket, and the promises that would hold for it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "calendar": {
        "zone": "Europe/Berlin",
        "hours": { "weekly": {
            "thursday": [{ "from": "08:00", "to": "17:00" }],
            "friday": [{ "from": "08:00", "to": "15:00" }],
        } },
    },
    "policy": {
        "targets": { "p2": {
            "first_response": { "minutes": 60, "time": "business" },
            "resolution": { "minutes": 480, "time": "business" },
        } },
        "warnings": [80],
    },
    "priority": "p2",
    "created_at": "2026-03-26T09:00:00Z",
    "steps": [
        { "at": "2026-03-26T09:20:00Z", "what": "staff_replied" },
        { "at": "2026-03-26T09:20:00Z", "what": { "status": "pending_customer" } },
        { "at": "2026-03-26T13:00:00Z", "what": "customer_replied" },
        { "at": "2026-03-26T13:00:00Z", "what": { "status": "open" } },
    ],
    "now": "2026-03-27T08:00:00Z",
}))]
pub struct PreviewQuestion {
    /// When business time runs; 24×7 when absent.
    #[serde(default)]
    pub calendar: Option<PreviewCalendar>,
    /// What is promised.
    pub policy: PreviewPolicy,
    /// The ticket's first priority.
    pub priority: Priority,
    /// The ticket's first status.
    #[serde(default)]
    pub status: Status,
    /// When it was opened; within ten years of `now`.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What happened then, oldest first.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub steps: Vec<PreviewStep>,
    /// The instant that the answer is about.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// A calendar that need not exist.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewCalendar {
    /// Whose local time the hours are in (IANA).
    pub zone: Zone,
    /// The open hours.
    pub hours: Hours,
    /// The days off.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub holidays: Vec<Holiday>,
}

/// A policy that need not exist.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewPolicy {
    /// The targets by priority.
    pub targets: Targets,
    /// Per cent of consumed time at which to warn.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub warnings: Vec<u8>,
    /// The escalation ladder.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub ladder: Vec<Step>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewStep {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    pub what: WhatHappened,
}

/// What the rules say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewView {
    /// The priority at `now`, after what escalations did.
    pub priority: Priority,
    /// The clocks at `now`.
    pub clocks: Vec<ClockView>,
    /// Which is due next.
    pub next_due: Option<ClockKind>,
    /// What fell due until `now`, in order.
    pub fired: Vec<FiredView>,
    /// What will fall due after `now` if nothing more happens, in order.
    pub upcoming: Vec<FiredView>,
}

/// Something that falls due on a clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FiredView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// On which clock.
    pub clock: ClockKind,
    /// What.
    pub what: WhatFired,
}

/// What falls due on a clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhatFired {
    /// A share of the target is used up.
    Warning {
        /// Per cent consumed.
        percent: u8,
    },
    /// The target is missed.
    Breach,
    /// A rung of the ladder is reached.
    Escalation {
        /// Which rung.
        when: When,
        /// What is done.
        actions: Vec<Action>,
    },
}

impl From<Fired> for FiredView {
    fn from(fired: Fired) -> Self {
        match fired {
            Fired::Warned { clock, percent, at } => FiredView { at, clock, what: WhatFired::Warning { percent } },
            Fired::Breached { clock, at } => FiredView { at, clock, what: WhatFired::Breach },
            Fired::Escalated { clock, when, at, actions } => {
                FiredView { at, clock, what: WhatFired::Escalation { when, actions } }
            }
        }
    }
}
