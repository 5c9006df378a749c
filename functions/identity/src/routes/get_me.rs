//! Who am I.

use contract::sessions::{GET_ME, MeView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_ME, get_me)
}

async fn get_me(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<MeView>> {
    let user = cx.store.user(cx.actor.user).await?.value;
    let tenant = cx.store.tenant_record().await?.value;
    let permissions = cx.actor.role.permissions().to_vec();
    Ok(Answer::of(MeView { user: user.into(), tenant: tenant.into(), permissions }))
}
