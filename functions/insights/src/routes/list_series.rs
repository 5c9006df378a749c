//! List a client's series of costs.

use contract::clients::AtClient;
use contract::insights::{LIST_SERIES, SeriesView};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_SERIES, list_series)
}

async fn list_series(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<SeriesView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.client_series(client.id, &page).await?))
}
