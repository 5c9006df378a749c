//! Accept an invitation.

use contract::users::{ACCEPT, AcceptInvitation, UserView};
use contract::{NoPath, NoQuery};
use domain::passwords::check;
use domain::users;
use runtime::{Answer, Error, Handler, In, PublicCx, Result, invitations};

use crate::passwords;

/// The route.
pub fn route() -> Handler {
    Handler::public(ACCEPT, accept)
}

async fn accept(cx: PublicCx, input: In<NoPath, NoQuery, AcceptInvitation>) -> Result<Answer<UserView>> {
    let AcceptInvitation { token, password, name } = input.body;
    let invitation = invitations::read(token.reveal()).ok_or_else(unknown)?;
    let store = cx.store.for_tenant(invitation.tenant);
    let invited = store.user(invitation.user).await.map_err(|error| match error {
        store::Error::NotFound => unknown(),
        other => other.into(),
    })?;
    if !invitation.is_for(cx.world.secrets()?, &invited.value) {
        return Err(unknown());
    }
    let tenant = store.tenant_record().await?.value;
    let known = [invited.value.email.as_str(), name.as_deref().unwrap_or(&invited.value.name), &tenant.name];
    check(password.reveal(), &known)?;
    let owners = store.owners().await?;
    let hash = passwords::hash(&password).await?;
    let joined = users::accept(invited.value.clone(), name, hash, cx.now)?;
    let commit = store.commit().update_user(&invited, &joined.state, &owners).emit(joined.events);
    Ok(Answer::after(commit, joined.state.into()).by(invitation.user))
}

fn unknown() -> Error {
    Error::field("/token", "This is not an invitation of ours. Copy it whole from the mail, or ask for a new one.")
}
