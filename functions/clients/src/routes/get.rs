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
    Ok(Answer::read(client.map(ClientView::from)))
}
