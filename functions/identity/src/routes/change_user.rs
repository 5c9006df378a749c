//! Change a user.

use contract::NoQuery;
use contract::users::{AtUser, CHANGE, UserChanges, UserView};
use domain::users;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<AtUser, NoQuery, UserChanges>) -> Result<Answer<UserView>> {
    let user = cx.store.user(input.path.user).await?;
    // Before the revision is compared: a stale one would tell that there is somebody.
    users::may_see(&cx.actor, &user.value)?;
    let user = cx.unchanged(user)?;
    let owners = cx.store.owners().await?;
    let UserChanges { name, role, skills, capacity, working_hours, zone } = input.body;
    let changes = users::UserChanges { name, role, skills, capacity, working_hours, zone };
    let changed = users::change(user.value.clone(), changes, owners.value, &cx.actor, cx.now)?;
    if changed.events.is_empty() {
        return Ok(Answer::read(user.map(UserView::from)));
    }
    let commit = cx.store.commit().update_user(&user, &changed.state, &owners).emit(changed.events);
    Ok(Answer::after(commit, changed.state.into()).rev(user.rev + 1))
}
