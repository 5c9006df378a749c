//! What a file's days come to, written to the series: each in a transaction of its own, in the order of their ids.
//!
//! A file tells of all series of its source: of one that has no row on a day it says that the day came to nothing. Of a day on
//! which none of them has a row, though they usually have, it tells nothing. The source itself is one more, of how many of them
//! have a cost on each day: it is the one that misses a file that does not come. Writing a series again changes nothing, and
//! what a younger file told stays, so neither a death nor a second run does harm.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::SeriesId;
use domain::insights::costs::{Days, SeriesName, counted, untold};
use domain::insights::imports::{CostImport, ImportState};
use domain::insights::watch::DAYS_COMPARED;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{Error, JobCx, Result};
use store::TenantStore;
use store::telling::Telling;

use crate::reading::kept;

/// Series after which it is noted how far it is.
const SERIES_AT_RISK: usize = 200;

/// Writes until all series know what the file tells, or until time is over.
pub(crate) async fn write(cx: &JobCx, store: &TenantStore, import: &CostImport) -> Result<()> {
    let sums = kept(store, import).await?.ok_or_else(|| Error::Internal(format!("{} has no sums", import.id)))?.sums;
    let days = import.from.zip(import.to).ok_or_else(|| Error::Internal(format!("{} has no days", import.id)))?;
    let told = match sums.by_series(import.client, &import.source) {
        Ok(told) => told,
        Err(fault) => return note(cx, store, import, |import| import.failed(fault.to_string(), cx.now)).await,
    };
    let count = u32::try_from(told.len()).unwrap_or(u32::MAX);
    let before = counted_before(store, import, days.0).await?;
    let untold = untold(told.values(), days, |day| before.get(&day).copied());
    let whole = (SeriesName::whole(import.client, &import.source), counted(told.values()));
    let told: BTreeMap<SeriesId, (SeriesName, Days)> =
        told.into_iter().chain([whole]).map(|(name, days)| (store.series_id(&name), (name, days))).collect();
    let known = of_source(store, import).await?;
    let all: BTreeSet<SeriesId> = told.keys().copied().chain(known).collect();
    let left = all.into_iter().filter(|id| import.after.is_none_or(|after| *id > after));
    let (mut failed, nothing) = (None, Days::new());
    for (at, id) in left.enumerate() {
        let (name, file) = told.get(&id).map_or((None, &nothing), |(name, days)| (Some(name), days));
        let (client, by) = (import.client, import.id);
        let telling = Telling { series: id, client, name, by, span: days, untold: &untold, days: file };
        match cx.reconcile(|| async { Ok(((), store.tell(&telling, cx.now).await?)) }).await {
            Ok(()) => {}
            Err(Error::Store(error)) if error.is_passing() => return Err(error.into()),
            // One series that cannot be written keeps none of the others from it; the file is looked at again for it.
            Err(error) => failed = Some(error),
        }
        let rests = cx.is_out_of_time();
        if failed.is_none() && (rests || (at + 1) % SERIES_AT_RISK == 0) {
            note(cx, store, import, |import| import.written(id, cx.now)).await?;
        }
        if rests {
            return failed.map_or(Ok(()), Err);
        }
    }
    match failed {
        Some(error) => Err(error),
        None => note(cx, store, import, |import| import.done(count, cx.now)).await,
    }
}

/// On how many series of the source there was a cost on each of the days before this one of which files told.
async fn counted_before(store: &TenantStore, import: &CostImport, from: Date) -> Result<BTreeMap<Date, i64>> {
    let whole = store.series_id(&SeriesName::whole(import.client, &import.source));
    let watch = match store.watch(whole).await {
        Ok(Some(read)) => read.value,
        // What nobody can read is told of when it is written.
        Err(error) if error.is_passing() => return Err(error.into()),
        Ok(None) | Err(_) => return Ok(BTreeMap::new()),
    };
    let since = from.saturating_sub(DAYS_COMPARED.days());
    let known = store.cost_days(whole, since, from).await?.days;
    let told = since.series(1.day()).take_while(|day| *day < from).filter(|day| watch.covered().has(*day));
    Ok(told.map(|day| (day, known.get(&day).map_or(0, |count| count.minor))).collect())
}

async fn of_source(store: &TenantStore, import: &CostImport) -> Result<Vec<SeriesId>> {
    let mut all: Vec<SeriesId> = Vec::new();
    loop {
        let (some, end) = store.series_of_source(import.client, &import.source, all.last().copied()).await?;
        all.extend(some);
        if end {
            return Ok(all);
        }
    }
}

/// Notes how far it is, unless another run is further.
async fn note(
    cx: &JobCx,
    store: &TenantStore,
    import: &CostImport,
    next: impl Fn(CostImport) -> CostImport,
) -> Result<()> {
    cx.reconcile(|| async {
        let read = store.cost_import(import.id).await?;
        let goes_on = read.value.state == ImportState::Writing && read.value.after >= import.after;
        let next = next(read.value.clone());
        let further = next.state != ImportState::Writing || next.after > read.value.after;
        Ok(((), (goes_on && further).then(|| store.commit().update(&next, read.rev))))
    })
    .await
}
