//! Pay invoices of a client with its credit.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::payments::{ALLOCATE_CREDIT, NewAllocation, PaymentView};
use domain::billing::payments::{Method, NewPayment, receive};
use domain::ids::PaymentId;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::paid::{Account, asked, received, stamp};

/// The route.
pub fn route() -> Handler {
    Handler::new(ALLOCATE_CREDIT, allocate_credit)
}

async fn allocate_credit(cx: Cx, input: In<AtClient, NoQuery, NewAllocation>) -> Result<Answer<PaymentView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewAllocation { amount, allocations } = input.body;
    let (here, how) = (cx.here().await?, asked(allocations));
    let account = Account::of(&cx.store, client, amount.currency(), &how).await?;
    let new = NewPayment {
        id: PaymentId::from_uuid(cx.id()),
        client,
        method: Method::ClientCredit {},
        amount,
        received_on: here.today,
        reference: None,
        provider_key: None,
    };
    let taken = receive(new, account.credit.value, account.open(), &how, stamp(&cx, here.today))?;
    Ok(received(&cx, &account, taken))
}
