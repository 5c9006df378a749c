//! Licences: what a client may use, how much of it from which day on, what it costs, and when that ends.
//!
//! What is dated is only ever appended to: no change moves what held on a day before it. What a licence is on a day
//! follows from its dates alone, so that nobody has to switch it on or off.

use std::collections::HashSet;

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::papers::{Document, LicenceFile, RemovedFile};
use super::renewal;
use super::term::Term;
use crate::billing::cycle::Cycle;
use crate::billing::dated::{Dated, in_force};
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{ClientId, ContactId, LicenceId, ProductId, UnitId, UserId};
use crate::money::{Money, MoneyError};
use crate::outcome::Outcome;

mod check;

pub use check::{
    EARLIEST, LATEST, LONGEST_LEAD_DAYS, LONGEST_LINK, LONGEST_NAME, LONGEST_TERM_MONTHS, MOST_A_YEAR, MOST_DOCUMENTS,
    MOST_LEADS, MOST_SEATS, MOST_SHARES, MOST_WEIGHT,
};

/// Days before the end at which the owner is told, unless the licence says otherwise.
pub const LEAD_DAYS: [u16; 4] = [90, 60, 30, 7];

/// What a client is licensed for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Which licence.
    pub id: LicenceId,
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What people call it by.
    pub name: String,
    /// Of which of the product's editions; none when it has none.
    #[serde(default)]
    pub edition: Option<String>,
    /// What is licensed.
    pub kind: LicenceKind,
    /// The currency of its amounts.
    pub currency: Currency,
    /// How many seats, by the date from which they hold.
    #[serde(default)]
    pub seats: Vec<Dated<u32>>,
    /// What a seat costs in a cycle, to be paid to the vendor, by date.
    #[serde(default)]
    pub cost_per_seat: Vec<Dated<Money>>,
    /// What the client is charged for a seat in a cycle, by date; none where it pays the vendor itself.
    #[serde(default)]
    pub price_per_seat: Vec<Dated<Money>>,
    /// How often the cost comes.
    pub cycle: Cycle,
    /// Its dates.
    pub term: Term,
    /// Who is told of what comes.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// Which departments of the client it is for, and to which parts.
    #[serde(default)]
    pub split: Vec<Share>,
    /// Where its papers are.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Papers that are kept here.
    #[serde(default)]
    pub files: Vec<LicenceFile>,
    /// Papers that were taken off it, and whose bytes are still to be deleted.
    #[serde(default)]
    pub removed_files: Vec<RemovedFile>,
    /// Whether its seats are active licences that contracts bill.
    pub counted: bool,
    /// The same by the day from which it is so; empty where it always was as it is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_since: Vec<Dated<bool>>,
    /// Seats that are kept free on purpose, for whoever comes next: not found to be too many.
    #[serde(default)]
    pub spare_seats: u32,
    /// Everything that its dates bring up to and including this day has been seen to.
    pub handled_until: Date,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What is licensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LicenceKind {
    /// Seats for people, as long as they are paid for.
    Subscription,
    /// Bought for good: a seat is paid for once, on the day on which it is added, and its cycle says nothing.
    Perpetual,
    /// Seats for devices.
    PerDevice,
    /// Seats are cores.
    PerCore,
    /// What is used is paid for; seats are not counted.
    Usage,
}

/// Who is told of what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Owner {
    /// Somebody who signs in, at the MSP or at the client.
    User {
        /// Who.
        user: UserId,
    },
    /// Somebody at the client.
    Contact {
        /// Who.
        contact: ContactId,
    },
}

/// A department's part of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = LicenceShare))]
pub struct Share {
    /// Which department of the client.
    pub unit: UnitId,
    /// How much of it, compared with the other weights.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 1_000_000))]
    pub weight: u32,
}

/// Where a licence stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LicenceState {
    /// It does not hold yet.
    Planned,
    /// It holds.
    Active,
    /// It was terminated, or has expired.
    Ended,
}

/// A licence to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLicence {
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What people call it by.
    pub name: String,
    /// Of which edition.
    pub edition: Option<String>,
    /// What is licensed.
    pub kind: LicenceKind,
    /// The currency of its amounts.
    pub currency: Currency,
    /// How many seats it has from its first day on; none for use, and where a history says it.
    pub seats: Option<u32>,
    /// How many seats it had and will have, by the date from which they hold, for what is older than its entry: the first on
    /// its first day or before, and each after the one before it.
    pub seat_history: Vec<Dated<u32>>,
    /// What a seat costs in a cycle; none where a history says it.
    pub cost_per_seat: Option<Money>,
    /// What a seat cost and will cost, by the date from which it does: the first on its first day or before.
    pub cost_history: Vec<Dated<Money>>,
    /// What the client is charged for a seat in a cycle; none where a history says it.
    pub price_per_seat: Option<Money>,
    /// What the client was and will be charged for a seat, by the date from which it is; it may begin later.
    pub price_history: Vec<Dated<Money>>,
    /// How often the cost comes.
    pub cycle: Cycle,
    /// Its dates; the anchor is taken from its renewal.
    pub term: Term,
    /// Who is told of what comes.
    pub owner: Option<Owner>,
    /// Which departments it is for.
    pub split: Vec<Share>,
    /// Where its papers are.
    pub documents: Vec<Document>,
    /// Whether contracts bill its seats.
    pub counted: bool,
    /// Seats that are kept free on purpose.
    pub spare_seats: u32,
}

/// What to change; absent fields stay, `Some(None)` clears, lists are replaced as a whole. What is dated is appended, from
/// today on or from a later day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LicenceChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another edition.
    pub edition: Option<Option<String>>,
    /// Another number of seats from a day on.
    pub seats: Option<Dated<u32>>,
    /// Another cost from a day on.
    pub cost_per_seat: Option<Dated<Money>>,
    /// Another price from a day on.
    pub price_per_seat: Option<Dated<Money>>,
    /// Another renewal, which is the anchor of those after it.
    pub renews_on: Option<Option<Date>>,
    /// Another length of a term.
    pub months: Option<u16>,
    /// Another expiry.
    pub expires_on: Option<Option<Date>>,
    /// Another end.
    pub terminates_on: Option<Option<Date>>,
    /// Another period of notice.
    pub notice_days: Option<u16>,
    /// Whether it renews unless notice is given.
    pub auto_renew: Option<bool>,
    /// Other lead times.
    pub lead_days: Option<Vec<u16>>,
    /// Somebody else who is told.
    pub owner: Option<Option<Owner>>,
    /// Other departments.
    pub split: Option<Vec<Share>>,
    /// Other papers.
    pub documents: Option<Vec<Document>>,
    /// Whether contracts bill its seats.
    pub counted: Option<bool>,
    /// Another number of seats that are kept free.
    pub spare_seats: Option<u32>,
}

/// Adds a licence. One that renews by itself and is older than its term has renewed since. `today` is the tenant's local
/// date. Only what holds today is told to who counts licences: a history changes no day that was counted before. A lead time
/// that falls on today is told at once.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(id: LicenceId, new: NewLicence, today: Date, now: Timestamp) -> Result<Outcome<Licence>, Refusal> {
    let check::Entered { fields, seats, cost, price } = check::entered(&new)?;
    let mut term = Term { anchor: new.term.renews_on, ..new.term };
    term.lead_days = sorted(term.lead_days);
    let licence = Licence {
        id,
        client: new.client,
        product: new.product,
        name: new.name.trim().to_owned(),
        edition: new.edition,
        kind: new.kind,
        currency: new.currency,
        seats,
        cost_per_seat: cost,
        price_per_seat: price,
        cycle: new.cycle,
        term,
        owner: new.owner,
        split: new.split,
        documents: new.documents,
        files: Vec::new(),
        removed_files: Vec::new(),
        counted: new.counted,
        counted_since: Vec::new(),
        spare_seats: new.spare_seats,
        handled_until: today,
        created_at: now,
        updated_at: now,
    };
    check::check(&licence, &fields)?;
    check::can_be_paid(&licence, &fields, Date::MIN)?;
    check::runs_at_all(&licence)?;
    check::renewal_is_ahead(&licence, today)?;
    let licence = renewal::rolled(licence, today);
    let counts = licence.counted_on(today) > 0;
    let mut events: Vec<Event> = counts.then(|| licence.counts_otherwise(today)).into_iter().collect();
    events.extend(renewal::told_at_once(None, &licence, today));
    Ok(Outcome { state: licence, events })
}

/// Changes a licence, once it is brought up to today. Without a change it stays as it is. A lead time that falls on today by the
/// change is told at once.
///
/// # Errors
/// [`Refusal::Conflict`] `licence_ended`; [`Refusal::Invalid`] for bad fields, and for dates that would change the past.
pub fn change(
    licence: Licence,
    changes: LicenceChanges,
    today: Date,
    now: Timestamp,
) -> Result<Outcome<Licence>, Refusal> {
    let Outcome { state: current, mut events } = renewal::advance(licence.clone(), today);
    let counted_before = current.counted_on(today);
    let before = current.clone();
    let after = changed(current, changes, today)?;
    if after == before {
        return Ok(Outcome::unchanged(licence));
    }
    if before.has_ended(today) {
        let detail = format!("{} is over; add the licence that takes its place", before.name);
        return Err(Refusal::conflict("licence_ended", detail));
    }
    check::check(&after, &check::Fields::PLAIN)?;
    check::past_stays(&before, &after, today)?;
    let amounts = |of: &Licence| (of.seats.clone(), of.cost_per_seat.clone(), of.price_per_seat.clone());
    if amounts(&after) != amounts(&before) {
        check::can_be_paid(&after, &check::Fields::PLAIN, today)?;
    }
    if after.counted_on(today) != counted_before {
        events.push(after.counts_otherwise(today));
    }
    events.extend(renewal::told_at_once(Some(&before), &after, today));
    Ok(Outcome { state: Licence { updated_at: now, ..after }, events })
}

fn changed(licence: Licence, changes: LicenceChanges, today: Date) -> Result<Licence, Refusal> {
    let renews_on = changes.renews_on.unwrap_or(licence.term.renews_on);
    // Who names the date that it has anyway does not mean another anchor.
    let same = renews_on == licence.term.renews_on && changes.months.is_none_or(|months| months == licence.term.months);
    let anchor = if same { licence.term.anchor } else { renews_on };
    let term = Term {
        starts_on: licence.term.starts_on,
        renews_on,
        anchor,
        months: changes.months.unwrap_or(licence.term.months),
        expires_on: changes.expires_on.unwrap_or(licence.term.expires_on),
        terminates_on: changes.terminates_on.unwrap_or(licence.term.terminates_on),
        notice_days: changes.notice_days.unwrap_or(licence.term.notice_days),
        auto_renew: changes.auto_renew.unwrap_or(licence.term.auto_renew),
        lead_days: changes.lead_days.map_or_else(|| licence.term.lead_days.clone(), sorted),
    };
    let first = today.max(term.starts_on);
    let counted = changes.counted.unwrap_or(licence.counted);
    let counted_since = counted_from(&licence, counted, today);
    Ok(Licence {
        name: changes.name.map_or_else(|| licence.name.clone(), |name| name.trim().to_owned()),
        edition: changes.edition.unwrap_or(licence.edition),
        seats: appended("/seats", licence.seats, changes.seats, first)?,
        cost_per_seat: appended("/cost_per_seat", licence.cost_per_seat, changes.cost_per_seat, first)?,
        price_per_seat: appended("/price_per_seat", licence.price_per_seat, changes.price_per_seat, first)?,
        term,
        owner: changes.owner.unwrap_or(licence.owner),
        split: changes.split.unwrap_or(licence.split),
        documents: changes.documents.unwrap_or(licence.documents),
        counted,
        counted_since,
        spare_seats: changes.spare_seats.unwrap_or(licence.spare_seats),
        ..licence
    })
}

/// Since when contracts bill its seats, or do not, with what holds from today on: what is over stays as it was.
fn counted_from(licence: &Licence, counted: bool, today: Date) -> Vec<Dated<bool>> {
    let starts_on = licence.term.starts_on;
    if counted == licence.counted || today <= starts_on {
        return licence.counted_since.clone();
    }
    let mut since = licence.counted_since.clone();
    if since.is_empty() {
        since.push(Dated::new(starts_on, licence.counted));
    }
    since.retain(|dated| dated.from < today);
    if in_force(&since, today) != Some(&counted) {
        since.push(Dated::new(today, counted));
    }
    // It always was so, but for a part of today.
    if since.len() == 1 { Vec::new() } else { since }
}

/// The history with another value from a day on, which must not be before `first`. What was planned for later days stays.
fn appended<T: Copy + PartialEq>(
    field: &str,
    mut history: Vec<Dated<T>>,
    new: Option<Dated<T>>,
    first: Date,
) -> Result<Vec<Dated<T>>, Refusal> {
    let Some(new) = new else { return Ok(history) };
    if new.from < first {
        let detail = format!("must be {first} or later: what held before it does not change");
        return Err(Refusal::invalid(format!("{field}/from"), "in_the_past", detail));
    }
    if in_force(&history, new.from) == Some(&new.value) {
        return Ok(history);
    }
    history.retain(|dated| dated.from != new.from);
    let at = history.partition_point(|dated| dated.from < new.from);
    history.insert(at, new);
    Ok(history)
}

/// The longest lead time first, each once.
fn sorted(mut leads: Vec<u16>) -> Vec<u16> {
    let mut seen = HashSet::new();
    leads.retain(|lead| seen.insert(*lead));
    leads.sort_unstable_by(|a, b| b.cmp(a));
    leads
}

impl Licence {
    /// Where it stands on a day.
    pub fn state(&self, day: Date) -> LicenceState {
        if self.has_ended(day) {
            LicenceState::Ended
        } else if day < self.term.starts_on {
            LicenceState::Planned
        } else {
            LicenceState::Active
        }
    }

    /// Whether it does not hold any more on a day.
    pub fn has_ended(&self, day: Date) -> bool {
        self.term.ends_on().is_some_and(|end| end <= day)
    }

    /// How many seats it has on a day; none when it does not hold.
    pub fn seats_on(&self, day: Date) -> u32 {
        let holds = self.state(day) == LicenceState::Active;
        in_force(&self.seats, day).copied().filter(|_| holds).unwrap_or(0)
    }

    /// How many of them are active licences that contracts bill.
    pub fn counted_on(&self, day: Date) -> u32 {
        if self.counted { self.seats_on(day) } else { 0 }
    }

    /// Whether contracts bill its seats on a day.
    pub fn is_counted_on(&self, day: Date) -> bool {
        in_force(&self.counted_since, day).copied().unwrap_or(self.counted)
    }

    /// That another number of its seats counts from a day on.
    pub(super) fn counts_otherwise(&self, on: Date) -> Event {
        Event::LicencesChanged { client: self.client, product: Some(self.product), on }
    }

    /// What a seat costs in a year on a day: the cost in a cycle times 52 weeks, 12 months, 4 quarters, 2 halves or 1
    /// year; nothing once it was bought for good; none when no cost is known.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn seat_cost_a_year(&self, day: Date) -> Result<Option<Money>, MoneyError> {
        let cost = in_force(&self.cost_per_seat, day);
        let times = if self.kind == LicenceKind::Perpetual { 0 } else { cycles_a_year(self.cycle) };
        cost.map(|cost| cost.times(Decimal::from(times))).transpose()
    }

    /// What all seats cost in a year, as they are on a day; none when no cost is known.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn cost_a_year(&self, day: Date) -> Result<Option<Money>, MoneyError> {
        let seats = Decimal::from(self.seats_on(day));
        self.seat_cost_a_year(day)?.map(|cost| cost.times(seats)).transpose()
    }
}

/// How many cycles a year has.
pub const fn cycles_a_year(cycle: Cycle) -> u32 {
    match cycle {
        Cycle::Weekly => 52,
        Cycle::Monthly => 12,
        Cycle::Quarterly => 4,
        Cycle::SemiAnnual => 2,
        Cycle::Annual => 1,
    }
}
