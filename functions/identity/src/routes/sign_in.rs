//! Sign in.

use contract::sessions::{NewSession, SIGN_IN, SessionView};
use contract::{NoPath, NoQuery, Secret};
use domain::error::Refusal;
use domain::ids::{SessionId, TenantId};
use domain::sessions;
use domain::users::{Email, User};
use runtime::{Answer, Error, Handler, In, PublicCx, Result};
use store::rate::Verdict;

use crate::passwords;
use crate::refresh_token::RefreshToken;

/// Which of the two is wrong is nobody's business.
const WRONG: Error =
    Error::Unauthenticated("There is no account with this e-mail address and password. Check both and try again.");

/// The route.
pub fn route() -> Handler {
    Handler::public(SIGN_IN, sign_in)
}

async fn sign_in(cx: PublicCx, input: In<NoPath, NoQuery, NewSession>) -> Result<Answer<SessionView>> {
    let NewSession { email, password, tenant } = input.body;
    // Before the password is looked at: whoever guesses learns nothing from the sixth try on.
    let quota = cx.world.config.sign_ins;
    if let Verdict::Wait(wait) = cx.store.count_attempt(&email, quota, cx.request, cx.now).await? {
        return Err(Error::TooMany(wait));
    }
    let user = the_one(with_password(&cx, &email, tenant, &password).await?)?;
    let session = SessionId::from_uuid(cx.id());
    let token = RefreshToken::of(cx.world.secrets()?, user.tenant, session, 1);
    let commit = cx.store.for_tenant(user.tenant).commit();
    let commit = commit.create(&sessions::start(session, user.id, token.hash(), cx.now));
    let by = user.id;
    Ok(Answer::after(commit, token.signed_in(&cx.world, user, cx.now)?).by(by))
}

/// The accounts of an address that this is the password of. One password is always checked: that there is no account
/// takes as long to find out as that the password is wrong.
async fn with_password(cx: &PublicCx, email: &Email, tenant: Option<TenantId>, password: &Secret) -> Result<Vec<User>> {
    let logins = cx.store.logins(email, tenant).await?;
    if logins.is_empty() {
        passwords::is_right(password, None).await?;
    }
    let mut found = Vec::new();
    for login in logins {
        let user = cx.store.for_tenant(login.tenant).user(login.user).await?.value;
        if passwords::is_right(password, user.sign_in_hash()).await? {
            found.push(user);
        }
    }
    Ok(found)
}

fn the_one(mut found: Vec<User>) -> Result<User> {
    let user = found.pop().ok_or(WRONG)?;
    if found.is_empty() {
        return Ok(user);
    }
    let tenants = found.iter().chain([&user]).map(|user| user.tenant.to_string()).collect::<Vec<_>>().join(", ");
    let detail = format!("You have an account at several MSPs. Give one of them as `tenant`: {tenants}.");
    Err(Refusal::conflict("which_tenant", detail).into())
}
