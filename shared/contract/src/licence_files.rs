//! Papers of licences as files: announced, uploaded, fetched, removed.

use domain::access::Permission;
use domain::ids::{LicenceFileId, LicenceId};
use domain::licences::papers::MediaType;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::documents::FileView;
use crate::licences::{AtLicence, LicenceFileView};
use crate::need::Need;
use crate::route::{NoBody, NoQuery, Route};

/// Announce a file.
pub const ADD: Route<AtLicence, NoQuery, NewLicenceFile, LicenceFileUpload> =
    Route::post("licences-add-file", "/v1/licences/{licence}/files")
        .summary("Announce a paper of a licence as a file, and get a link to upload it to by PUT")
        .permission(Permission::LicenceManage)
        .created()
        .touches(&[Need::Get, Need::BlobUpload]);

/// Fetch a file.
pub const GET: Route<AtLicenceFile, NoQuery, NoBody, FileView> =
    Route::get("licences-get-file", "/v1/licences/{licence}/files/{file}")
        .summary("Get a link to a file of a licence; a client's side gets those that it may see")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::BlobGet, Need::BlobLink]);

/// Remove a file.
pub const REMOVE: Route<AtLicenceFile, NoQuery, NoBody, LicenceFileView> =
    Route::post("licences-remove-file", "/v1/licences/{licence}/files/{file}/remove")
        .summary("Take a file off its licence: nobody gets a link to it any more")
        .permission(Permission::LicenceManage)
        .touches(&[Need::Get]);

/// A file of a licence in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtLicenceFile {
    /// Of which licence.
    pub licence: LicenceId,
    /// Which file.
    pub file: LicenceFileId,
}

/// A file to be uploaded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Order 2026", "media_type": "application/pdf", "bytes": 120_000 }))]
pub struct NewLicenceFile {
    /// What it is.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How long it is.
    #[schema(minimum = 1, maximum = 26_214_400)]
    pub bytes: u64,
    /// Whether the client's side sees it. An invoice of the vendor says what the MSP pays.
    #[serde(default)]
    pub client_sees: bool,
}

/// A file, and where it is uploaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LicenceFileUpload {
    /// The file.
    #[serde(flatten)]
    pub file: LicenceFileView,
    /// Where to PUT it, with exactly `bytes` bytes; for 15 minutes.
    pub upload: String,
}
