//! What clients spent, month by month: sums that move in the transaction that changes the days of a series.
//!
//! Nobody reads a sum to write it, so many imports may add at once; the revisions of the days' months see to it that each
//! change is added once. Beside them are the sums of a source's days, so that one large day can be told from a dear month.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::budgets::{DailySums, is_spent, moved, moved_of_periods, moved_on_days};
use domain::ids::{ClientId, UnitId};
use domain::insights::costs::{CostSeries, DayCost, Days};
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::civil::Date;

use crate::{Commit, Error, Result, TenantStore, keys};

/// Months that are read side by side.
const SIDE_BY_SIDE: usize = 12;
/// What stands for no department in a sum's name.
const NOBODY: &str = "-";
/// What stands behind a sum's name where it is that part of it that is of periods of several days.
const OF_PERIODS: &str = "#periods";
/// What stands between a currency and a day of the month where it is what the source's days came to, whoever carries it.
const ON_DAY: &str = "#day#";

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

/// What a client spent in some months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllSpent {
    /// By month, source, currency and department.
    pub sums: Vec<Spending>,
    /// The days of the months of which all that is spent is known by days; of what was told before days were added up that is not
    /// so.
    pub by_day: Vec<DailySums>,
}

impl TenantStore {
    /// What a client spent from one month to another.
    pub async fn spent(&self, client: ClientId, from: Month, to: Month) -> Result<AllSpent> {
        let months: Vec<Month> = from.up_to(to).collect();
        let (mut sums, mut days) = (Vec::new(), BTreeMap::<(String, String), DaysByMonth>::new());
        for some in months.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|month| self.spent_in(client, *month))).await?;
            for (month, (spent, by_name)) in some.iter().zip(read) {
                for ((source, currency), by_day) in by_name {
                    let own = spent.iter().filter(|of| of.source == source && of.currency == currency);
                    let all: i128 = own.map(|of| i128::from(of.minor) - i128::from(of.of_periods)).sum();
                    if all == by_day.values().map(|minor| i128::from(*minor)).sum::<i128>() {
                        days.entry((source, currency)).or_default().insert(*month, by_day);
                    }
                }
                sums.extend(spent);
            }
        }
        let by_day = days.into_iter().filter_map(|((source, currency), months)| {
            Some(DailySums { source, currency: Currency::from_code(&currency)?, months })
        });
        Ok(AllSpent { sums, by_day: by_day.collect() })
    }

    async fn spent_in(&self, client: ClientId, month: Month) -> Result<(Vec<Spending>, DaysByName)> {
        let part = self.sums(&keys::spent(client, month, "").pk, None).await?;
        if !part.complete {
            let why = format!("{client} has costs of too many sources in {month}; give each billing account one name");
            return Err(Error::Failed(why));
        }
        let (mut spent, mut days) = (Vec::new(), DaysByName::new());
        for (source, sums) in part.found {
            let (on_days, sums): (BTreeMap<_, _>, BTreeMap<_, _>) =
                sums.into_iter().partition(|(name, _)| name.contains(ON_DAY));
            for (name, minor) in on_days {
                let (currency, day) =
                    on_day(month, &name).ok_or_else(|| Error::Corrupt(format!("{client} {month} {name}")))?;
                days.entry((source.clone(), currency)).or_default().insert(day, minor);
            }
            let of_periods = |name: &str| sums.get(&format!("{name}{OF_PERIODS}")).copied().unwrap_or_default();
            for (name, minor) in sums.iter().filter(|(name, minor)| **minor != 0 && !name.ends_with(OF_PERIODS)) {
                let (currency, unit) = read(name).ok_or_else(|| Error::Corrupt(format!("{client} {month} {name}")))?;
                let (source, of_periods) = (source.clone(), of_periods(name));
                spent.push(Spending { month, source, currency, unit, minor: *minor, of_periods });
            }
        }
        spent.sort();
        Ok((spent, days))
    }
}

/// What the days of months came to.
type DaysByMonth = BTreeMap<Month, BTreeMap<Date, i64>>;
/// What the days of a month came to, by source and currency.
type DaysByName = BTreeMap<(String, String), BTreeMap<Date, i64>>;

fn on_day(month: Month, name: &str) -> Option<(String, Date)> {
    let (currency, day) = name.split_once(ON_DAY)?;
    let from = month.period().from;
    Some((currency.to_owned(), Date::new(from.year(), from.month(), day.parse().ok()?).ok()?))
}

fn read(name: &str) -> Option<(String, Option<UnitId>)> {
    let (currency, unit) = name.split_once('#')?;
    let unit = if unit == NOBODY { None } else { Some(unit.parse().ok()?) };
    Some((currency.to_owned(), unit))
}

impl Commit {
    /// What a client spent by a series of which days change from what is known of them: in the months, what of that is of periods,
    /// and on the days. Series of which nothing is spent ([`is_spent`]), and what counts no money, change nothing.
    pub(crate) fn spend(self, series: &CostSeries, known: &Days, changed: &BTreeMap<Date, Option<DayCost>>) -> Self {
        if !is_spent(&series.source) || series.measure.currency().is_none() {
            return self;
        }
        let unit = series.unit.map_or_else(|| NOBODY.to_owned(), |unit| unit.to_string());
        let currency = series.measure.code();
        let name = format!("{currency}#{unit}");
        let mut months: BTreeMap<Month, Vec<(String, i64)>> = BTreeMap::new();
        for (month, by) in moved(known, changed) {
            months.entry(month).or_default().push((name.clone(), by));
        }
        for (month, by) in moved_of_periods(known, changed) {
            months.entry(month).or_default().push((format!("{name}{OF_PERIODS}"), by));
        }
        for (day, by) in moved_on_days(known, changed) {
            months.entry(Month::of(day)).or_default().push((format!("{currency}{ON_DAY}{:02}", day.day()), by));
        }
        months
            .into_iter()
            .fold(self, |commit, (month, sums)| commit.tally(&keys::spent(series.client, month, &series.source), sums))
    }
}
