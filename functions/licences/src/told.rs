//! What a client's series are told each night: how many people are at work with each product in each department, and what its
//! licences cost by their terms.

use std::collections::BTreeMap;

use domain::billing::cycle::Period;
use domain::billing::reports::Month;
use domain::budgets::{by_seats, by_split, evenly, is_fixed};
use domain::ids::{ClientId, ProductId, UnitId};
use domain::insights::Measure;
use domain::insights::costs::{Days, LICENCES, SeriesName, USE};
use domain::licences::usage::REPORTED_WITHIN_DAYS;
use domain::licences::utilisation::first_untold;
use futures::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{JobCx, Result};
use store::telling::{NO_DAYS, Telling, of_steward};
use store::utilisation::LatestUse;
use store::{TenantStore, Versioned};

use crate::facts::{Known, MOST_READ};

/// Days that are told again each night: use that is reported within a month counts in its series.
const TOLD_AGAIN_DAYS: i64 = 31;

/// Tells the series of all products up to yesterday; false when time is over before.
pub(crate) async fn tell_use(
    cx: &JobCx,
    store: &TenantStore,
    client: ClientId,
    known: &Known,
    yesterday: Date,
) -> Result<bool> {
    let mut products: BTreeMap<&str, Vec<ProductId>> = BTreeMap::new();
    for product in store.used_products(client).await? {
        if let Some(known) = known.products.get(&product) {
            products.entry(&known.name).or_default().push(product);
        }
    }
    // Two products of one name are one series, as people could not tell them apart.
    for (service, products) in products {
        let noted = try_join_all(products.iter().map(|product| store.latest_use(client, *product))).await?;
        let again = yesterday.saturating_sub(TOLD_AGAIN_DAYS.days());
        // Of days before these, use was reported that no night has noted: all of it is told once.
        let is_told = |(product, noted): (&ProductId, &Option<Versioned<LatestUse>>)| {
            let Some(noted) = noted else { return false };
            first_untold(&known.uses, *product, &noted.value.recent, yesterday).is_none_or(|day| day >= again)
        };
        let back = if products.iter().zip(&noted).all(is_told) { TOLD_AGAIN_DAYS } else { REPORTED_WITHIN_DAYS };
        let span = (yesterday.saturating_sub(back.days()), yesterday);
        for (unit, days) in at_work(store, client, &products, span).await? {
            if cx.is_out_of_time() {
                return Ok(false);
            }
            let (source, service, measure) = (USE.to_owned(), service.to_owned(), Measure::People.code());
            let name = SeriesName { client, source, service, unit, measure };
            let series = store.series_id(&name);
            let telling =
                Telling { series, client, name: Some(&name), by: of_steward(), span, untold: &NO_DAYS, days: &days };
            cx.reconcile(|| async { Ok(((), store.tell(&telling, cx.now).await?)) }).await?;
        }
    }
    Ok(true)
}

/// Tells the series of what licences cost by their terms up to yesterday, by product and department; false when time is over
/// before. Who carries a licence is its own split, or else who holds its seats.
pub(crate) async fn tell_licences(
    cx: &JobCx,
    store: &TenantStore,
    client: ClientId,
    known: &Known,
    yesterday: Date,
) -> Result<bool> {
    let since = yesterday.saturating_sub(REPORTED_WITHIN_DAYS.days());
    let year = Period { from: since, to: yesterday.saturating_add(1.day()) };
    let units = known.contacts.iter().map(|contact| (contact.id, contact.unit)).collect();
    let mut all: BTreeMap<SeriesName, Days> = BTreeMap::new();
    for licence in known.licences.iter().filter(|licence| is_fixed(licence) && !licence.has_ended(since)) {
        let Some(service) = known.products.get(&licence.product).map(|product| product.name.clone()) else { continue };
        let weights = match licence.split.is_empty() {
            true => by_seats(&store.all_seats(licence.id, MOST_READ).await?, &units),
            false => by_split(licence),
        };
        // One whose amounts cannot be computed stops no other; the review says which.
        for (unit, days) in evenly(licence, &weights, year).unwrap_or_default() {
            let (source, measure) = (LICENCES.to_owned(), licence.currency.code());
            let name = SeriesName { client, source, service: service.clone(), unit, measure };
            let sums = all.entry(name).or_default();
            for (day, amount) in days {
                sums.entry(day).or_default().minor += amount.minor();
            }
        }
    }
    for (name, mut days) in all {
        if cx.is_out_of_time() {
            return Ok(false);
        }
        let series = store.series_id(&name);
        let from = match store.watch(series).await? {
            Some(_) => yesterday.saturating_sub(TOLD_AGAIN_DAYS.days()),
            None => since,
        };
        days.retain(|day, _| *day >= from);
        let span = (from, yesterday);
        let telling =
            Telling { series, client, name: Some(&name), by: of_steward(), span, untold: &NO_DAYS, days: &days };
        cx.reconcile(|| async { Ok(((), store.tell(&telling, cx.now).await?)) }).await?;
    }
    Ok(true)
}

/// How many people used these products on each of these days, by department.
async fn at_work(
    store: &TenantStore,
    client: ClientId,
    products: &[ProductId],
    (from, to): (Date, Date),
) -> Result<BTreeMap<Option<UnitId>, Days>> {
    let months: Vec<Month> = Month::of(from).up_to(Month::of(to)).collect();
    let all: Vec<(ProductId, Month)> =
        products.iter().flat_map(|product| months.iter().map(move |month| (*product, *month))).collect();
    let read = all.into_iter().map(|(product, month)| store.active_people(client, product, month));
    let read = try_join_all(read).await?;
    let mut all: BTreeMap<Option<UnitId>, Days> = BTreeMap::new();
    for (on, people) in read.into_iter().flatten().filter(|(on, _)| (from..=to).contains(on)) {
        let elsewhere = people.all.saturating_sub(people.units.values().sum());
        let units = people.units.into_iter().map(|(unit, count)| (Some(unit), count));
        for (unit, count) in units.chain([(None, elsewhere)]).filter(|(_, count)| *count > 0) {
            all.entry(unit).or_default().entry(on).or_default().minor += i64::from(count);
        }
    }
    Ok(all)
}
