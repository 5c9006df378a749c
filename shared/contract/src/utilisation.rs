//! How much of what a client is licensed for is used.

use domain::access::Permission;
use domain::ids::{ClientId, ProductId, UnitId};
use domain::licences::utilisation::{Cell, percent};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, Route};

/// List how much a client uses.
pub const LIST: Route<AtClient, PageQuery, NoBody, Page<UtilisationView>> = Route::get(
    "licences-list-utilisation",
    "/v1/clients/{client}/utilisation",
)
.summary("List how much of each product a client used on the last day that was reviewed, by department, with the trend")
.permission(Permission::LicenceRead)
.touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Read how much of a product a client uses.
pub const GET: Route<AtClientProduct, DaysQuery, NoBody, ProductUtilisation> =
    Route::get("licences-get-utilisation", "/v1/clients/{client}/utilisation/{product}")
        .summary("Read how much of a product a client used, day by day, by department")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get]);

/// A product at a client, in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtClientProduct {
    /// At which client.
    pub client: ClientId,
    /// Which product.
    pub product: ProductId,
}

/// Which days.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// The first day.
    #[param(value_type = String, format = Date)]
    pub from: Date,
    /// The last day; at most 92 days are read at once.
    #[param(value_type = String, format = Date)]
    pub to: Date,
}

/// How much of a product is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UtilisationView {
    /// Which product.
    pub product: ProductId,
    /// What it is called.
    pub product_name: String,
    /// On which local day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// At the whole client.
    pub whole: UseOf,
    /// In its departments.
    pub departments: Vec<DepartmentUse>,
    /// How the number of people who use it moves over 90 days, in per cent of its mean, -100 at the least; absent with fewer than
    /// 14 days.
    #[schema(value_type = Option<String>, example = "-12.5")]
    pub trend_percent: Option<Decimal>,
}

/// How much of a product is used, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductUtilisation {
    /// Which product.
    pub product: ProductId,
    /// What it is called.
    pub product_name: String,
    /// Those days that were reviewed, oldest first.
    pub days: Vec<DayUse>,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DayUse {
    /// The local day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// At the whole client.
    pub whole: UseOf,
    /// In its departments.
    pub departments: Vec<DepartmentUse>,
}

/// A department's use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentUse {
    /// Which department of the client.
    pub department: UnitId,
    /// Its use.
    #[serde(flatten)]
    pub used: UseOf,
}

/// Seats, and people at work with them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UseOf {
    /// Seats that are paid for; of a department, those that its people hold.
    pub seats: u32,
    /// Seats that are held.
    pub assigned: u32,
    /// People who used it on that day.
    pub active_day: u32,
    /// People who used it on that day or one of the 29 before.
    pub active_month: u32,
    /// The former per seat, in per cent; absent without seats.
    #[schema(value_type = Option<String>, example = "35.7")]
    pub day_percent: Option<Decimal>,
    /// The latter per seat, in per cent; absent without seats.
    #[schema(value_type = Option<String>, example = "71.4")]
    pub month_percent: Option<Decimal>,
}

impl From<Cell> for UseOf {
    fn from(cell: Cell) -> Self {
        let Cell { seats, assigned, active_day, active_month } = cell;
        let (day_percent, month_percent) = (percent(active_day, seats), percent(active_month, seats));
        Self { seats, assigned, active_day, active_month, day_percent, month_percent }
    }
}
