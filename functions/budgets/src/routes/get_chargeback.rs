//! Read which department carries what.

use contract::budgets::{ChargebackView, GET_CHARGEBACK};
use contract::clients::AtClient;
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CHARGEBACK, get_chargeback)
}

async fn get_chargeback(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<ChargebackView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::read(cx.store.chargeback(client.id).await?.map(ChargebackView::from)))
}
