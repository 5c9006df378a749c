//! List the payments.

use contract::payments::{LIST, PaymentQuery, PaymentView};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_payments)
}

async fn list_payments(cx: Cx, input: In<NoPath, PaymentQuery, NoBody>) -> Result<Answer<Page<PaymentView>>> {
    let PaymentQuery { client, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    Ok(Answer::page(cx.store.payments(cx.actor.client.or(client), &page).await?))
}
