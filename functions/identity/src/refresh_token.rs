//! Refresh tokens: a text that the server can make again, so that a client whose answer was lost gets the same one.

use std::fmt;

use contract::Secret;
use contract::sessions::SessionView;
use domain::ids::{SessionId, TenantId};
use domain::users::User;
use jiff::Timestamp;
use runtime::secrets::{Secrets, digest, same};
use runtime::tokens::{self, Claims};
use runtime::{Result, World};

/// One generation of a session's token.
pub(crate) struct RefreshToken {
    pub(crate) tenant: TenantId,
    pub(crate) session: SessionId,
    pub(crate) generation: u32,
    proof: String,
}

impl RefreshToken {
    /// The token of a session's generation.
    pub(crate) fn of(secrets: &Secrets, tenant: TenantId, session: SessionId, generation: u32) -> Self {
        let parts = [tenant.to_string(), session.to_string(), generation.to_string()];
        let proof = secrets.secret_for("refresh tokens", &parts.each_ref().map(String::as_str));
        RefreshToken { tenant, session, generation, proof }
    }

    /// Reads a token; `None` for what we did not make.
    pub(crate) fn read(secrets: &Secrets, text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let (tenant, session) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let token = Self::of(secrets, tenant, session, parts.next()?.parse().ok()?);
        // Whole texts are compared: a number has more than one spelling.
        same(text, &token.to_string()).then_some(token)
    }

    /// The one that it is traded for.
    pub(crate) fn next(&self, secrets: &Secrets) -> Self {
        Self::of(secrets, self.tenant, self.session, self.generation.saturating_add(1))
    }

    /// How it stands in the store.
    pub(crate) fn hash(&self) -> String {
        digest(&self.to_string())
    }

    /// What somebody is given who is signed in by it.
    pub(crate) fn signed_in(&self, world: &World, user: User, now: Timestamp) -> Result<SessionView> {
        let claims = Claims {
            tenant: user.tenant,
            user: user.id,
            role: user.role,
            client: user.client,
            name: user.name.clone(),
            session: self.session,
        };
        Ok(SessionView {
            access_token: Secret::from(tokens::issue(world.secrets()?, &claims, now)?),
            token_type: "Bearer".to_owned(),
            expires_in: tokens::LIFE.as_secs(),
            refresh_token: Secret::from(self.to_string()),
            user: user.into(),
        })
    }
}

impl fmt::Display for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.tenant, self.session, self.generation, self.proof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::from_master("a master secret of this test, long enough").expect("long enough")
    }

    fn token(generation: u32) -> RefreshToken {
        let id = "01970000000070008000000000000001";
        let tenant = format!("ten_{id}").parse().expect("an id");
        RefreshToken::of(&secrets(), tenant, format!("ses_{id}").parse().expect("an id"), generation)
    }

    #[test]
    fn a_token_reads_back() {
        let read = RefreshToken::read(&secrets(), &token(7).to_string()).expect("ours");
        assert_eq!((read.generation, read.hash()), (7, token(7).hash()));
    }

    #[test]
    fn the_same_successor_is_made_again() {
        assert_eq!(token(1).next(&secrets()).to_string(), token(2).to_string());
    }

    #[test]
    fn no_changed_character_is_accepted() {
        let good = token(1).to_string();
        for at in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let bad = String::from_utf8(bytes).expect("ASCII");
            assert!(RefreshToken::read(&secrets(), &bad).is_none(), "{bad}");
        }
        assert!(RefreshToken::read(&secrets(), &good.replace(".1.", ".+1.")).is_none());
        assert!(RefreshToken::read(&secrets(), &format!("{good}.")).is_none());
    }
}
