//! What people use, day by day.
//!
//! The use of a product by a person is a set: the days on which they used it, the hours of recent days, the features. An
//! event of use puts something into the set, so that events in any order, however often, come to the same, and no log of
//! events is needed to know which were heard before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Slug;
use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::ids::{ClientId, ContactId, ProductId};
use crate::invalid::Check;
use crate::zone::Zone;

/// Most events of one batch.
pub const MOST_EVENTS: usize = 500;
/// Longest name that a sender gives an event, or somebody who uses something.
pub const LONGEST_NAME: usize = 254;
/// Months whose days are kept, counted back from the newest. They hold every day that may still be reported, so that what
/// is forgotten is never heard of again.
pub const KEPT_MONTHS: i32 = 14;
/// Days whose hours are kept, counted back from the newest: six weeks and some, enough for the habit of each weekday.
pub const KEPT_HOURS_DAYS: i64 = 45;
/// Use is reported within a year.
pub const REPORTED_WITHIN_DAYS: i64 = 365;
/// How far a sender's clock may be ahead.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(15);

/// Something used, as it was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// What the sender calls the event, for what is said of it.
    pub id: String,
    /// The contact's id or e-mail address.
    pub who: String,
    /// What was used.
    pub product: ProductId,
    /// Which of its features.
    pub feature: Option<Slug>,
    /// When.
    pub at: Timestamp,
}

/// Something that somebody used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// When.
    pub at: Timestamp,
    /// Which feature.
    pub feature: Option<Slug>,
}

/// A person's use of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductUse {
    /// At which client.
    pub client: ClientId,
    /// Of what.
    pub product: ProductId,
    /// Who.
    pub contact: ContactId,
    /// The days of use, month by month: bit 0 is the first day. All days are in the client's zone; those that were kept
    /// before it counted are in the MSP's.
    pub days: BTreeMap<Month, u32>,
    /// The last day on which each feature was used.
    #[serde(default)]
    pub features: BTreeMap<Slug, Date>,
    /// The hours in which it was used, day by day: bit 0 is the hour after midnight.
    #[serde(default)]
    pub hours: BTreeMap<Date, u32>,
    /// The first use that was reported.
    pub first_used: Timestamp,
    /// The last use that was reported.
    pub last_used: Timestamp,
}

/// Use of a product by somebody whom the client's contacts do not name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unmatched {
    /// At which client.
    pub client: ClientId,
    /// Of what.
    pub product: ProductId,
    /// What the sender called them, in lower case.
    pub who: String,
    /// The first day of use.
    pub first_on: Date,
    /// The last day of use.
    pub last_on: Date,
}

/// Refuses a batch that cannot be taken as a whole.
///
/// # Errors
/// [`Refusal::Invalid`] with each event that is too old, still to come, or called twice.
pub fn check(batch: &[Reported], zone: &Zone, now: Timestamp) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.that(!batch.is_empty(), "/events", "required", "must hold an event");
    check.count("/events", batch.len(), MOST_EVENTS);
    let oldest = zone.date(now).saturating_sub(REPORTED_WITHIN_DAYS.days());
    let mut ids = BTreeSet::new();
    for (index, event) in batch.iter().enumerate().take(MOST_EVENTS) {
        let at = |name: &str| format!("/events/{index}/{name}");
        check.line(&at("id"), &event.id, LONGEST_NAME);
        check.that(ids.insert(&event.id), &at("id"), "duplicate", "is in the batch already; give each its own id");
        check.line(&at("who"), &event.who, LONGEST_NAME);
        let come = event.at <= now.saturating_add(AHEAD).unwrap_or(now);
        check.that(come, &at("at"), "in_the_future", "must not be to come: use is reported when it has happened");
        let recent = zone.date(event.at) >= oldest;
        check.that(recent, &at("at"), "too_old", "must be within the last 365 days; leave older use out");
    }
    check.done()
}

impl ProductUse {
    /// A person's use of a product, from nothing. `None` without any.
    pub fn of(client: ClientId, product: ProductId, contact: ContactId, used: &[Used], zone: &Zone) -> Option<Self> {
        let first = used.iter().map(|used| used.at).min()?;
        let none = Self {
            client,
            product,
            contact,
            days: BTreeMap::new(),
            features: BTreeMap::new(),
            hours: BTreeMap::new(),
            first_used: first,
            last_used: first,
        };
        Some(none.and(used, zone))
    }

    /// With more use. The same use again changes nothing.
    #[must_use]
    pub fn and(mut self, used: &[Used], zone: &Zone) -> Self {
        for Used { at, feature } in used {
            let local = at.to_zoned(zone.rules().clone());
            let day = local.date();
            *self.days.entry(Month::of(day)).or_default() |= day_bit(day);
            *self.hours.entry(day).or_default() |= 1 << local.hour();
            if let Some(feature) = feature {
                let last = self.features.entry(feature.clone()).or_insert(day);
                *last = day.max(*last);
            }
            self.first_used = self.first_used.min(*at);
            self.last_used = self.last_used.max(*at);
        }
        // Reckoned from the newest day and not from today, so that what is kept does not depend on when it was heard.
        let newest = zone.date(self.last_used);
        let since = Month::of(newest).plus(1 - KEPT_MONTHS);
        self.days.retain(|month, _| *month >= since);
        let since = newest.saturating_sub(KEPT_HOURS_DAYS.days());
        self.hours.retain(|day, _| *day > since);
        self
    }

    /// The days on which it was used that an earlier state of it does not have.
    pub fn days_beyond(&self, before: Option<&Self>) -> Vec<Date> {
        let known = |month: &Month| before.and_then(|before| before.days.get(month)).copied().unwrap_or(0);
        self.days.iter().flat_map(|(month, bits)| days_in(*month, bits & !known(month))).collect()
    }

    /// Whether it was used on a day.
    pub fn is_used_on(&self, day: Date) -> bool {
        self.days.get(&Month::of(day)).is_some_and(|bits| bits & day_bit(day) != 0)
    }

    /// On how many days it was used, from one day up to and including another, of the months that are kept.
    pub fn days_used(&self, from: Date, last: Date) -> u32 {
        u32::try_from(self.days_between(from, last).count()).unwrap_or(u32::MAX)
    }

    /// The days on which it was used, from one day up to and including another, of the months that are kept; in order.
    pub fn days_between(&self, from: Date, last: Date) -> impl Iterator<Item = Date> {
        let months = self.days.range(Month::of(from)..).take_while(move |(month, _)| **month <= Month::of(last));
        months.flat_map(|(month, bits)| days_in(*month, *bits)).filter(move |day| (from..=last).contains(day))
    }
}

impl Unmatched {
    /// With what was known of them before.
    #[must_use]
    pub fn and(self, before: Option<&Self>) -> Self {
        let first_on = before.map_or(self.first_on, |before| before.first_on.min(self.first_on));
        let last_on = before.map_or(self.last_on, |before| before.last_on.max(self.last_on));
        Self { first_on, last_on, ..self }
    }
}

fn day_bit(day: Date) -> u32 {
    1 << (day.day() - 1)
}

/// The days of a month whose bits are set.
pub(crate) fn days_in(month: Month, bits: u32) -> impl Iterator<Item = Date> {
    let first = month.period().from;
    (0..31_i64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| first.saturating_add(bit.days()))
}
