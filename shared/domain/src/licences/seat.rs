//! Seats: who holds one of a licence, since when, and who held one before.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Licence;
use super::licence::EARLIEST;
use crate::error::Refusal;
use crate::ids::{ClientId, ContactId, LicenceId};
use crate::invalid::is_one_line;
use crate::text::travels_as_text;

/// Times that somebody held a seat of one licence which are kept one by one; of more, the oldest are forgotten.
pub const MOST_SPANS: usize = 100;
/// Longest name of a device.
pub const LONGEST_DEVICE: usize = 120;

/// A device of a client, which is known by its name alone. Case makes no other device of it, as with names of hosts
/// (RFC 4343). A seat may be held by a name that was taken before one that turns its direction was refused
/// ([`DeviceName::reads_as_written`]): it is read, and can be released.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceName(String);

/// The text is not a device's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a device's name; give 1 to 120 characters on one line")]
pub struct NotADevice;

impl FromStr for DeviceName {
    type Err = NotADevice;

    fn from_str(text: &str) -> Result<Self, NotADevice> {
        let text = text.trim();
        let fits = (1..=LONGEST_DEVICE).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_lowercase())) } else { Err(NotADevice) }
    }
}

impl DeviceName {
    /// Whether it is one line that is read in the order in which it is written: no other name is given a seat.
    pub fn reads_as_written(&self) -> bool {
        is_one_line(&self.0)
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(DeviceName, None::<String>, "a device's name of 1 to 120 characters");

/// Who holds a seat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Holder {
    /// A person.
    Contact {
        /// Which contact of the client.
        contact: ContactId,
    },
    /// A device.
    Device {
        /// Its name at the client; case makes no other device of it.
        name: DeviceName,
    },
}

/// A time for which somebody held a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Span {
    /// The first day, in the MSP's zone.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub since: Date,
    /// The first day on which they did not hold it any more; none while they hold it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

/// What one holder has, and had, of a licence. What was released stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// Of which licence.
    pub licence: LicenceId,
    /// Of which client.
    pub client: ClientId,
    /// Who.
    pub holder: Holder,
    /// When, oldest first, without overlap; only the last may be open. Never empty.
    pub spans: Vec<Span>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Seat {
    /// Since when it is held; none when it is released.
    pub fn held_since(&self) -> Option<Date> {
        self.spans.last().filter(|span| span.until.is_none()).map(|span| span.since)
    }

    /// Whether it was held on a day.
    pub fn is_held_on(&self, day: Date) -> bool {
        self.spans.iter().any(|span| span.since <= day && span.until.is_none_or(|until| day < until))
    }
}

/// Gives a seat to a holder from a day on; `before` is what they have or had of this licence. Whoever holds one already
/// keeps it as it is, so that a repeat changes nothing. There may be more holders than seats: that is found, and not
/// refused, for the vendor's directory says who works with it. A seat may be held for longer than the licence, which may have
/// taken the place of another one. What was taken back on the very day on which it was given was never held: if it was a slip,
/// the seat is given anew from an earlier day in its place.
///
/// # Errors
/// [`Refusal::Invalid`] for a day before there were licences, that is still to come or in the time of an earlier seat, and for a
/// device whose name turns its direction; [`Refusal::Conflict`] `licence_ended`.
pub fn assign(
    before: Option<Seat>,
    licence: &Licence,
    holder: Holder,
    since: Date,
    today: Date,
    now: Timestamp,
) -> Result<Seat, Refusal> {
    if since < EARLIEST {
        let detail = format!("must be {EARLIEST} or later; check the year");
        return Err(Refusal::invalid("/since", "out_of_range", detail));
    }
    if let Some(held) = before.as_ref().filter(|seat| seat.held_since().is_some()) {
        return Ok(held.clone());
    }
    if let Holder::Device { name } = &holder
        && !name.reads_as_written()
    {
        return Err(Refusal::invalid("/holder/name", "control_character", NotADevice.to_string()));
    }
    if licence.has_ended(today) {
        let detail = format!("{} is over; assign a seat of the licence that took its place", licence.name);
        return Err(Refusal::conflict("licence_ended", detail));
    }
    if since > today {
        return Err(Refusal::invalid("/since", "in_the_future", "must be today or earlier; assign it on its day"));
    }
    let mut spans = before.map(|seat| seat.spans).unwrap_or_default();
    while spans.last().is_some_and(|span| span.until == Some(span.since) && since < span.since) {
        spans.pop();
    }
    if let Some(until) = spans.last().and_then(|span| span.until).filter(|until| since < *until) {
        let detail = format!("must not be before {until}, when the seat that they had was released");
        return Err(Refusal::invalid("/since", "overlaps", detail));
    }
    spans.push(Span { since, until: None });
    spans.drain(..spans.len().saturating_sub(MOST_SPANS));
    Ok(Seat { licence: licence.id, client: licence.client, holder, spans, updated_at: now })
}

/// Takes a seat back from a day on. What is released already stays as it is, so that a repeat changes nothing.
///
/// # Errors
/// [`Refusal::Invalid`] for a day that is still to come, or before the seat was given.
pub fn release(seat: Seat, until: Date, today: Date, now: Timestamp) -> Result<Seat, Refusal> {
    let Some(since) = seat.held_since() else { return Ok(seat) };
    if until > today {
        return Err(Refusal::invalid("/until", "in_the_future", "must be today or earlier; release it on its day"));
    }
    if until < since {
        let detail = format!("must not be before {since}, when the seat was given");
        return Err(Refusal::invalid("/until", "not_in_order", detail));
    }
    let mut spans = seat.spans;
    if let Some(span) = spans.last_mut() {
        span.until = Some(until);
    }
    Ok(Seat { spans, updated_at: now, ..seat })
}
