//! Files of costs: announced, uploaded, read.

use domain::access::Permission;
use domain::ids::{ClientId, ImportId, UserId};
use domain::insights::focus::RowFault;
use domain::insights::imports::{CostImport, ImportState};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::Job;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Announce a file.
pub const ADD: Route<NoPath, NoQuery, NewImport, ImportView> = Route::post("insights-add-import", "/v1/cost-imports")
    .summary("Announce a file of costs, CSV in the FOCUS 1.x columns, and get a link to upload it to by PUT")
    .permission(Permission::InsightManage)
    .created()
    .touches(&[Need::BlobUpload]);

/// Say that it is uploaded.
pub const READ: Route<AtImport, NoQuery, NoBody, ImportView> =
    Route::post("insights-read-import", "/v1/cost-imports/{import}/read")
        .summary("Say that a file of costs is uploaded; it is read within a quarter of an hour")
        .permission(Permission::InsightManage)
        .touches(&[Need::BlobGet]);

/// List files.
pub const LIST: Route<NoPath, ImportQuery, NoBody, Page<ImportView>> =
    Route::get("insights-list-imports", "/v1/cost-imports")
        .summary("List files of costs, the latest first")
        .permission(Permission::InsightRead)
        .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read how far a file is.
pub const GET: Route<AtImport, NoQuery, NoBody, ImportView> =
    Route::get("insights-get-import", "/v1/cost-imports/{import}")
        .summary("Read how far a file of costs is, and what is wrong with its rows")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get]);

/// Read files.
pub const READ_COSTS: Job = Job {
    name: "insights-read-costs",
    summary: "Reads uploaded files of costs piece by piece, and writes what their days come to",
    schedule: "rate(15 minutes)",
    timeout_s: 900,
    touches: &[
        Need::Get,
        Need::Put,
        Need::Update,
        Need::Audit,
        Need::Query(Index::Main),
        Need::Query(Index::ByDue),
        Need::BlobGet,
        Need::BlobPut,
    ],
};

/// A file in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtImport {
    /// Which file.
    pub import: ImportId,
}

/// A file to be uploaded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "client": "cli_01970000000070008000000000000001", "source": "azure-main", "bytes": 1_048_576 }))]
pub struct NewImport {
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from, as a billing account. A file of the same source takes the place of what earlier ones told of
    /// its days.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub source: String,
    /// How long it is.
    #[schema(minimum = 1, maximum = 4_294_967_296_u64)]
    pub bytes: u64,
}

/// Which files to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Of this client only; a client's side sees its own alone.
    pub client: Option<ClientId>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// A file of costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// Which.
    pub id: ImportId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// How long it is.
    pub bytes: u64,
    /// How far it is.
    pub state: ImportState,
    /// Where to PUT it, with exactly `bytes` bytes; for 15 minutes, in the answer that announces it alone.
    pub upload: Option<String>,
    /// Rows read so far, the first one included.
    pub rows: u64,
    /// Rows left out.
    pub bad_rows: u64,
    /// The first hundred faults of rows.
    pub faults: Vec<RowFault>,
    /// The first day in it, once it is read.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The last day in it.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// Series with rows in it, once it is in them.
    pub series: u32,
    /// Why it cannot be read, and what to do.
    pub why: Option<String>,
    /// Who announced it.
    pub by: UserId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<CostImport> for ImportView {
    fn from(import: CostImport) -> Self {
        let CostImport { id, client, source, bytes, state, rows, bad_rows, faults, from, to, series, why, .. } = import;
        let CostImport { by, created_at, updated_at, .. } = import;
        ImportView {
            id,
            client,
            source,
            bytes,
            state,
            upload: None,
            rows,
            bad_rows,
            faults,
            from,
            to,
            series,
            why,
            by,
            created_at,
            updated_at,
        }
    }
}
