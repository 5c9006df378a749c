//! Licences: what clients may use, how much of it from when on, what it costs, and when that ends.

use domain::access::Permission;
use domain::billing::cycle::Cycle;
use domain::billing::dated::Dated;
use domain::ids::{ClientId, LicenceFileId, LicenceId, ProductId, UserId};
use domain::licences::papers::MediaType;
use domain::licences::{Document, LicenceFile, LicenceKind, LicenceState, Owner, Share};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::Page;
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a licence.
pub const ADD: Route<NoPath, NoQuery, NewLicence, LicenceView> = Route::post("licences-add", "/v1/licences")
    .summary(
        "Add a licence of a client; seats, cost and price hold from its first day on, and its seats may have a history",
    )
    .permission(Permission::LicenceManage)
    .created()
    .touches(&[Need::Get]);

/// List the licences.
pub const LIST: Route<NoPath, LicenceQuery, NoBody, Page<LicenceView>> = Route::get("licences-list", "/v1/licences")
    .summary("List the licences, newest first; a client's side sees its own only")
    .permission(Permission::LicenceRead)
    .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read a licence.
pub const GET: Route<AtLicence, NoQuery, NoBody, LicenceView> = Route::get("licences-get", "/v1/licences/{licence}")
    .summary("Read a licence, with how many of its seats are assigned")
    .permission(Permission::LicenceRead)
    .touches(&[Need::Get]);

/// Change a licence.
pub const CHANGE: Route<AtLicence, NoQuery, LicenceChanges, LicenceView> =
    Route::patch("licences-change", "/v1/licences/{licence}")
        .summary("Change a licence; seats, cost and price from today or a later day on, what held before stays")
        .permission(Permission::LicenceManage)
        .touches(&[Need::Get]);

/// A licence in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtLicence {
    /// Which licence.
    pub licence: LicenceId,
}

/// Which licences.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LicenceQuery {
    /// Of this client.
    pub client: Option<ClientId>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// That stand there today.
    pub state: Option<LicenceState>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// A licence to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client": "cli_01970000000070008000000000000001",
    "product": "prd_01970000000070008000000000000001",
    "kind": "subscription", "seats": 25, "cycle": "monthly",
    "cost_per_seat": { "minor": 1_870, "currency": "EUR" },
    "price_per_seat": { "minor": 2_060, "currency": "EUR" },
    "starts_on": "2026-01-01", "renews_on": "2027-01-01", "auto_renew": true, "notice_days": 30,
    "counted": true,
}))]
pub struct NewLicence {
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What people call it by; the product's name and edition when absent.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// Of which of the product's editions, by its name.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub edition: Option<String>,
    /// What is licensed.
    pub kind: LicenceKind,
    /// How many seats, from its first day on; left out for use, and where `seat_history` says it; required for all else.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub seats: Option<u32>,
    /// How many seats it had, has and will have, by the day from which they hold, for a licence that is older than its
    /// entry here: the first on its first day or before, and each after the one before it.
    #[serde(default)]
    #[schema(max_items = 520)]
    pub seat_history: Vec<Dated<u32>>,
    /// What a seat costs in a cycle, to be paid to the vendor; left out where `cost_history` says it.
    #[serde(default)]
    pub cost_per_seat: Option<Money>,
    /// What a seat cost, costs and will cost in a cycle, by the day from which it does: as `seat_history`.
    #[serde(default)]
    #[schema(max_items = 520)]
    pub cost_history: Vec<Dated<Money>>,
    /// What the client is charged for a seat in a cycle, in the same currency; left out where `price_history` says it.
    #[serde(default)]
    pub price_per_seat: Option<Money>,
    /// What the client was, is and will be charged for a seat in a cycle, by the day from which it is; it may begin after the
    /// licence's first day, and until then the client pays what a seat costs.
    #[serde(default)]
    #[schema(max_items = 520)]
    pub price_history: Vec<Dated<Money>>,
    /// How often the cost comes.
    pub cycle: Cycle,
    /// The first day on which it holds, in the MSP's zone.
    #[schema(value_type = String, format = Date)]
    pub starts_on: Date,
    /// The first day of the next term.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub renews_on: Option<Date>,
    /// The first day on which it does not hold any more, if nobody renews it; left out for what renews by itself.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// The first day on which it does not hold any more because it was terminated.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub terminates_on: Option<Date>,
    /// How many months a term has.
    #[serde(default = "twelve")]
    #[schema(minimum = 1, maximum = 120)]
    pub term_months: u16,
    /// How many days before the end of a term notice must be given at the latest.
    #[serde(default)]
    #[schema(maximum = 731)]
    pub notice_days: u16,
    /// Whether it renews unless notice is given.
    #[serde(default)]
    pub auto_renew: bool,
    /// How many days before the end the owner is told; 90, 60, 30 and 7 when absent.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub lead_days: Option<Vec<u16>>,
    /// Who is told of what comes; the MSP's owners when absent.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// Which departments of the client it is for, and to which parts.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub split: Vec<Share>,
    /// Where its papers are.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub documents: Vec<Document>,
    /// Whether its seats are the active licences that contracts bill.
    #[serde(default)]
    pub counted: bool,
    /// Seats that are kept free on purpose, and so are not found to be too many.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    pub spare_seats: u32,
}

const fn twelve() -> u16 {
    12
}

/// A number of seats from a day on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsFrom {
    /// Today or later; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// How many.
    #[schema(maximum = 1_000_000)]
    pub value: u32,
}

/// An amount from a day on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountFrom {
    /// Today or later; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// How much.
    pub value: Money,
}

/// What to change of a licence; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "seats": { "from": "2026-05-01", "value": 30 }, "notice_days": 60 }))]
pub struct LicenceChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another edition; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub edition: Option<Option<String>>,
    /// Another number of seats.
    pub seats: Option<SeatsFrom>,
    /// Another cost of a seat.
    pub cost_per_seat: Option<AmountFrom>,
    /// Another price of a seat.
    pub price_per_seat: Option<AmountFrom>,
    /// Another next renewal, after today; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    pub renews_on: Option<Option<Date>>,
    /// Another expiry, today or later; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Option<Date>>,
    /// Another end, today or later; `null` takes it back. Up to its first day it calls a planned licence off.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    pub terminates_on: Option<Option<Date>>,
    /// Another length of a term.
    #[schema(minimum = 1, maximum = 120)]
    pub term_months: Option<u16>,
    /// Another period of notice.
    #[schema(maximum = 731)]
    pub notice_days: Option<u16>,
    /// Whether it renews unless notice is given.
    pub auto_renew: Option<bool>,
    /// Other lead times.
    #[schema(max_items = 10)]
    pub lead_days: Option<Vec<u16>>,
    /// Somebody else who is told; `null` for the MSP's owners.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Owner>)]
    pub owner: Option<Option<Owner>>,
    /// Other departments.
    #[schema(max_items = 100)]
    pub split: Option<Vec<Share>>,
    /// Other papers.
    #[schema(max_items = 20)]
    pub documents: Option<Vec<Document>>,
    /// Whether its seats are the active licences that contracts bill.
    pub counted: Option<bool>,
    /// Another number of seats that are kept free on purpose.
    #[schema(maximum = 1_000_000)]
    pub spare_seats: Option<u32>,
}

/// A licence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LicenceView {
    /// Which licence.
    pub id: LicenceId,
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// What people call the licence by.
    pub name: String,
    /// Of which edition.
    pub edition: Option<String>,
    /// What is licensed.
    pub kind: LicenceKind,
    /// Where it stands today.
    pub state: LicenceState,
    /// The currency of its amounts.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// How many seats, by the date from which they hold.
    pub seats: Vec<Dated<u32>>,
    /// How many it has today.
    pub seats_today: u32,
    /// How many are assigned.
    pub assigned: u32,
    /// What a seat costs in a cycle, by date. For the client's side it is what the client is charged, where it is charged.
    pub cost_per_seat: Vec<Dated<Money>>,
    /// What the client is charged for a seat in a cycle, by date.
    pub price_per_seat: Vec<Dated<Money>>,
    /// What today's seats cost in a year, from the same cost; nothing of what is bought for good, absent when none is known.
    pub cost_a_year: Option<Money>,
    /// How often the cost comes.
    pub cycle: Cycle,
    /// The first day on which it holds.
    #[schema(value_type = String, format = Date)]
    pub starts_on: Date,
    /// The first day of the next term.
    #[schema(value_type = Option<String>, format = Date)]
    pub renews_on: Option<Date>,
    /// The last day on which notice may be given, of what renews by itself.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
    /// The first day on which it does not hold any more, if nobody renews it.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// The first day on which it does not hold any more because it was terminated.
    #[schema(value_type = Option<String>, format = Date)]
    pub terminates_on: Option<Date>,
    /// How many months a term has.
    pub term_months: u16,
    /// How many days before the end of a term notice must be given at the latest.
    pub notice_days: u16,
    /// Whether it renews unless notice is given.
    pub auto_renew: bool,
    /// How many days before the end the owner is told.
    pub lead_days: Vec<u16>,
    /// Who is told of what comes.
    pub owner: Option<Owner>,
    /// Which departments of the client it is for, and to which parts.
    pub split: Vec<Share>,
    /// Where its papers are.
    pub documents: Vec<Document>,
    /// Papers that are kept here; for the client's side those that it may see.
    pub files: Vec<LicenceFileView>,
    /// Whether its seats are the active licences that contracts bill.
    pub counted: bool,
    /// Seats that are kept free on purpose.
    pub spare_seats: u32,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A paper of a licence that is kept as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LicenceFileView {
    /// Which.
    pub id: LicenceFileId,
    /// What it is.
    pub name: String,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How long it is.
    pub bytes: u64,
    /// Whether the client's side sees it.
    pub client_sees: bool,
    /// Who announced it.
    pub by: UserId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
}

impl From<LicenceFile> for LicenceFileView {
    fn from(file: LicenceFile) -> Self {
        let LicenceFile { id, name, media_type, bytes, client_sees, by, added_at } = file;
        Self { id, name, media_type, bytes, client_sees, by, added_at }
    }
}
