//! Renewals of licences: what comes, who is told of it, and the calendar that programs read.

use domain::access::Permission;
use domain::ids::{ClientId, LicenceId, ProductId};
use domain::licences::ComingKind;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::{Job, Reaction};
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, Nothing, Route};
use crate::secret::Secret;

/// List what comes.
pub const LIST: Route<NoPath, RenewalQuery, NoBody, Page<LicenceRenewalView>> =
    Route::get("licences-list-renewals", "/v1/licence-renewals")
        .summary("List what comes at the end of licences' terms, by its day; a client's side sees its own only")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Get the calendar's address.
pub const GET_LINK: Route<NoPath, LinkQuery, NoBody, CalendarLink> =
    Route::get("licences-get-calendar-link", "/v1/licence-renewals/link")
        .summary(
            "Get the address of one's calendar of renewals, for programs; it is a secret, and ends with one's access",
        )
        .permission(Permission::LicenceRead)
        .touches(&[Need::Secret]);

/// Read the calendar.
pub const GET_CALENDAR: Route<NoPath, CalendarQuery, NoBody, Nothing> =
    Route::get("licences-get-calendar", "/v1/licence-renewals.ics")
        .summary("Read a calendar of renewals (iCalendar, RFC 5545) by the address that its owner was given")
        .answers("text/calendar; charset=utf-8")
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// See to what the dates of licences bring.
pub const NOTIFY: Job = Job {
    name: "licences-notify-renewals",
    summary: "Tells owners of licences what comes, renews what renews by itself, and has changed seats counted on their day",
    // Seats that change today are counted at 00:05, before the contracts of the day are billed at 00:30.
    schedule: "rate(15 minutes)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByDue)],
};

/// Count a client's licences.
pub const COUNT: Reaction = Reaction {
    name: "billing-count-licences",
    summary: "Counts a client's licences as their seats change, for contracts that bill them",
    on: &["licences.changed", "contract.signed", "contract.amended"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main)],
};

/// Which renewals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RenewalQuery {
    /// Of this client.
    pub client: Option<ClientId>,
    /// That come before this day.
    #[param(value_type = Option<String>, format = Date)]
    pub before: Option<Date>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Whose renewals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinkQuery {
    /// Of this client alone; of all that one sees when absent.
    pub client: Option<ClientId>,
}

/// Which calendar.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// What the address was given with.
    #[param(value_type = String, max_length = 512)]
    pub token: Secret,
}

/// What comes at the end of a licence's term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LicenceRenewalView {
    /// Of which licence.
    pub licence: LicenceId,
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// What people call the licence by.
    pub name: String,
    /// On which day, in the MSP's zone.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// What comes.
    pub what: ComingKind,
    /// The last day on which notice may be given, of what renews by itself.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
}

/// Where a calendar is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalendarLink {
    /// The path and query behind the API's address. Whoever has it reads the calendar.
    #[schema(value_type = String)]
    pub path: Secret,
}
