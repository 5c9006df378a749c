//! Anomalies in a client's costs: what was found in its series, and how it is looked for.

use domain::access::Permission;
use domain::ids::{AnomalyId, ClientId, KnownEventId, SeriesId, UnitId, UserId};
use domain::insights::found::{AnomalyState, CostAnomaly, CostDriver, Judged};
use domain::insights::rules::{Announced, InsightSettings, UnitRule};
use domain::insights::{Amount, Answer, Kind, Method};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::job::Job;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// List anomalies.
pub const LIST_ANOMALIES: Route<NoPath, AnomalyQuery, NoBody, Page<AnomalyView>> =
    Route::get("insights-list-anomalies", "/v1/anomalies")
        .summary("List anomalies, the latest first")
        .permission(Permission::InsightRead)
        .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read an anomaly.
pub const GET_ANOMALY: Route<AtAnomaly, NoQuery, NoBody, AnomalyView> =
    Route::get("insights-get-anomaly", "/v1/anomalies/{anomaly}")
        .summary("Read an anomaly")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get]);

/// Judge an anomaly.
pub const JUDGE_ANOMALY: Route<AtAnomaly, NoQuery, NewJudgement, AnomalyView> =
    Route::post("insights-judge-anomaly", "/v1/anomalies/{anomaly}/judge")
        .summary("Say whether an anomaly was expected or real; its series is looked at accordingly from now on")
        .permission(Permission::InsightManage)
        .touches(&[Need::Get]);

/// Announce an event.
pub const ADD_KNOWN_EVENT: Route<AtClient, NoQuery, NewKnownEvent, KnownEventView> =
    Route::post("insights-add-known-event", "/v1/clients/{client}/known-events")
        .summary("Announce something, such as a migration: days that are judged from now on are no anomaly meanwhile")
        .permission(Permission::InsightManage)
        .created()
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// List what was announced.
pub const LIST_KNOWN_EVENTS: Route<AtClient, PageQuery, NoBody, Page<KnownEventView>> =
    Route::get("insights-list-known-events", "/v1/clients/{client}/known-events")
        .summary("List what was announced at a client, what ends first first")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Withdraw what was announced.
pub const WITHDRAW_KNOWN_EVENT: Route<AtKnownEvent, NoQuery, NoBody, KnownEventView> =
    Route::post("insights-withdraw-known-event", "/v1/clients/{client}/known-events/{event}/withdraw")
        .summary("Withdraw what was announced: it mutes none of the days that are judged from now on")
        .permission(Permission::InsightManage)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Delete]);

/// Read the settings.
pub const GET_SETTINGS: Route<NoPath, SettingsQuery, NoBody, InsightSettingsView> =
    Route::get("insights-get-settings", "/v1/insights/settings")
        .summary("Read how anomalies are looked for, at the MSP or at a client")
        .permission(Permission::InsightRead)
        .touches(&[Need::Get]);

/// Change the settings.
pub const CHANGE_SETTINGS: Route<NoPath, SettingsQuery, InsightSettingsChanges, InsightSettingsView> =
    Route::patch("insights-change-settings", "/v1/insights/settings")
        .summary("Change how anomalies are looked for, at the MSP or at a client; it holds for days judged from now on")
        .permission(Permission::InsightManage)
        .touches(&[Need::Get]);

/// Look for anomalies.
pub const DETECTION: Job = Job {
    name: "insights-anomaly-detection",
    summary: "Judges the days of each series of costs that are complete, each once, and finds what is unusual",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::Main), Need::Query(Index::ByDue)],
};

/// An anomaly in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtAnomaly {
    /// Which anomaly.
    pub anomaly: AnomalyId,
}

/// Something announced, in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtKnownEvent {
    /// At which client.
    pub client: ClientId,
    /// Which one.
    pub event: KnownEventId,
}

/// Which anomalies to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AnomalyQuery {
    /// Of this client only; a client's side sees its own alone.
    pub client: Option<ClientId>,
    /// Of this series only.
    pub series: Option<SeriesId>,
    /// Only those that go on, or only those that are over.
    pub open: Option<bool>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Whose settings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SettingsQuery {
    /// Of this client; the MSP's when absent.
    pub client: Option<ClientId>,
}

/// What somebody says of an anomaly.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "answer": "real", "note": "A test cluster was left running." }))]
pub struct NewJudgement {
    /// What.
    pub answer: Answer,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// An anomaly in a series of costs or of use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnomalyView {
    /// Which.
    pub id: AnomalyId,
    /// In which series.
    pub series: SeriesId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// For what.
    pub service: String,
    /// In which of the client's departments.
    pub unit: Option<UnitId>,
    /// Where it stands.
    pub state: AnomalyState,
    /// What is unusual.
    pub kind: Kind,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub onset: Date,
    /// Its last day so far.
    #[schema(value_type = String, format = Date)]
    pub last: Date,
    /// How many days belong to it.
    pub days: u64,
    /// The most unusual day's cost, or use.
    pub actual: Amount,
    /// What was expected of that day.
    pub expected: Amount,
    /// The least that would have been usual.
    pub low: Amount,
    /// The most that would have been usual.
    pub high: Amount,
    /// How much more than expected all its days came to; negative for less. Of use, in people-days. Of a level shift or a drift,
    /// more than was expected before it began, up to its last day, on which it had become the usual. Of missing data nothing.
    pub excess: Amount,
    /// How much more a month comes to from now on, negative for less; of a level shift or a drift that did not go back, and of a
    /// drift once three of its days carry it.
    pub monthly: Option<Amount>,
    /// How unusual the most unusual day is; 1 is the line.
    pub score: f64,
    /// What drives it; none where the files name no sub accounts.
    pub driver: Option<CostDriver>,
    /// A plain sentence.
    pub sentence: String,
    /// What somebody said of it.
    pub judged: Option<Judged>,
    /// Whether it comes to about as much as one of its series of which somebody said that it was expected: nobody is told of it.
    pub like_expected: bool,
    /// Whether it was told again since it was answered, for it had come to twice as much: it can be answered again.
    pub grown: bool,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    pub found_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<CostAnomaly> for AnomalyView {
    fn from(anomaly: CostAnomaly) -> Self {
        let CostAnomaly { id, series, client, source, service, unit, state, kind, onset, last, days, .. } = anomaly;
        let CostAnomaly { actual, expected, low, high, excess, monthly, score, driver, sentence, judged, .. } = anomaly;
        let CostAnomaly { like_expected, grown, found_at, updated_at, .. } = anomaly;
        AnomalyView {
            id,
            series,
            client,
            source,
            service,
            unit,
            state,
            kind,
            onset,
            last,
            days,
            actual,
            expected,
            low,
            high,
            excess,
            monthly,
            score,
            driver,
            sentence,
            judged,
            like_expected,
            grown,
            found_at,
            updated_at,
        }
    }
}

/// Something to be announced.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "2026-03-07", "to": "2026-03-08", "why": "Migration of the mail server" }))]
pub struct NewKnownEvent {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day, at most a year later.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// What it is.
    #[schema(min_length = 1, max_length = 120)]
    pub why: String,
}

/// Something that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KnownEventView {
    /// Which.
    pub id: KnownEventId,
    /// At which client.
    pub client: ClientId,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// What it is.
    pub why: String,
    /// Who said so.
    pub by: UserId,
    /// When they did.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Announced> for KnownEventView {
    fn from(announced: Announced) -> Self {
        let Announced { id, client, event, by, at } = announced;
        KnownEventView { id, client, from: event.from, to: event.to, why: event.why, by, at }
    }
}

/// What to change of how anomalies are looked for; absent fields stay, `null` is as at the MSP, or as everybody starts.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "sensitivity": 1.2, "tell_from": "25" }))]
pub struct InsightSettingsChanges {
    /// How readily something is an anomaly: 2 at half the distance, 0.5 at twice the distance.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<f64>, minimum = 0.5, maximum = 2)]
    pub sensitivity: Option<Option<f64>>,
    /// By what.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Method>)]
    pub method: Option<Option<Method>>,
    /// Days after which a day's costs are complete; 2 at first.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u8>, maximum = 60)]
    pub settle_days: Option<Option<u8>>,
    /// Days after which a day of which no file tells is missing; 5 at first.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u8>, maximum = 60)]
    pub missing_after_days: Option<Option<u8>>,
    /// What an anomaly must come to before owners get a letter, in the series' currency, whichever that is; at first 1,000 of its
    /// smallest units, so 10 euros or 1,000 yen.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub tell_from: Option<Option<Decimal>>,
    /// What gives costs a department, the first that fits; of a client only. The list is replaced as a whole, and holds for
    /// files that are read from now on.
    #[schema(max_items = 200)]
    pub units: Option<Vec<UnitRule>>,
}

/// How anomalies are looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InsightSettingsView {
    /// At this client; at the MSP when absent.
    pub client: Option<ClientId>,
    /// How readily something is an anomaly.
    pub sensitivity: Option<f64>,
    /// By what.
    pub method: Option<Method>,
    /// Days after which a day's costs are complete.
    pub settle_days: Option<u8>,
    /// Days after which a day of which no file tells is missing.
    pub missing_after_days: Option<u8>,
    /// What an anomaly must come to before owners get a letter.
    pub tell_from: Option<Decimal>,
    /// What gives costs a department.
    pub units: Vec<UnitRule>,
    /// When they last changed; none as long as nobody has set them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<InsightSettings> for InsightSettingsView {
    fn from(settings: InsightSettings) -> Self {
        let InsightSettings { client, tuning, settle_days, missing_after_days, tell_from, units, updated_at } =
            settings;
        InsightSettingsView {
            client,
            sensitivity: tuning.sensitivity,
            method: tuning.method,
            settle_days,
            missing_after_days,
            tell_from,
            units,
            updated_at,
        }
    }
}
