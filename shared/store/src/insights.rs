//! Series of costs, what their days came to, where the looking at them stands, and what was found.
//!
//! A series has a partition of its own: its root is what is listed and changes seldom, `STATE` is what every look changes and
//! what is due, and its days are one item a month.

use std::collections::BTreeMap;

use domain::budgets::{DAYS_LOOKED_BACK, Told};
use domain::ids::{AnomalyId, ClientId, SeriesId};
use domain::insights::Measure;
use domain::insights::costs::{CostSeries, DayCost, Days, SeriesName};
use domain::insights::covered::Covered;
use domain::insights::found::{AnomalyState, CostAnomaly};
use domain::insights::rhythm::Rhythm;
use domain::insights::rules::{Announced, InsightSettings};
use domain::insights::watch::Watch;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::item::{Place, Record, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that looks for anomalies.
pub const DETECTION: &str = "insights-anomaly-detection";
/// Series of a source that are read at once.
const SERIES_AT_ONCE: usize = 500;

impl Record for CostSeries {
    fn place(&self) -> Place {
        let sort = keys::list::by_name(&self.service, self.id);
        // What a source itself is stands among no services: its anomalies lead to it.
        let listed = self.measure != Measure::Series;
        Place {
            refers: listed.then(|| (keys::refers::client_series(self.client), sort)),
            ..Place::at(keys::cost_series(self.id))
        }
    }
}

impl Record for InsightSettings {
    fn place(&self) -> Place {
        Place::at(keys::insights(self.client))
    }
}

impl Record for Announced {
    fn place(&self) -> Place {
        Place::at(keys::known_event(self.client, self.event.to, self.id))
    }
}

impl Record for CostAnomaly {
    fn place(&self) -> Place {
        let open = self.state == AnomalyState::Open;
        let sort = format!("{}#{}", self.onset, self.id);
        Place {
            list: Some((keys::list::anomalies(open), sort.clone())),
            refers: Some((keys::refers::client_anomalies(self.client, open), sort)),
            ..Place::at(keys::anomaly(self.id))
        }
    }
}

/// Where the looking at a series stands, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptWatch {
    series: SeriesId,
    client: ClientId,
    covered: Covered,
    #[serde(default)]
    rhythm: Rhythm,
    first: Option<Date>,
    next: Option<Date>,
    /// As JSON: a float of any size comes back as it was, which an attribute of numbers does not promise.
    model: String,
    open: Option<Date>,
    onsets: std::collections::BTreeSet<Date>,
    missing: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<Date, Date>,
    /// When there is something to judge.
    pub due_at: Option<Timestamp>,
}

impl KeptWatch {
    /// To be kept, and looked at next at an instant.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a model that cannot be written.
    pub fn new(watch: &Watch, due_at: Option<Timestamp>) -> Result<Self> {
        let model = serde_json::to_string(&watch.model).map_err(|e| Error::Corrupt(e.to_string()))?;
        let Watch { series, client, covered, rhythm, first, next, open, onsets, missing, names, .. } = watch.clone();
        Ok(KeptWatch { series, client, covered, rhythm, first, next, model, open, onsets, missing, names, due_at })
    }

    /// The days that were told of.
    pub fn covered(&self) -> &Covered {
        &self.covered
    }

    /// As the rules have it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a model that does not read back.
    pub fn watch(&self) -> Result<Watch> {
        let corrupt = |e: serde_json::Error| Error::Corrupt(format!("the model of {}: {e}", self.series));
        let model = serde_json::from_str(&self.model).map_err(corrupt)?;
        let KeptWatch { series, client, covered, rhythm, first, next, open, onsets, missing, names, .. } = self.clone();
        Ok(Watch { series, client, covered, rhythm, first, next, model, open, onsets, missing, names })
    }
}

impl Record for KeptWatch {
    fn place(&self) -> Place {
        Place { due: self.due_at.map(|at| (DETECTION, at)), ..Place::at(keys::series_state(self.series)) }
    }
}

/// One day of a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptDay {
    on: Date,
    #[serde(flatten)]
    cost: DayCost,
}

/// What the days of a month came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthOfDays {
    series: SeriesId,
    /// Its first day.
    month: Date,
    days: Vec<KeptDay>,
}

impl Record for MonthOfDays {
    fn place(&self) -> Place {
        Place::at(keys::series_days(self.series, self.month))
    }
}

/// A series among those of its source: the list that an import goes through, as it is at that moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SeriesOfSource {
    client: ClientId,
    source: String,
    series: SeriesId,
}

impl Record for SeriesOfSource {
    fn place(&self) -> Place {
        Place::at(keys::series_of_source(self.client, &self.source, self.series))
    }
}

/// What is known of some days of a series, with the revisions of their months.
#[derive(Clone, Debug, Default)]
pub struct KnownDays {
    /// The days.
    pub days: Days,
    months: BTreeMap<Date, u64>,
}

/// Which anomalies to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnomalyFilter {
    /// Going on, or over; both when absent.
    pub open: Option<bool>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Of this series.
    pub series: Option<SeriesId>,
}

impl TenantStore {
    /// A series.
    pub async fn cost_series(&self, id: SeriesId) -> Result<Versioned<CostSeries>> {
        self.get(&keys::cost_series(id)).await
    }

    /// The id of a series: the same for the same name.
    pub fn series_id(&self, name: &SeriesName) -> SeriesId {
        SeriesId::from_uuid(self.id_of(&name.identity()))
    }

    /// The id of the anomaly of a series that is named by this day: the one on which it began when it was found.
    pub fn anomaly_id(&self, series: SeriesId, onset: Date) -> AnomalyId {
        AnomalyId::from_uuid(self.id_of(&format!("anomaly#{series}#{onset}")))
    }

    /// Where the looking at a series stands.
    pub async fn watch(&self, series: SeriesId) -> Result<Option<Versioned<KeptWatch>>> {
        self.find(&keys::series_state(series)).await
    }

    /// How files tell of a source of a client by today; none of one of which none did.
    pub async fn told_of(&self, client: ClientId, source: &str, today: Date) -> Result<Option<Told>> {
        let series = self.series_id(&SeriesName::whole(client, source));
        let Some(watch) = self.watch(series).await? else { return Ok(None) };
        let covered = watch.value.covered;
        let Some(last) = covered.last_until(today) else { return Ok(None) };
        let days = self.cost_days(series, last.saturating_sub(DAYS_LOOKED_BACK.days()), last).await?.days;
        Ok(Told::of(covered, &days, today))
    }

    /// What is known of the days of a series; of whole months.
    pub async fn cost_days(&self, series: SeriesId, from: Date, to: Date) -> Result<KnownDays> {
        let (first, last) = (keys::series_days(series, from), keys::series_days(series, to));
        let months: Vec<Versioned<MonthOfDays>> =
            self.children(&first.pk, text(first.sk), text(last.sk), true, usize::MAX).await?;
        let mut known = KnownDays::default();
        for month in months {
            known.months.insert(month.value.month, month.rev);
            known.days.extend(month.value.days.into_iter().map(|day| (day.on, day.cost)));
        }
        Ok(known)
    }

    /// Some series of a source by their ids, behind `after`; fewer than asked for only at the end.
    pub async fn series_of_source(
        &self,
        client: ClientId,
        source: &str,
        after: Option<SeriesId>,
    ) -> Result<(Vec<SeriesId>, bool)> {
        let least = SeriesId::from_uuid(uuid::Uuid::nil());
        let first = keys::series_of_source(client, source, after.unwrap_or(least));
        // '!' stands behind the end of a text and before every longer one.
        let from = if after.is_some() { format!("{}!", first.sk) } else { first.sk };
        let found: Vec<Versioned<SeriesOfSource>> =
            self.children(&first.pk, text(from), text("SERIES#~"), true, SERIES_AT_ONCE).await?;
        let all = found.len() < SERIES_AT_ONCE;
        Ok((found.into_iter().map(|found| found.value.series).collect(), all))
    }

    /// A page of a client's series, by service.
    pub async fn client_series(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<CostSeries>>> {
        let partition = keys::refers::client_series(client);
        let query = partition.clone();
        self.page(&Listing { by: By::Ref, partitions: vec![partition], newest_first: false, query }, page, |_| true)
            .await
    }

    /// An anomaly.
    pub async fn cost_anomaly(&self, id: AnomalyId) -> Result<Versioned<CostAnomaly>> {
        self.get(&keys::anomaly(id)).await
    }

    /// An anomaly, if it was found before.
    pub async fn cost_anomaly_if(&self, id: AnomalyId) -> Result<Option<Versioned<CostAnomaly>>> {
        self.find(&keys::anomaly(id)).await
    }

    /// A page of anomalies, the latest first. Those that were withdrawn are left out.
    pub async fn anomalies(&self, filter: &AnomalyFilter, page: &PageRequest) -> Result<Slice<Versioned<CostAnomaly>>> {
        let states = filter.open.map_or_else(|| vec![true, false], |open| vec![open]);
        let (by, partitions): (By, Vec<String>) = match filter.client {
            Some(client) => {
                (By::Ref, states.into_iter().map(|open| keys::refers::client_anomalies(client, open)).collect())
            }
            None => (By::List, states.into_iter().map(keys::list::anomalies).collect()),
        };
        let query = format!("{}?{:?}", partitions.join("+"), filter.series);
        let wanted = |anomaly: &CostAnomaly| {
            anomaly.state != AnomalyState::Withdrawn && filter.series.is_none_or(|series| series == anomaly.series)
        };
        self.page(&Listing { by, partitions, newest_first: true, query }, page, wanted).await
    }

    /// What is set for the tenant, or for a client: as everybody starts, at revision 0, while nobody has set it.
    pub async fn insight_settings(&self, client: Option<ClientId>) -> Result<Versioned<InsightSettings>> {
        let found = self.find(&keys::insights(client)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: InsightSettings::new(client), rev: 0 }))
    }

    /// What a client announced that ends on this day or later.
    pub async fn known_events(&self, client: ClientId, from: Date, most: usize) -> Result<Vec<Announced>> {
        let first = keys::known_events(client, from);
        let found: Vec<Versioned<Announced>> =
            self.children(&first.pk, text(first.sk), text("KNOWN#~"), true, most).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// A page of what a client announced, what ends first first.
    pub async fn announced(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<Announced>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#KNOWN");
        let listing = Listing { by: By::Children("KNOWN#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }
}

impl Commit {
    /// A series that was not seen before, and its place in its source.
    #[must_use]
    pub fn add_series(self, series: &CostSeries) -> Self {
        let CostSeries { id, client, source, .. } = series;
        let listed = SeriesOfSource { client: *client, source: source.clone(), series: *id };
        self.create(series).create(&listed)
    }

    /// Other days of a series, over what was read of their months, whose revisions see to it that this is done once; what
    /// the client spent in these months moves with them.
    #[must_use]
    pub fn set_days(self, series: &CostSeries, known: &KnownDays, changed: &BTreeMap<Date, Option<DayCost>>) -> Self {
        let commit = self.spend(series, &known.days, changed);
        let series = series.id;
        let mut months: BTreeMap<Date, Days> = BTreeMap::new();
        for day in changed.keys() {
            months.entry(day.first_of_month()).or_default();
        }
        for (on, cost) in &known.days {
            if let Some(days) = months.get_mut(&on.first_of_month()) {
                days.insert(*on, cost.clone());
            }
        }
        for (on, cost) in changed {
            let days = months.entry(on.first_of_month()).or_default();
            match cost {
                Some(cost) => days.insert(*on, cost.clone()),
                None => days.remove(on),
            };
        }
        months.into_iter().fold(commit, |commit, (month, days)| {
            let days = days.into_iter().map(|(on, cost)| KeptDay { on, cost }).collect();
            let rev = known.months.get(&month).copied().unwrap_or_default();
            commit.update(&MonthOfDays { series, month, days }, rev)
        })
    }
}
