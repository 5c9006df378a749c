//! Refunds by the provider: noted before it is asked, and in the books once it did.

use domain::billing::invoice::InvoiceState;
use domain::billing::ledger::{Stamp, Via};
use domain::billing::payments::{ClientCredit, Payment};
use domain::billing::refunds::{BackPart, RefundFrom, Taken, WentBack, asked, came_back, refund, release, taken_from};
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{InvoiceId, PaymentId, PostingId};
use domain::money::Money;
use jiff::{SignedDuration, Timestamp};
use runtime::provider::{PaymentProvider, ProviderError, Refund};
use runtime::{Result, Scribe, Step};
use store::charging::{KeptBack, OpenRefund, Refunding};
use store::invoices::KeptInvoice;
use store::{Commit, TenantStore, Versioned};

use crate::dunning::{flagged_again, reopened, unflagged};
use crate::paid::{credited, updated};
use crate::teller::{charged_again, not_charged_again, today};

/// When the job looks after a refund that its request did not see through.
pub(crate) const LATER: SignedDuration = SignedDuration::from_mins(15);

/// A refund in the books, with what is written of it.
pub(crate) struct Booked {
    pub(crate) payment: Payment,
    pub(crate) commit: Commit,
    pub(crate) rev: u64,
    /// From where it is taken.
    parts: Vec<BackPart>,
}

/// Whether the money of a refund went back already. Then it is booked as far as the books have it, whatever happened since it
/// was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    No,
    Yes,
}

/// What a refund moves in the books. What was held of the client's credit for it is taken from there.
pub(crate) async fn booked(
    store: &TenantStore,
    payment: PaymentId,
    open: &OpenRefund,
    (posting, gone): (PostingId, Gone),
    now: Timestamp,
) -> Result<Booked> {
    let read = store.payment(payment).await?;
    let credit = store.client_credit(read.value.client, read.value.amount.currency()).await?;
    let free = credit.value.let_go(open.held)?;
    let invoice = match open.invoice {
        Some(invoice) => Some(store.invoice(invoice).await?.value.invoice),
        None => None,
    };
    let Taken { parts, missing } = match gone {
        Gone::No => asked(&read.value, open.amount, invoice.as_ref(), &free)?,
        Gone::Yes => taken_from(&read.value, open.amount, invoice.as_slice(), &free, WentBack::Asked)?,
    };
    // Of several parts each has a posting of its own.
    let posting = |n: usize| match n {
        0 => posting,
        n => PostingId::from_uuid(store.id_of(&format!("{posting}#{n}"))),
    };
    let part = |(n, part): (usize, &BackPart)| Part { from: part.invoice, amount: part.amount, posting: posting(n) };
    let of_it: Vec<Part> = parts.iter().enumerate().map(part).collect();
    let of = Account { payment: &read, credit: &credit, free };
    let Booked { payment, mut commit, rev, .. } = book(store, of, &of_it, None, now).await?;
    if missing.minor() > 0 {
        let (id, client, amount) = (payment.id, payment.client, open.amount);
        tracing::error!(payment = %id, %missing, "money went back that the books have nowhere to take from");
        commit = commit.emit([Event::PaymentMissing { payment: id, client, amount, missing }]);
    }
    Ok(Booked { payment, commit, rev, parts })
}

/// What a refund is taken from: the payment, and the client's credit as it was read and as it is free for this.
pub(crate) struct Account<'a> {
    pub(crate) payment: &'a Versioned<Payment>,
    pub(crate) credit: &'a Versioned<ClientCredit>,
    pub(crate) free: ClientCredit,
}

/// A part of a refund: from an invoice, each once, or from the client's credit.
pub(crate) struct Part {
    pub(crate) from: Option<InvoiceId>,
    pub(crate) amount: Money,
    pub(crate) posting: PostingId,
}

/// What a refund moves in the books, part by part. The dunning of invoices that a lost dispute opens, or opens further, waits.
pub(crate) async fn book(
    store: &TenantStore,
    of: Account<'_>,
    parts: &[Part],
    lost: Option<&str>,
    now: Timestamp,
) -> Result<Booked> {
    let on = today(store, now).await?;
    let (mut payment, mut credit, mut commit) = (of.payment.value.clone(), of.free, store.commit());
    let (mut back, mut opened) = (Money::zero(payment.amount.currency()), Vec::new());
    for Part { from, amount, posting } in parts {
        let (kept, from) = read_of(store, *from).await?;
        let done = refund(payment, *amount, from, credit, Stamp { id: *posting, at: now, on })?;
        let invoice = done.invoice;
        commit = invoice.iter().fold(commit, |commit, invoice| updated(commit, &kept, invoice));
        if let (Some(before), Some(invoice)) = (kept.first().map(|kept| &kept.value.invoice), &invoice)
            && (lost.is_some() || !before.is_open())
            && invoice.is_open()
        {
            commit = commit.and(reopened(store, invoice, lost, now).await?);
            if !before.is_open() {
                commit = commit.and(not_charged_again(store, invoice, now).await?);
                opened.push(invoice.id);
            }
        }
        commit = done.posting.iter().fold(commit, Commit::create);
        back = back.plus(*amount).map_err(Refusal::from)?;
        (payment, credit) = (done.payment, done.credit);
    }
    commit = commit.and(flagged_again(store, payment.client, &opened, on).await?);
    let event = Event::PaymentRefunded { payment: payment.id, client: payment.client, amount: back };
    commit = commit.update(&payment, of.payment.rev).emit((!back.is_zero()).then_some(event));
    commit = credited(commit, of.credit, &credit);
    Ok(Booked { payment, commit, rev: of.payment.rev, parts: Vec::new() })
}

/// The invoice that a part of a refund is of, as it is, if it is of one.
async fn read_of(store: &TenantStore, of: Option<InvoiceId>) -> Result<(Vec<Versioned<KeptInvoice>>, RefundFrom)> {
    let kept = match of {
        Some(invoice) => vec![store.invoice(invoice).await?],
        None => Vec::new(),
    };
    let from =
        kept.first().map_or(RefundFrom::Credit, |kept| RefundFrom::Invoice(Box::new(kept.value.invoice.clone())));
    Ok((kept, from))
}

/// What moves in the books when something that a payment paid on an invoice becomes the client's credit.
pub(crate) async fn released(
    store: &TenantStore,
    payment: PaymentId,
    (invoice, amount): (InvoiceId, Money),
    posting: PostingId,
    now: Timestamp,
) -> Result<Booked> {
    let read = store.payment(payment).await?;
    let refunding = store.refunding(payment).await?;
    if refunding.value.open.is_some() {
        let detail = "a refund of this payment is under way; try again in a few minutes";
        return Err(Refusal::conflict("refund_under_way", detail).into());
    }
    let kept = store.invoice(invoice).await?;
    let credit = store.client_credit(read.value.client, read.value.amount.currency()).await?;
    let stamp = Stamp { id: posting, at: now, on: today(store, now).await? };
    let before = kept.value.invoice.clone();
    let done = release(read.value.clone(), amount, before.clone(), credit.value, stamp)?;
    let mut commit = credited(store.commit().update(&done.payment, read.rev), &credit, &done.credit);
    if read.value.method.via() == Some(Via::Provider) {
        // A refund that begins at this moment might be of what is taken off here: one of both comes second.
        commit = commit.update(&refunding.value, refunding.rev);
    }
    if let Some(after) = &done.invoice {
        commit = commit.update_invoice(&kept, after);
        if !before.is_open() && after.is_open() {
            commit = commit.and(reopened(store, after, None, now).await?);
            commit = commit.and(flagged_again(store, after.client, &[after.id], stamp.on).await?);
            commit = commit.and(charged_again(store, after, now).await?);
        }
    }
    commit = done.posting.iter().fold(commit, Commit::create);
    let event = Event::PaymentReleased { payment, client: done.payment.client, invoice, amount };
    Ok(Booked { payment: done.payment, commit: commit.emit([event]), rev: read.rev, parts: Vec::new() })
}

/// What a refund moves in the books that failed after it had succeeded: all of its parts come back. `name` is what it is known
/// by, and `parts` are none where that was not kept.
pub(crate) async fn returned(
    store: &TenantStore,
    read: &Versioned<Payment>,
    name: &str,
    parts: &[BackPart],
    now: Timestamp,
) -> Result<Commit> {
    let on = today(store, now).await?;
    let account = store.client_credit(read.value.client, read.value.amount.currency()).await?;
    let (mut payment, mut credit, mut commit) = (read.value.clone(), account.value, store.commit());
    let (mut back, mut closed) = (Money::zero(payment.amount.currency()), Vec::new());
    for (n, BackPart { invoice, amount }) in parts.iter().enumerate() {
        let (kept, to) = read_of(store, *invoice).await?;
        let id = PostingId::from_uuid(store.id_of(&format!("posting#{name}#failed#{n}")));
        let done = came_back(payment, *amount, to, credit, Stamp { id, at: now, on })?;
        if let Some(invoice) = &done.invoice {
            commit = updated(commit, &kept, invoice);
            if !invoice.is_open() {
                closed.push(invoice.id);
            }
            if invoice.state == InvoiceState::Paid {
                commit = commit.emit([Event::InvoicePaid { invoice: invoice.id, client: invoice.client }]);
            }
        }
        commit = done.posting.iter().fold(commit, Commit::create);
        back = back.plus(*amount).map_err(Refusal::from)?;
        (payment, credit) = (done.payment, done.credit);
    }
    if back.is_zero() {
        return Ok(commit);
    }
    if !closed.is_empty() {
        commit = commit.and(unflagged(store, payment.client, &closed).await?);
    }
    let event = Event::PaymentRefundFailed { payment: payment.id, client: payment.client, amount: back };
    Ok(credited(commit.update(&payment, read.rev).emit([event]), &account, &credit))
}

/// The posting of a refund by the provider: there is one for its key.
pub(crate) fn posting(store: &TenantStore, open: &OpenRefund) -> PostingId {
    PostingId::from_uuid(store.id_of(&format!("posting#{}", open.key)))
}

/// Notes a refund before the provider is asked for it, or goes on with the one that this request noted before; none when
/// that was made already. One that the books would not take is refused before it is noted; what it takes from the client's
/// credit is held from then on, so that nothing else is paid with it before the provider has answered.
pub(crate) async fn begin(
    store: &TenantStore,
    payment: PaymentId,
    new: &OpenRefund,
    now: Timestamp,
) -> Result<(Option<OpenRefund>, Option<Commit>)> {
    let Versioned { value: before, rev } = store.refunding(payment).await?;
    if new.asked_by.is_some() && before.made_for == new.asked_by {
        return Ok((None, None));
    }
    if let Some(open) = before.open.clone() {
        if open.asked_by == new.asked_by {
            return Ok((Some(open), None));
        }
        let detail = "another refund of this payment is under way; try again in a few minutes";
        return Err(Refusal::conflict("refund_under_way", detail).into());
    }
    let begun = before.begun + 1;
    let mut open = OpenRefund { key: format!("{payment}-refund-{begun}"), ..new.clone() };
    let would = booked(store, payment, &open, (posting(store, &open), Gone::No), now).await?;
    let mut commit = store.commit();
    open.held = would.parts.iter().find(|part| part.invoice.is_none()).map(|part| part.amount);
    if let Some(held) = open.held {
        let credit = store.client_credit(would.payment.client, held.currency()).await?;
        commit = credited(commit, &credit, &credit.value.hold(held)?);
    }
    let after = Refunding { begun, open: Some(open.clone()), ..before };
    Ok((Some(open), Some(commit.update(&after, rev))))
}

/// Asks the provider for a refund that was noted.
pub(crate) async fn send(
    store: &TenantStore,
    provider: &dyn PaymentProvider,
    payment: PaymentId,
    open: &OpenRefund,
) -> Result<(), ProviderError> {
    let of_provider = store.payment(payment).await.map(|read| read.value.provider_key);
    let reference = of_provider.map_err(|error| ProviderError::NotTaken(error.to_string()))?;
    let reference = reference.ok_or_else(|| ProviderError::Refused("it does not know this payment".to_owned()))?;
    let (tenant, key) = (store.tenant(), open.key.clone());
    let asked = Refund { key, tenant, payment, reference, amount: open.amount };
    if provider.find_refund(&asked).await? {
        return Ok(());
    }
    provider.refund(&asked).await
}

/// What is written when the provider gave the money back; nothing when that was written before.
pub(crate) async fn given(
    store: &TenantStore,
    payment: PaymentId,
    key: &str,
    now: Timestamp,
) -> Result<Option<Booked>> {
    let refunding = store.refunding(payment).await?;
    let Some(open) = refunding.value.open.clone().filter(|open| open.key == key) else { return Ok(None) };
    let booked = booked(store, payment, &open, (posting(store, &open), Gone::Yes), now).await?;
    let parts = Some(booked.parts.clone());
    let kept = KeptBack { payment, reference: open.key, amount: open.amount, parts, failed: false };
    let after = Refunding { open: None, made_for: open.asked_by, ..refunding.value };
    let commit = booked.commit.update(&after, refunding.rev).create(&kept);
    Ok(Some(Booked { commit, ..booked }))
}

/// What is written when the provider refused: no refund is under way any more, and nothing is held for it.
pub(crate) async fn dropped(store: &TenantStore, payment: PaymentId, key: &str) -> Result<Option<Commit>> {
    let refunding = store.refunding(payment).await?;
    let Some(open) = refunding.value.open.clone().filter(|open| open.key == key) else { return Ok(None) };
    let mut commit = store.commit();
    if open.held.is_some() {
        let client = store.payment(payment).await?.value.client;
        let credit = store.client_credit(client, open.amount.currency()).await?;
        commit = credited(commit, &credit, &credit.value.let_go(open.held)?);
    }
    let after = Refunding { open: None, ..refunding.value };
    Ok(Some(commit.update(&after, refunding.rev)))
}

/// Sees a refund through that its request did not.
pub(crate) async fn see_through(
    store: &TenantStore,
    provider: &dyn PaymentProvider,
    scribe: &Scribe,
    payment: PaymentId,
    now: Timestamp,
) -> Result<Step> {
    let Some(open) = store.refunding(payment).await?.value.open else { return Ok(Step::Skipped) };
    match send(store, provider, payment, &open).await {
        Ok(()) => {
            scribe
                .write(|| async { Ok(((), given(store, payment, &open.key, now).await?.map(|booked| booked.commit))) })
                .await?;
        }
        Err(error @ ProviderError::Refused(_)) => {
            tracing::error!(key = open.key, %error, "a refund was refused");
            scribe.write(|| async { Ok(((), dropped(store, payment, &open.key).await?)) }).await?;
        }
        Err(error) => {
            tracing::warn!(key = open.key, %error, "a refund waits for the provider");
            scribe.write(|| async { Ok(((), later(store, payment, now).await?)) }).await?;
            return Ok(Step::Skipped);
        }
    }
    Ok(Step::Done)
}

async fn later(store: &TenantStore, payment: PaymentId, now: Timestamp) -> Result<Option<Commit>> {
    let Versioned { value: mut refunding, rev } = store.refunding(payment).await?;
    let Some(open) = &mut refunding.open else { return Ok(None) };
    open.due_at = now.saturating_add(LATER).unwrap_or(Timestamp::MAX);
    Ok(Some(store.commit().update(&refunding, rev)))
}
