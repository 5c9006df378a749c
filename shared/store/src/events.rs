//! What happened travels as an outbox item in the same commit; the table's stream carries it on.

use domain::events::Event;
use domain::ids::{EventId, TenantId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::item::{Item, key_of, number, text};
use crate::keys::{self, Scope};
use crate::stamp::Stamp;

/// How long an outbox item, and the record that an event was handled, are kept: longer than the bus tries to deliver.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Attribute that holds the event as JSON text; the stream's filter looks for it.
pub const OUTBOX_ATTRIBUTE: &str = "event";

/// An event on its way: what the bus carries as its detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The event's id: a reaction does its work once for it.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Whose it is.
    pub tenant: TenantId,
    /// The request that caused it.
    pub request: String,
    /// Who caused it.
    pub actor: String,
    /// What happened.
    pub event: Event,
}

pub(crate) fn outbox_item(scope: Scope, event: Event, stamp: &Stamp) -> Result<Item> {
    let Scope::Tenant(tenant) = scope else {
        return Err(Error::Failed("an event without a tenant".into()));
    };
    let envelope = Envelope {
        id: EventId::from_uuid((stamp.ids)()),
        at: stamp.now,
        tenant,
        request: stamp.request.clone(),
        actor: stamp.actor.clone(),
        event,
    };
    let mut item = key_of(scope, &keys::outbox(envelope.id));
    let json = serde_json::to_string(&envelope).map_err(|e| Error::Corrupt(e.to_string()))?;
    item.insert(OUTBOX_ATTRIBUTE.into(), text(json));
    item.insert("ttl".into(), number(keep_until(stamp.now).as_second()));
    Ok(item)
}

/// Until when what is written now is kept.
pub(crate) fn keep_until(now: Timestamp) -> Timestamp {
    now.checked_add(KEPT).unwrap_or(Timestamp::MAX)
}
