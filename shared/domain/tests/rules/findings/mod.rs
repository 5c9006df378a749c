//! What licences cost for nothing, and what is used without one.

mod audit;
mod counted;
mod counted_properties;
mod late_use;
mod measured;
mod new_seats;
mod promised;
mod reviewed;
mod rules;
mod true_up;
mod used;
mod without_seat;

use std::collections::{BTreeMap, BTreeSet};

use domain::licences::findings::*;
use domain::{ClientId, ContactId, FindingId, LicenceId, Money, ProductId, UserId};
use iso_currency::Currency;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

const TODAY: Date = date(2026, 6, 1);

fn client() -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(1))
}

fn contact(n: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(n))
}

fn product(n: u128) -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(n))
}

fn licence(n: u128) -> LicenceId {
    LicenceId::from_uuid(Uuid::from_u128(n))
}

fn user() -> UserId {
    UserId::from_uuid(Uuid::from_u128(9))
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn ago(days: i32) -> Date {
    TODAY.saturating_sub(days.days())
}

fn person(n: u128) -> Whose {
    Whose::Contact { contact: contact(n) }
}

/// A seat that is held for a year.
fn seat(n: u128) -> Seat {
    Seat { whose: person(n), since: ago(365) }
}

/// A licence of a product for 100.00 EUR a seat and year, whose seats these people hold.
fn licensed(n: u128, of: u128, seats: u32, holders: &[u128]) -> Licence {
    Licence {
        id: licence(n),
        product: product(of),
        edition: None,
        by_seat: true,
        for_devices: false,
        seats,
        settled_seats: seats,
        planned_seats: seats,
        spare: 0,
        tracked: true,
        cost: Cost::Yearly(eur(10_000)),
        ending: None,
        notice_by: Some(date(2026, 8, 31)),
        renews_on: Some(date(2026, 10, 1)),
        held: holders.iter().map(|n| seat(*n)).collect(),
    }
}

fn called(name: &str) -> Product {
    Product { name: name.into(), purpose: None, unused_after_days: 30, use_reported: true, editions: Vec::new() }
}

/// Used for a year, last so many days ago.
fn used(days: i32) -> Use {
    let recent = if days < 30 { BTreeSet::from([ago(days)]) } else { BTreeSet::new() };
    let active_days = if days < 30 { 10 } else { 0 };
    Use { first: ago(365), last: ago(days), active_days, recent, features: BTreeMap::new() }
}

/// Products 1 to 3, and people 1 to 20 who all work there. Somebody else uses product 9 today and did a year ago, so that
/// use is heard of.
fn facts(licences: Vec<Licence>) -> Facts {
    let mut people: BTreeMap<ContactId, Person> =
        (1..=20).map(|n| (contact(n), Person { name: format!("Person {n}"), active: true, unit: None })).collect();
    people.insert(contact(99), Person { name: "Somebody".into(), active: true, unit: None });
    let mut products: BTreeMap<ProductId, Product> =
        (1..=3).map(|n| (product(n), called(&format!("Product {n}")))).collect();
    products.insert(product(9), called("Mail"));
    let everybody = Licence { by_seat: false, tracked: false, cost: Cost::ByUse, ..licensed(90, 9, 0, &[]) };
    let uses = BTreeMap::from([((contact(99), product(9)), used(0))]);
    let licences = licences.into_iter().chain([everybody]).collect();
    Facts { today: TODAY, products, licences, people, uses, strangers: Vec::new(), licensed: Vec::new() }
}

/// As `facts`, and all who hold a seat use it today.
fn busy(licences: Vec<Licence>) -> Facts {
    let mut facts = facts(licences);
    for licence in &facts.licences {
        for held in &licence.held {
            let Some(contact) = held.whose.contact() else { continue };
            facts.uses.insert((contact, licence.product), used(0));
        }
    }
    facts
}

fn found(facts: &Facts) -> Vec<Found> {
    find(client(), facts).unwrap()
}

/// What is found: which kind, at which licence, and whose.
fn kinds(facts: &Facts) -> Vec<(Kind, Option<u128>, Option<u128>)> {
    let of = |found: Found| {
        let whose = found.key.whose.and_then(|whose| whose.contact()).map(|contact| contact.uuid().as_u128());
        (found.key.kind, found.key.licence.map(|licence| licence.uuid().as_u128()), whose)
    };
    found(facts).into_iter().map(of).collect()
}

/// An id for a key, as a store makes one: the same for the same key.
fn id(key: &Key) -> FindingId {
    let (mut high, mut low) = (0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15_u64);
    for byte in key.to_string().bytes() {
        high = (high ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        low = (low ^ high).rotate_left(23).wrapping_mul(0x0100_0000_01b3);
    }
    FindingId::from_uuid(Uuid::from_u64_pair(high, low))
}

fn reviewed(known: Vec<Finding>, facts: &Facts) -> Vec<Finding> {
    reviewed_after(known, facts, 0)
}

/// When so many seats of licence 1 were claimed already.
fn reviewed_after(known: Vec<Finding>, facts: &Facts, claimed: u32) -> Vec<Finding> {
    let found = found(facts).into_iter().map(|found| (id(&found.key), found)).collect();
    review(known, found, facts, &Claimed::from([(licence(1), claimed)])).unwrap()
}

fn said(finding: Finding, decision: Decision, baseline: Baseline) -> Finding {
    decide(finding, decision, baseline, (user(), Timestamp::UNIX_EPOCH, TODAY)).unwrap()
}

fn baseline(seats: u32, claimed: u32) -> Baseline {
    Baseline { seats, yearly: Some(eur(10_000)), claimed, ends_on: None }
}

fn counted(findings: &[Finding]) -> i64 {
    findings.iter().filter_map(|finding| finding.counted).map(Money::minor).sum()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
