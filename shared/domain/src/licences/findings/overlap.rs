//! Two seats that do the same for one person.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::facts::{Facts, Licence, Product, Seat, Whose};
use super::finding::{Found, Kind};
use super::idle::{held, taken_back};
use crate::error::Refusal;
use crate::ids::{ClientId, ContactId, LicenceId, ProductId};

/// What several seats of one person are for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Same<'a> {
    /// Products of one purpose.
    Purpose(&'a str),
    /// One product twice.
    Product(ProductId),
}

/// A seat, with what it is compared by.
#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    licence: &'a Licence,
    seat: &'a Seat,
    product: &'a Product,
    /// Days of use of the last 30; none where nobody reports them.
    days: Option<u8>,
    /// Which of the product's editions, from the smallest; none where it has no editions.
    edition: Option<usize>,
}

/// For each person and purpose, the seats that are one too many. A seat that is taken back anyway is none of them. Of seats
/// of one product the larger edition stays; of several products the one that is used on more days, and where that is not
/// known of all of them, the dearer one, so that no more is promised than is saved whichever goes.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub(super) fn overlaps(client: ClientId, facts: &Facts, found: &[Found]) -> Result<Vec<Found>, Refusal> {
    let gone: BTreeSet<(LicenceId, &Whose)> = found
        .iter()
        .filter(|found| found.key.kind.takes_back())
        .filter_map(|found| Some((found.key.licence?, found.key.whose.as_ref()?)))
        .collect();
    let mut seats: BTreeMap<(ContactId, Same<'_>), Vec<Candidate<'_>>> = BTreeMap::new();
    for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
        let Some(product) = facts.product(licence.product) else { continue };
        let same = product.purpose.as_deref().map_or(Same::Product(licence.product), Same::Purpose);
        for seat in licence.held.iter().filter(|seat| !gone.contains(&(licence.id, &seat.whose))) {
            let Some(contact) = seat.whose.contact() else { continue };
            let used = facts.uses.get(&(contact, licence.product)).map_or(0, |used| used.active_days);
            let days = product.use_reported.then_some(used);
            let at = |name: &String| product.editions.iter().position(|edition| edition.name == *name);
            let edition = licence.edition.as_ref().and_then(at);
            let candidate = Candidate { licence, seat, product, days, edition };
            seats.entry((contact, same.clone())).or_default().push(candidate);
        }
    }
    Ok(seats.into_values().flat_map(|group| too_many(client, facts, group)).collect())
}

fn too_many(client: ClientId, facts: &Facts, group: Vec<Candidate<'_>>) -> Vec<Found> {
    let Some(stays) = kept(&group) else { return Vec::new() };
    let known = group.iter().all(|one| one.days.is_some());
    let days = |one: &Candidate<'_>| {
        let product = one.product.name.clone();
        one.days.filter(|_| known).map(|days| Evidence::ActiveDays { product, days })
    };
    let goes = group.iter().filter(|one| one.licence.id != stays.licence.id);
    goes.map(|goes| {
        let (product, edition) = (stays.product.name.clone(), stays.licence.edition.clone());
        let mut evidence = vec![held(facts, goes.seat), Evidence::Instead { product, edition }];
        if stays.licence.product != goes.licence.product {
            evidence.extend(days(&stays).into_iter().chain(days(goes)));
        }
        taken_back(client, Kind::Overlap, goes.licence, goes.seat, evidence)
    })
    .collect()
}

/// Which of them stays: of each product its largest edition, and of these the one that is used most.
fn kept<'a>(group: &[Candidate<'a>]) -> Option<Candidate<'a>> {
    let known = group.iter().all(|one| one.days.is_some());
    let mut currencies = group.iter().filter_map(|one| one.licence.cost.yearly()).map(|yearly| yearly.currency());
    let currency = currencies.next();
    let comparable = currencies.all(|other| Some(other) == currency);
    let minor = |one: &Candidate<'_>| match one.licence.cost.yearly() {
        Some(yearly) if comparable => yearly.minor(),
        _ => 0,
    };
    let older = |a: &Candidate<'_>, b: &Candidate<'_>| {
        b.seat.since.cmp(&a.seat.since).then_with(|| b.licence.id.cmp(&a.licence.id))
    };
    let larger = |a: &Candidate<'_>, b: &Candidate<'_>| {
        a.edition.cmp(&b.edition).then_with(|| minor(a).cmp(&minor(b))).then_with(|| older(a, b))
    };
    let mut best: BTreeMap<ProductId, Candidate<'a>> = BTreeMap::new();
    for one in group {
        let of = best.entry(one.licence.product).or_insert(*one);
        if larger(of, one).is_lt() {
            *of = *one;
        }
    }
    let rather = |a: &Candidate<'_>, b: &Candidate<'_>| {
        // Of equals in use the dearer one goes; where use is not known the cheaper one does.
        let by_use = if known { a.days.cmp(&b.days) } else { Ordering::Equal };
        let by_cost = if known { minor(b).cmp(&minor(a)) } else { minor(a).cmp(&minor(b)) };
        by_use.then(by_cost).then_with(|| older(a, b))
    };
    best.into_values().max_by(rather)
}
