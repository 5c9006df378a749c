//! True-up: seats that are missing, and what they cost until the licence renews.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::days::{days, part_of_year};
use super::findings::{Cost, Facts, Licence, shadow_uses};
use crate::error::Refusal;
use crate::ids::{ClientId, LicenceId, ProductId};
use crate::money::Money;

/// Why seats are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Missing {
    /// More hold a seat of the licence than it has.
    Holders,
    /// People use the product without a seat, and none is free.
    Users,
}

/// Seats that are missing: of a licence, or of a product of which nobody can say which licence should have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrueUp {
    /// Of which product.
    pub product: ProductId,
    /// Which licence; for users, the one with the least cost per seat, which the amount is reckoned with.
    pub licence: Option<LicenceId>,
    /// Why.
    pub why: Missing,
    /// Seats that are paid for.
    pub seats: u32,
    /// Seats that are needed.
    pub needed: u32,
    /// Seats that are missing.
    pub missing: u32,
    /// What they cost in a year.
    pub yearly: Option<Money>,
    /// The day on which the licence renews: so long they are owed for.
    pub until: Option<Date>,
    /// Days from today until then.
    pub days: u32,
    /// What they cost from today until then; none without a cost or a date.
    pub amount: Option<Money>,
}

/// What a client has to true up today: each missing seat once, by licence and then by product.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn true_up(client: ClientId, facts: &Facts) -> Result<Vec<TrueUp>, Refusal> {
    let mut rows = Vec::new();
    for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
        let missing = licence.holders().saturating_sub(licence.seats);
        if missing > 0 {
            let (seats, needed) = (licence.seats, licence.holders());
            rows.push(priced(facts.today, Some(licence), licence.product, Missing::Holders, (seats, needed, missing)));
        }
    }
    let mut users: BTreeMap<ProductId, BTreeSet<_>> = BTreeMap::new();
    for found in shadow_uses(client, facts)? {
        users.entry(found.key.product).or_default().insert(found.key.whose);
    }
    for (product, users) in users {
        let own: Vec<&Licence> = facts.licences.iter().filter(|licence| licence.product == product).collect();
        let seats: u32 = own.iter().map(|licence| licence.seats).fold(0, u32::saturating_add);
        let free: u32 = own.iter().map(|one| one.seats.saturating_sub(one.holders())).fold(0, u32::saturating_add);
        let users = u32::try_from(users.len()).unwrap_or(u32::MAX);
        let missing = users.saturating_sub(free);
        if missing > 0 {
            let priced_by = own.iter().filter_map(|one| Some((one.cost.yearly()?.minor(), *one)));
            let least = priced_by.min_by_key(|(minor, licence)| (*minor, licence.id)).map(|(_, licence)| licence);
            let needed = seats.saturating_add(missing);
            rows.push(priced(facts.today, least, product, Missing::Users, (seats, needed, missing)));
        }
    }
    Ok(rows)
}

fn priced(
    today: Date,
    licence: Option<&Licence>,
    product: ProductId,
    why: Missing,
    (seats, needed, missing): (u32, u32, u32),
) -> TrueUp {
    let cost = licence.map_or(Cost::Unknown, |licence| licence.cost);
    let until = licence.and_then(|licence| licence.renews_on).filter(|until| *until > today);
    let days = until.map_or(0, |until| days(today, until));
    // Of many people without a seat the amount may be more than one can be: then there is none.
    let times = |factor: Decimal| cost.yearly().and_then(|seat| seat.times(factor).ok());
    let yearly = times(Decimal::from(missing));
    let amount = until.and_then(|until| times(Decimal::from(missing) * part_of_year(days, until)));
    let licence = licence.map(|licence| licence.id);
    TrueUp { product, licence, why, seats, needed, missing, yearly, until, days, amount }
}
