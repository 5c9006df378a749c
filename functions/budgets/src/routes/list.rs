//! List a client's budgets.

use contract::budgets::{BudgetView, LIST};
use contract::clients::AtClient;
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<BudgetView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.budgets(client.id, &page).await?))
}
