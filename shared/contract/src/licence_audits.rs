//! Reports of what a client is licensed for, holds and uses.

use domain::access::Permission;
use domain::billing::documents::unprinted;
use domain::ids::{ClientId, LicenceAuditId, UserId};
use domain::licences::audit::LicenceAudit;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::documents::{DocumentState, FileView};
use crate::job::Reaction;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoQuery, Route};

/// Ask for a report.
pub const ADD: Route<AtClient, NoQuery, NoBody, LicenceAuditView> =
    Route::post("licences-add-audit", "/v1/clients/{client}/licence-audits")
        .summary("Make a report of a client's licences as of today: a PDF, a workbook, and JSON")
        .permission(Permission::LicenceRead)
        .created()
        .touches(&[Need::Get]);

/// Read a report.
pub const GET: Route<AtLicenceAudit, NoQuery, NoBody, LicenceAuditView> =
    Route::get("licences-get-audit", "/v1/clients/{client}/licence-audits/{audit}")
        .summary("Get links to a report's files; while it is being made it says so")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::BlobLink]);

/// List reports.
pub const LIST: Route<AtClient, PageQuery, NoBody, Page<LicenceAuditView>> =
    Route::get("licences-list-audits", "/v1/clients/{client}/licence-audits")
        .summary("List the reports of a client's licences, the latest first")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Make a report.
pub const MAKE: Reaction = Reaction {
    name: "licences-make-audit",
    summary: "Reads all of a client's licences, seats and use for a report that somebody wants, and makes its workbook",
    on: &["licence.audit_wanted"],
    timeout_s: 120,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main), Need::BlobPut],
};

/// A report in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtLicenceAudit {
    /// Of which client.
    pub client: ClientId,
    /// Which report.
    pub audit: LicenceAuditId,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LicenceAuditView {
    /// Which report.
    pub id: LicenceAuditId,
    /// Of which client.
    pub client: ClientId,
    /// Who asked for it.
    pub by: UserId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    /// Whether all its files are there.
    pub state: DocumentState,
    /// The day as of which it speaks; none while it is being made.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// Pages of its PDF.
    pub pages: Option<u32>,
    /// What is wrong with its PDF: characters that it cannot print.
    pub warnings: Vec<String>,
    /// Its files that are there, as links; none in a list.
    pub files: Vec<FileView>,
}

impl From<LicenceAudit> for LicenceAuditView {
    fn from(audit: LicenceAudit) -> Self {
        let LicenceAudit { id, client, by, asked_at, on, pdf, pages, missing, .. } = audit;
        let state = if pdf.is_some() { DocumentState::Ready } else { DocumentState::BeingMade };
        let warnings = unprinted(&missing).into_iter().collect();
        LicenceAuditView { id, client, by, asked_at, state, on, pages, warnings, files: Vec::new() }
    }
}
