//! Read who is calling from the access token.

use contract::sessions::AUTHORIZE;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use runtime::tokens::{self, Claims};
use runtime::{AuthorizerHandler, World};

/// The authorizer.
pub fn plumbing() -> AuthorizerHandler {
    AuthorizerHandler::new(AUTHORIZE, authorize)
}

fn authorize(world: &World, headers: &HeaderMap) -> Option<Claims> {
    let token = bearer(headers)?;
    tokens::verify(world.secrets().ok()?, token, world.now()).ok()
}

/// The token behind `Bearer`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
