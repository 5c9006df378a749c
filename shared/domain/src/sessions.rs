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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;
    use crate::users::{UserState, first_owner};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).expect("an instant of our time")
    }

    fn owner() -> User {
        let id = uuid::Uuid::from_u128;
        let email = "anna@nordlicht.example".parse().expect("an address");
        first_owner(UserId::from_uuid(id(1)), TenantId::from_uuid(id(2)), email, "Anna", "hash".to_owned(), at(0))
            .expect("fine")
    }

    fn session() -> Session {
        start(SessionId::from_uuid(uuid::Uuid::from_u128(3)), owner().id, "first".to_owned(), at(0))
    }

    fn present(session: Session, generation: u32, hash: &str, second: i64) -> Rotation {
        rotate(session, &owner(), Presented { generation, hash }, format!("after {hash}"), at(second))
    }

    fn rotated(rotation: Rotation) -> Session {
        match rotation {
            Rotation::Rotated(session) => session,
            other => panic!("expected a rotation, not {other:?}"),
        }
    }

    #[test]
    fn a_token_is_good_once() {
        let next = rotated(present(session(), 1, "first", 60));
        assert_eq!((next.generation, next.current_hash.as_str()), (2, "after first"));
        assert!(matches!(present(next, 2, "after first", 120), Rotation::Rotated(_)));
    }

    #[test]
    fn a_lost_answer_can_be_asked_for_again_within_the_grace() {
        let next = rotated(present(session(), 1, "first", 60));
        assert_eq!(present(next.clone(), 1, "first", 60 + GRACE_SECONDS), Rotation::Repeated(next));
    }

    #[test]
    fn an_old_token_used_after_the_grace_ends_the_session() {
        let next = rotated(present(session(), 1, "first", 60));
        let Rotation::Reused(ended) = present(next, 1, "first", 61 + GRACE_SECONDS) else {
            panic!("reuse goes unseen")
        };
        assert!(!ended.is_alive(at(100)));
        assert_eq!(present(ended, 2, "after first", 100), Rotation::Refused);
    }

    #[test]
    fn an_older_token_ends_the_session_at_once() {
        let third = rotated(present(rotated(present(session(), 1, "first", 1)), 2, "after first", 2));
        assert!(matches!(present(third, 1, "first", 3), Rotation::Reused(_)));
    }

    #[test]
    fn a_token_that_was_never_given_out_is_refused_and_harms_nothing() {
        assert_eq!(present(session(), 1, "guessed", 1), Rotation::Refused);
        assert_eq!(present(session(), 2, "guessed", 1), Rotation::Refused);
    }

    #[test]
    fn nothing_is_handed_out_at_the_end_of_the_session_or_of_the_user() {
        assert_eq!(present(session(), 1, "first", LIFE_HOURS * 3600), Rotation::Refused);
        let gone = User { state: UserState::Deactivated, ..owner() };
        let presented = Presented { generation: 1, hash: "first" };
        assert_eq!(rotate(session(), &gone, presented, String::new(), at(1)), Rotation::Refused);
    }
}
