//! The audit trail: who did what, to which records, by which request.

use domain::access::Permission;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::Need;
use crate::page::Page;
use crate::route::{NoBody, NoPath, Route};

/// Read the audit trail.
pub const LIST: Route<NoPath, AuditQuery, NoBody, Page<AuditEntryView>> =
    Route::get("platform-list-audit", "/v1/audit")
        .summary("Read who did what, newest first")
        .permission(Permission::AuditRead)
        .touches(&[Need::AuditQuery, Need::Secret]);

/// Which entries of the audit trail.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
    /// About this record: its id, as `tkt_…`.
    #[param(max_length = 128)]
    pub subject: Option<String>,
    /// By this user, or this function where nobody asked for it.
    #[param(max_length = 128)]
    pub actor: Option<String>,
    /// Not before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
}

/// What one request, job or reaction did in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntryView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who: a user's id, or a function's name where nobody asked for it.
    pub actor: String,
    /// Which function.
    pub function: String,
    /// Which request, as in the logs and in a refusal's `request_id`.
    pub request: String,
    /// The records that were written or removed, by their keys: `TICKET#tkt_…`, `TICKET#tkt_…/ENTRY#msg_…`.
    pub subjects: Vec<String>,
    /// The names of the events that came of it.
    pub events: Vec<String>,
}
