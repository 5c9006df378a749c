//! List the clients.

use contract::clients::{ClientView, LIST};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Slice;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<ClientView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    // The client's side has a list of one, whose only page has no next.
    let found = match cx.actor.client {
        Some(_) if page.cursor.is_some() => return Err(store::Error::Cursor.into()),
        Some(own) => Slice { items: vec![cx.store.client(own).await?], next: None },
        None => cx.store.clients(&page).await?,
    };
    Ok(Answer::page(found))
}
