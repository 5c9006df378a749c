//! What every route that moves money has in common: what it may pay, and what is written when it did.

use domain::billing::client::ClientBilling;
use domain::billing::invoice::{Invoice, InvoiceState};
use domain::billing::ledger::Stamp;
use domain::billing::payments::{Allocate, Allocation, ClientCredit, MOST_ALLOCATIONS, Method, Received};
use domain::events::Event;
use domain::ids::{ClientId, InvoiceId, PostingId};
use futures::future::try_join_all;
use futures::try_join;
use iso_currency::Currency;
use jiff::civil::Date;
use runtime::{Answer, Cx, Result};
use store::invoices::KeptInvoice;
use store::{Commit, TenantStore, Versioned};

use contract::payments::PaymentView;

/// A client's account in a currency: its credit, and the invoices that a payment may pay.
pub(crate) struct Account {
    pub(crate) client: Versioned<ClientBilling>,
    pub(crate) credit: Versioned<ClientCredit>,
    pub(crate) invoices: Vec<Versioned<KeptInvoice>>,
}

/// Which invoices are to be paid, as it was asked for.
pub(crate) fn asked(allocations: Option<Vec<Allocation>>) -> Allocate {
    match allocations {
        None => Allocate::OldestFirst {},
        Some(none) if none.is_empty() => Allocate::Keep {},
        Some(allocations) => Allocate::Chosen { allocations },
    }
}

impl Account {
    /// As it is now, with the invoices that `how` may pay.
    pub(crate) async fn of(store: &TenantStore, client: ClientId, currency: Currency, how: &Allocate) -> Result<Self> {
        let ids: Vec<InvoiceId> = match how {
            Allocate::Keep {} => Vec::new(),
            Allocate::Chosen { allocations } => {
                // A list that is too long is refused; there is no need to read it.
                allocations.iter().take(MOST_ALLOCATIONS).map(|allocation| allocation.invoice).collect()
            }
            Allocate::OldestFirst {} => store.open_invoices(client, currency).await?,
        };
        // The list may be a moment behind; what is paid is read as it is.
        let read = try_join_all(ids.into_iter().map(|id| found(store, id))).await?;
        let own = |kept: &Versioned<KeptInvoice>| kept.value.invoice.client == client;
        let mut invoices: Vec<Versioned<KeptInvoice>> = Vec::with_capacity(read.len());
        for kept in read.into_iter().flatten().filter(own) {
            if invoices.iter().all(|known| known.value.invoice.id != kept.value.invoice.id) {
                invoices.push(kept);
            }
        }
        let (client, credit) = try_join!(store.client_billing(client), store.client_credit(client, currency))?;
        Ok(Account { client, credit, invoices })
    }

    /// The invoices without what the store knows of them.
    pub(crate) fn open(&self) -> Vec<Invoice> {
        self.invoices.iter().map(|kept| kept.value.invoice.clone()).collect()
    }
}

async fn found(store: &TenantStore, id: InvoiceId) -> Result<Option<Versioned<KeptInvoice>>> {
    match store.invoice(id).await {
        Ok(kept) => Ok(Some(kept)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The posting of what this request does.
pub(crate) fn stamp(cx: &Cx, today: Date) -> Stamp {
    Stamp { id: PostingId::from_uuid(cx.id()), at: cx.now, on: today }
}

/// Writes a payment with all that it moves, and shows it.
pub(crate) fn received(cx: &Cx, account: &Account, received: Received) -> Answer<PaymentView> {
    let payment = received.payment.clone();
    Answer::after(taken(cx.store.commit(), account, received), payment.into()).rev(1)
}

/// Writes a payment with all that it moves.
pub(crate) fn taken(commit: Commit, account: &Account, received: Received) -> Commit {
    let Received { payment, invoices, credit, posting } = received;
    let (id, client, amount) = (payment.id, payment.client, payment.amount);
    let mut events = vec![match payment.method {
        Method::PaidOut { .. } => Event::PaymentRefunded { payment: id, client, amount },
        _ => Event::PaymentReceived { payment: id, client, amount },
    }];
    let mut commit = commit.create(&payment);
    for invoice in &invoices {
        commit = updated(commit, &account.invoices, invoice);
        if invoice.state == InvoiceState::Paid {
            events.push(Event::InvoicePaid { invoice: invoice.id, client: invoice.client });
        }
    }
    let closed: Vec<InvoiceId> =
        invoices.iter().filter(|invoice| !invoice.is_open()).map(|invoice| invoice.id).collect();
    let billed = account.client.value.clone().settled(&closed);
    if billed != account.client.value {
        commit = commit.update(&billed, account.client.rev);
    }
    commit = credited(commit, &account.credit, &credit);
    posting.iter().fold(commit, Commit::create).emit(events)
}

/// Writes the next state of an invoice that was read.
pub(crate) fn updated(commit: Commit, read: &[Versioned<KeptInvoice>], after: &Invoice) -> Commit {
    let before = read.iter().find(|kept| kept.value.invoice.id == after.id);
    before.into_iter().fold(commit, |commit, before| commit.update_invoice(before, after))
}

/// Writes a client's credit, if it moved.
pub(crate) fn credited(commit: Commit, before: &Versioned<ClientCredit>, after: &ClientCredit) -> Commit {
    if before.value == *after { commit } else { commit.update(after, before.rev) }
}
