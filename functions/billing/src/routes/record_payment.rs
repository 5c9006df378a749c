//! Record a payment.

use contract::payments::{NewPayment, PaymentView, RECORD};
use contract::{NoPath, NoQuery};
use domain::billing::payments::{self, receive};
use domain::ids::PaymentId;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::paid::{Account, asked, received, stamp};

/// The route.
pub fn route() -> Handler {
    Handler::new(RECORD, record_payment)
}

async fn record_payment(cx: Cx, input: In<NoPath, NoQuery, NewPayment>) -> Result<Answer<PaymentView>> {
    let NewPayment { client, method, amount, received_on, reference, allocations } = input.body;
    exist(&cx.store, [("/client", Some(Reference::Client(client)))]).await?;
    let (here, how) = (cx.here().await?, asked(allocations));
    let account = Account::of(&cx.store, client, amount.currency(), &how).await?;
    let new = payments::NewPayment {
        id: PaymentId::from_uuid(cx.id()),
        client,
        method: method.into(),
        amount,
        received_on: received_on.unwrap_or(here.today),
        reference,
        provider_key: None,
    };
    let taken = receive(new, account.credit.value, account.open(), &how, stamp(&cx, here.today))?;
    Ok(received(&cx, &account, taken))
}
