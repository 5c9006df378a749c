//! SLA policies: what is promised, when to warn, and who hears of it.

use domain::access::Permission;
use domain::ids::{CalendarId, PolicyId};
use domain::sla::{Policy, Step, Targets};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a policy.
pub const ADD: Route<NoPath, NoQuery, NewPolicy, PolicyView> = Route::post("sla-add-policy", "/v1/sla/policies")
    .summary("Add an SLA policy")
    .permission(Permission::SlaManage)
    .created()
    .touches(&[Need::Get]);

/// List the policies.
pub const LIST: Route<NoPath, PageQuery, NoBody, Page<PolicyView>> =
    Route::get("sla-list-policies", "/v1/sla/policies")
        .summary("List the SLA policies, by name")
        .permission(Permission::SlaRead)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// Read a policy.
pub const GET: Route<AtPolicy, NoQuery, NoBody, PolicyView> = Route::get("sla-get-policy", "/v1/sla/policies/{policy}")
    .summary("Read an SLA policy")
    .permission(Permission::SlaRead)
    .touches(&[Need::Get]);

/// Change a policy.
pub const CHANGE: Route<AtPolicy, NoQuery, PolicyChanges, PolicyView> =
    Route::patch("sla-change-policy", "/v1/sla/policies/{policy}")
        .summary(
            "Change an SLA policy; targets, warnings and ladder are replaced as a whole, open tickets are recomputed",
        )
        .permission(Permission::SlaManage)
        .touches(&[Need::Get]);

/// A policy in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtPolicy {
    /// Which policy.
    pub policy: PolicyId,
}

/// A policy to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Gold",
    "targets": {
        "p1": {
            "first_response": { "minutes": 15, "time": "always" },
            "next_reply": { "minutes": 60, "time": "always" },
            "resolution": { "minutes": 240, "time": "always" },
        },
        "p2": {
            "first_response": { "minutes": 60, "time": "business" },
            "resolution": { "minutes": 480, "time": "business" },
        },
        "p3": { "first_response": { "minutes": 240, "time": "business" } },
    },
    "warnings": [50, 80],
    "ladder": [
        {
            "on": ["first_response", "resolution"],
            "when": { "at_percent": 100 },
            "actions": [{ "do": "notify_roles", "roles": ["dispatcher"] }, { "do": "raise_priority" }],
        },
        {
            "on": ["resolution"],
            "when": { "after_breach_minutes": 120 },
            "actions": [{ "do": "notify_roles", "roles": ["manager", "owner"] }],
        },
    ],
    "client_calendar_first": true,
}))]
pub struct NewPolicy {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The targets by priority; what is absent is not promised.
    pub targets: Targets,
    /// Per cent of consumed time at which to warn, from 1 to 99.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub warnings: Vec<u8>,
    /// The escalation ladder.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub ladder: Vec<Step>,
    /// The calendar of business time; absent leaves it to client, department and tenant.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Whether the client's calendar goes before this policy's.
    #[serde(default)]
    pub client_calendar_first: bool,
}

/// What to change of a policy; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "warnings": [75, 90], "calendar": null }))]
pub struct PolicyChanges {
    /// Another name.
    pub name: Option<String>,
    /// The targets from now on.
    pub targets: Option<Targets>,
    /// The warnings from now on.
    #[schema(max_items = 10)]
    pub warnings: Option<Vec<u8>>,
    /// The ladder from now on.
    #[schema(max_items = 20)]
    pub ladder: Option<Vec<Step>>,
    /// Another calendar; `null` leaves it to client, department and tenant.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CalendarId>)]
    pub calendar: Option<Option<CalendarId>>,
    /// Whether the client's calendar goes before this policy's.
    pub client_calendar_first: Option<bool>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// Which policy.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// The targets by priority.
    pub targets: Targets,
    /// Per cent of consumed time at which it warns.
    pub warnings: Vec<u8>,
    /// The escalation ladder.
    pub ladder: Vec<Step>,
    /// The calendar of business time.
    pub calendar: Option<CalendarId>,
    /// Whether the client's calendar goes before this policy's.
    pub client_calendar_first: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Policy> for PolicyView {
    fn from(policy: Policy) -> Self {
        let Policy { id, name, targets, warnings, ladder, calendar, client_calendar_first, created_at, updated_at } =
            policy;
        PolicyView { id, name, targets, warnings, ladder, calendar, client_calendar_first, created_at, updated_at }
    }
}
