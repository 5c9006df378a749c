//! What a file's days come to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::reader::FileFault;
use super::{MOST_DAYS, MOST_GROUPS, MOST_NAMES};
use crate::ids::{ClientId, UnitId};
use crate::insights::costs::{DayCost, Days, LONGEST_SERVICE, MOST_PARTS, OTHERS, SeriesName};
use crate::insights::rules::days_between;
use crate::money::Money;

/// Names, each once, by their places.
#[derive(Debug, Clone, Default)]
struct Names {
    places: HashMap<String, u32>,
    all: Vec<String>,
}

impl Names {
    fn place(&mut self, name: &str) -> Option<u32> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let place = u32::try_from(self.all.len()).ok().filter(|place| (*place as usize) < MOST_NAMES)?;
        self.places.insert(name.to_owned(), place);
        self.all.push(name.to_owned());
        Some(place)
    }

    fn of(all: Vec<String>) -> Self {
        let places = all.iter().enumerate().filter_map(|(at, name)| Some((name.clone(), u32::try_from(at).ok()?)));
        Names { places: places.collect(), all }
    }
}

type Group = (Date, u32, Option<UnitId>, &'static str);

/// What is added up.
#[derive(Debug, Clone)]
struct Sum {
    currency: Currency,
    cost: Decimal,
    /// By sub account; the place beyond all names is the others.
    parts: Vec<(u32, Decimal)>,
}

/// What a file's days come to, while it is read.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    services: Names,
    accounts: Names,
    groups: HashMap<Group, Sum>,
    days: Option<(Date, Date)>,
}

/// The place of sub accounts that are not told apart.
const OTHER: u32 = u32::MAX;

/// What a day of a service in a department came to, exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptSum {
    day: Date,
    service: u32,
    unit: Option<UnitId>,
    currency: Currency,
    cost: Decimal,
    parts: Vec<(u32, Decimal)>,
}

/// The same, to be kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptSums {
    services: Vec<String>,
    accounts: Vec<String>,
    sums: Vec<KeptSum>,
}

impl Sums {
    pub(super) fn going_on(kept: KeptSums) -> Self {
        let mut sums = Sums {
            services: Names::of(kept.services),
            accounts: Names::of(kept.accounts),
            groups: HashMap::with_capacity(kept.sums.len()),
            days: None,
        };
        for KeptSum { day, service, unit, currency, cost, parts } in kept.sums {
            sums.groups.insert((day, service, unit, currency.code()), Sum { currency, cost, parts });
            sums.days = Some(sums.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        }
        sums
    }

    pub(super) fn kept(&self) -> KeptSums {
        let kept = self.groups.iter().map(|((day, service, unit, _), sum)| KeptSum {
            day: *day,
            service: *service,
            unit: *unit,
            currency: sum.currency,
            cost: sum.cost,
            parts: sum.parts.clone(),
        });
        let mut sums: Vec<KeptSum> = kept.collect();
        // What is kept of the same rows is the same text.
        sums.sort_unstable_by_key(|sum| (sum.day, sum.service, sum.unit, sum.currency.code()));
        KeptSums { services: self.services.all.clone(), accounts: self.accounts.all.clone(), sums }
    }

    /// Adds a row.
    pub(super) fn add(
        &mut self,
        day: Date,
        service: &str,
        unit: Option<UnitId>,
        currency: Currency,
        account: &str,
        cost: Decimal,
    ) -> Result<(), FileFault> {
        let place = match self.services.places.get(service) {
            Some(place) => *place,
            None => {
                let short: String = service.chars().take(LONGEST_SERVICE).collect();
                self.services.place(&short).ok_or(FileFault::Services)?
            }
        };
        let (first, last) = self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day)));
        if days_between(first, last) >= MOST_DAYS {
            return Err(FileFault::Days);
        }
        self.days = Some((first, last));
        let group = (day, place, unit, currency.code());
        if !self.groups.contains_key(&group) && self.groups.len() == MOST_GROUPS {
            return Err(FileFault::Groups);
        }
        let new = || Sum { currency, cost: Decimal::ZERO, parts: Vec::new() };
        let sum = self.groups.entry(group).or_insert_with(new);
        sum.cost = sum.cost.checked_add(cost).ok_or(FileFault::TooLarge(day))?;
        if account.is_empty() {
            return Ok(());
        }
        let mut part = self.accounts.place(account).unwrap_or(OTHER);
        // So many are told apart as it takes to find the largest ones; the rest of a long list is one.
        if sum.parts.len() >= 4 * MOST_PARTS && !sum.parts.iter().any(|(known, _)| *known == part) {
            part = OTHER;
        }
        match sum.parts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, known)) => *known = known.checked_add(cost).ok_or(FileFault::TooLarge(day))?,
            None => sum.parts.push((part, cost)),
        }
        Ok(())
    }
}

impl KeptSums {
    /// Whether no row was added up.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// The first and the last day.
    pub fn days(&self) -> Option<(Date, Date)> {
        let days: BTreeSet<Date> = self.sums.iter().map(|sum| sum.day).collect();
        Some((*days.first()?, *days.last()?))
    }

    /// What each series of a client's source came to, day by day; each day is rounded once.
    ///
    /// # Errors
    /// [`FileFault::TooLarge`].
    pub fn by_series(&self, client: ClientId, source: &str) -> Result<BTreeMap<SeriesName, Days>, FileFault> {
        let mut all: BTreeMap<SeriesName, Days> = BTreeMap::new();
        for sum in &self.sums {
            let service = self.services.get(sum.service as usize).cloned().unwrap_or_default();
            let name =
                SeriesName { client, source: source.to_owned(), service, unit: sum.unit, measure: sum.currency.code() };
            all.entry(name).or_default().insert(sum.day, self.day(sum)?);
        }
        Ok(all)
    }

    fn day(&self, sum: &KeptSum) -> Result<DayCost, FileFault> {
        let rounded = |cost: Decimal| {
            Money::rounded(cost, sum.currency).map(Money::minor).map_err(|_| FileFault::TooLarge(sum.day))
        };
        let mut parts = sum.parts.clone();
        parts.sort_by_key(|(place, cost)| (std::cmp::Reverse(cost.abs()), *place));
        let mut named: BTreeMap<String, i64> = BTreeMap::new();
        for (at, (place, cost)) in parts.into_iter().enumerate() {
            let name = self.accounts.get(place as usize).filter(|_| at < MOST_PARTS);
            *named.entry(name.map_or(OTHERS, String::as_str).to_owned()).or_default() += rounded(cost)?;
        }
        Ok(DayCost { minor: rounded(sum.cost)?, parts: named })
    }
}
