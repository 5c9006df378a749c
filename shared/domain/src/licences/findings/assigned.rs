//! More holders than seats, and more seats than holders.

use rust_decimal::Decimal;

use super::evidence::Evidence;
use super::facts::{Cost, Facts, Heard, Licence};
use super::finding::{Action, Found, Kind, Unknown, Worth};
use super::idle::cost;
use crate::error::Refusal;
use crate::ids::ClientId;
use crate::money::MoneyError;

/// Seats that were bought in the last so many days wait for their holders: they are not over-bought yet.
pub const NEW_SEATS_DAYS: u32 = 30;

/// More holders than seats: what the vendor will ask for, by the year.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub(super) fn over_assigned(
    client: ClientId,
    facts: &Facts,
    heard: &Heard,
    licence: &Licence,
) -> Result<Option<Found>, Refusal> {
    let missing = licence.holders().saturating_sub(licence.seats);
    if !licence.by_seat || missing == 0 {
        return Ok(None);
    }
    let worth = match so_many(licence.cost_to_come(), missing)? {
        Worth::Saves { yearly, seats } => Worth::Costs { yearly, seats },
        other => other,
    };
    let key = Found::of(client, Kind::OverAssigned, licence, None);
    let (action, evidence) = (Action::TrueUp { seats: missing }, seats(facts, heard, licence));
    Ok(Some(Found { key, worth, evidence, action, notice_by: licence.notice_by }))
}

/// Seats that nobody holds, beyond those that are kept free on purpose and those that are new. A licence of which no seat
/// was ever assigned is not looked at: who uses it is not kept here. Nor is one that was terminated and does not renew before:
/// there is nothing left to resize.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub(super) fn over_bought(
    client: ClientId,
    facts: &Facts,
    heard: &Heard,
    licence: &Licence,
) -> Result<Option<Found>, Refusal> {
    let needed = licence.holders().saturating_add(licence.spare);
    let surplus = licence.settled_seats.min(licence.seats).saturating_sub(needed);
    let ends = licence.ending.is_some_and(|ending| !ending.renews);
    if !licence.by_seat || !licence.tracked || surplus == 0 || ends {
        return Ok(None);
    }
    let left = licence.seats - surplus;
    let action = if left == 0 { Action::Cancel {} } else { Action::ResizeAtRenewal { seats: left } };
    let key = Found::of(client, Kind::OverBought, licence, None);
    let (worth, evidence) = (so_many(licence.cost_to_come(), surplus)?, seats(facts, heard, licence));
    Ok(Some(Found { key, worth, evidence, action, notice_by: licence.notice_by }))
}

fn so_many(cost: Cost, seats: u32) -> Result<Worth, MoneyError> {
    Ok(match Worth::of_a_seat(cost) {
        Worth::Saves { yearly, .. } => Worth::Saves { yearly: yearly.times(Decimal::from(seats))?, seats },
        other => other,
    })
}

fn seats(facts: &Facts, heard: &Heard, licence: &Licence) -> Vec<Evidence> {
    let Licence { seats, spare, .. } = *licence;
    let mut evidence = vec![Evidence::Seats { seats, held: licence.holders(), spare }];
    evidence.extend(cost(licence));
    // A surplus of which the product is silent says more about the product than about the seats.
    let silent = facts.product(licence.product).filter(|product| product.use_reported && licence.held.is_empty());
    evidence.extend(
        silent.map(|product| Evidence::Silent { product: product.name.clone(), since: heard.last_of(licence.product) }),
    );
    evidence
}

impl Licence {
    /// How many hold a seat.
    pub fn holders(&self) -> u32 {
        u32::try_from(self.held.len()).unwrap_or(u32::MAX)
    }
}

impl Unknown {
    /// Why a seat's cost is not known, when it is not.
    pub(super) const fn of(cost: Cost) -> Option<Self> {
        match Worth::of_a_seat(cost) {
            Worth::Unknown { why } => Some(why),
            Worth::Saves { .. } | Worth::Costs { .. } => None,
        }
    }
}
