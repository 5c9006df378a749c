//! Which events a function has done its work for.

use domain::ids::EventId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::events::keep_until;
use crate::item::{Place, Record};
use crate::{Commit, TenantStore, Versioned, keys};

/// The record that a function has done its work for an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Handled {
    function: String,
    event: EventId,
    until: Timestamp,
}

impl Record for Handled {
    fn place(&self) -> Place {
        Place { expires: Some(self.until), ..Place::at(keys::handled(&self.function, self.event)) }
    }
}

impl TenantStore {
    /// Whether a function has done its work for an event.
    pub async fn has_handled(&self, function: &str, event: EventId) -> Result<bool> {
        let found: Option<Versioned<Handled>> = self.find(&keys::handled(function, event)).await?;
        Ok(found.is_some())
    }
}

impl Commit {
    /// Notes, with the effect, that a function has done its work for an event: a second delivery finds it.
    pub fn handled(self, function: &str, event: EventId, now: Timestamp) -> Self {
        self.claim(&Handled { function: function.to_owned(), event, until: keep_until(now) }, "event")
    }
}
