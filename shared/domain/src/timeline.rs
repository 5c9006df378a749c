//! A ticket's timeline: everything that was said and done, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::ids::{MessageId, TicketId, UserId};
use crate::sla::{Action, ClockKind};
use crate::tickets::Status;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum By {
    /// A rule of the desk.
    System,
    /// A person.
    User {
        /// Who.
        user: UserId,
        /// Their name at the time.
        name: String,
        /// Whether they belong to the client.
        client_side: bool,
    },
}

impl From<&Actor> for By {
    fn from(actor: &Actor) -> Self {
        By::User { user: actor.user, name: actor.name.clone(), client_side: actor.role.is_client_side() }
    }
}

/// A field and what became of it, as text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// The field's name on the wire.
    pub field: String,
    /// What it was; absent for nothing.
    pub from: Option<String>,
    /// What it is; absent for nothing.
    pub to: Option<String>,
}

impl FieldChange {
    /// A change of `field`, its values as they are written on the wire.
    pub fn new<T: ToString>(field: &str, from: Option<T>, to: Option<T>) -> Self {
        let text = |value: Option<T>| value.map(|value| value.to_string());
        Self { field: field.to_owned(), from: text(from), to: text(to) }
    }
}

/// What was said or done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EntryKind {
    /// The ticket was opened.
    Opened {
        /// Its status from the start.
        status: Status,
    },
    /// A public reply.
    Replied {
        /// The text.
        body: String,
    },
    /// A note inside the MSP.
    Noted {
        /// The text.
        body: String,
    },
    /// Another owner.
    Assigned {
        /// The owner before.
        from: Option<UserId>,
        /// The owner now.
        to: Option<UserId>,
    },
    /// Another status.
    StatusChanged {
        /// The status before.
        from: Status,
        /// The status now.
        to: Status,
    },
    /// Other fields changed.
    Changed {
        /// Which, and how.
        fields: Vec<FieldChange>,
    },
    /// A share of a target is used up.
    Warned {
        /// Which clock.
        clock: ClockKind,
        /// Per cent of the target consumed.
        percent: u8,
    },
    /// A target was missed.
    Breached {
        /// Which clock.
        clock: ClockKind,
    },
    /// A rung of the escalation ladder was reached.
    Escalated {
        /// Which clock.
        clock: ClockKind,
        /// What was done.
        actions: Vec<Action>,
    },
}

/// An entry as a rule makes it, before the caller gives it an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEntry {
    /// When it happened; a breach that a scan found late has the instant of the breach.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What was said or done.
    pub what: EntryKind,
    /// Whether the client's side sees it.
    pub public: bool,
}

/// An entry of a ticket's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which entry.
    pub id: MessageId,
    /// Of which ticket.
    pub ticket: TicketId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What was said or done.
    pub what: EntryKind,
    /// Whether the client's side sees it.
    pub public: bool,
}

impl NewEntry {
    /// The entry with its id, ready to be stored.
    pub fn with_id(self, id: MessageId, ticket: TicketId) -> Entry {
        Entry { id, ticket, at: self.at, by: self.by, what: self.what, public: self.public }
    }
}
