//! Read what was tried to charge an invoice.

use contract::charging::{ChargingView, GET_CHARGING};
use contract::invoices::AtInvoice;
use contract::{NoBody, NoQuery};
use domain::billing::dunning::Held;
use domain::billing::retry::Next;
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::issued::visible_invoice;
use crate::teller::{held, morning};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CHARGING, get_charging)
}

async fn get_charging(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<ChargingView>> {
    let invoice = visible_invoice(&cx, input.path.invoice).await?.value.invoice;
    let kept = cx.store.charging(input.path.invoice).await?.ok_or_else(Error::not_found)?.value;
    let stopped = kept.charging.stands(invoice.balance());
    let held = match kept.charging.next(invoice.balance(), cx.now) {
        Next::Charge {} | Next::Wait { .. } => held(&cx.store, invoice.id, cx.now).await?,
        _ => None,
    };
    let next_at = match held {
        Some(Held { until: Some(until), .. }) => kept.due_at.max(Some(morning(&cx.store, until).await?)),
        Some(Held { until: None, .. }) => None,
        None => kept.due_at,
    };
    let mut view = ChargingView { stopped, held, ..ChargingView::of(kept.charging, next_at) };
    if cx.actor.client.is_some() {
        // What the provider said is for the MSP's own people.
        view.attempts.iter_mut().for_each(|attempt| attempt.said = None);
    }
    Ok(Answer::of(view))
}
