//! Pay invoices of a client with its credit, or note that some of it was paid out.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::payments::{ALLOCATE_CREDIT, NewAllocation, PaymentView};
use domain::billing::ledger::Via;
use domain::billing::payments::{Allocate, Method, NewPayment, pay_out, receive};
use domain::ids::PaymentId;
use domain::invalid::Check;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::paid::{Account, asked, received, stamp};

/// The route.
pub fn route() -> Handler {
    Handler::new(ALLOCATE_CREDIT, allocate_credit)
}

async fn allocate_credit(cx: Cx, input: In<AtClient, NoQuery, NewAllocation>) -> Result<Answer<PaymentView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewAllocation { amount, allocations, paid_out, reference } = input.body;
    let mut check = Check::new();
    let detail = "must be left out where it was paid out, as that pays no invoice";
    check.that(paid_out.is_none() || allocations.is_none(), "/allocations", "not_both", detail);
    let detail = "is of what was paid out; name the way in paid_out, or leave it out";
    check.that(paid_out.is_some() || reference.is_none(), "/reference", "not_paid_out", detail);
    check.done()?;
    let (here, how) = (cx.here().await?, if paid_out.is_some() { Allocate::Keep {} } else { asked(allocations) });
    let account = Account::of(&cx.store, client, amount.currency(), &how).await?;
    let new = NewPayment {
        id: PaymentId::from_uuid(cx.id()),
        client,
        method: Method::ClientCredit {},
        amount,
        received_on: here.today,
        reference,
        provider_key: None,
    };
    let (credit, stamp) = (account.credit.value, stamp(&cx, here.today));
    let taken = match paid_out.map(Method::from) {
        Some(by) => pay_out(new, by.via().unwrap_or(Via::Other), credit, stamp)?,
        None => receive(new, credit, account.open(), &how, stamp)?,
    };
    Ok(received(&cx, &account, taken))
}
