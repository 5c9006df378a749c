//! Go on with the dunning of an invoice.

use contract::NoQuery;
use contract::dunning::{DunningView, RESUME, Resumed};
use contract::invoices::AtInvoice;
use runtime::{Answer, Cx, Handler, In, Result};

use super::pause_dunning::change;

/// The route.
pub fn route() -> Handler {
    Handler::new(RESUME, resume_dunning)
}

async fn resume_dunning(cx: Cx, input: In<AtInvoice, NoQuery, Resumed>) -> Result<Answer<DunningView>> {
    let why = input.body.why;
    change(&cx, input.path.invoice, |dunning, today| Ok(dunning.resume(why, today))).await
}
