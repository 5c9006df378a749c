//! Read how a client is billed.

use contract::billing::{ClientBillingView, GET_CLIENT};
use contract::clients::AtClient;
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CLIENT, get_client)
}

async fn get_client(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<ClientBillingView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let mut view = cx.store.client_billing(client.id).await?.map(ClientBillingView::from);
    if cx.actor.client.is_some() {
        // The flag is for the MSP's own people.
        view.value.suspended_since = None;
    }
    Ok(Answer::read(view))
}
