//! Days told of a series: by a file of costs, or by Steward itself.

use std::collections::BTreeSet;

use domain::ids::{ClientId, ImportId, SeriesId};
use domain::insights::Measure;
use domain::insights::costs::{CostSeries, Days, SeriesName};
use domain::insights::focus::LONGEST_PERIOD;
use domain::insights::watch::Watch;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::insights::{KeptWatch, KnownDays};
use crate::{Commit, Error, Result, TenantStore};

/// What is left out by whoever tells of all days.
pub static NO_DAYS: BTreeSet<Date> = BTreeSet::new();

/// What is told of a series.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// Which series.
    pub series: SeriesId,
    /// Whose.
    pub client: ClientId,
    /// What it is called; none where nothing new is begun.
    pub name: Option<&'a SeriesName>,
    /// Which file tells; [`of_steward`] where Steward does.
    pub by: ImportId,
    /// The first and the last day that it tells of.
    pub span: (Date, Date),
    /// The days between them of which it does not tell.
    pub untold: &'a BTreeSet<Date>,
    /// What these days came to; those that are left out came to nothing.
    pub days: &'a Days,
}

/// What stands for a file where Steward itself tells: older than every file, and the same one always, so that what is told
/// later takes the place of what was told before.
pub fn of_steward() -> ImportId {
    ImportId::from_uuid(Uuid::nil())
}

impl TenantStore {
    /// What to write so that a series knows what is told; nothing when it does, or when there is nothing to begin it with.
    ///
    /// # Errors
    /// What the store answers; [`Error::Corrupt`] for a measure that is none.
    pub async fn tell(&self, telling: &Telling<'_>, now: Timestamp) -> Result<Option<Commit>> {
        // A period that began on the last of these days goes on behind them, and a file may have costs of days to come.
        let last = telling.days.keys().next_back().copied().unwrap_or(telling.span.1);
        let to = telling.span.1.saturating_add(LONGEST_PERIOD.days()).max(last);
        let known = self.cost_days(telling.series, telling.span.0, to).await?;
        self.told(telling, telling.days, known, now).await
    }

    /// The same, of what comes to the days beside what is known of them.
    ///
    /// # Errors
    /// As [`TenantStore::tell`].
    pub async fn tell_more(&self, telling: &Telling<'_>, now: Timestamp) -> Result<Option<Commit>> {
        let known = self.cost_days(telling.series, telling.span.0, telling.span.1).await?;
        let mut days = known.days.clone();
        for (day, more) in telling.days {
            let sum = &mut days.entry(*day).or_default().minor;
            *sum = sum.saturating_add(more.minor);
        }
        self.told(telling, &days, known, now).await
    }

    async fn told(
        &self,
        telling: &Telling<'_>,
        days: &Days,
        known: KnownDays,
        now: Timestamp,
    ) -> Result<Option<Commit>> {
        let Telling { series, client, name, by, span, untold, .. } = *telling;
        let read = self.watch(series).await?;
        if read.is_none() && days.is_empty() {
            return Ok(None);
        }
        let (before, rev) = match &read {
            Some(read) => (read.value.watch()?, read.rev),
            None => (Watch::new(series, client), 0),
        };
        let (after, changed) = before.clone().told_all_but(untold, by, span, days, &known.days);
        if after == before && changed.is_empty() {
            return Ok(None);
        }
        let series = match name {
            Some(name) => begun(series, name, now)?,
            None => self.cost_series(series).await?.value,
        };
        let commit = if read.is_none() { self.commit().add_series(&series) } else { self.commit() };
        let watch = KeptWatch::new(&after, after.next.map(|_| now))?;
        Ok(Some(commit.update(&watch, rev).set_days(&series, &known, &changed)))
    }
}

/// A series as it begins.
fn begun(id: SeriesId, name: &SeriesName, now: Timestamp) -> Result<CostSeries> {
    let unknown = || Error::Corrupt(format!("no measure {}", name.measure));
    let measure = Measure::from_code(name.measure).ok_or_else(unknown)?;
    Ok(CostSeries::new(id, name, measure, now))
}
