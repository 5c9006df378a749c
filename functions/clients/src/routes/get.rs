//! Read a client.

use contract::clients::{AtClient, ClientView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<ClientView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?;
    let mut view = client.map(ClientView::from);
    // What the desk knows of a client's bills, the client's side does not hear from it.
    if cx.actor.client.is_none() {
        view.value.suspended_since = cx.store.client_billing(input.path.client).await?.value.suspended_since;
    }
    Ok(Answer::read(view))
}
