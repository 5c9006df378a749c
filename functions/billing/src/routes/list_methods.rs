//! List a client's ways to pay.

use contract::charging::{LIST_METHODS, MethodView};
use contract::clients::AtClient;
use contract::{NoBody, NoQuery, Page};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_METHODS, list_methods)
}

async fn list_methods(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<Page<MethodView>>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    Ok(Answer::of(MethodView::all(&cx.store.wallet(client).await?.value)))
}
