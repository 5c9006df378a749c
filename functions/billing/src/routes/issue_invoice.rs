//! Issue a draft.

use contract::invoices::{AtInvoice, ISSUE, InvoiceView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::house::House;
use crate::invoicing::issue_draft;
use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(ISSUE, issue_invoice)
}

async fn issue_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let (invoice, commit) = issue_draft(&cx.store, &house, &read, cx.now).await?;
    Ok(Answer::after(commit, invoice.into()).rev(read.rev + 1))
}
