//! Read what was done about an invoice.

use contract::dunning::{DunningView, GET};
use contract::invoices::AtInvoice;
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_dunning)
}

async fn get_dunning(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<DunningView>> {
    visible_invoice(&cx, input.path.invoice).await?;
    let kept = cx.store.dunning(input.path.invoice).await?.ok_or_else(Error::not_found)?.value;
    Ok(Answer::of(DunningView::of(kept.invoice, kept.dunning, kept.due_at)))
}
