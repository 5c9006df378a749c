//! Void an invoice.

use contract::invoices::{AtInvoice, InvoiceView, VOID};
use contract::{NoBody, NoQuery};
use domain::billing::issue::void;
use domain::events::Event;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::house::House;
use crate::invoicing::stamp;
use crate::issued::{closed, visible_invoice};

/// The route.
pub fn route() -> Handler {
    Handler::new(VOID, void_invoice)
}

async fn void_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let recognition = cx.store.recognition(input.path.invoice).await?;
    let invoice = read.value.invoice.clone();
    let event = Event::InvoiceVoided { invoice: invoice.id, client: invoice.client };
    let stamp = stamp(&cx.store, &house, invoice.id, "void", cx.now);
    let deferred = recognition.as_ref().map(|kept| kept.value.recognition.clone());
    let voided = void(invoice, deferred, stamp)?;
    Ok(closed(&cx, &house, &read, recognition, voided, event))
}
