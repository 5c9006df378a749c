//! Used, and not licensed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::evidence::Evidence;
use super::facts::{Facts, Licence, Licensed, Whose};
use super::finding::{Action, Found, Key, Kind, Unknown, Worth};
use crate::error::Refusal;
use crate::ids::{ClientId, ProductId};
use crate::licences::days::days;
use crate::money::Money;

/// Use that is longer ago is over.
pub const SHADOW_DAYS: u32 = 30;

/// Who used a product in the last [`SHADOW_DAYS`] on a day on which they held no seat of it, and holds none today: whoever
/// gave a seat back used it with one. A product that is licensed by use, by cores or by devices at this client has no seats
/// that one could lack. As long as free seats are there, the first who lack one cost nothing.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub(in crate::licences) fn shadow_uses(client: ClientId, facts: &Facts) -> Result<Vec<Found>, Refusal> {
    let open: BTreeSet<ProductId> = facts.licences.iter().filter(|one| one.for_all()).map(|one| one.product).collect();
    let holders: BTreeSet<(ProductId, &Whose)> = facts
        .licences
        .iter()
        .flat_map(|licence| licence.held.iter().map(|seat| (licence.product, &seat.whose)))
        .collect();
    let mut free: BTreeMap<ProductId, u32> = BTreeMap::new();
    for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
        *free.entry(licence.product).or_default() += licence.seats.saturating_sub(licence.holders());
    }
    let mut licensed: BTreeMap<(ProductId, Option<&Whose>), Vec<&Licensed>> = BTreeMap::new();
    for time in &facts.licensed {
        licensed.entry((time.product, time.whose.as_ref())).or_default().push(time);
    }
    let is_licensed = |product: ProductId, whose: &Whose, day: Date| {
        let times = [None, Some(whose)].into_iter().filter_map(|of| licensed.get(&(product, of)));
        times.flatten().any(|time| time.covers(day))
    };
    let known = facts.uses.iter().map(|((contact, product), used)| {
        (*product, Whose::Contact { contact: *contact }, used.recent.iter().copied().collect::<Vec<_>>())
    });
    let strangers =
        facts.strangers.iter().map(|one| (one.product, Whose::Stranger { who: one.who.clone() }, vec![one.last]));
    let mut found = Vec::new();
    for (product, whose, used_on) in known.chain(strangers) {
        if open.contains(&product) || holders.contains(&(product, &whose)) {
            continue;
        }
        let without = |day: &Date| days(*day, facts.today) < SHADOW_DAYS && !is_licensed(product, &whose, *day);
        let Some(last) = used_on.into_iter().filter(without).max() else { continue };
        let seat_is_free = free.get_mut(&product).filter(|free| **free > 0).map(|free| *free -= 1).is_some();
        found.push(shadow(client, facts, (product, whose, last), seat_is_free)?);
    }
    Ok(found)
}

fn shadow(
    client: ClientId,
    facts: &Facts,
    (product, whose, last): (ProductId, Whose, Date),
    seat_is_free: bool,
) -> Result<Found, Refusal> {
    let least = facts.licences.iter().filter(|licence| licence.product == product);
    let least: Option<Money> = least.filter_map(|licence| licence.cost.yearly()).min_by_key(|yearly| yearly.minor());
    let (worth, action) = match (seat_is_free, least) {
        (true, _) => (Worth::Unknown { why: Unknown::FreeSeat }, Action::Assign {}),
        (false, Some(yearly)) => (Worth::Costs { yearly, seats: 1 }, Action::TrueUp { seats: 1 }),
        (false, None) => (Worth::Unknown { why: Unknown::NoCost }, Action::TrueUp { seats: 1 }),
    };
    let name = facts.product(product).map_or_else(|| product.to_string(), |product| product.name.clone());
    let mut evidence = vec![Evidence::UsedWithoutSeat { who: facts.name_of(&whose), product: name.clone(), last }];
    let used = whose.contact().and_then(|contact| facts.uses.get(&(contact, product)));
    evidence.extend(used.map(|used| Evidence::ActiveDays { product: name, days: used.active_days }));
    let left = whose.contact().and_then(|contact| facts.people.get(&contact)).filter(|person| !person.active);
    evidence.extend(left.map(|person| Evidence::HasLeft { who: person.name.clone() }));
    let key = Key { client, kind: Kind::ShadowUse, product, licence: None, whose: Some(whose) };
    Ok(Found { key, worth, evidence, action, notice_by: None })
}

impl Licence {
    /// Whether it lets everybody in, and names no people's seats.
    pub const fn for_all(&self) -> bool {
        !self.by_seat || self.for_devices
    }
}
