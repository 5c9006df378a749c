//! The facts of a client, from what is kept of it.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::assigned::NEW_SEATS_DAYS;
use super::facts::{Cost, Edition, Ending, Licence, Licensed, MONTH_DAYS, Person, Product, Seat, Stranger, Use, Whose};
use crate::budgets::seat_price;
use crate::contacts::Contact;
use crate::error::Refusal;
use crate::licences::days::{days, part_of_year};
use crate::licences::licence::cycles_a_year;
use crate::licences::renewal::{coming, rolled};
use crate::licences::{self, Coming, ComingKind, Holder, LicenceKind, ProductUse, Unmatched};
use crate::money::Money;
use crate::zone::Zone;

impl From<Holder> for Whose {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Contact { contact } => Self::Contact { contact },
            Holder::Device { name } => Self::Device { device: name.to_string() },
        }
    }
}

impl From<&licences::Product> for Product {
    fn from(product: &licences::Product) -> Self {
        let edition = |edition: &licences::Edition| Edition {
            name: edition.name.clone(),
            features: edition.features.iter().map(ToString::to_string).collect(),
            list: edition.price_a_year,
        };
        Self {
            name: product.name.clone(),
            purpose: product.purpose.as_ref().map(ToString::to_string),
            unused_after_days: product.unused_after_days,
            use_reported: product.use_reported,
            editions: product.editions.iter().map(edition).collect(),
        }
    }
}

impl From<&Contact> for Person {
    fn from(contact: &Contact) -> Self {
        Self { name: contact.name.clone(), active: contact.active, unit: contact.unit }
    }
}

impl Licence {
    /// A licence on a day, with all seats of it that were ever assigned.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when a year of its seats, or of its holders where they are more, cannot be computed.
    pub fn of(licence: licences::Licence, seats: Vec<licences::Seat>, today: Date) -> Result<Self, Refusal> {
        let licence = rolled(licence, today);
        let by_seat = is_by_seat(&licence);
        let comes = coming(&licence, today);
        let notice_by = comes.and_then(|comes| comes.notice_by);
        let (cost, settled_seats) = (cost(&licence, today)?, settled(&licence, today));
        let planned_seats = planned(&licence, today);
        let tracked = !seats.is_empty();
        let held = seats.into_iter().filter_map(|seat| {
            let since = seat.held_since()?;
            Some(Seat { whose: seat.holder.into(), since })
        });
        let held: Vec<Seat> = held.collect();
        // So whatever is found of it can be computed, and is left out by itself when it cannot.
        let most = licence.seats_on(today).max(u32::try_from(held.len()).unwrap_or(u32::MAX));
        cost.yearly().map(|yearly| yearly.times(Decimal::from(most))).transpose()?;
        Ok(Self {
            id: licence.id,
            product: licence.product,
            by_seat,
            for_devices: licence.kind == LicenceKind::PerDevice,
            seats: licence.seats_on(today),
            settled_seats,
            planned_seats,
            spare: licence.spare_seats,
            tracked,
            cost,
            ending: ending(&licence, comes, today),
            notice_by,
            // What has lapsed is to be renewed already: nothing is reckoned until then.
            renews_on: comes.filter(|comes| comes.on >= today).map(|comes| comes.on),
            held,
            edition: licence.edition,
        })
    }
}

const fn is_by_seat(licence: &licences::Licence) -> bool {
    !matches!(licence.kind, LicenceKind::PerCore | LicenceKind::Usage)
}

impl Licensed {
    /// Whom a licence licensed, as far as it did after a day: the holders of all its seats, held and released, or everybody
    /// where it names no people's seats.
    pub fn of(licence: &licences::Licence, seats: &[licences::Seat], after: Date) -> Vec<Self> {
        let (starts_on, ends_on) = (licence.term.starts_on, licence.term.ends_on());
        let product = licence.product;
        let times: Vec<(Option<Whose>, Date, Option<Date>)> =
            if is_by_seat(licence) && licence.kind != LicenceKind::PerDevice {
                let spans = |seat: &licences::Seat| {
                    let whose = Whose::from(seat.holder.clone());
                    seat.spans.iter().map(|span| (Some(whose.clone()), span.since, span.until)).collect::<Vec<_>>()
                };
                seats.iter().flat_map(spans).collect()
            } else {
                vec![(None, starts_on, None)]
            };
        let clipped = times.into_iter().map(|(whose, since, until)| {
            let until = [until, ends_on].into_iter().flatten().min();
            Self { product, whose, since: since.max(starts_on), until }
        });
        clipped.filter(|time| time.until.is_none_or(|until| until > after && until >= time.since)).collect()
    }
}

/// What a seat costs the client: what it is charged, or else what is paid to the vendor. It is the client that saves.
fn cost(licence: &licences::Licence, today: Date) -> Result<Cost, Refusal> {
    if licence.kind == LicenceKind::Usage {
        return Ok(Cost::ByUse);
    }
    if licence.kind == LicenceKind::Perpetual {
        return Ok(Cost::Perpetual);
    }
    Ok(yearly(licence, today)?.map_or(Cost::Unknown, Cost::Yearly))
}

/// What a seat costs the client in a year, on a day; none of what was bought for good.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn yearly(licence: &licences::Licence, on: Date) -> Result<Option<Money>, Refusal> {
    if licence.kind == LicenceKind::Perpetual {
        return Ok(None);
    }
    let a_year = |money: &Money| money.times(cycles_a_year(licence.cycle).into());
    // Before it is charged for, it pays what the licence costs, as in what is spent.
    Ok(seat_price(licence, on).as_ref().map(a_year).transpose()?)
}

/// How a licence ends that was terminated.
fn ending(licence: &licences::Licence, comes: Option<Coming>, today: Date) -> Option<Ending> {
    let on = licence.term.terminates_on.filter(|on| licence.term.ends_on() == Some(*on))?;
    let renews = comes.is_some_and(|comes| comes.on < on && comes.what != ComingKind::Lapsed);
    Some(Ending { on, share: part_of_year(days(today, on), on).min(Decimal::ONE), renews })
}

/// The least seats of the last days and of all that is planned.
fn settled(licence: &licences::Licence, today: Date) -> u32 {
    let first = today.saturating_sub(i64::from(NEW_SEATS_DAYS).days());
    let changes = licence.seats.iter().filter(|dated| dated.from > first).map(|dated| dated.value);
    changes.chain([licence.seats_on(first)]).min().unwrap_or(0)
}

/// The least seats of today and of all that is planned.
fn planned(licence: &licences::Licence, today: Date) -> u32 {
    let changes = licence.seats.iter().filter(|dated| dated.from > today).map(|dated| dated.value);
    changes.chain([licence.seats_on(today)]).min().unwrap_or(0)
}

impl Use {
    /// A person's use of a product, on a day.
    pub fn of(used: &ProductUse, today: Date, zone: &Zone) -> Self {
        let day = |at| zone.date(at);
        let month = today.saturating_sub((MONTH_DAYS - 1).days());
        let features: BTreeMap<String, Date> =
            used.features.iter().map(|(feature, last)| (feature.to_string(), *last)).collect();
        Self {
            first: day(used.first_used),
            last: day(used.last_used).min(today),
            active_days: u8::try_from(used.days_used(month, today)).unwrap_or(u8::MAX),
            // Where the client is, it may be tomorrow already.
            recent: used.days_between(month, today.saturating_add(1.day())).map(|day| day.min(today)).collect(),
            features,
        }
    }
}

impl From<Unmatched> for Stranger {
    fn from(of: Unmatched) -> Self {
        Self { who: of.who, product: of.product, first: of.first_on, last: of.last_on }
    }
}
