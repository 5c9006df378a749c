//! Invite somebody.

use contract::users::{INVITE, NewUser, UserView};
use contract::{NoPath, NoQuery};
use domain::ids::UserId;
use domain::users;
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(INVITE, invite)
}

async fn invite(cx: Cx, input: In<NoPath, NoQuery, NewUser>) -> Result<Answer<UserView>> {
    let NewUser { email, name, role, client, skills, capacity, working_hours, zone } = input.body;
    let new = users::NewUser { email, name, role, client, skills, capacity, working_hours, zone };
    let invited = users::invite(UserId::from_uuid(cx.id()), new, &cx.actor, cx.now)?;
    references::exist(&cx.store, [("/client", client.map(Reference::Client))]).await?;
    let commit = cx.store.commit().create_user(&invited.state).emit(invited.events);
    Ok(Answer::after(commit, invited.state.into()).rev(1))
}
