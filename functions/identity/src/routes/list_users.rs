//! List the users.

use contract::users::{LIST, UserView, UsersQuery};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::users::UserFilter;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<NoPath, UsersQuery, NoBody>) -> Result<Answer<Page<UserView>>> {
    let UsersQuery { limit, cursor, role, client, state } = input.query;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    // A client's side sees its own people, whatever it asks for.
    let filter = UserFilter { roles: role.into_iter().collect(), client: cx.actor.client.or(client), state };
    let found = cx.store.users(&filter, &page(limit, cursor)?).await?;
    Ok(Answer::page(found))
}
