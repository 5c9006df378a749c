//! Send an invoice.

use contract::documents::SEND;
use contract::invoices::{AtInvoice, InvoiceView};
use contract::{NoBody, NoQuery};
use domain::billing::documents::facts::Look;
use domain::error::Refusal;
use domain::events::Event;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(SEND, send_invoice)
}

async fn send_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let invoice = read.value.invoice;
    domain::billing::documents::delivery::may_go_out(Look::of(&invoice))?;
    if cx.store.client_billing(invoice.client).await?.value.emails.is_empty() {
        let detail = "the client has no billing addresses; give it some with PATCH /v1/clients/{client}/billing";
        return Err(Refusal::conflict("no_address", detail).into());
    }
    let wanted = Event::InvoiceSendWanted { invoice: invoice.id, client: invoice.client };
    Ok(Answer::after(cx.store.commit().emit([wanted]), invoice.into()).rev(read.rev))
}
