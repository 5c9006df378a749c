//! List the lines of an invoice.

use contract::invoices::{AtInvoice, LIST_LINES};
use contract::{NoBody, Page, PageQuery};
use domain::billing::invoice::InvoiceLine;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_LINES, list_invoice_lines)
}

async fn list_invoice_lines(cx: Cx, input: In<AtInvoice, PageQuery, NoBody>) -> Result<Answer<Page<InvoiceLine>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let kept = visible_invoice(&cx, input.path.invoice).await?.value;
    let found = cx.store.page_of_lines(&kept, &page).await?;
    Ok(Answer::of(Page { items: found.items, next: found.next }))
}
