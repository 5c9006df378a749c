//! Seats of a larger edition than what is used of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::evidence::Evidence;
use super::facts::{Cost, Edition, Facts, Heard, Licence, Product, Seat, Whose};
use super::finding::{Action, Found, Kind, Unknown, Worth};
use super::idle::{cost, held};
use crate::error::Refusal;
use crate::ids::{ClientId, LicenceId};
use crate::licences::days::days;
use crate::money::Money;

/// A feature that was not used for so many days is not needed: what is done once a quarter still is.
pub const FEATURE_DAYS: u32 = 92;

/// The seats whose holder used nothing, in [`FEATURE_DAYS`], that a smaller edition has not. It is the cheapest of the
/// smaller editions with all of it whose cost is known: what the client pays for it in another licence, or else the vendor's
/// list. Where none is known it is the next smaller one with all of it, without an amount. A seat that is taken back anyway
/// is not looked at.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub(super) fn wrong_editions(
    client: ClientId,
    facts: &Facts,
    heard: &Heard,
    found: &[Found],
) -> Result<Vec<Found>, Refusal> {
    let gone: BTreeSet<(LicenceId, &Whose)> = found
        .iter()
        .filter(|found| found.key.kind.takes_back())
        .filter_map(|found| Some((found.key.licence?, found.key.whose.as_ref()?)))
        .collect();
    let mut wrong = Vec::new();
    for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
        let Some(product) = facts.product(licence.product).filter(|product| product.use_reported) else { continue };
        let at = |name: &String| product.editions.iter().position(|edition| edition.name == *name);
        let Some(own) = licence.edition.as_ref().and_then(at).filter(|own| *own > 0) else { continue };
        let Some(listening) = heard.listening(licence.product) else { continue };
        let costs = costs(facts, licence, product);
        for seat in licence.held.iter().filter(|seat| !gone.contains(&(licence.id, &seat.whose))) {
            wrong.extend(look_at(client, facts, Looked { licence, product, own, listening, costs: &costs, seat })?);
        }
    }
    Ok(wrong)
}

struct Looked<'a> {
    licence: &'a Licence,
    product: &'a Product,
    /// Which of the product's editions the licence is of.
    own: usize,
    /// From when on, and until when, its use was heard of.
    listening: (Date, Date),
    costs: &'a BTreeMap<&'a str, Money>,
    seat: &'a Seat,
}

fn look_at(client: ClientId, facts: &Facts, looked: Looked<'_>) -> Result<Option<Found>, Refusal> {
    let Looked { licence, product, own, listening: (first_heard, last_heard), costs, seat } = looked;
    let Some(contact) = seat.whose.contact() else { return Ok(None) };
    let Some(used) = facts.uses.get(&(contact, licence.product)) else { return Ok(None) };
    if days(seat.since.max(first_heard), last_heard.min(facts.today)) < FEATURE_DAYS {
        return Ok(None);
    }
    let since = facts.today.saturating_sub(i64::from(FEATURE_DAYS).days());
    let recent: BTreeSet<&str> =
        used.features.iter().filter(|(_, last)| **last > since).map(|(name, _)| name.as_str()).collect();
    // Whoever is not known to have used any feature may have used all of them.
    if recent.is_empty() {
        return Ok(None);
    }
    let enough: Vec<&Edition> =
        (0..own).filter(|at| has_all(product, *at, &recent)).map(|at| &product.editions[at]).collect();
    let priced = enough.iter().filter_map(|edition| Some((*costs.get(edition.name.as_str())?, edition.name.as_str())));
    let cheapest = priced.min_by_key(|(yearly, _)| yearly.minor());
    let (edition, yearly, worth) = match (cheapest, licence.cost, enough.last()) {
        (Some((smaller, name)), Cost::Yearly(own), _) => {
            let saved = own.minus(smaller)?;
            if saved.is_negative() || saved.is_zero() {
                return Ok(None);
            }
            (name.to_owned(), Some(smaller), Worth::Saves { yearly: licence.still_to_come(saved), seats: 1 })
        }
        (_, own, Some(next)) => {
            (next.name.clone(), None, Worth::Unknown { why: Unknown::of(own).unwrap_or(Unknown::NoCost) })
        }
        (_, _, None) => return Ok(None),
    };
    let features = recent.into_iter().map(str::to_owned).collect();
    let mut evidence = vec![held(facts, seat), Evidence::Features { features, days: FEATURE_DAYS }];
    evidence.push(Evidence::Enough { edition: edition.clone(), yearly });
    evidence.extend(cost(licence));
    let key = Found::of(client, Kind::WrongEdition, licence, Some(&seat.whose));
    Ok(Some(Found { key, worth, evidence, action: Action::Downgrade { edition }, notice_by: licence.notice_by }))
}

/// Whether an edition, with what the smaller ones have, has all of these.
fn has_all(product: &Product, at: usize, features: &BTreeSet<&str>) -> bool {
    features.iter().all(|name| product.editions[..=at].iter().any(|edition| edition.features.contains(*name)))
}

/// What a seat of each edition of a product costs the client, in the currency of this licence: what it pays, and the most
/// where it pays several prices, so that no more is promised than is saved; or else the vendor's list.
fn costs<'a>(facts: &'a Facts, licence: &Licence, product: &'a Product) -> BTreeMap<&'a str, Money> {
    let mut costs: BTreeMap<&str, Money> = BTreeMap::new();
    let currency = licence.cost.yearly().map(|yearly| yearly.currency());
    for other in facts.licences.iter().filter(|other| other.product == licence.product && other.by_seat) {
        let name = product.editions.iter().find(|edition| Some(&edition.name) == other.edition.as_ref());
        let (Some(edition), Some(yearly)) = (name, other.cost.yearly()) else { continue };
        if Some(yearly.currency()) == currency {
            let known = costs.entry(edition.name.as_str()).or_insert(yearly);
            if known.minor() < yearly.minor() {
                *known = yearly;
            }
        }
    }
    for edition in &product.editions {
        let listed = edition.list.filter(|list| Some(list.currency()) == currency);
        if let Some(list) = listed {
            costs.entry(edition.name.as_str()).or_insert(list);
        }
    }
    costs
}
