//! Tenants: an MSP signs up, reads and changes its settings.

use domain::access::Permission;
use domain::ids::{CalendarId, DepartmentId, TenantId};
use domain::sla::SlaChoice;
use domain::tenants::Tenant;
use domain::users::Email;
use domain::zone::Zone;
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::need::Need;
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};
use crate::secret::Secret;
use crate::users::UserView;

/// An MSP signs up.
pub const SIGN_UP: Route<NoPath, NoQuery, NewTenant, SignedUpView> = Route::post("identity-sign-up", "/v1/tenants")
    .summary("Sign up as an MSP, with its first owner; then sign in")
    .created();

/// Read the settings.
pub const GET: Route<NoPath, NoQuery, NoBody, TenantView> = Route::get("identity-get-tenant", "/v1/tenant")
    .summary("Read the MSP's settings")
    .permission(Permission::TenantRead)
    .touches(&[Need::Get]);

/// Change the settings.
pub const CHANGE: Route<NoPath, NoQuery, TenantChanges, TenantView> =
    Route::patch("identity-change-tenant", "/v1/tenant")
        .summary("Change the MSP's settings")
        .permission(Permission::TenantManage)
        .touches(&[Need::Get]);

/// An MSP that signs up.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Fjord Systems",
    "zone": "Europe/Oslo",
    "currency": "NOK",
    "owner": { "name": "Ingrid Dahl", "email": "ingrid@fjord-systems.example", "password": "harbour lantern violet tram" }
}))]
pub struct NewTenant {
    /// The company's name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Where it works (IANA).
    pub zone: Zone,
    /// What it charges in (ISO 4217).
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Who signs up, and owns the account.
    pub owner: NewOwner,
}

/// The first owner of an MSP.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// Their name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// How they sign in.
    pub email: Email,
    /// At least 15 characters.
    pub password: Secret,
}

/// What to change of the settings; absent fields stay, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "zone": "Europe/Vienna" }))]
pub struct TenantChanges {
    /// Another name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// Another default policy.
    pub sla: Option<SlaChoice>,
    /// Another default calendar; `null` for 24×7.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CalendarId>)]
    pub calendar: Option<Option<CalendarId>>,
    /// Another department for tickets that name none; `null` for nobody's.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DepartmentId>)]
    pub intake: Option<Option<DepartmentId>>,
}

/// An MSP's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TenantView {
    /// Which tenant.
    pub id: TenantId,
    /// The company's name.
    pub name: String,
    /// Where it works.
    pub zone: Zone,
    /// What it charges in.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// The default policy; `inherit` is no SLA here.
    pub sla: SlaChoice,
    /// The default calendar; none is 24×7.
    pub calendar: Option<CalendarId>,
    /// Where tickets go that name no department.
    pub intake: Option<DepartmentId>,
    /// When it signed up.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<Tenant> for TenantView {
    fn from(tenant: Tenant) -> Self {
        let Tenant { id, name, zone, currency, sla, calendar, intake, created_at } = tenant;
        TenantView { id, name, zone, currency, sla, calendar, intake, created_at }
    }
}

/// A new MSP and its owner. No tokens: the answer is kept for repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedUpView {
    /// The MSP.
    pub tenant: TenantView,
    /// Its owner.
    pub owner: UserView,
}
