//! What was unusual about somebody's use of products, as people see it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::access::Finding;
use super::feedback::Answer;
use super::found::Judged;
use super::sign_ins::Unusual;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{AccessAnomalyId, ClientId, ContactId, ProductId};

/// Hours after which what is real and goes on is told again: a week.
const TOLD_AGAIN_AFTER_HOURS: i64 = 7 * 24;

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
    /// What was told of it last, or seen as somebody answered it; none of what was found before this was noted.
    #[serde(default)]
    pub told: Option<Told>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What somebody got a letter about, or has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Its last day by then.
    pub last: Date,
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
    /// nothing changed, or somebody has answered it: but of a leaver who somebody said is a real one it grows on, and is told
    /// again while it does, at most each [`TOLD_AGAIN_AFTER_HOURS`].
    pub fn of(
        id: AccessAnomalyId,
        client: ClientId,
        found: Unusual,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Option<(Self, Option<Event>)> {
        let judged = before.and_then(|before| before.judged.clone());
        let goes_on = |judged: &Judged| judged.answer == Answer::Real && found.finding == Finding::LeaverSignedIn;
        if judged.as_ref().is_some_and(|judged| !goes_on(judged)) {
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
            told: before.and_then(|before| before.told),
            judged,
            found_at,
            updated_at,
        };
        let news = before.is_none_or(|before| before.goes_on(last, now));
        if before == Some(&after) && !news {
            return None;
        }
        let event = Event::AccessAnomalyFound { anomaly: id, client, sentence: after.sentence.clone() };
        let told = if news { Some(Told { at: now, last }) } else { after.told };
        Some((AccessAnomaly { told, updated_at: now, ..after }, news.then_some(event)))
    }

    /// Whether it is told again: somebody said that it is real, and there were days since the last letter, which is a week ago.
    fn goes_on(&self, last: Date, now: Timestamp) -> bool {
        let Some(judged) = &self.judged else { return false };
        let told = self.told.unwrap_or(Told { at: judged.at, last: self.last });
        let again_at = told.at.saturating_add(TOLD_AGAIN_AFTER_HOURS.hours());
        last > told.last && again_at.is_ok_and(|again_at| again_at <= now)
    }

    /// Whether what goes on of it is neither noted nor told: somebody said that it was expected.
    pub fn is_muted(&self) -> bool {
        self.judged.as_ref().is_some_and(|judged| judged.answer == Answer::Expected)
    }

    /// Somebody says what they think of it.
    ///
    /// # Errors
    /// As [`Judged::first`].
    pub fn judge(self, judged: Judged) -> Result<Self, Refusal> {
        judged.first(self.judged.as_ref())?;
        // Whoever answers has seen it as it is.
        let told = Some(Told { at: judged.at, last: self.last });
        Ok(AccessAnomaly { updated_at: judged.at, told, judged: Some(judged), ..self })
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
