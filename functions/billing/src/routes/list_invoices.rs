//! List invoices and credit notes.

use contract::invoices::{InvoiceQuery, InvoiceView, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::invoices::InvoiceFilter;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_invoices)
}

async fn list_invoices(cx: Cx, input: In<NoPath, InvoiceQuery, NoBody>) -> Result<Answer<Page<InvoiceView>>> {
    let InvoiceQuery { client, contract, state, kind, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    // A draft is nothing that the client's side has to know of.
    let (client, drafts) = (cx.actor.client.or(client), cx.actor.client.is_none());
    let found = cx.store.invoices(InvoiceFilter { client, contract, state, kind, drafts }, &page).await?;
    let items = found.items.into_iter().map(|kept| kept.value.invoice.into()).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}
