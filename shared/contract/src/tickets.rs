//! Tickets: opened, worked on, talked about, and their clocks.

use domain::access::Permission;
use domain::ids::{ClientId, ContactId, DepartmentId, TicketId, UserId};
use domain::tickets::{Channel, Impact, Kind, Priority, Status, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::{Job, Reaction};
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

mod views;

pub use views::{ClockView, EntryView, TicketView};

/// Open a ticket.
pub const OPEN: Route<NoPath, NoQuery, NewTicket, TicketView> = Route::post("tickets-open", "/v1/tickets")
    .summary("Open a ticket; a client's user opens it for the own client")
    .permission(Permission::TicketOpen)
    .created()
    .touches(&[Need::Get]);

/// List tickets.
pub const LIST: Route<NoPath, TicketQuery, NoBody, Page<TicketView>> = Route::get("tickets-list", "/v1/tickets")
    .summary("List tickets, newest first; open ones unless `state` says otherwise")
    .permission(Permission::TicketRead)
    .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read a ticket with its clocks.
pub const GET: Route<AtTicket, NoQuery, NoBody, TicketView> = Route::get("tickets-get", "/v1/tickets/{ticket}")
    .summary("Read a ticket with its clocks")
    .permission(Permission::TicketRead)
    .touches(&[Need::Get]);

/// Change a ticket's fields.
pub const CHANGE: Route<AtTicket, NoQuery, TicketChanges, TicketView> =
    Route::patch("tickets-change", "/v1/tickets/{ticket}")
        .summary("Change a ticket's fields; its clocks are recomputed from its creation")
        .permission(Permission::TicketWork)
        .touches(&[Need::Get, Need::Update]);

/// Reply in public.
pub const REPLY: Route<AtTicket, NoQuery, NewReply, TicketView> =
    Route::post("tickets-reply", "/v1/tickets/{ticket}/replies")
        .summary("Reply in public: the customer and the desk read it")
        .permission(Permission::TicketReply)
        .created()
        .touches(&[Need::Get, Need::BlobPut]);

/// Note something inside.
pub const NOTE: Route<AtTicket, NoQuery, NewNote, TicketView> =
    Route::post("tickets-note", "/v1/tickets/{ticket}/notes")
        .summary("Note something that only the desk reads")
        .permission(Permission::TicketWork)
        .created()
        .touches(&[Need::Get, Need::BlobPut]);

/// Give a ticket to somebody.
pub const ASSIGN: Route<AtTicket, NoQuery, Assignment, TicketView> =
    Route::post("tickets-assign", "/v1/tickets/{ticket}/assign")
        .summary("Give a ticket to somebody, or to nobody")
        .permission(Permission::TicketAssign)
        .touches(&[Need::Get]);

/// Take a ticket.
pub const TAKE: Route<AtTicket, NoQuery, NoBody, TicketView> = Route::post("tickets-take", "/v1/tickets/{ticket}/take")
    .summary("Take a ticket that nobody owns")
    .permission(Permission::TicketWork)
    .touches(&[Need::Get]);

/// Set a ticket's status.
pub const SET_STATUS: Route<AtTicket, NoQuery, NewStatus, TicketView> =
    Route::post("tickets-set-status", "/v1/tickets/{ticket}/status")
        .summary("Set a ticket's status")
        .permission(Permission::TicketWork)
        .touches(&[Need::Get]);

/// Read what was said and done.
pub const LIST_TIMELINE: Route<AtTicket, PageQuery, NoBody, Page<EntryView>> =
    Route::get("tickets-list-timeline", "/v1/tickets/{ticket}/timeline")
        .summary("Read what was said and done, oldest first; a client's side reads what is public")
        .permission(Permission::TicketRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::BlobGet, Need::Secret]);

/// Warn, record breaches, escalate.
pub const SLA_BREACH_SCAN: Job = Job {
    name: "tickets-sla-breach-scan",
    summary: "Fires every warning, breach and escalation that has come due, each once",
    schedule: "rate(15 minutes)",
    timeout_s: 300,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByDue)],
};

/// Recompute open tickets after what they were promised has changed.
pub const RECOMPUTE_SLA: Reaction = Reaction {
    name: "tickets-recompute-sla",
    summary: "Recomputes the clocks of open tickets after a policy, calendar, client, department or tenant changed",
    on: &[
        "tenant.changed",
        "client.changed",
        "department.changed",
        "calendar.changed",
        "policy.changed",
        "sla.recompute_requested",
    ],
    timeout_s: 300,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByList), Need::Secret],
};

/// A ticket in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtTicket {
    /// Which ticket.
    pub ticket: TicketId,
}

/// A ticket to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client": "cli_01970000000070008000000000000001",
    "subject": "Printer on the second floor is offline",
    "description": "Since this morning nobody can print on the second floor. The display says E-302.",
    "impact": "medium",
    "urgency": "high",
    "tags": ["printer"]
}))]
pub struct NewTicket {
    /// Whose ticket it is; a client's user leaves it out.
    #[serde(default)]
    pub client: Option<ClientId>,
    /// The person at the client who asked.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// In one line.
    #[schema(min_length = 1, max_length = 200)]
    pub subject: String,
    /// In full.
    #[schema(min_length = 1, max_length = 20000)]
    pub description: String,
    /// What sort of request it is.
    #[serde(default)]
    pub kind: Kind,
    /// What it is about.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80)]
    pub category: Option<String>,
    /// How much is affected.
    #[serde(default)]
    pub impact: Impact,
    /// How long it can wait.
    #[serde(default)]
    pub urgency: Urgency,
    /// By hand, on the desk's side; follows impact and urgency when absent.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// `new`; the desk may also open it as `open`, or as `closed` for what is over already.
    #[serde(default)]
    pub status: Status,
    /// Which department works on it; one with turns hands it out at once.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// For finding it again.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub tags: Vec<String>,
    /// How it came in.
    #[serde(default)]
    pub channel: Channel,
}

/// What to change of a ticket; absent fields stay, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "urgency": "high", "category": "Printing" }))]
pub struct TicketChanges {
    /// Another subject.
    #[schema(min_length = 1, max_length = 200)]
    pub subject: Option<String>,
    /// Another description.
    #[schema(min_length = 1, max_length = 20000)]
    pub description: Option<String>,
    /// Another kind.
    pub kind: Option<Kind>,
    /// Another category.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub category: Option<Option<String>>,
    /// Another impact.
    pub impact: Option<Impact>,
    /// Another urgency.
    pub urgency: Option<Urgency>,
    /// By hand; `null` follows impact and urgency again.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Option<Priority>>,
    /// Another department, which hands the ticket out anew.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DepartmentId>)]
    pub department: Option<Option<DepartmentId>>,
    /// The tags from now on.
    #[schema(max_items = 20)]
    pub tags: Option<Vec<String>>,
}

/// A public reply.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "We are on it; a technician looks at the printer now.", "then": "open" }))]
pub struct NewReply {
    /// The text.
    #[schema(min_length = 1, max_length = 200000)]
    pub body: String,
    /// The status after it, on the desk's side.
    #[serde(default)]
    pub then: Option<Status>,
}

/// A note inside.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "Third time this month: ask the vendor for a new fuser." }))]
pub struct NewNote {
    /// The text.
    #[schema(min_length = 1, max_length = 200000)]
    pub body: String,
}

/// Who is to own a ticket.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "assignee": "usr_01970000000070008000000000000002" }))]
pub struct Assignment {
    /// Somebody of the desk, or `null` for nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    pub assignee: Option<UserId>,
}

/// A status to be set.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "pending_customer" }))]
pub struct NewStatus {
    /// Which.
    pub status: Status,
}

/// Which tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateFilter {
    /// Those that are still worked on.
    #[default]
    Open,
    /// Resolved, closed and cancelled ones.
    Done,
    /// All.
    All,
}

/// Which tickets to list; filters are joined by "and".
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// Open ones, done ones, or all.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<StateFilter>,
    /// In this status.
    #[param(inline)]
    pub status: Option<Status>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Owned by this user.
    pub assignee: Option<UserId>,
    /// Owned by nobody.
    pub unassigned: Option<bool>,
    /// In this department.
    pub department: Option<DepartmentId>,
    /// Of this priority.
    #[param(inline)]
    pub priority: Option<Priority>,
    /// Asked by this user.
    pub requester: Option<UserId>,
    /// With this tag.
    #[param(max_length = 40)]
    pub tag: Option<String>,
    /// With a promise missed, or none.
    pub breached: Option<bool>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}
