//! Read a payment.

use contract::payments::{AtPayment, GET, PaymentView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_payment)
}

async fn get_payment(cx: Cx, input: In<AtPayment, NoQuery, NoBody>) -> Result<Answer<PaymentView>> {
    let read = cx.store.payment(input.path.payment).await?;
    cx.may_see(read.value.client)?;
    Ok(Answer::read(read.map(PaymentView::from)))
}
