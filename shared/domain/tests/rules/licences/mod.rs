//! Licences, seats, use, renewals.

mod count;
mod dates;
mod feed;
mod files;
mod history;
mod import;
mod limits;
mod seats;
mod usage;

use domain::billing::cycle::Cycle;
use domain::ids::{ClientId, ContactId, LicenceId, ProductId};
use domain::licences::{Holder, Licence, LicenceKind, NewLicence, Term, licence};
use domain::money::Money;
use domain::{Outcome, Refusal};
use iso_currency::Currency;
use jiff::civil::Date;

use crate::common::{at, uuid};

pub(super) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(super) fn client() -> ClientId {
    ClientId::from_uuid(uuid(1))
}

pub(super) fn product() -> ProductId {
    ProductId::from_uuid(uuid(2))
}

pub(super) fn contact(n: u128) -> ContactId {
    ContactId::from_uuid(uuid(n))
}

pub(super) fn person(n: u128) -> Holder {
    Holder::Contact { contact: contact(n) }
}

/// A term from the start of 2026 that renews by itself a year later, with the usual lead times.
pub(super) fn yearly() -> Term {
    Term {
        starts_on: day("2026-01-01"),
        renews_on: Some(day("2027-01-01")),
        anchor: None,
        months: 12,
        expires_on: None,
        terminates_on: None,
        notice_days: 30,
        auto_renew: true,
        lead_days: licence::LEAD_DAYS.to_vec(),
    }
}

/// Ten seats at 20.00 a month.
pub(super) fn new(term: Term) -> NewLicence {
    NewLicence {
        client: client(),
        product: product(),
        name: "Office Premium".into(),
        edition: None,
        kind: LicenceKind::Subscription,
        currency: Currency::EUR,
        seats: Some(10),
        seat_history: Vec::new(),
        cost_per_seat: Some(Money::new(2_000, Currency::EUR)),
        cost_history: Vec::new(),
        price_per_seat: None,
        price_history: Vec::new(),
        cycle: Cycle::Monthly,
        term,
        owner: None,
        split: Vec::new(),
        documents: Vec::new(),
        counted: true,
        spare_seats: 0,
    }
}

/// Added on a day.
pub(super) fn entered(new: NewLicence, today: &str) -> Result<Outcome<Licence>, Refusal> {
    licence::add(LicenceId::from_uuid(uuid(3)), new, day(today), at("2026-01-01T00:00:00Z"))
}

/// Ten seats at 20.00 a month, added on a day.
pub(super) fn added(term: Term, today: &str) -> Licence {
    entered(new(term), today).expect("a licence").state
}
