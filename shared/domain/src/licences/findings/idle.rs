//! Seats whose holder left, never used them, or does not use them any more.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::evidence::Evidence;
use super::facts::{Facts, Heard, Licence, Seat};
use super::finding::{Action, Found, Kind, Worth};
use crate::ids::ClientId;
use crate::licences::days::days;

/// A seat of somebody who left, whether it is used or not.
pub(super) fn left(client: ClientId, facts: &Facts, licence: &Licence, seat: &Seat) -> Option<Found> {
    let person = facts.people.get(&seat.whose.contact()?)?;
    if person.active || !licence.by_seat {
        return None;
    }
    let used = facts.uses.get(&(seat.whose.contact()?, licence.product));
    let mut evidence = vec![held(facts, seat), Evidence::HasLeft { who: person.name.clone() }];
    evidence.extend(used.map(|used| Evidence::LastUsed { on: used.last }));
    Some(taken_back(client, Kind::Left, licence, seat, evidence))
}

/// A seat that nobody used for as long as its product allows. It counts from the latest of: the last use, the day on which
/// the seat was assigned, the first day on which its product was heard of at this client; and until the latest day on which any
/// use was: before and after, silence says nothing. Only people are looked at: the use of devices is not reported.
pub(super) fn idle(client: ClientId, facts: &Facts, heard: &Heard, licence: &Licence, seat: &Seat) -> Option<Found> {
    let product = facts.product(licence.product).filter(|product| product.use_reported)?;
    let contact = seat.whose.contact().filter(|_| licence.by_seat)?;
    let (first_heard, last_heard) = heard.listening(licence.product)?;
    let used = facts.uses.get(&(contact, licence.product)).map(|used| used.last).filter(|last| *last >= seat.since);
    let listening: Date = seat.since.max(first_heard);
    let since = used.map_or(listening, |last| last.max(listening));
    if days(since, last_heard.min(facts.today)) < u32::from(product.unused_after_days) {
        return None;
    }
    let mut evidence = vec![held(facts, seat)];
    evidence.push(match used {
        Some(on) => Evidence::LastUsed { on },
        None => Evidence::NotUsedSince { since: listening },
    });
    evidence.push(Evidence::UnusedAfter { days: product.unused_after_days });
    let anybody = heard.last_of(licence.product);
    if anybody.is_none_or(|last| days(last, last_heard) >= u32::from(product.unused_after_days)) {
        evidence.push(Evidence::Silent { product: product.name.clone(), since: anybody });
    }
    let kind = if used.is_some() { Kind::Unused } else { Kind::NeverUsed };
    Some(taken_back(client, kind, licence, seat, evidence))
}

pub(super) fn held(facts: &Facts, seat: &Seat) -> Evidence {
    Evidence::HeldSince { who: facts.name_of(&seat.whose), since: seat.since }
}

/// What a seat costs, and until when where that is not a whole year.
pub(super) fn cost(licence: &Licence) -> impl Iterator<Item = Evidence> {
    let costs = licence.cost.yearly().map(|yearly| Evidence::SeatCosts { yearly });
    let ends = licence.ending.filter(|ending| ending.share < Decimal::ONE);
    costs.into_iter().chain(ends.map(|ending| Evidence::Terminated { on: ending.on }))
}

/// A seat that is to be taken back.
pub(super) fn taken_back(
    client: ClientId,
    kind: Kind,
    licence: &Licence,
    seat: &Seat,
    mut evidence: Vec<Evidence>,
) -> Found {
    evidence.extend(cost(licence));
    Found {
        key: Found::of(client, kind, licence, Some(&seat.whose)),
        worth: Worth::of_a_seat(licence.cost_to_come()),
        evidence,
        action: Action::Reclaim {},
        notice_by: licence.notice_by,
    }
}
