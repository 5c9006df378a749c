//! What jobs parked: records whose work kept failing. Such a record may be unreadable, so only its key and the reason are read.

use domain::ids::{ClientId, SeriesId};
use domain::insights::costs::CostSeries;
use domain::parked::Reason;
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
    /// Why.
    pub reason: Reason,
}

impl TenantStore {
    /// A page of a client's parked series, the longest parked first. Of those that the tenant has, as many are looked at as
    /// the page may have entries, so a page can come back short, or empty, and still have a next. What does not read back is left
    /// out and logged.
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
            .projection_expression("lsk, parked_at, parked_code")
            .limit(i32::try_from(limit + 1).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(from_sdk)?;
        // A query ends early when it has read a megabyte: the rest is on the next page.
        let goes_on = found.last_evaluated_key.is_some();
        let found = found.items.unwrap_or_default();
        let more = goes_on || found.len() > limit;
        let last = found.iter().take(limit).next_back().filter(|_| more);
        let next = last.map(|item| cursors.seal(self.scope, &query, &attribute(item, "lsk")));
        let items = try_join_all(found.iter().take(limit).map(|item| self.parked_if_readable(item))).await?;
        let of_client = |parked: &ParkedSeries| parked.series.value.client == client;
        Ok(Slice { items: items.into_iter().flatten().filter(of_client).collect(), next })
    }

    /// A parked series; none of one that is gone or does not read back. Nobody can tell whose that one is, and it keeps no
    /// client's from them: it is logged, for whoever runs Steward.
    async fn parked_if_readable(&self, item: &Item) -> Result<Option<ParkedSeries>> {
        match self.parked(item).await {
            Ok(parked) => Ok(Some(parked)),
            Err(error @ (Error::NotFound | Error::Corrupt(_))) => {
                tracing::warn!(item = attribute(item, "lsk"), %error, "a parked series is in no list");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn parked(&self, item: &Item) -> Result<ParkedSeries> {
        let Row { series, since, reason } = Row::of(item)?;
        Ok(ParkedSeries { series: self.cost_series(series).await?, since, reason })
    }
}

/// An attribute that is a text; an empty one where there is none.
fn attribute(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

/// What is read of a parked record.
struct Row {
    series: SeriesId,
    since: Timestamp,
    reason: Reason,
}

impl Row {
    fn of(item: &Item) -> Result<Self> {
        let sort = attribute(item, "lsk");
        let corrupt = || Error::Corrupt(format!("the parked key {sort}"));
        let series = sort.rsplit('#').next().and_then(|id| id.parse().ok()).ok_or_else(corrupt)?;
        let since = attribute(item, "parked_at").parse().map_err(|_| corrupt())?;
        Ok(Row { series, since, reason: Reason::named(&attribute(item, "parked_code")) })
    }
}
