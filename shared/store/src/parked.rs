//! What jobs parked: records whose work kept failing. Such a record may be unreadable, so only its key and the reason are read.

use domain::ids::{ClientId, SeriesId};
use domain::insights::costs::CostSeries;
use futures::future::try_join_all;
use jiff::Timestamp;

use crate::error::{Error, Result, from_sdk};
use crate::item::{Item, text};
use crate::{PageRequest, Slice, TenantStore, Versioned, keys};

/// The kind of the records that the search for anomalies works on.
const SERIES: &str = "SERIES";

/// A series that a job parked.
#[derive(Clone, Debug, PartialEq)]
pub struct ParkedSeries {
    /// Which series.
    pub series: Versioned<CostSeries>,
    /// Since when.
    pub since: Timestamp,
    /// What kept failing.
    pub why: String,
}

impl TenantStore {
    /// A page of a client's parked series, the longest parked first. Of those that the tenant has, as many are looked at as
    /// the page may have entries, so a page can come back short, or empty, and still have a next.
    pub async fn parked_series(&self, client: ClientId, page: &PageRequest) -> Result<Slice<ParkedSeries>> {
        let partition = keys::list::parked(SERIES);
        let query = format!("{partition}?{client}");
        let cursors = self.store.cursors()?;
        let after = page.cursor.as_deref().map(|cursor| cursors.open(self.scope, &query, cursor)).transpose()?;
        let limit = page.limit as usize;
        let found = self
            .store
            .dynamo
            .query()
            .table_name(&self.store.names.main)
            .index_name("by_list")
            .key_condition_expression("lpk = :list AND lsk > :after")
            .expression_attribute_values(":list", text(self.scope.prefix(&partition)))
            .expression_attribute_values(":after", text(after.unwrap_or_else(|| "0".to_owned())))
            .projection_expression("lsk, parked_at, parked_why")
            .limit(i32::try_from(limit + 1).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(from_sdk)?
            .items
            .unwrap_or_default();
        let rows: Vec<Row> = found.iter().take(limit).map(Row::of).collect::<Result<_>>()?;
        let last = rows.last().filter(|_| found.len() > limit);
        let next = last.map(|row| cursors.seal(self.scope, &query, &row.sort));
        let items = try_join_all(rows.into_iter().map(|row| self.parked(row))).await?;
        Ok(Slice { items: items.into_iter().filter(|parked| parked.series.value.client == client).collect(), next })
    }

    async fn parked(&self, row: Row) -> Result<ParkedSeries> {
        let Row { series, since, why, .. } = row;
        Ok(ParkedSeries { series: self.cost_series(series).await?, since, why })
    }
}

/// What is read of a parked record.
struct Row {
    sort: String,
    series: SeriesId,
    since: Timestamp,
    why: String,
}

impl Row {
    fn of(item: &Item) -> Result<Self> {
        let of = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let sort = of("lsk");
        let corrupt = || Error::Corrupt(format!("the parked key {sort}"));
        let series = sort.rsplit('#').next().and_then(|id| id.parse().ok()).ok_or_else(corrupt)?;
        let since = of("parked_at").parse().map_err(|_| corrupt())?;
        Ok(Row { series, since, why: of("parked_why"), sort })
    }
}
