//! Seats of licences: who holds one, and who held one.

use domain::access::Permission;
use domain::ids::{ClientId, LicenceId};
use domain::licences::{Holder, Seat, Span};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtContact;
use crate::licences::AtLicence;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoQuery, Route};

/// Assign a seat.
pub const ASSIGN: Route<AtLicence, NoQuery, NewSeat, SeatView> =
    Route::post("licences-assign-seat", "/v1/licences/{licence}/seats")
        .summary("Give a seat to a contact or a device; who holds one already keeps it, so a repeat changes nothing")
        .permission(Permission::SeatManage)
        .touches(&[Need::Get, Need::Update]);

/// Release a seat.
pub const RELEASE: Route<AtLicence, NoQuery, ReleasedSeat, SeatView> =
    Route::post("licences-release-seat", "/v1/licences/{licence}/seats/release")
        .summary("Take a seat back; its history stays, and what is released already stays as it is")
        .permission(Permission::SeatManage)
        .touches(&[Need::Get, Need::Update]);

/// List the seats of a licence.
pub const LIST: Route<AtLicence, SeatQuery, NoBody, Page<SeatView>> =
    Route::get("licences-list-seats", "/v1/licences/{licence}/seats")
        .summary("List who holds seats of a licence, and with `state=all` who held them")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// List the seats of a contact.
pub const LIST_OF_CONTACT: Route<AtContact, PageQuery, NoBody, Page<SeatView>> =
    Route::get("licences-list-contact-seats", "/v1/clients/{client}/contacts/{contact}/seats")
        .summary("List the seats that a contact holds, as when they leave")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::ByRef), Need::Secret]);

/// Import seats.
pub const IMPORT: Route<AtLicence, ImportQuery, SeatFile, SeatsImported> =
    Route::post("licences-import-seats", "/v1/licences/{licence}/seats/import")
        .summary("Give up to 2,000 seats from a CSV file; what cannot be taken comes back as a file that says why")
        .permission(Permission::SeatManage)
        .touches(&[Need::Get, Need::Update, Need::Query(Index::Main)]);

/// Which seats.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeatQuery {
    /// Those that are held when absent.
    #[serde(default)]
    pub state: SeatState,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Which seats, by whether they are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// Those that are held.
    #[default]
    Held,
    /// Those that were released, too.
    All,
}

/// A seat to be given.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "holder": { "kind": "contact", "contact": "con_01970000000070008000000000000001" }, "since": "2026-01-12",
}))]
pub struct NewSeat {
    /// Who is to hold it.
    pub holder: Holder,
    /// Since when, in the MSP's zone: today or earlier, and from 1970 on; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
}

/// A seat to be taken back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "holder": { "kind": "contact", "contact": "con_01970000000070008000000000000001" } }))]
pub struct ReleasedSeat {
    /// Who holds it.
    pub holder: Holder,
    /// The first day on which they do not hold it any more: today or earlier; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

/// How to import.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Say what would be done, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Seats to be imported.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "csv": "contact,device,since\nmaya.okafor@acme.example,,2026-01-12\n,LAPTOP-7,\n" }))]
pub struct SeatFile {
    /// The file: columns `contact` (an e-mail address) or `device` (a name), and `since` (a date), in any order, with
    /// commas or semicolons; at most 2,000 rows.
    #[schema(min_length = 1)]
    pub csv: String,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatsImported {
    /// Seats that are given now, or would be.
    pub assigned: u32,
    /// Rows of who holds a seat already, and keeps it as it is.
    pub unchanged: u32,
    /// Rows that cannot be taken.
    pub failed: u32,
    /// Why, as CSV: the row, the column, what stands there, and what to do. Absent when all rows were taken.
    pub errors: Option<String>,
}

/// What one holder has, and had, of a licence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeatView {
    /// Of which licence.
    pub licence: LicenceId,
    /// Of which client.
    pub client: ClientId,
    /// Who.
    pub holder: Holder,
    /// Since when they hold it; absent when it is released.
    #[schema(value_type = Option<String>, format = Date)]
    pub held_since: Option<Date>,
    /// When they held one, oldest first; the latest 100.
    pub spans: Vec<Span>,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Seat> for SeatView {
    fn from(seat: Seat) -> Self {
        let held_since = seat.held_since();
        let Seat { licence, client, holder, spans, updated_at } = seat;
        SeatView { licence, client, holder, held_since, spans, updated_at }
    }
}
