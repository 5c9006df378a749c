//! What people use, reported day by day.

use domain::access::Permission;
use domain::ids::ProductId;
use domain::licences::Slug;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clients::AtClient;
use crate::need::{Index, Need};
use crate::route::{NoQuery, Route};

/// Record use.
pub const RECORD: Route<AtClient, NoQuery, EventBatch, UseRecorded> =
    Route::post("licences-record-use", "/v1/clients/{client}/usage-events")
        .summary("Report up to 500 events of use, in any order and as often as you like: a repeat changes nothing")
        .permission(Permission::SeatManage)
        .touches(&[Need::Get, Need::Update, Need::Query(Index::Main)]);

/// Events of use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "events": [{
    "id": "signin-7f3a", "who": "maya.okafor@acme.example", "product": "prd_01970000000070008000000000000001",
    "feature": "web-apps", "at": "2026-03-26T09:00:00Z",
}] }))]
pub struct EventBatch {
    /// The events.
    #[schema(min_items = 1, max_items = 500)]
    pub events: Vec<UseEvent>,
}

/// Something used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UseEvent {
    /// What the sender calls it, for what is answered about it.
    #[schema(min_length = 1, max_length = 254)]
    pub id: String,
    /// A contact of the client, by id or by e-mail address.
    #[schema(min_length = 1, max_length = 254)]
    pub who: String,
    /// What was used.
    pub product: ProductId,
    /// Which of its features; one that no edition of the product names is not kept.
    #[serde(default)]
    pub feature: Option<Slug>,
    /// When: within the last 365 days.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// What became of a batch. A repeat of the batch is answered in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UseRecorded {
    /// Events that are noted, of people whom the client's contacts name.
    pub recorded: u32,
    /// How many people that were.
    pub people: u32,
    /// Events of people whom they do not name. Their use is kept apart, by what they were called.
    pub unmatched: Vec<UnmatchedEvent>,
    /// Features that no edition of the product names, and that are not kept.
    pub unknown_features: Vec<Slug>,
}

/// An event of somebody whom the client's contacts do not name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnmatchedEvent {
    /// What the sender calls the event.
    pub id: String,
    /// What the sender calls them.
    pub who: String,
}
