//! List a client's charges that are on no invoice yet.

use contract::clients::AtClient;
use contract::metering::{ChargeView, LIST_CHARGES};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_CHARGES, list_charges)
}

async fn list_charges(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<ChargeView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.charges(client.id, &page).await?))
}
