//! Departments of the MSP: who works on what, and how work is handed out.

use domain::access::Permission;
use domain::departments::{Department, Strategy};
use domain::ids::{CalendarId, DepartmentId, UserId};
use domain::sla::SlaChoice;
use domain::users::Email;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a department.
pub const ADD: Route<NoPath, NoQuery, NewDepartment, DepartmentView> =
    Route::post("tickets-add-department", "/v1/departments")
        .summary("Add a department")
        .permission(Permission::DepartmentManage)
        .created()
        .touches(&[Need::Get]);

/// List the departments.
pub const LIST: Route<NoPath, PageQuery, NoBody, Page<DepartmentView>> =
    Route::get("tickets-list-departments", "/v1/departments")
        .summary("List the departments, by name")
        .permission(Permission::DepartmentRead)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// Read a department.
pub const GET: Route<AtDepartment, NoQuery, NoBody, DepartmentView> =
    Route::get("tickets-get-department", "/v1/departments/{department}")
        .summary("Read a department")
        .permission(Permission::DepartmentRead)
        .touches(&[Need::Get]);

/// Change a department.
pub const CHANGE: Route<AtDepartment, NoQuery, DepartmentChanges, DepartmentView> =
    Route::patch("tickets-change-department", "/v1/departments/{department}")
        .summary("Change a department; the members are replaced as a whole")
        .permission(Permission::DepartmentManage)
        .touches(&[Need::Get]);

/// A department in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtDepartment {
    /// Which department.
    pub department: DepartmentId,
}

/// A department to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Network",
    "strategy": "round_robin",
    "sla": "inherit",
    "email": "network@northwind-it.example",
}))]
pub struct NewDepartment {
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// How its tickets find their owner.
    #[serde(default)]
    pub strategy: Strategy,
    /// Who works here, in the order of the turns: active users who may work on tickets.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub members: Vec<UserId>,
    /// Its SLA.
    #[serde(default)]
    pub sla: SlaChoice,
    /// Its own calendar.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Its address for mail.
    #[serde(default)]
    pub email: Option<Email>,
}

/// What to change of a department; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "strategy": "manual", "email": null }))]
pub struct DepartmentChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another strategy.
    pub strategy: Option<Strategy>,
    /// The members from now on.
    #[schema(max_items = 100)]
    pub members: Option<Vec<UserId>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// Another calendar; `null` for none of its own.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CalendarId>)]
    pub calendar: Option<Option<CalendarId>>,
    /// Another address; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Email>)]
    pub email: Option<Option<Email>>,
    /// Whether it takes tickets.
    pub active: Option<bool>,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentView {
    /// Which department.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// How its tickets find their owner.
    pub strategy: Strategy,
    /// Who works here, in the order of the turns.
    pub members: Vec<UserId>,
    /// Its SLA.
    pub sla: SlaChoice,
    /// Its own calendar.
    pub calendar: Option<CalendarId>,
    /// Its address for mail.
    pub email: Option<Email>,
    /// Whether it takes tickets.
    pub active: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Department> for DepartmentView {
    fn from(department: Department) -> Self {
        let Department { id, name, strategy, members, sla, calendar, email, active, created_at, updated_at } =
            department;
        DepartmentView { id, name, strategy, members, sla, calendar, email, active, created_at, updated_at }
    }
}
