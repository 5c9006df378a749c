//! Note what a client paid, and how late, as soon as it is heard of. What goes back of it later was late or in time all the
//! same, so the sums only add.

use contract::reports::NOTE_PAYMENTS;
use domain::billing::invoice::Invoice;
use domain::billing::reports::{Month, paid};
use domain::events::Event;
use futures::future::try_join_all;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::reports::Tally;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(NOTE_PAYMENTS, note_payments)
}

async fn note_payments(cx: ReactionCx) -> Result<Commit> {
    let Event::PaymentReceived { payment, .. } = cx.envelope.event else { return Ok(cx.store.commit()) };
    let payment = match cx.store.payment(payment).await {
        Ok(payment) => payment.value,
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        Err(error) => return Err(error.into()),
    };
    let paid_on = payment.allocations.iter().map(|allocation| cx.store.invoice(allocation.invoice));
    let paid_on: Vec<Invoice> = try_join_all(paid_on).await?.into_iter().map(|kept| kept.value.invoice).collect();
    let sums = paid(&payment, &paid_on);
    let tally = Tally::paid(payment.amount.currency(), payment.client, Month::of(payment.received_on), sums);
    Ok(cx.store.commit().tallies(&[tally]))
}
