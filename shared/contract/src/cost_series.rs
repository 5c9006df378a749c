//! Series of a client's daily costs, of its people's daily use, and of what its sources tell of.

use domain::access::Permission;
use domain::ids::{ClientId, SeriesId, UnitId};
use domain::insights::costs::{CostSeries, Days};
use domain::insights::{Amount, Measure, Method};
use domain::parked::Reason;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::patch::nullable;
use crate::route::{NoBody, NoQuery, Route};

/// List a client's series.
pub const LIST: Route<AtClient, SeriesListQuery, NoBody, Page<SeriesView>> =
    Route::get("insights-list-series", "/v1/clients/{client}/cost-series")
        .summary("List a client's series of daily costs and daily use, by service; or those that the job parked")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read a series.
pub const GET: Route<AtSeries, SeriesQuery, NoBody, SeriesDaysView> =
    Route::get("insights-get-series", "/v1/cost-series/{series}")
        .summary("Read a series with its days, what is expected of the next one, and up to which day it is judged")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Change a series.
pub const CHANGE: Route<AtSeries, NoQuery, SeriesChanges, SeriesView> =
    Route::patch("insights-change-series", "/v1/cost-series/{series}")
        .summary("Change how a series is looked at; what was found already stays")
        .permission(Permission::InsightManage)
        .touches(&[Need::Get]);

/// A series in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtSeries {
    /// Which series.
    pub series: SeriesId,
}

/// Which series to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesListQuery {
    /// Only those that the job parked because their work kept failing, the longest parked first; all of them otherwise.
    pub parked: Option<bool>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Which days of a series.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeriesQuery {
    /// The first day; 90 days before the last one when absent.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The last day, at most 400 days on; today when absent.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// What to change of how a series is looked at; absent fields stay, `null` is as at its client.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "sensitivity": 0.8 }))]
pub struct SeriesChanges {
    /// How readily something is an anomaly: 2 at half the distance, 0.5 at twice the distance.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<f64>, minimum = 0.5, maximum = 2)]
    pub sensitivity: Option<Option<f64>>,
    /// By what.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Method>)]
    pub method: Option<Option<Method>>,
}

/// A series of daily costs, or of daily use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesView {
    /// Which series.
    pub id: SeriesId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// For what.
    pub service: String,
    /// In which of the client's departments.
    pub unit: Option<UnitId>,
    /// In what; none of a series of use, which counts people a day, and of a source itself, which counts its series.
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// How readily something is an anomaly in it; none as at its client.
    pub sensitivity: Option<f64>,
    /// By what; none as at its client.
    pub method: Option<Method>,
    /// What answers have made of its sensitivity: a factor.
    pub feedback: f64,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Why it was parked; only in the list of those that are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<SeriesParked>,
}

/// A series whose work kept failing. It is tried again when its source next tells of it: with the next file, or of what Steward
/// itself tells in the next night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesParked {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Why, for programs.
    pub code: Reason,
    /// The same in a sentence, for the MSP and the client alike.
    pub why: String,
}

impl From<CostSeries> for SeriesView {
    fn from(series: CostSeries) -> Self {
        let CostSeries { id, client, source, service, unit, measure, tuning, feedback, created_at, updated_at, .. } =
            series;
        SeriesView {
            id,
            client,
            source,
            service,
            unit,
            currency: measure.currency(),
            sensitivity: tuning.sensitivity,
            method: tuning.method,
            feedback: feedback.get(),
            created_at,
            updated_at,
            parked: None,
        }
    }
}

/// What a day came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayView {
    /// Which day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How much.
    pub amount: Amount,
}

/// A series with some of its days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesDaysView {
    /// The series.
    pub series: SeriesView,
    /// Its days with a cost, or with somebody at work. A day up to `known_to` that is not here came to nothing, or
    /// no file told of it.
    pub days: Vec<DayView>,
    /// The last day that is judged; none before the first look.
    #[schema(value_type = Option<String>, format = Date)]
    pub judged_to: Option<Date>,
    /// The last day that was told of.
    #[schema(value_type = Option<String>, format = Date)]
    pub known_to: Option<Date>,
    /// Whether there is enough history for anomalies to be found: 14 days.
    pub enough_history: bool,
    /// What is expected of the day after the last judged one.
    pub expected: Option<RangeView>,
    /// When it is looked at next; none while it sleeps, until a file tells of it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
}

/// What is expected of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RangeView {
    /// How much.
    pub expected: Amount,
    /// The least that is usual.
    pub low: Amount,
    /// The most that is usual.
    pub high: Amount,
}

/// The days of a series on the wire.
pub fn days_of(days: Days, measure: Measure) -> Vec<DayView> {
    days.into_iter().map(|(on, day)| DayView { on, amount: measure.day(day.minor) }).collect()
}
