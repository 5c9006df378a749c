//! Change how a client is billed.

use contract::NoQuery;
use contract::billing::{CHANGE_CLIENT, ClientBillingChanges, ClientBillingView};
use contract::clients::AtClient;
use domain::billing::client;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_CLIENT, change_client)
}

async fn change_client(
    cx: Cx,
    input: In<AtClient, NoQuery, ClientBillingChanges>,
) -> Result<Answer<ClientBillingView>> {
    cx.may_see(input.path.client)?;
    let id = cx.store.client(input.path.client).await?.value.id;
    let ClientBillingChanges { emails, address, tax_id, exemption, terms, currency, grouping, suspended_since } =
        input.body;
    let read = cx.unchanged(cx.store.client_billing(id).await?)?;
    let settings = cx.store.billing_settings().await?.value;
    let changes =
        client::ClientBillingChanges { emails, address, tax_id, exemption, terms, currency, grouping, suspended_since };
    let changed = client::change(&read.value, changes, &settings, cx.now)?;
    Ok(cx.replaced(&read, changed))
}
