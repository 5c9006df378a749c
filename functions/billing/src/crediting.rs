//! A client's credit pays an invoice as it is issued, before anybody is asked for money.

use domain::billing::invoice::{Invoice, InvoiceState};
use domain::billing::issue::Issued;
use domain::billing::payments::{Allocate, ClientCredit, Method, NewPayment, Received, receive};
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::ClientId;
use iso_currency::Currency;
use jiff::Timestamp;
use runtime::Result;
use store::{Commit, TenantStore, Versioned};

use crate::house::House;
use crate::paid::credited;
use crate::teller::payment_of;

/// What a client has to its credit, if invoices are paid with it as they are issued.
pub(crate) async fn credit_of(
    store: &TenantStore,
    house: &House,
    client: ClientId,
    currency: Currency,
) -> store::Result<Option<Versioned<ClientCredit>>> {
    if house.settings.use_credit_first { store.client_credit(client, currency).await.map(Some) } else { Ok(None) }
}

/// Pays an invoice that is being issued with the client's credit, as far as it goes: the invoice after, and what else is
/// written. There is one such payment of an invoice, for ever.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub(crate) fn with_credit(
    store: &TenantStore,
    house: &House,
    mut issued: Issued,
    credit: Option<Versioned<ClientCredit>>,
    now: Timestamp,
) -> Result<(Issued, Commit), Refusal> {
    let commit = store.commit();
    let invoice = &issued.invoice;
    let Some(credit) = credit else { return Ok((issued, commit)) };
    let amount = invoice.balance().at_most(credit.value.free()?)?;
    if amount.minor() <= 0 {
        return Ok((issued, commit));
    }
    let new = NewPayment {
        id: payment_of(store, &format!("{}#credit", invoice.id)),
        client: invoice.client,
        method: Method::ClientCredit {},
        amount,
        received_on: house.today,
        reference: None,
        provider_key: None,
    };
    let stamp = house.stamp(store, invoice.id, "credit", now);
    let received = receive(new, credit.value, vec![invoice.clone()], &Allocate::OldestFirst {}, stamp)?;
    let Received { payment, invoices, credit: after, posting } = received;
    // The invoice itself is written by whoever issues it.
    let after_it = invoices.into_iter().next().unwrap_or(issued.invoice);
    issued.invoice = Invoice { used_credit: Some(amount), ..after_it };
    let Invoice { id, client, state, .. } = issued.invoice;
    let came = Event::PaymentReceived { payment: payment.id, client, amount: payment.amount };
    let paid = (state == InvoiceState::Paid).then_some(Event::InvoicePaid { invoice: id, client });
    let commit = credited(commit.create(&payment), &credit, &after);
    let commit = posting.iter().fold(commit, Commit::create);
    Ok((issued, commit.emit([came]).emit(paid)))
}
