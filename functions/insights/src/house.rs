//! What holds for all series of a client, read once for a job's run.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::{ClientId, TenantId, UnitId};
use domain::insights::KnownEvent;
use domain::insights::costs::CostSeries;
use domain::insights::rules::{InsightSettings, MOST_KNOWN, Rules};
use domain::insights::watch::DAYS_BACK;
use domain::zone::Zone;
use jiff::civil::{Date, Time, time};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use store::TenantStore;
use tokio::sync::Mutex;

/// In the tenant's zone: before anybody works.
const AT: Time = time(3, 30, 0, 0);

/// A client, as far as its series need it.
pub(crate) struct House {
    tenant: InsightSettings,
    client: InsightSettings,
    zone: Zone,
    departments: HashMap<UnitId, String>,
    /// What was announced.
    pub(crate) known: Vec<KnownEvent>,
    /// The day where the MSP is.
    pub(crate) today: Date,
}

impl House {
    async fn of(store: &TenantStore, client: ClientId, now: Timestamp) -> Result<Self> {
        let zone = store.tenant_record().await?.value.zone;
        let today = zone.date(now);
        let since = today.saturating_sub(DAYS_BACK.days());
        let known = store.known_events(client, since, MOST_KNOWN).await?;
        let departments = store.client(client).await?.value.departments;
        Ok(House {
            tenant: store.insight_settings(None).await?.value,
            client: store.insight_settings(Some(client)).await?.value,
            zone,
            departments: departments.into_iter().map(|unit| (unit.id, unit.name)).collect(),
            known: known.into_iter().map(|announced| announced.event).collect(),
            today,
        })
    }

    /// The rules that hold for a series.
    pub(crate) fn rules(&self, series: &CostSeries) -> Rules {
        Rules::of(&self.tenant, &self.client, series)
    }

    /// The name of a series' department.
    pub(crate) fn department(&self, series: &CostSeries) -> Option<&str> {
        series.unit.and_then(|unit| self.departments.get(&unit)).map(String::as_str)
    }

    /// The night of a day.
    pub(crate) fn night(&self, day: Date) -> Timestamp {
        self.zone.at(day, AT)
    }
}

/// The clients that a run has met.
#[derive(Default)]
pub(crate) struct Houses(Mutex<HashMap<(TenantId, ClientId), Arc<House>>>);

impl Houses {
    /// A client.
    pub(crate) async fn of(&self, store: &TenantStore, client: ClientId, now: Timestamp) -> Result<Arc<House>> {
        let key = (store.tenant(), client);
        if let Some(house) = self.0.lock().await.get(&key) {
            return Ok(house.clone());
        }
        let house = Arc::new(House::of(store, client, now).await?);
        self.0.lock().await.insert(key, house.clone());
        Ok(house)
    }
}
