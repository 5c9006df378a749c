//! Clients and their contacts.

use domain::access::Permission;
use domain::clients::{Client, Site, Unit};
use domain::contacts::Contact;
use domain::cost_centres::{CostCentre, CostCode};
use domain::ids::{CalendarId, ClientId, ContactId, SiteId, UnitId};
use domain::sla::SlaChoice;
use domain::users::Email;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a client.
pub const ADD: Route<NoPath, NoQuery, NewClient, ClientView> = Route::post("clients-add", "/v1/clients")
    .summary("Add a client")
    .permission(Permission::ClientManage)
    .created()
    .touches(&[Need::Get]);

/// List the clients.
pub const LIST: Route<NoPath, PageQuery, NoBody, Page<ClientView>> = Route::get("clients-list", "/v1/clients")
    .summary("List the clients, by name; a client's side sees its own only")
    .permission(Permission::ClientRead)
    .touches(&[Need::Get, Need::Query(Index::ByList), Need::Secret]);

/// Read a client.
pub const GET: Route<AtClient, NoQuery, NoBody, ClientView> = Route::get("clients-get", "/v1/clients/{client}")
    .summary("Read a client")
    .permission(Permission::ClientRead)
    .touches(&[Need::Get]);

/// Change a client.
pub const CHANGE: Route<AtClient, NoQuery, ClientChanges, ClientView> =
    Route::patch("clients-change", "/v1/clients/{client}")
        .summary("Change a client; lists are replaced as a whole")
        .permission(Permission::ClientManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Add a contact to a client.
pub const ADD_CONTACT: Route<AtClient, NoQuery, NewContact, ContactView> =
    Route::post("clients-add-contact", "/v1/clients/{client}/contacts")
        .summary("Add a contact to a client")
        .permission(Permission::ContactManage)
        .created()
        .touches(&[Need::Get]);

/// List a client's contacts.
pub const LIST_CONTACTS: Route<AtClient, PageQuery, NoBody, Page<ContactView>> =
    Route::get("clients-list-contacts", "/v1/clients/{client}/contacts")
        .summary("List a client's contacts")
        .permission(Permission::ContactRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Read a contact.
pub const GET_CONTACT: Route<AtContact, NoQuery, NoBody, ContactView> =
    Route::get("clients-get-contact", "/v1/clients/{client}/contacts/{contact}")
        .summary("Read a contact")
        .permission(Permission::ContactRead)
        .touches(&[Need::Get]);

/// Change a contact.
pub const CHANGE_CONTACT: Route<AtContact, NoQuery, ContactChanges, ContactView> =
    Route::patch("clients-change-contact", "/v1/clients/{client}/contacts/{contact}")
        .summary("Change a contact")
        .permission(Permission::ContactManage)
        .touches(&[Need::Get]);

/// A client in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtClient {
    /// Which client.
    pub client: ClientId,
}

/// A contact in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtContact {
    /// Which client.
    pub client: ClientId,
    /// Which of its contacts.
    pub contact: ContactId,
}

/// A client to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Harbour Dental Group",
    "zone": "Europe/London",
    "sites": [
        { "name": "Bristol", "address": "4 Queen Square, Bristol" },
        { "name": "Lisbon", "zone": "Europe/Lisbon" },
    ],
    "departments": [{ "name": "Reception", "cost_centre": "4711" }, { "name": "Accounts" }],
    "cost_centres": [{ "code": "4711", "name": "Front of house" }],
    "sla": "inherit",
}))]
pub struct NewClient {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Its zone (IANA); the tenant's when absent.
    #[serde(default)]
    pub zone: Option<Zone>,
    /// Its sites.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub sites: Vec<NewSite>,
    /// Its departments.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub departments: Vec<NewUnit>,
    /// Its cost centres.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub cost_centres: Vec<CostCentre>,
    /// Its own calendar.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Its own SLA.
    #[serde(default)]
    pub sla: SlaChoice,
}

/// A site to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Its address.
    #[serde(default)]
    pub address: Option<String>,
    /// Its zone, if it differs from the client's.
    #[serde(default)]
    pub zone: Option<Zone>,
}

/// A department of a client to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The code of the cost centre that its costs are booked on, one of the client's.
    #[serde(default)]
    pub cost_centre: Option<CostCode>,
}

/// A site as it is from now on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// The id of a site that the client has; absent for a new one.
    #[serde(default)]
    pub id: Option<SiteId>,
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Its address.
    #[serde(default)]
    pub address: Option<String>,
    /// Its zone, if it differs from the client's.
    #[serde(default)]
    pub zone: Option<Zone>,
}

/// A department of a client as it is from now on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitChange {
    /// The id of a department that the client has; absent for a new one.
    #[serde(default)]
    pub id: Option<UnitId>,
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The code of the cost centre that its costs are booked on, one of the client's; none when absent.
    #[serde(default)]
    pub cost_centre: Option<CostCode>,
}

/// What to change of a client; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "zone": "Europe/Lisbon", "calendar": null, "sla": "none" }))]
pub struct ClientChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// The sites from now on.
    #[schema(max_items = 100)]
    pub sites: Option<Vec<SiteChange>>,
    /// The departments from now on.
    #[schema(max_items = 100)]
    pub departments: Option<Vec<UnitChange>>,
    /// The cost centres from now on. One that a department or an open budget names cannot go.
    #[schema(max_items = 100)]
    pub cost_centres: Option<Vec<CostCentre>>,
    /// Another calendar; `null` for none of its own.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CalendarId>)]
    pub calendar: Option<Option<CalendarId>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// Whether it is still a client.
    pub active: Option<bool>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientView {
    /// Which client.
    pub id: ClientId,
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
    /// Its sites.
    pub sites: Vec<Site>,
    /// Its departments.
    pub departments: Vec<Unit>,
    /// Its cost centres.
    pub cost_centres: Vec<CostCentre>,
    /// Its own calendar.
    pub calendar: Option<CalendarId>,
    /// Its own SLA.
    pub sla: SlaChoice,
    /// The SLA of its contract, which goes before its own.
    pub contract_sla: SlaChoice,
    /// Whether it is still a client.
    pub active: bool,
    /// Since when it is flagged for what it does not pay, by dunning or by hand; told to the MSP's own people, where one client is
    /// read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub suspended_since: Option<Date>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        let contract_sla = client.contract_sla().unwrap_or_default();
        let Client {
            id,
            name,
            zone,
            sites,
            departments,
            cost_centres,
            calendar,
            sla,
            contract_slas: _,
            active,
            created_at,
            updated_at,
        } = client;
        ClientView {
            id,
            name,
            zone,
            sites,
            departments,
            cost_centres,
            calendar,
            sla,
            contract_sla,
            active,
            suspended_since: None,
            created_at,
            updated_at,
        }
    }
}

/// A contact to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Maya Okafor",
    "email": "maya.okafor@harbour-dental.example",
    "phone": "+44 117 496 0101",
    "title": "Practice manager",
}))]
pub struct NewContact {
    /// Their name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Where mail reaches them.
    #[serde(default)]
    pub email: Option<Email>,
    /// Their telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// What they are at the client.
    #[serde(default)]
    pub title: Option<String>,
    /// Where they work.
    #[serde(default)]
    pub site: Option<SiteId>,
    /// The client's department that they work in.
    #[serde(default)]
    pub unit: Option<UnitId>,
}

/// What to change of a contact; absent fields stay, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "title": "Operations manager", "phone": null }))]
pub struct ContactChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another address.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Email>)]
    pub email: Option<Option<Email>>,
    /// Another telephone number.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
    /// Another title.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub title: Option<Option<String>>,
    /// Another site.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<SiteId>)]
    pub site: Option<Option<SiteId>>,
    /// Another department of the client.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<UnitId>)]
    pub unit: Option<Option<UnitId>>,
    /// Whether they still work there.
    pub active: Option<bool>,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Which contact.
    pub id: ContactId,
    /// At which client.
    pub client: ClientId,
    /// Their name.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// What they are at the client.
    pub title: Option<String>,
    /// Where they work.
    pub site: Option<SiteId>,
    /// The client's department that they work in.
    pub unit: Option<UnitId>,
    /// Whether they still work there.
    pub active: bool,
    /// When they were added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When they last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        let Contact { id, client, name, email, phone, title, site, unit, active, left_at: _, created_at, updated_at } =
            contact;
        ContactView { id, client, name, email, phone, title, site, unit, active, created_at, updated_at }
    }
}
