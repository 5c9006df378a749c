//! Note that money of a payment went back.

use contract::NoQuery;
use contract::payments::{AtPayment, NewRefund, PaymentView, REFUND};
use domain::billing::refunds::{RefundFrom, Refunded, refund};
use domain::events::Event;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};
use store::Commit;

use crate::agreed::here;
use crate::paid::{credited, stamp, updated};

/// The route.
pub fn route() -> Handler {
    Handler::new(REFUND, refund_payment)
}

async fn refund_payment(cx: Cx, input: In<AtPayment, NoQuery, NewRefund>) -> Result<Answer<PaymentView>> {
    let NewRefund { amount, invoice } = input.body;
    let read = cx.store.payment(input.path.payment).await?;
    cx.may_see(read.value.client)?;
    exist(&cx.store, [("/invoice", invoice.map(Reference::Invoice))]).await?;
    let credit = cx.store.client_credit(read.value.client, read.value.amount.currency()).await?;
    let kept = match invoice {
        Some(invoice) => vec![cx.store.invoice(invoice).await?],
        None => Vec::new(),
    };
    let from =
        kept.first().map_or(RefundFrom::Credit, |kept| RefundFrom::Invoice(Box::new(kept.value.invoice.clone())));
    let today = here(&cx).await?.today;
    let done = refund(read.value.clone(), amount, from, credit.value, stamp(&cx, today))?;
    let Refunded { payment, invoice, credit: after, posting } = done;
    let event = Event::PaymentRefunded { payment: payment.id, client: payment.client, amount };
    let commit = cx.store.commit().update(&payment, read.rev).emit([event]);
    let commit = invoice.iter().fold(commit, |commit, invoice| updated(commit, &kept, invoice));
    let commit = credited(commit, &credit, &after);
    let commit = posting.iter().fold(commit, Commit::create);
    Ok(Answer::after(commit, payment.into()).rev(read.rev + 1))
}
