//! Time entries: who worked on which ticket, how long, and whether the client was billed for it.

use domain::access::Permission;
use domain::billing::codes::{RoleCode, WorkTypeCode};
use domain::billing::work::{TimeEntry, TimeState};
use domain::ids::{ClientId, ContractId, TicketId, TimeEntryId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};
use crate::tickets::AtTicket;

/// Log work on a ticket.
pub const LOG: Route<AtTicket, NoQuery, NewTime, TimeView> = Route::post("work-log-time", "/v1/tickets/{ticket}/time")
    .summary("Log one's own work on a ticket; whoever manages time, anybody's")
    .permission(Permission::TimeLog)
    .created()
    .touches(&[Need::Get]);

/// List a ticket's time.
pub const LIST_OF_TICKET: Route<AtTicket, PageQuery, NoBody, Page<TimeView>> =
    Route::get("work-list-ticket-time", "/v1/tickets/{ticket}/time")
        .summary("List the time that was logged on a ticket, in the order in which it was logged")
        .permission(Permission::TimeRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Read a time entry.
pub const GET: Route<AtTime, NoQuery, NoBody, TimeView> =
    Route::get("work-get-time", "/v1/tickets/{ticket}/time/{time}")
        .summary("Read a time entry")
        .permission(Permission::TimeRead)
        .touches(&[Need::Get]);

/// Change a time entry.
pub const CHANGE: Route<AtTime, NoQuery, TimeChanges, TimeView> =
    Route::patch("work-change-time", "/v1/tickets/{ticket}/time/{time}")
        .summary("Change one's own time until it is billed; whoever manages time, anybody's")
        .permission(Permission::TimeLog)
        .touches(&[Need::Get]);

/// Write a time entry off.
pub const WRITE_OFF: Route<AtTime, NoQuery, NoBody, TimeView> =
    Route::post("work-write-off-time", "/v1/tickets/{ticket}/time/{time}/write-off")
        .summary("Say that a time entry will never be billed; it is locked from then on")
        .permission(Permission::TimeManage)
        .touches(&[Need::Get]);

/// List time.
pub const LIST: Route<NoPath, TimeQuery, NoBody, Page<TimeView>> = Route::get("work-list-time", "/v1/time")
    .summary("List the time that was logged, last first; what waits for an invoice, unless asked otherwise")
    .permission(Permission::TimeRead)
    .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// A time entry in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtTime {
    /// On which ticket.
    pub ticket: TicketId,
    /// Which entry of it.
    pub time: TimeEntryId,
}

/// Work to be logged.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "minutes": 45,
    "work_type": "remote",
    "note": "Cleared the print queue and updated the driver.",
}))]
pub struct NewTime {
    /// Who worked; oneself when absent.
    #[serde(default)]
    pub person: Option<UserId>,
    /// Under which of the client's contracts; the first of them that bills takes it when absent.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// In which role, where the rates go by roles.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// When the work began, seconds are dropped; when absent, it is over just now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// How long it took; longer work is one entry a day.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: u32,
    /// Whether the client pays; as its kind of work says when absent.
    #[serde(default)]
    pub billable: Option<bool>,
    /// Which kind of work, one of those in the rates.
    pub work_type: WorkTypeCode,
    /// What was done, as the client reads it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub note: String,
}

/// What to change of a time entry; absent fields stay, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "minutes": 60, "note": "Cleared the print queue, updated the driver, and showed how." }))]
pub struct TimeChanges {
    /// Somebody else worked.
    pub person: Option<UserId>,
    /// Under another of the client's contracts; `null` leaves it to the first that bills.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ContractId>)]
    pub contract: Option<Option<ContractId>>,
    /// In another role; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<RoleCode>)]
    pub role: Option<Option<RoleCode>>,
    /// It began at another time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// It took longer or shorter.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: Option<u32>,
    /// Whether the client pays after all.
    pub billable: Option<bool>,
    /// It was another kind of work.
    pub work_type: Option<WorkTypeCode>,
    /// Another note.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// Which time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeFilter {
    /// What waits for an invoice.
    #[default]
    Unbilled,
    /// What is on an invoice.
    Billed,
    /// What will never be billed.
    WrittenOff,
    /// What the client does not pay for.
    NotBillable,
    /// All.
    All,
}

/// Which time entries to list; filters are joined by "and".
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimeQuery {
    /// How they stand; those that wait for an invoice when absent.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<TimeFilter>,
    /// For this client.
    pub client: Option<ClientId>,
    /// By this person.
    pub person: Option<UserId>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// A time entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimeView {
    /// Which entry.
    pub id: TimeEntryId,
    /// On which ticket.
    pub ticket: TicketId,
    /// For which client.
    pub client: ClientId,
    /// Under which contract; when it is billed, the one that took it.
    pub contract: Option<ContractId>,
    /// Who worked.
    pub person: UserId,
    /// In which role.
    pub role: Option<RoleCode>,
    /// When the work began, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// How long it took.
    pub minutes: u32,
    /// Whether the client pays for it.
    pub billable: bool,
    /// Which kind of work.
    pub work_type: WorkTypeCode,
    /// What was done.
    pub note: String,
    /// Whether it is still to be billed.
    pub state: TimeState,
    /// When it was logged.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<TimeEntry> for TimeView {
    fn from(entry: TimeEntry) -> Self {
        let contract = entry.under();
        let TimeEntry { id, ticket, client, person, role, started_at, minutes, billable, work_type, note, .. } = entry;
        let TimeEntry { state, created_at, updated_at, .. } = entry;
        TimeView {
            id,
            ticket,
            client,
            contract,
            person,
            role,
            started_at,
            minutes,
            billable,
            work_type,
            note,
            state,
            created_at,
            updated_at,
        }
    }
}
