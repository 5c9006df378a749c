//! List what was announced at a client.

use contract::clients::AtClient;
use contract::insights::{KnownEventView, LIST_KNOWN_EVENTS};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_KNOWN_EVENTS, list_known_events)
}

async fn list_known_events(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<KnownEventView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.announced(client.id, &page).await?))
}
