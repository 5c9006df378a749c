//! Business calendars: when somebody works.

use domain::access::Permission;
use domain::calendar::{Calendar, Holiday, Hours};
use domain::ids::CalendarId;
use domain::zone::Zone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a calendar.
pub const ADD: Route<NoPath, NoQuery, NewCalendar, CalendarView> = Route::post("sla-add-calendar", "/v1/calendars")
    .summary("Add a calendar: open hours and days off in a zone")
    .permission(Permission::SlaManage)
    .created();

/// List the calendars.
pub const LIST: Route<NoPath, PageQuery, NoBody, Page<CalendarView>> =
    Route::get("sla-list-calendars", "/v1/calendars")
        .summary("List the calendars, by name")
        .permission(Permission::SlaRead)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// Read a calendar.
pub const GET: Route<AtCalendar, NoQuery, NoBody, CalendarView> =
    Route::get("sla-get-calendar", "/v1/calendars/{calendar}")
        .summary("Read a calendar")
        .permission(Permission::SlaRead)
        .touches(&[Need::Get]);

/// Change a calendar.
pub const CHANGE: Route<AtCalendar, NoQuery, CalendarChanges, CalendarView> =
    Route::patch("sla-change-calendar", "/v1/calendars/{calendar}")
        .summary("Change a calendar; hours and holidays are replaced as a whole, open tickets are recomputed")
        .permission(Permission::SlaManage)
        .touches(&[Need::Get]);

/// A calendar in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtCalendar {
    /// Which calendar.
    pub calendar: CalendarId,
}

/// A calendar to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Office hours, Berlin",
    "zone": "Europe/Berlin",
    "hours": { "weekly": {
        "monday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
        "tuesday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
        "wednesday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "17:00" }],
        "thursday": [{ "from": "08:00", "to": "12:00" }, { "from": "13:00", "to": "20:00" }],
        "friday": [{ "from": "08:00", "to": "15:00" }],
    } },
    "holidays": [{ "on": "12-25", "name": "Christmas Day" }, { "on": "2027-03-29", "name": "Easter Monday" }],
}))]
pub struct NewCalendar {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Whose local time the hours are in (IANA).
    pub zone: Zone,
    /// The open hours.
    pub hours: Hours,
    /// The days off.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub holidays: Vec<Holiday>,
}

/// What to change of a calendar; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "holidays": [{ "on": "12-25", "name": "Christmas Day" }, { "on": "12-26", "name": "Boxing Day" }] }))]
pub struct CalendarChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// The hours from now on.
    pub hours: Option<Hours>,
    /// The days off from now on.
    #[schema(max_items = 1000)]
    pub holidays: Option<Vec<Holiday>>,
}

/// A calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalendarView {
    /// Which calendar.
    pub id: CalendarId,
    /// Its name.
    pub name: String,
    /// Whose local time the hours are in.
    pub zone: Zone,
    /// The open hours.
    pub hours: Hours,
    /// The days off.
    pub holidays: Vec<Holiday>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Calendar> for CalendarView {
    fn from(calendar: Calendar) -> Self {
        let Calendar { id, name, zone, hours, holidays, created_at, updated_at } = calendar;
        CalendarView { id, name, zone, hours, holidays, created_at, updated_at }
    }
}
