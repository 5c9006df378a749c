//! Let the dunning of an invoice wait.

use contract::NoQuery;
use contract::dunning::{DunningView, NewPause, PAUSE};
use contract::invoices::AtInvoice;
use domain::billing::dunning::{Pause, PauseReason};
use domain::error::Refusal;
use domain::ids::InvoiceId;
use jiff::civil::Date;
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::dunning::KeptDunning;

use crate::dunning::Rules;
use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(PAUSE, pause_dunning)
}

async fn pause_dunning(cx: Cx, input: In<AtInvoice, NoQuery, NewPause>) -> Result<Answer<DunningView>> {
    let NewPause { why, until } = input.body;
    change(&cx, input.path.invoice, |kept, today| {
        let dunning = kept.dunning.clone().pause(Pause { why, from: today, until })?;
        // What somebody says outlives what the provider's disputes come to.
        let disputes = if why == PauseReason::Dispute { Some(Vec::new()) } else { kept.disputes.clone() };
        Ok(KeptDunning { dunning, disputes, ..kept })
    })
    .await
}

/// Changes an invoice's dunning, and when the job looks at it next.
pub(crate) async fn change(
    cx: &Cx,
    id: InvoiceId,
    with: impl Fn(KeptDunning, Date) -> Result<KeptDunning, Refusal>,
) -> Result<Answer<DunningView>> {
    let invoice = visible_invoice(cx, id).await?.value.invoice;
    let kept = cx.store.dunning(id).await?.ok_or_else(Error::not_found)?;
    let rules = Rules::of(&cx.store, cx.now).await?;
    let after = with(kept.value, rules.house.today)?;
    let due_at = rules.due_at(&invoice, &after, rules.house.today);
    let after = KeptDunning { due_at, ..after };
    let view = DunningView::of(id, after.dunning.clone(), due_at);
    Ok(Answer::after(cx.store.commit().update(&after, kept.rev), view))
}
