//! Open again what a void invoice took up, as far as that was too much for one transaction, and tell that it is. What is open
//! already stays.

use contract::invoices::RELEASE_VOIDED;
use domain::events::Event;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

use crate::house::House;
use crate::releasing::{OPENED_AT_ONCE, Voided, opened, parts, taken_of};

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(RELEASE_VOIDED, release_voided)
}

async fn release_voided(cx: ReactionCx) -> Result<Commit> {
    let Event::InvoiceVoided { invoice, bill_again, by, .. } = cx.envelope.event else { return Ok(cx.store.commit()) };
    let read = match cx.store.invoice(invoice).await {
        Ok(read) => read.value,
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        Err(error) => return Err(error.into()),
    };
    let taken = taken_of(&cx.store, &read.invoice).await?;
    let lines = if bill_again { cx.store.invoice_lines(&read).await? } else { Vec::new() };
    let house = House::of(&cx.store, cx.now).await?;
    let voided = Voided { invoice: &read.invoice, lines: &lines, bill_again, by, now: cx.now };
    for some in parts(&cx.store, &voided, &taken, house.today)?.chunks(OPENED_AT_ONCE) {
        cx.reconcile(|| async { Ok(((), Some(opened(&cx.store, &voided, some).await?))) }).await?;
    }
    Ok(cx.store.commit().emit([Event::InvoiceReleased { invoice, client: read.invoice.client }]))
}
