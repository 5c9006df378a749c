//! List the reports of a client's licences.

use contract::clients::AtClient;
use contract::licence_audits::{LIST, LicenceAuditView};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_audits)
}

async fn list_audits(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<LicenceAuditView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.licence_audits(client.id, &page).await?))
}
