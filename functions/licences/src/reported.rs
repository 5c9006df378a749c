//! Use that was reported, written in parts that each are true by themselves: a part that is written twice changes nothing,
//! so a batch that dies in between is sent again and comes to the same.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::contacts::Contact;
use domain::email::Email;
use domain::ids::{ClientId, ContactId, ProductId, UnitId};
use domain::invalid::Check;
use domain::licences::usage::Reported;
use domain::licences::{ProductUse, Slug, Unmatched, Used};
use domain::zone::Zone;
use runtime::{Cx, Result};
use store::usage::UseChange;

use crate::licensed::product_named;

/// Most people whose use one transaction writes: with the sums of 14 months it stays below 100 actions.
const PEOPLE_A_PART: usize = 40;
/// Most events that one part takes up: each may move two numbers, whose names share an update expression of 4 KB.
const EVENTS_A_PART: usize = 100;

/// The client's people by what senders call them.
pub(crate) struct People {
    by_id: BTreeMap<ContactId, Option<UnitId>>,
    by_email: BTreeMap<Email, ContactId>,
}

impl People {
    /// Of two contacts with one address, the one that is there longer; who still works there before who does not.
    pub(crate) fn of(mut contacts: Vec<Contact>) -> Self {
        contacts.sort_by_key(|contact| (!contact.active, contact.id));
        let mut by_email = BTreeMap::new();
        for contact in &contacts {
            if let Some(email) = &contact.email {
                by_email.entry(email.clone()).or_insert(contact.id);
            }
        }
        People { by_id: contacts.into_iter().map(|contact| (contact.id, contact.unit)).collect(), by_email }
    }

    /// The contact of this id or address, and their department.
    pub(crate) fn named(&self, who: &str) -> Option<(ContactId, Option<UnitId>)> {
        let contact = who.parse::<ContactId>().ok().or_else(|| self.of_address(&who.parse().ok()?))?;
        self.by_id.get(&contact).map(|unit| (contact, *unit))
    }

    /// The contact of this address.
    pub(crate) fn of_address(&self, address: &Email) -> Option<ContactId> {
        self.by_email.get(address).copied()
    }
}

/// The features of every product of a batch.
///
/// # Errors
/// 400 with each event whose product there is not.
pub(crate) async fn features_of(cx: &Cx, batch: &[Reported]) -> Result<BTreeMap<ProductId, BTreeSet<Slug>>> {
    let mut known = BTreeMap::new();
    let mut check = Check::new();
    for (index, event) in batch.iter().enumerate() {
        if let Entry::Vacant(unknown) = known.entry(event.product) {
            unknown.insert(product_named(cx, event.product).await?);
        }
        let field = format!("/events/{index}/product");
        check.that(known[&event.product].is_some(), &field, "unknown", "names nothing that you have; check the id");
    }
    check.done()?;
    let features = |product: domain::licences::Product| product.features().into_iter().cloned().collect();
    Ok(known.into_iter().filter_map(|(id, product)| Some((id, features(product?)))).collect())
}

type OfPerson = (ContactId, Option<UnitId>, Reported);

/// Writes the use of people whom the client's contacts name.
pub(crate) async fn keep(cx: &Cx, client: ClientId, zone: &Zone, mut events: Vec<OfPerson>) -> Result<()> {
    events.sort_by_key(|(contact, _, event)| (event.product, *contact, event.at));
    for of_product in events.chunk_by(|a, b| a.2.product == b.2.product) {
        let product = of_product[0].2.product;
        for part in parts(of_product) {
            cx.scribe()
                .write(|| async {
                    let people: Vec<ContactId> = part.iter().map(|(contact, ..)| *contact).collect();
                    let read = cx.store.product_uses(client, product, &people).await?;
                    let changes: Vec<UseChange> = part
                        .iter()
                        .zip(read)
                        .filter_map(|((contact, unit, used), before)| {
                            let after = match &before {
                                Some(before) => before.value.clone().and(used, zone),
                                None => ProductUse::of(client, product, *contact, used, zone)?,
                            };
                            let changed = before.as_ref().is_none_or(|before| before.value != after);
                            changed.then_some(UseChange { before, after, unit: *unit })
                        })
                        .collect();
                    let commit = (!changes.is_empty()).then(|| cx.store.commit().keep_uses(client, product, &changes));
                    Ok(((), commit))
                })
                .await?;
        }
    }
    Ok(())
}

type Part = Vec<(ContactId, Option<UnitId>, Vec<Used>)>;

/// The events of a product, sorted by person, in parts that each fit into a transaction.
fn parts(events: &[OfPerson]) -> Vec<Part> {
    let mut parts = Vec::new();
    for some in events.chunks(EVENTS_A_PART) {
        let by_person: Part = some
            .chunk_by(|a, b| a.0 == b.0)
            .map(|own| {
                let used = own.iter().map(|(_, _, event)| Used { at: event.at, feature: event.feature.clone() });
                (own[0].0, own[0].1, used.collect())
            })
            .collect();
        parts.extend(by_person.chunks(PEOPLE_A_PART).map(<[_]>::to_vec));
    }
    parts
}

/// Writes the use of people whom they do not name, by what they were called.
pub(crate) async fn keep_unmatched(cx: &Cx, client: ClientId, zone: &Zone, events: Vec<Reported>) -> Result<()> {
    let mut found: BTreeMap<(ProductId, String), Unmatched> = BTreeMap::new();
    for event in events {
        let (who, day) = (event.who.trim().to_lowercase(), zone.date(event.at));
        let new = Unmatched { client, product: event.product, who: who.clone(), first_on: day, last_on: day };
        let known = found.remove(&(event.product, who.clone()));
        found.insert((event.product, who), new.and(known.as_ref()));
    }
    let found: Vec<Unmatched> = found.into_values().collect();
    for part in found.chunks(PEOPLE_A_PART) {
        cx.scribe()
            .write(|| async {
                let mut changes = Vec::with_capacity(part.len());
                for new in part {
                    let before = cx.store.unmatched(client, new.product, &new.who).await?;
                    let after = new.clone().and(before.as_ref().map(|before| &before.value));
                    if before.as_ref().is_none_or(|before| before.value != after) {
                        changes.push((before, after));
                    }
                }
                let commit = (!changes.is_empty()).then(|| cx.store.commit().keep_unmatched(&changes));
                Ok(((), commit))
            })
            .await?;
    }
    Ok(())
}
