//! What every route of an invoice has in common: who may see it, and what is written when it is issued or leaves the books.

use contract::invoices::InvoiceView;
use domain::billing::charges::ClientCharge;
use domain::billing::issue::Closed;
use domain::events::Event;
use domain::ids::InvoiceId;
use runtime::{Answer, Cx, Error, Result};
use store::invoices::{KeptInvoice, KeptRecognition};
use store::{Commit, Versioned};

use crate::house::House;

/// Reads an invoice that the caller may see; a draft is the MSP's own.
pub(crate) async fn visible_invoice(cx: &Cx, id: InvoiceId) -> Result<Versioned<KeptInvoice>> {
    let read = cx.store.invoice(id).await?;
    cx.may_see(read.value.invoice.client)?;
    if cx.actor.client.is_some() && read.value.invoice.number.is_none() {
        return Err(Error::not_found());
    }
    Ok(read)
}

/// Writes that an invoice left the books, and shows it. `recognition` is its deferred revenue, as it was read;
/// `back` is what comes back by it, and `fees` what was charged for being late with it and is on other invoices.
pub(crate) fn closed(
    cx: &Cx,
    house: &House,
    read: &Versioned<KeptInvoice>,
    recognition: Option<Versioned<KeptRecognition>>,
    closed: Closed,
    event: Event,
    (back, fees): (Commit, Vec<ClientCharge>),
) -> Answer<InvoiceView> {
    let Closed { invoice, recognition: after, posting } = closed;
    let commit = cx.store.commit().update_invoice(read, &invoice).and(back).emit([event]);
    let commit = posting.iter().fold(commit, Commit::create);
    let commit = match (recognition, after) {
        (Some(before), Some(after)) => commit.update(&KeptRecognition::new(after, &house.zone), before.rev),
        _ => commit,
    };
    Answer::after(commit, InvoiceView::from(invoice).with_billed_fees(fees)).rev(read.rev + 1)
}
