//! The answer that a repeated request gets: written with the effect, in its transaction.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::item::{Place, Record};
use crate::keys::{self, Scope, digest};
use crate::{Commit, Store};

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long it is kept where the act is about money: a month's bill is looked into before the next.
pub const KEPT_OF_MONEY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The use of one `Idempotency-Key` by one caller of one function.
#[derive(Clone, Debug)]
pub struct Use {
    /// The function.
    pub function: &'static str,
    /// The caller: a user's id, or where the call came from when there is none.
    pub who: String,
    /// The key as given.
    pub key: String,
    /// Digest of what was asked; see [`digest`].
    pub request: String,
    /// How long its answer is kept: [`KEPT`] or [`KEPT_OF_MONEY`].
    pub kept: SignedDuration,
}

/// A kept answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    function: String,
    who: String,
    key: String,
    /// Digest of the request that it answers.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// `ETag`, where it had one.
    pub etag: Option<String>,
    /// JSON text of the body.
    pub body: String,
    kept_until: Timestamp,
}

impl Record for Answer {
    fn place(&self) -> Place {
        let key = keys::idempotency(&self.function, &self.who, &self.key);
        Place { expires: Some(self.kept_until), ..Place::at(key) }
    }
}

impl Store {
    /// The answer kept for this key, unless its time is over: expiry in the store may lag by days.
    pub async fn kept_answer(&self, scope: Scope, used: &Use, now: Timestamp) -> Result<Option<Answer>> {
        let key = keys::idempotency(used.function, &used.who, &digest([used.key.as_bytes()]));
        let found = self.find_in::<Answer>(scope, &key).await?;
        Ok(found.map(|found| found.value).filter(|answer| answer.kept_until > now))
    }
}

impl Commit {
    /// Keeps the answer with the effect, in the caller's scope.
    pub fn keep_answer_in(
        self,
        scope: Scope,
        used: &Use,
        status: u16,
        etag: Option<String>,
        body: String,
        now: Timestamp,
    ) -> Self {
        let answer = Answer {
            function: used.function.to_owned(),
            who: used.who.clone(),
            key: digest([used.key.as_bytes()]),
            request: used.request.clone(),
            status,
            etag,
            body,
            kept_until: now.checked_add(used.kept).unwrap_or(Timestamp::MAX),
        };
        self.answer_in(scope, &answer, now)
    }
}
