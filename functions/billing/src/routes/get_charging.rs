//! Read what was tried to charge an invoice.

use contract::charging::{ChargingView, GET_CHARGING};
use contract::invoices::AtInvoice;
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CHARGING, get_charging)
}

async fn get_charging(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<ChargingView>> {
    let invoice = visible_invoice(&cx, input.path.invoice).await?.value.invoice;
    let kept = cx.store.charging(input.path.invoice).await?.ok_or_else(Error::not_found)?.value;
    let stopped = kept.charging.stands(invoice.balance());
    let mut view = ChargingView { stopped, ..ChargingView::of(kept.charging, kept.due_at) };
    if cx.actor.client.is_some() {
        // What the provider said is for the MSP's own people.
        view.attempts.iter_mut().for_each(|attempt| attempt.said = None);
    }
    Ok(Answer::of(view))
}
