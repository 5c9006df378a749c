//! List files of costs.

use contract::imports::{ImportQuery, ImportView, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_imports)
}

async fn list_imports(cx: Cx, input: In<NoPath, ImportQuery, NoBody>) -> Result<Answer<Page<ImportView>>> {
    let ImportQuery { client, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    Ok(Answer::page(cx.store.cost_imports(cx.actor.client.or(client), &page).await?))
}
