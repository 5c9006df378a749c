//! Give money of a payment back, or take it off an invoice.

use contract::NoQuery;
use contract::payments::{AtPayment, NewRefund, PaymentView, REFUND, RefundTo};
use domain::billing::ledger::Via;
use domain::error::Refusal;
use domain::ids::{PaymentId, PostingId};
use jiff::Timestamp;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, ProviderError, Result};
use store::charging::OpenRefund;

use crate::refunding::{Booked, Gone, LATER, begin, booked, dropped, given, released, send};

/// The route.
pub fn route() -> Handler {
    Handler::new(REFUND, refund_payment)
}

async fn refund_payment(cx: Cx, input: In<AtPayment, NoQuery, NewRefund>) -> Result<Answer<PaymentView>> {
    let (id, NewRefund { amount, invoice, to }) = (input.path.payment, input.body);
    let read = cx.store.payment(id).await?;
    cx.may_see(read.value.client)?;
    exist(&cx.store, [("/invoice", invoice.map(Reference::Invoice))]).await?;
    if to == RefundTo::Credit {
        let detail = "must name the invoice that it is taken off; what is on none is the client's credit already";
        let invoice = invoice.ok_or_else(|| Refusal::invalid("/invoice", "required", detail))?;
        let posting = PostingId::from_uuid(cx.id());
        return Ok(shown(released(&cx.store, id, (invoice, amount), posting, cx.now).await?));
    }
    let due_at = cx.now.saturating_add(LATER).unwrap_or(Timestamp::MAX);
    let asked_by = cx.key().map(str::to_owned);
    let new = OpenRefund { key: String::new(), amount, invoice, held: None, asked_by, due_at };
    if read.value.method.via() == Some(Via::Provider) {
        return by_provider(&cx, id, &new).await;
    }
    let posting = PostingId::from_uuid(cx.id());
    Ok(shown(booked(&cx.store, id, &new, (posting, Gone::No), cx.now).await?))
}

async fn by_provider(cx: &Cx, id: PaymentId, new: &OpenRefund) -> Result<Answer<PaymentView>> {
    let provider = cx.world.payments()?.provider.clone();
    let Some(open) = cx.scribe().write(|| begin(&cx.store, id, new, cx.now)).await? else {
        return as_it_is(cx, id).await;
    };
    match send(&cx.store, provider.as_ref(), id, &open).await {
        Ok(()) => match given(&cx.store, id, &open.key, cx.now).await? {
            Some(booked) => Ok(shown(booked)),
            // The job was faster.
            None => as_it_is(cx, id).await,
        },
        Err(error @ ProviderError::Refused(_)) => {
            let commit = dropped(&cx.store, id, &open.key).await?;
            Ok(Answer::refused_after(commit.unwrap_or_else(|| cx.store.commit()), error.into()))
        }
        Err(error) => Err(error.into()),
    }
}

async fn as_it_is(cx: &Cx, id: PaymentId) -> Result<Answer<PaymentView>> {
    let read = cx.store.payment(id).await?;
    Ok(Answer::after(cx.store.commit(), read.value.into()).rev(read.rev))
}

fn shown(booked: Booked) -> Answer<PaymentView> {
    let Booked { payment, commit, rev, .. } = booked;
    Answer::after(commit, payment.into()).rev(rev + 1)
}
