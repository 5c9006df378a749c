//! A client's costs: what it spent, by sums that are kept, and what its licences cost by their terms.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::cycle::Period;
use domain::billing::dated::Dated;
use domain::billing::reports::Month;
use domain::budgets::{
    Billed, Carriers, ChargebackRules, Cost, Costs, DaysByUnit, LicenceRule, SourceRule, UseByMonth, Weighted,
    by_month, by_seats, by_split, by_use, carried, fixed, if_renewed, in_term, is_fixed, months_of_use, together,
    weights_of,
};
use domain::ids::{ClientId, ContactId, ContractId, ProductId, UnitId};
use domain::insights::costs::{INVOICES, LICENCES};
use domain::licences::{Licence, Seat};
use domain::money::Money;
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::civil::Date;
use runtime::{Error, Here, Result};
use store::TenantStore;
use store::licences::Licensed;
use store::spent::Spending;
use store::usage::ActivePeople;

/// Most seats of a licence that are read.
const MOST_SEATS: usize = 20_000;
/// Licences, products in use, and months of revenue, that are read side by side.
pub(crate) const SIDE_BY_SIDE: usize = 10;
/// Months back in which use says who carries what is to come: as long as use is kept.
const MONTHS_OF_USE: i32 = 14;

/// Which costs of a client.
#[derive(Clone)]
pub(crate) struct Asked {
    /// Whose.
    pub(crate) client: ClientId,
    /// Months of what was spent, the last among them.
    pub(crate) spent: (Month, Month),
    /// Months of what licences cost, the last among them.
    pub(crate) fixed: (Month, Month),
    /// Months of what it was billed, the last of each among them, and the currencies in which they are asked for.
    pub(crate) billed: Vec<((Month, Month), BTreeSet<Currency>)>,
    /// The day.
    pub(crate) today: Date,
}

/// The currencies in which a client may be billed: all in which the MSP ever issued anything.
pub(crate) async fn currencies(store: &TenantStore) -> Result<BTreeSet<Currency>> {
    Ok(store.revenue_currencies().await?.into_iter().collect())
}

impl Asked {
    /// Everything of these months, in all of these currencies.
    pub(crate) fn of(client: ClientId, months: (Month, Month), currencies: BTreeSet<Currency>, here: &Here) -> Self {
        Asked { client, spent: months, fixed: months, billed: vec![(months, currencies)], today: here.today }
    }

    /// What both ask for, of one client.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        let both = |one: (Month, Month), other: (Month, Month)| (one.0.min(other.0), one.1.max(other.1));
        let billed = self.billed.into_iter().chain(other.billed).collect();
        Asked { spent: both(self.spent, other.spent), fixed: both(self.fixed, other.fixed), billed, ..self }
    }

    /// Reads them, each given to the department that carries it.
    pub(crate) async fn read(&self, store: &TenantStore) -> Result<Vec<Cost>> {
        Ok(self.read_as_known(store).await?.all)
    }

    /// The same, and beside it what is known of some of them.
    pub(crate) async fn read_as_known(&self, store: &TenantStore) -> Result<Costs> {
        let rules = store.chargeback(self.client).await?.value;
        let licensed = store.licensed(self.client).await?;
        let licences = self.licences(store, &licensed, &rules).await?;
        let units = match licences.iter().any(|held| !held.seats.is_empty()) {
            true => store.all_contacts(self.client).await?.into_iter().map(|of| (of.id, of.unit)).collect(),
            false => BTreeMap::new(),
        };
        let used = match rules.licences {
            LicenceRule::Usage {} => self.use_of(store, &licences).await?,
            LicenceRule::Seats {} | LicenceRule::Fixed { .. } | LicenceRule::CostCentres { .. } => BTreeMap::new(),
        };
        let within = Period { from: self.fixed.0.period().from, to: self.fixed.1.period().to };
        let (mut costs, mut renewed) = (Vec::new(), Vec::new());
        for held in licences.iter().filter(|held| is_fixed(&held.licence)) {
            let weights = self.weights(held, &rules, &units, used.get(&held.licence.product));
            let days = fixed(&held.licence, &weights, within)?;
            costs.extend(of_licence(&held.licence, &days)?);
            renewed.extend(of_licence(&held.licence, &if_renewed(&held.licence, &days, self.today))?);
        }
        let mut of_periods = Vec::new();
        let spent = store.spent(self.client, self.spent.0, self.spent.1).await?;
        for spent in spent.sums {
            let (whole, part) = cost(spent)?;
            costs.push(whole);
            of_periods.extend(Some(part).filter(|part| !part.amount.is_zero()));
        }
        let invoices = self.billed(store).await?;
        costs.extend(invoices.all);
        let seats: Vec<Seat> = licences.into_iter().flat_map(|held| in_term(&held.licence, held.seats)).collect();
        let seats = by_seats(&seats, &units);
        let to_carry: Vec<Cost> = costs.iter().chain(&invoices.awaited).cloned().collect();
        let used = self.use_for(store, &licensed, &rules, &to_carry).await?;
        let by = Carriers { rules: &rules, seats: &seats, used: &used, today: self.today };
        Ok(Costs {
            all: carried(costs, by)?,
            of_periods: carried(of_periods, by)?,
            by_day: spent.by_day,
            once: carried(invoices.once, by)?,
            if_renewed: carried(renewed, by)?,
            awaited: carried(invoices.awaited, by)?,
        })
    }

    /// What the MSP billed, net, in the months that it is for: the sums of its own revenue. What of it comes once, and what of
    /// months that are over is billed later.
    async fn billed(&self, store: &TenantStore) -> Result<Costs> {
        let (from, to) = self.spent;
        let asked = self.billed.iter().flat_map(|((from, to), currencies)| {
            currencies.iter().flat_map(move |currency| from.up_to(*to).map(move |month| (*currency, month)))
        });
        // What two ask for is read once.
        let all: Vec<(Currency, Month)> = asked.collect::<BTreeSet<_>>().into_iter().collect();
        let cost = |month: Month, minor: i64, currency: Currency| Cost {
            month,
            source: INVOICES.into(),
            product: None,
            unit: None,
            centre: None,
            amount: Money::new(minor, currency),
        };
        let mut costs = Costs::default();
        let mut contracts: BTreeMap<(&str, Option<ContractId>), (Currency, Billed)> = BTreeMap::new();
        for some in all.chunks(SIDE_BY_SIDE) {
            let read = some.iter().map(|(currency, month)| store.revenue(*currency, *month, Some(self.client)));
            for ((currency, month), earned) in some.iter().zip(try_join_all(read).await?) {
                if !earned.complete {
                    return Err(Error::Internal(format!("{} is billed under too many contracts", self.client)));
                }
                let (mut whole, mut once) = (0, 0);
                for earned in &earned.found {
                    let minor: i64 = earned.services.values().sum();
                    (whole, once) = (whole + minor, once + earned.rhythm.once);
                    let own = contracts.entry((currency.code(), earned.contract));
                    own.or_insert((*currency, Billed::default())).1.add(*month, minor, &earned.rhythm);
                }
                costs.all.extend((whole != 0).then(|| cost(*month, whole, *currency)));
                costs.once.extend((once != 0).then(|| cost(*month, once, *currency)));
            }
        }
        for (currency, billed) in contracts.values() {
            let awaited = billed.awaited(self.today).into_iter().filter(|(month, _)| (from..=to).contains(month));
            costs.awaited.extend(awaited.map(|(month, minor)| cost(month, minor, *currency)));
        }
        Ok(costs)
    }

    /// The licences that hold on some day of the months, with their seats where these say who carries something: of all
    /// licences also those that held in a month whose seats are asked for, which is today's for months to come.
    async fn licences(&self, store: &TenantStore, licensed: &[Licensed], rules: &ChargebackRules) -> Result<Vec<Held>> {
        let by_all_seats = rules.sources.values().any(|rule| matches!(rule, SourceRule::Seats {}));
        let now = Month::of(self.today);
        let told = (self.spent.0.min(now), self.spent.1.min(now));
        let asked = licensed.iter().filter(|one| holds(one, self.fixed) || (by_all_seats && holds(one, told)));
        let ids: Vec<_> = asked.map(|one| one.licence).collect();
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(SIDE_BY_SIDE) {
            found.extend(
                try_join_all(some.iter().map(|id| async move {
                    let licence = store.licence(*id).await?.value.licence;
                    let by_own = is_fixed(&licence)
                        && licence.split.is_empty()
                        && !matches!(rules.licences, LicenceRule::Fixed { .. } | LicenceRule::CostCentres { .. });
                    let seats = match by_all_seats || by_own {
                        true => store.all_seats(*id, MOST_SEATS).await?,
                        false => Vec::new(),
                    };
                    if seats.len() < MOST_SEATS {
                        return Ok(Held { licence, seats });
                    }
                    let why = format!("a licence has {MOST_SEATS} seats or more; give it to its departments, one each");
                    Err(Error::Internal(why))
                }))
                .await?,
            );
        }
        Ok(found)
    }

    fn weights(
        &self,
        held: &Held,
        rules: &ChargebackRules,
        units: &BTreeMap<ContactId, Option<UnitId>>,
        used: Option<&BTreeMap<Month, Vec<Weighted>>>,
    ) -> Vec<Dated<Vec<Weighted>>> {
        if !held.licence.split.is_empty() {
            return by_split(&held.licence);
        }
        match &rules.licences {
            LicenceRule::Fixed { shares } => vec![Dated::new(Date::MIN, weights_of(shares))],
            LicenceRule::Seats {} => by_seats(&held.seats, units),
            // What no department carries is given to them once it is added up.
            LicenceRule::CostCentres { .. } => Vec::new(),
            LicenceRule::Usage {} => {
                let by_seats = by_seats(&held.seats, units);
                used.map_or_else(|| by_seats.clone(), |used| by_use(used, by_seats.clone(), self.last_whole()))
            }
        }
    }

    /// The month that was over last: the one that runs is carried as this one, for its use is not all known.
    fn last_whole(&self) -> Month {
        Month::of(self.today).plus(-1)
    }

    /// The use that says who carries licences.
    async fn use_of(&self, store: &TenantStore, licences: &[Held]) -> Result<BTreeMap<ProductId, UseByMonth>> {
        let last = self.last_whole();
        let first = last.plus(1 - MONTHS_OF_USE).min(self.fixed.0);
        let fixed = licences.iter().filter(|held| is_fixed(&held.licence) && held.licence.split.is_empty());
        let products: BTreeSet<ProductId> = fixed.map(|held| held.licence.product).collect();
        self.used(store, &products, (first, last)).await
    }

    /// The use that says who carries some of these costs, by their sources. Of each product that is the months between the
    /// first and the last of such costs, in one reading; without such costs nothing is read. Where a source's rule names no
    /// products, a month is that of the products that were licensed in it, whichever months are read beside it.
    async fn use_for(
        &self,
        store: &TenantStore,
        licensed: &[Licensed],
        rules: &ChargebackRules,
        costs: &[Cost],
    ) -> Result<BTreeMap<String, UseByMonth>> {
        let asked = months_of_use(costs, rules, self.today);
        let Some(first) = asked.values().map(|months| months.0).min() else { return Ok(BTreeMap::new()) };
        let last = asked.values().map(|months| months.1).max().unwrap_or(first);
        let own: BTreeMap<&String, BTreeSet<ProductId>> = asked
            .keys()
            .map(|source| match rules.of(source) {
                SourceRule::Usage { products } => (source, products.iter().copied().collect()),
                _ => (source, BTreeSet::new()),
            })
            .collect();
        let all: BTreeSet<ProductId> = match own.values().any(BTreeSet::is_empty) {
            true => licensed.iter().filter(|one| holds(one, (first, last))).map(|one| one.product).collect(),
            false => BTreeSet::new(),
        };
        let named: BTreeSet<ProductId> = own.values().flatten().chain(&all).copied().collect();
        let used = self.used(store, &named, (first, last)).await?;
        let each = all.iter().filter_map(|id| Some(while_licensed(licensed, *id, used.get(id)?)));
        let of_licensed = together(each.collect::<Vec<UseByMonth>>().iter());
        let of = |products: &BTreeSet<ProductId>| match products.is_empty() {
            true => of_licensed.clone(),
            false => together(products.iter().filter_map(|id| used.get(id))),
        };
        Ok(own.into_iter().map(|(source, products)| (source.clone(), of(&products))).collect())
    }

    /// The days of use of each department, product by product and month by month.
    async fn used(
        &self,
        store: &TenantStore,
        products: &BTreeSet<ProductId>,
        months: (Month, Month),
    ) -> Result<BTreeMap<ProductId, UseByMonth>> {
        let products: Vec<ProductId> = products.iter().copied().collect();
        let mut used = BTreeMap::new();
        for some in products.chunks(SIDE_BY_SIDE) {
            let read = some.iter().map(|product| store.active_months(self.client, *product, months));
            for (product, read) in some.iter().zip(try_join_all(read).await?) {
                used.insert(*product, read.into_iter().map(|(month, days)| (month, days_of_use(&days))).collect());
            }
        }
        Ok(used)
    }
}

/// Whether a licence holds on some day of these months, the last among them.
fn holds(licensed: &Licensed, (first, last): (Month, Month)) -> bool {
    licensed.starts_on < last.period().to && licensed.ends_on.is_none_or(|end| end > first.period().from)
}

/// The use of a product in the months in which some licence of it holds.
fn while_licensed(licensed: &[Licensed], product: ProductId, used: &UseByMonth) -> UseByMonth {
    let is_licensed = |month: Month| licensed.iter().any(|one| one.product == product && holds(one, (month, month)));
    let months = used.iter().filter(|(month, _)| is_licensed(**month));
    months.map(|(month, weights)| (*month, weights.clone())).collect()
}

/// How many days of use each department had.
fn days_of_use(days: &BTreeMap<Date, ActivePeople>) -> Vec<Weighted> {
    let mut by_unit: BTreeMap<UnitId, u64> = BTreeMap::new();
    for (unit, people) in days.values().flat_map(|people| &people.units) {
        *by_unit.entry(*unit).or_default() += u64::from(*people);
    }
    by_unit.into_iter().map(|(unit, weight)| Weighted { unit: Some(unit), weight }).collect()
}

/// A licence and who holds its seats.
struct Held {
    licence: Licence,
    seats: Vec<Seat>,
}

/// The days of a licence, month by month.
fn of_licence(licence: &Licence, days: &DaysByUnit) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for (unit, days) in days {
        costs.extend(by_month(days)?.into_iter().map(|(month, amount)| Cost {
            month,
            source: LICENCES.into(),
            product: Some(licence.product),
            unit: *unit,
            centre: None,
            amount,
        }));
    }
    Ok(costs)
}

/// What was spent, and what of it is of periods.
fn cost(spent: Spending) -> Result<(Cost, Cost)> {
    let Spending { month, source, currency, unit, minor, of_periods } = spent;
    let currency = Currency::from_code(&currency).ok_or_else(|| Error::Internal(format!("no currency {currency}")))?;
    let whole = Cost { month, source, product: None, unit, centre: None, amount: Money::new(minor, currency) };
    let part = Cost { amount: Money::new(of_periods, currency), ..whole.clone() };
    Ok((whole, part))
}
