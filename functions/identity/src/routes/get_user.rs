//! Read a user.

use contract::users::{AtUser, GET, UserView};
use contract::{NoBody, NoQuery};
use domain::users;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, input: In<AtUser, NoQuery, NoBody>) -> Result<Answer<UserView>> {
    let user = cx.store.user(input.path.user).await?;
    users::may_see(&cx.actor, &user.value)?;
    Ok(Answer::read(user.map(UserView::from)))
}
