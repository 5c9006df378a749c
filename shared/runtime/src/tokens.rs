//! Access tokens: short, signed with one algorithm, for one audience.

use std::collections::HashSet;

use domain::access::{Actor, Role};
use domain::ids::{ClientId, SessionId, TenantId, UserId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::secrets::Secrets;

/// How long an access token is good.
pub const LIFE: SignedDuration = SignedDuration::from_mins(15);
const ISSUER: &str = "steward";
const AUDIENCE: &str = "steward-api";
/// Longest token that is looked at: ours have some 500 characters.
const MAX_LENGTH: usize = 2_048;
/// The one algorithm. It follows from the key and is never read from a token.
const ALGORITHM: Algorithm = Algorithm::HS256;

/// Who a token speaks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The MSP.
    pub tenant: TenantId,
    /// The user.
    pub user: UserId,
    /// Their role when the token was made.
    pub role: Role,
    /// Their client, on a client's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Their name.
    pub name: String,
    /// The session that it belongs to.
    pub session: SessionId,
}

impl Claims {
    /// As the rules see the caller.
    pub fn actor(&self) -> Actor {
        let Claims { tenant, user, role, client, ref name, .. } = *self;
        Actor { tenant, user, role, client, name: name.clone() }
    }
}

#[derive(Serialize, Deserialize)]
struct Token {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    claims: Claims,
}

/// A token that is not one of ours, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a good token")]
pub struct BadToken;

/// Signs a token.
///
/// # Errors
/// Never, with a key made by [`Secrets`].
pub fn issue(secrets: &Secrets, claims: &Claims, now: Timestamp) -> crate::Result<String> {
    let token = Token {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        sub: claims.user.to_string(),
        iat: now.as_second(),
        exp: now.as_second() + LIFE.as_secs(),
        claims: claims.clone(),
    };
    let key = EncodingKey::from_secret(&secrets.access_tokens());
    jsonwebtoken::encode(&Header::new(ALGORITHM), &token, &key).map_err(|e| crate::Error::Internal(e.to_string()))
}

/// Reads a token: signature, issuer, audience, times, and that its tenant and user are ids.
///
/// # Errors
/// [`BadToken`], whatever is wrong: a caller learns nothing from the difference.
pub fn verify(secrets: &Secrets, token: &str, now: Timestamp) -> Result<Claims, BadToken> {
    if token.len() > MAX_LENGTH {
        return Err(BadToken);
    }
    let mut rules = Validation::new(ALGORITHM);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.required_spec_claims = HashSet::from(["exp", "iss", "aud", "sub"].map(String::from));
    rules.validate_exp = false; // against our own clock, below
    let key = DecodingKey::from_secret(&secrets.access_tokens());
    let token = jsonwebtoken::decode::<Token>(token, &key, &rules).map_err(|_| BadToken)?.claims;
    let good = token.iat <= now.as_second() + CLOCK_SKEW_S
        && now.as_second() < token.exp
        && token.sub == token.claims.user.to_string();
    if good { Ok(token.claims) } else { Err(BadToken) }
}

/// Seconds by which two instances' clocks may differ.
const CLOCK_SKEW_S: i64 = 5;
