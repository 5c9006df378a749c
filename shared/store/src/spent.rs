//! What clients spent, month by month: sums that move in the transaction that changes the days of a series.
//!
//! Nobody reads a sum to write it, so many imports may add at once; the revisions of the days' months see to it that each
//! change is added once.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::reports::Month;
use domain::budgets::is_spent;
use domain::ids::{ClientId, UnitId};
use domain::insights::costs::CostSeries;
use futures::future::try_join_all;

use crate::{Commit, Error, Result, TenantStore, keys};

/// Months that are read side by side.
const SIDE_BY_SIDE: usize = 12;
/// What stands for no department in a sum's name.
const NOBODY: &str = "-";
/// What stands behind a sum's name where it is that part of it that is of periods of several days.
const OF_PERIODS: &str = "#periods";

/// What a client spent in a month on one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spending {
    /// In which month.
    pub month: Month,
    /// Where it comes from: an import's source.
    pub source: String,
    /// In what: the ISO 4217 code.
    pub currency: String,
    /// In which department; none for what none is known of.
    pub unit: Option<UnitId>,
    /// In minor units; negative where more was credited than charged.
    pub minor: i64,
    /// What of it is of periods of several days.
    pub of_periods: i64,
}

impl TenantStore {
    /// What a client spent from one month to another, by month, source, currency and department.
    pub async fn spent(&self, client: ClientId, from: Month, to: Month) -> Result<Vec<Spending>> {
        let months: Vec<Month> = from.up_to(to).collect();
        let mut spent = Vec::new();
        for some in months.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|month| self.spent_in(client, *month))).await?;
            spent.extend(read.into_iter().flatten());
        }
        Ok(spent)
    }

    async fn spent_in(&self, client: ClientId, month: Month) -> Result<Vec<Spending>> {
        let part = self.sums(&keys::spent(client, month, "").pk, None).await?;
        if !part.complete {
            let why = format!("{client} has costs of too many sources in {month}; give each billing account one name");
            return Err(Error::Failed(why));
        }
        let mut spent = Vec::new();
        for (source, sums) in part.found {
            let of_periods = |name: &str| sums.get(&format!("{name}{OF_PERIODS}")).copied().unwrap_or_default();
            for (name, minor) in sums.iter().filter(|(name, minor)| **minor != 0 && !name.ends_with(OF_PERIODS)) {
                let (currency, unit) = read(name).ok_or_else(|| Error::Corrupt(format!("{client} {month} {name}")))?;
                let (source, of_periods) = (source.clone(), of_periods(name));
                spent.push(Spending { month, source, currency, unit, minor: *minor, of_periods });
            }
        }
        spent.sort();
        Ok(spent)
    }
}

fn read(name: &str) -> Option<(String, Option<UnitId>)> {
    let (currency, unit) = name.split_once('#')?;
    let unit = if unit == NOBODY { None } else { Some(unit.parse().ok()?) };
    Some((currency.to_owned(), unit))
}

impl Commit {
    /// What a client spent by a series, in the months in which that changes, and what of it is of periods. Series of which
    /// nothing is spent ([`is_spent`]), and what counts no money, change nothing.
    pub(crate) fn spend(
        self,
        series: &CostSeries,
        moved: &BTreeMap<Month, i64>,
        of_periods: &BTreeMap<Month, i64>,
    ) -> Self {
        if !is_spent(&series.source) || series.measure.currency().is_none() {
            return self;
        }
        let unit = series.unit.map_or_else(|| NOBODY.to_owned(), |unit| unit.to_string());
        let name = format!("{}#{unit}", series.measure.code());
        let months: BTreeSet<Month> = moved.keys().chain(of_periods.keys()).copied().collect();
        let by = |months: &BTreeMap<Month, i64>, month: Month| months.get(&month).copied().unwrap_or_default();
        months.into_iter().fold(self, |commit, month| {
            let sums = [(name.clone(), by(moved, month)), (format!("{name}{OF_PERIODS}"), by(of_periods, month))];
            commit.tally(&keys::spent(series.client, month, &series.source), sums)
        })
    }
}
