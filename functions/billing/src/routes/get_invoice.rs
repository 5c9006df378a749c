//! Read an invoice.

use contract::invoices::{AtInvoice, GET, InvoiceView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_invoice)
}

async fn get_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    Ok(Answer::read(read.map(|kept| kept.invoice.into())))
}
