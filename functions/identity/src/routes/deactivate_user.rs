//! End a user's access.

use contract::users::{AtUser, DEACTIVATE, UserView};
use contract::{NoBody, NoQuery};
use domain::users;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(DEACTIVATE, deactivate)
}

async fn deactivate(cx: Cx, input: In<AtUser, NoQuery, NoBody>) -> Result<Answer<UserView>> {
    let user = cx.store.user(input.path.user).await?;
    let owners = cx.store.owners().await?;
    let ended = users::deactivate(user.value.clone(), owners.value, &cx.actor, cx.now)?;
    if ended.events.is_empty() {
        return Ok(Answer::read(user.map(UserView::from)));
    }
    // Their sessions need no visit: a refresh looks at the user. Their address is free for a new invitation.
    let commit = cx.store.commit().update_user(&user, &ended.state, &owners).release_address(&user.value);
    let commit = commit.end_access(user.value.id, cx.now);
    Ok(Answer::after(commit.emit(ended.events), ended.state.into()).rev(user.rev + 1))
}
