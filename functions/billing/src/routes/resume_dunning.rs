//! Go on with the dunning of an invoice.

use contract::NoQuery;
use contract::dunning::{DunningView, RESUME, Resumed};
use contract::invoices::AtInvoice;
use domain::billing::dunning::PauseReason;
use runtime::{Answer, Cx, Handler, In, Result};
use store::dunning::KeptDunning;

use super::pause_dunning::change;

/// The route.
pub fn route() -> Handler {
    Handler::new(RESUME, resume_dunning)
}

async fn resume_dunning(cx: Cx, input: In<AtInvoice, NoQuery, Resumed>) -> Result<Answer<DunningView>> {
    let why = input.body.why;
    change(&cx, input.path.invoice, |kept, today| {
        let dunning = kept.dunning.clone().resume(why, today);
        // Whoever lets it go on does so whatever the provider's disputes come to.
        let disputes = if why == PauseReason::Dispute { Some(Vec::new()) } else { kept.disputes.clone() };
        Ok(KeptDunning { dunning, disputes, ..kept })
    })
    .await
}
