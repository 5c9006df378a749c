//! Write off what is left to pay of an invoice.

use contract::invoices::{AtInvoice, InvoiceView, WRITE_OFF};
use contract::{NoBody, NoQuery};
use domain::billing::issue::write_off;
use domain::events::Event;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::dunning::over;
use crate::house::House;
use crate::issued::{closed, visible_invoice};

/// The route.
pub fn route() -> Handler {
    Handler::new(WRITE_OFF, write_off_invoice)
}

async fn write_off_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let invoice = read.value.invoice.clone();
    let event = Event::InvoiceWrittenOff { invoice: invoice.id, client: invoice.client };
    // What was paid after all and went back can be written off once more, with a posting of its own.
    let name = format!("write-off#{}", read.rev);
    let stamp = house.stamp(&cx.store, invoice.id, &name, cx.now);
    let lost = write_off(invoice, stamp)?;
    let back = over(&cx.store, &lost.invoice).await?;
    Ok(closed(&cx, &house, &read, None, lost, event, back))
}
