//! List the SLA policies.

use contract::policies::{LIST, PolicyView};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_policies)
}

async fn list_policies(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<PolicyView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    Ok(Answer::page(cx.store.policies(&page).await?))
}
