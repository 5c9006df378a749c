//! Sessions: refresh tokens that rotate, and what their reuse means.
//!
//! A refresh token names its session and generation and is authenticated by the caller before these rules
//! see it, so a generation in the past proves that an old token was replayed (RFC 9700, 4.14.2).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{SessionId, UserId};
use crate::users::User;

/// A session ends this long after the sign-in, used or not: 30 days.
pub const LIFE_HOURS: i64 = 30 * 24;
/// How long the last token still answers, for a client whose answer was lost.
pub const GRACE_SECONDS: i64 = 10;

/// A sign-in and the refresh token that is good now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Which token is good now, counted from 1.
    pub generation: u32,
    /// Hash of the token that is good now.
    pub current_hash: String,
    /// Hash of the token before.
    #[serde(default)]
    pub previous_hash: Option<String>,
    /// When the present token was made.
    pub rotated_at: Timestamp,
    /// When the session ends.
    pub expires_at: Timestamp,
    /// When it was ended early.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
}

/// A refresh token as presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a> {
    /// Which generation it says it is.
    pub generation: u32,
    /// Its hash.
    pub hash: &'a str,
}

/// What becomes of a session whose token was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// A new token is good now: store the session, hand the token out.
    Rotated(Session),
    /// The last token within the grace: hand the current token out again, store nothing.
    Repeated(Session),
    /// An old token was used again: store the session, which is now revoked; hand nothing out.
    Reused(Session),
    /// Ended, revoked, not a token of this session, or of somebody who may not sign in any more: hand nothing out, store
    /// nothing.
    Refused,
}

/// A new session with its first token.
pub fn start(id: SessionId, user: UserId, hash: String, now: Timestamp) -> Session {
    let life = SignedDuration::from_hours(LIFE_HOURS);
    Session {
        id,
        user,
        generation: 1,
        current_hash: hash,
        previous_hash: None,
        rotated_at: now,
        expires_at: now.checked_add(life).unwrap_or(Timestamp::MAX),
        revoked_at: None,
    }
}

/// Presents a refresh token of a user's session; `next_hash` is the hash of the token of the next generation.
pub fn rotate(session: Session, user: &User, presented: Presented<'_>, next_hash: String, now: Timestamp) -> Rotation {
    if !session.is_alive(now) || !user.is_active() {
        return Rotation::Refused;
    }
    if presented.generation == session.generation {
        if presented.hash != session.current_hash {
            return Rotation::Refused;
        }
        return Rotation::Rotated(Session {
            generation: session.generation.saturating_add(1),
            previous_hash: Some(session.current_hash),
            current_hash: next_hash,
            rotated_at: now,
            ..session
        });
    }
    if presented.generation > session.generation {
        return Rotation::Refused;
    }
    if presented.generation + 1 == session.generation {
        if session.previous_hash.as_deref() != Some(presented.hash) {
            return Rotation::Refused;
        }
        if now.duration_since(session.rotated_at) <= SignedDuration::from_secs(GRACE_SECONDS) {
            return Rotation::Repeated(session);
        }
    }
    Rotation::Reused(revoke(session, now))
}

/// Ends a session; the first end stands.
pub fn revoke(session: Session, now: Timestamp) -> Session {
    Session { revoked_at: session.revoked_at.or(Some(now)), ..session }
}

impl Session {
    /// Whether its tokens are good.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
