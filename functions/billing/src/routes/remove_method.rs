//! Remove a client's way to pay.

use contract::charging::{AtMethod, MethodView, REMOVE_METHOD};
use contract::{NoBody, NoQuery, Page};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(REMOVE_METHOD, remove_method)
}

async fn remove_method(cx: Cx, input: In<AtMethod, NoQuery, NoBody>) -> Result<Answer<Page<MethodView>>> {
    let AtMethod { client, method } = input.path;
    cx.may_see(client)?;
    let read = cx.store.wallet(client).await?;
    let token = read.value.method(method)?.token.clone();
    // First there, then here: one that is known here and not there is declined, and one that is known there alone lingers.
    cx.world.payments()?.provider.forget(&token).await?;
    let wallet = read.value.without(method)?;
    let left = MethodView::all(&wallet);
    Ok(Answer::after(cx.store.commit().update(&wallet, read.rev), left))
}
