//! What was unusual about somebody's use of products, as people see it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::access::Finding;
use super::feedback::Answer;
use super::found::Judged;
use super::sign_ins::Unusual;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{AccessAnomalyId, ClientId, ContactId, ProductId};

/// Something unusual about somebody's use of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessAnomaly {
    /// Which; made of the person and of what was unusual.
    pub id: AccessAnomalyId,
    /// At which client.
    pub client: ClientId,
    /// Who.
    pub contact: ContactId,
    /// Of which product.
    pub product: ProductId,
    /// What is unusual.
    pub kind: Finding,
    /// Its first day.
    pub on: Date,
    /// Its last day so far.
    pub last: Date,
    /// On how many days.
    pub days: u32,
    /// The hour that is unusual, 0 for the one after midnight.
    pub hour: Option<i8>,
    /// A plain sentence.
    pub sentence: String,
    /// What somebody said of it.
    pub judged: Option<Judged>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Hours that somebody said are usual for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualHours {
    /// At which client.
    pub client: ClientId,
    /// Who.
    pub contact: ContactId,
    /// Bits: the first for the hour after midnight.
    pub hours: u32,
}

impl AccessAnomaly {
    /// What is to be kept of something unusual, and told when it is found; `before` is what is known of it. Nothing when
    /// nothing changed, or somebody has answered it.
    pub fn of(
        id: AccessAnomalyId,
        client: ClientId,
        found: Unusual,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Option<(Self, Option<Event>)> {
        if before.is_some_and(|before| before.judged.is_some()) {
            return None;
        }
        let Unusual { finding: kind, contact, product, on, last, days, hour, sentence } = found;
        let (found_at, updated_at) = before.map_or((now, now), |before| (before.found_at, before.updated_at));
        let after = AccessAnomaly {
            id,
            client,
            contact,
            product,
            kind,
            on,
            last,
            days,
            hour,
            sentence,
            judged: None,
            found_at,
            updated_at,
        };
        if before == Some(&after) {
            return None;
        }
        let event = Event::AccessAnomalyFound { anomaly: id, client, sentence: after.sentence.clone() };
        Some((AccessAnomaly { updated_at: now, ..after }, before.is_none().then_some(event)))
    }

    /// Somebody says what they think of it.
    ///
    /// # Errors
    /// As [`Judged::first`].
    pub fn judge(self, judged: Judged) -> Result<Self, Refusal> {
        judged.first(self.judged.as_ref())?;
        Ok(AccessAnomaly { updated_at: judged.at, judged: Some(judged), ..self })
    }

    /// The hour that is usual for the person from now on, by what somebody said.
    pub fn hour_expected(&self) -> Option<i8> {
        self.judged.as_ref().filter(|judged| judged.answer == Answer::Expected).and(self.hour)
    }
}

impl UsualHours {
    /// With one more.
    #[must_use]
    pub fn and(self, hour: i8) -> Self {
        UsualHours { hours: self.hours | 1 << hour, ..self }
    }
}
