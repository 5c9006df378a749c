//! What is unusual about people's use of products: an hour, a first use, somebody who left.

use domain::access::Permission;
use domain::ids::{AccessAnomalyId, ClientId, ContactId, ProductId};
use domain::insights::Finding;
use domain::insights::access_anomalies::AccessAnomaly;
use domain::insights::found::Judged;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::insights::NewJudgement;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// List what is unusual about people's use.
pub const LIST: Route<NoPath, AccessQuery, NoBody, Page<AccessAnomalyView>> =
    Route::get("insights-list-access-anomalies", "/v1/access-anomalies")
        .summary("List what was unusual about people's use of products, the latest first")
        .permission(Permission::InsightRead)
        .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Judge one.
pub const JUDGE: Route<AtAccessAnomaly, NoQuery, NewJudgement, AccessAnomalyView> =
    Route::post("insights-judge-access-anomaly", "/v1/access-anomalies/{access}/judge")
        .summary("Say whether it was expected or real; an hour that was expected is usual for that person from now on")
        .permission(Permission::InsightManage)
        .touches(&[Need::Get]);

/// One of them in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtAccessAnomaly {
    /// Which one.
    pub access: AccessAnomalyId,
}

/// Which ones to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessQuery {
    /// Of this client only; a client's side sees its own alone.
    pub client: Option<ClientId>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Something unusual about somebody's use of products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessAnomalyView {
    /// Which.
    pub id: AccessAnomalyId,
    /// At which client.
    pub client: ClientId,
    /// Who.
    pub contact: ContactId,
    /// Of which product.
    pub product: ProductId,
    /// What is unusual.
    pub kind: Finding,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Its last day so far.
    #[schema(value_type = String, format = Date)]
    pub last: Date,
    /// On how many days.
    pub days: u32,
    /// The hour that is unusual, 0 for the one after midnight.
    pub hour: Option<i8>,
    /// A plain sentence.
    pub sentence: String,
    /// What somebody said of it.
    pub judged: Option<Judged>,
    /// Whether nothing more is noted or told of it, because somebody said that it was expected.
    pub muted: bool,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    pub found_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<AccessAnomaly> for AccessAnomalyView {
    fn from(anomaly: AccessAnomaly) -> Self {
        let muted = anomaly.is_muted();
        let AccessAnomaly { id, client, contact, product, kind, on, last, days, hour, sentence, judged, .. } = anomaly;
        let AccessAnomaly { found_at, updated_at, .. } = anomaly;
        AccessAnomalyView {
            id,
            client,
            contact,
            product,
            kind,
            on,
            last,
            days,
            hour,
            sentence,
            judged,
            muted,
            found_at,
            updated_at,
        }
    }
}
