//! Read what a client has to its credit.

use contract::clients::AtClient;
use contract::payments::{CreditView, GET_CREDIT};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CREDIT, get_credit)
}

async fn get_credit(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<CreditView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let balances = cx.store.credits_of(client).await?.into_iter().map(|credit| credit.balance).collect();
    Ok(Answer::of(CreditView { client, balances }))
}
