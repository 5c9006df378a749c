//! Contacts: the people at a client, with or without a sign-in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clients::Client;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{ClientId, ContactId, SiteId, UnitId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::users::Email;

/// Longest name, title and telephone number, in characters.
pub const LONGEST_LINE: usize = 120;

/// A person at a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Which contact.
    pub id: ContactId,
    /// At which client.
    pub client: ClientId,
    /// Their name.
    pub name: String,
    /// Where mail reaches them.
    #[serde(default)]
    pub email: Option<Email>,
    /// Their telephone number, as given.
    #[serde(default)]
    pub phone: Option<String>,
    /// What they are at the client.
    #[serde(default)]
    pub title: Option<String>,
    /// Where they work.
    #[serde(default)]
    pub site: Option<SiteId>,
    /// The client's department that they work in.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Whether they still work there.
    pub active: bool,
    /// When it was said that they do not work there any more.
    #[serde(default)]
    pub left_at: Option<Timestamp>,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
}

/// A contact to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContact {
    /// Their name.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// What they are at the client.
    pub title: Option<String>,
    /// Where they work.
    pub site: Option<SiteId>,
    /// The client's department that they work in.
    pub unit: Option<UnitId>,
}

/// What to change; absent fields stay, `Some(None)` clears.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContactChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another address.
    pub email: Option<Option<Email>>,
    /// Another telephone number.
    pub phone: Option<Option<String>>,
    /// Another title.
    pub title: Option<Option<String>>,
    /// Another site.
    pub site: Option<Option<SiteId>>,
    /// Another department of the client.
    pub unit: Option<Option<UnitId>>,
    /// Whether they still work there.
    pub active: Option<bool>,
}

/// Adds a contact to a client.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, or a site or department that the client has not.
pub fn add(id: ContactId, new: NewContact, client: &Client, now: Timestamp) -> Result<Outcome<Contact>, Refusal> {
    let contact = Contact {
        id,
        client: client.id,
        name: new.name.trim().to_owned(),
        email: new.email,
        phone: new.phone,
        title: new.title,
        site: new.site,
        unit: new.unit,
        active: true,
        left_at: None,
        created_at: now,
        updated_at: now,
    };
    check(&contact, client)?;
    Ok(Outcome::by(contact, Event::ContactAdded { contact: id, client: client.id }))
}

/// Changes a contact.
///
/// # Errors
/// [`Refusal::Invalid`] as for [`add`].
pub fn change(
    contact: Contact,
    changes: ContactChanges,
    client: &Client,
    now: Timestamp,
) -> Result<Outcome<Contact>, Refusal> {
    let mut after = Contact {
        name: changes.name.map_or_else(|| contact.name.clone(), |name| name.trim().to_owned()),
        email: changes.email.unwrap_or_else(|| contact.email.clone()),
        phone: changes.phone.unwrap_or_else(|| contact.phone.clone()),
        title: changes.title.unwrap_or_else(|| contact.title.clone()),
        site: changes.site.unwrap_or(contact.site),
        unit: changes.unit.unwrap_or(contact.unit),
        active: changes.active.unwrap_or(contact.active),
        ..contact.clone()
    };
    if after == contact {
        return Ok(Outcome::unchanged(contact));
    }
    check(&after, client)?;
    if after.active != contact.active {
        after.left_at = (!after.active).then_some(now);
    }
    after.updated_at = now;
    let event = Event::ContactChanged { contact: after.id, client: after.client };
    Ok(Outcome::by(after, event))
}

impl Contact {
    /// When they left: what was kept before there was such an instant tells when it last changed.
    pub fn left(&self) -> Option<Timestamp> {
        (!self.active).then(|| self.left_at.unwrap_or(self.updated_at))
    }
}

fn check(contact: &Contact, client: &Client) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &contact.name, LONGEST_LINE);
    check.optional_line("/phone", contact.phone.as_deref().unwrap_or_default(), LONGEST_LINE);
    check.optional_line("/title", contact.title.as_deref().unwrap_or_default(), LONGEST_LINE);
    let site_known = contact.site.is_none_or(|id| client.sites.iter().any(|site| site.id == id));
    check.that(site_known, "/site", "unknown", "the client has no such site; add it to the client first");
    let unit_known = contact.unit.is_none_or(|id| client.departments.iter().any(|unit| unit.id == id));
    check.that(unit_known, "/unit", "unknown", "the client has no such department; add it to the client first");
    check.done()
}
