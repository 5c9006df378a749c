//! List the software catalogue.

use contract::products::{LIST, ProductView};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_products)
}

async fn list_products(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<ProductView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    Ok(Answer::page(cx.store.products(&page).await?))
}
