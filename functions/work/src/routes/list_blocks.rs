//! List a client's blocks of prepaid hours.

use contract::blocks::{BlockView, LIST};
use contract::clients::AtClient;
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_blocks)
}

async fn list_blocks(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<BlockView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.blocks(client.id, &page).await?))
}
