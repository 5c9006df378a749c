//! Money that went back at the provider without being asked for here: refunds that somebody made in its dashboard, and
//! payments that the payer's bank disputes; and refunds that failed after all. Each is in the books once, by the provider's
//! name for it, whatever comes first.

use contract::charging::ProviderEvent;
use domain::billing::payments::Payment;
use domain::billing::refunds::{BackPart, DisputeState, TakenBack, WentBack, taken_from};
use domain::events::Event;
use domain::ids::{InvoiceId, PaymentId, PostingId};
use domain::money::Money;
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::Timestamp;
use runtime::Result;
use store::charging::{KeptBack, KeptDispute};
use store::{Commit, TenantStore, Versioned};

use crate::dunning::{settle_dispute, wait_for_dispute};
use crate::refunding::{Account, Part, book, dropped, returned};

/// What the provider told.
pub(crate) struct Told {
    what: What,
    /// The provider's name for the refund or the dispute.
    name: String,
    /// The provider's name for the payment.
    pub(crate) reference: String,
    amount: Money,
}

enum What {
    Refunded,
    /// With our key, if it was asked for here.
    RefundFailed(Option<String>),
    Disputed(DisputeState),
}

/// What an event tells, if it is of money that went back or may, and that we did not ask for, or that came back. A refund counts
/// once it has succeeded: until then it may still fail. It may fail after that too, when the payer's bank does not take it.
pub(crate) fn told(event: &ProviderEvent) -> Option<Told> {
    let object = &event.data.object;
    let status = object["status"].as_str().unwrap_or_default();
    let what = match (event.kind.as_str(), status) {
        // A refund of ours is closed by whoever asked for it.
        ("refund.created" | "refund.updated" | "charge.refund.updated", "succeeded")
            if object["metadata"]["refund"].is_null() =>
        {
            What::Refunded
        }
        ("refund.failed" | "refund.updated" | "charge.refund.updated", "failed" | "canceled") => {
            What::RefundFailed(object["metadata"]["refund"].as_str().map(str::to_owned))
        }
        ("charge.dispute.created", _) => What::Disputed(DisputeState::Open),
        ("charge.dispute.closed", "lost") => What::Disputed(DisputeState::Lost),
        ("charge.dispute.closed", _) => What::Disputed(DisputeState::Won),
        _ => return None,
    };
    let currency = Currency::from_code(&object["currency"].as_str()?.to_uppercase())?;
    let text = |name: &str| object[name].as_str().map(str::to_owned);
    let amount = Money::new(object["amount"].as_i64()?, currency);
    Some(Told { what, name: text("id")?, reference: text("payment_intent")?, amount })
}

/// What is written of it; nothing for what is known.
pub(crate) async fn effect(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    now: Timestamp,
) -> Result<Commit> {
    match &told.what {
        What::Refunded => Ok(back(store, payment, told, WentBack::Refunded, now).await?.1),
        What::RefundFailed(key) => failed(store, payment, told, key.as_deref(), now).await,
        What::Disputed(state) => disputed(store, payment, told, *state, now).await,
    }
}

/// Takes it from where it was, once, and says from where that was. What the books have nowhere to take from is told to whoever
/// keeps them: sending it again would not bring it there.
async fn back(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    how: WentBack,
    now: Timestamp,
) -> Result<(Option<TakenBack>, Commit)> {
    let Told { name, amount, .. } = told;
    let paid = &payment.value;
    if store.gone_back(paid.id, name).await?.is_some() {
        return Ok((None, store.commit()));
    }
    let credit = store.client_credit(paid.client, paid.amount.currency()).await?;
    let of = paid
        .allocations
        .iter()
        .map(|paid| async move { Ok::<_, store::Error>(store.invoice(paid.invoice).await?.value.invoice) });
    let of = try_join_all(of).await?;
    let taken = taken_from(paid, *amount, &of, &credit.value, how)?;
    let sums = taken.sums(&of)?;
    let posting = |n: usize| PostingId::from_uuid(store.id_of(&format!("posting#{name}#{n}")));
    let part = |(n, part): (usize, &BackPart)| Part { from: part.invoice, amount: part.amount, posting: posting(n) };
    let parts: Vec<Part> = taken.parts.iter().enumerate().map(part).collect();
    let lost = (how == WentBack::ChargedBack).then_some(name.as_str());
    let mut commit = store.commit();
    if !parts.is_empty() {
        let of = Account { payment, credit: &credit, free: credit.value };
        commit = book(store, of, &parts, lost, now).await?.commit;
    }
    if taken.missing.minor() > 0 {
        let missing = taken.missing;
        tracing::error!(payment = %paid.id, name, %missing, "money went back that the books have nowhere to take from");
        commit =
            commit.emit([Event::PaymentMissing { payment: paid.id, client: paid.client, amount: *amount, missing }]);
    }
    Ok((Some(sums), commit.create(&kept_back(paid.id, name, *amount, taken.parts, false))))
}

fn kept_back(payment: PaymentId, name: &str, amount: Money, parts: Vec<BackPart>, failed: bool) -> KeptBack {
    KeptBack { payment, reference: name.to_owned(), amount, parts: Some(parts), failed }
}

/// A refund that failed: what was taken for it comes back, once. One that is not in the books yet never comes there. `key` is
/// ours, where it was asked for here.
async fn failed(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    key: Option<&str>,
    now: Timestamp,
) -> Result<Commit> {
    let paid = &payment.value;
    let name = key.unwrap_or(&told.name);
    if let Some(Versioned { value: kept, rev }) = store.gone_back(paid.id, name).await? {
        if kept.failed {
            return Ok(store.commit());
        }
        let all = || vec![BackPart { invoice: None, amount: kept.amount }];
        let parts = kept.parts.clone().unwrap_or_else(all);
        let commit = returned(store, payment, name, &parts, now).await?;
        return Ok(commit.update(&KeptBack { failed: true, ..kept }, rev));
    }
    let commit = match key {
        // Whoever asked for it was told so, or is: it is not given any more.
        Some(key) => match dropped(store, paid.id, key).await? {
            Some(commit) => commit,
            None => return Ok(store.commit()),
        },
        None => store.commit(),
    };
    Ok(commit.create(&kept_back(paid.id, name, told.amount, Vec::new(), true)))
}

/// Where a dispute stands now. What was decided stays so, whatever is heard after.
async fn disputed(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    state: DisputeState,
    now: Timestamp,
) -> Result<Commit> {
    let paid = &payment.value;
    let known = store.dispute(paid.id, &told.name).await?;
    if known.as_ref().is_some_and(|known| known.value.state != DisputeState::Open || state == DisputeState::Open) {
        return Ok(store.commit());
    }
    let before = known.as_ref().map(|known| known.value.paused.clone()).unwrap_or_default();
    let of: Vec<InvoiceId> = paid.allocations.iter().map(|paid| paid.invoice).collect();
    let (paused, taken, commit) = match state {
        DisputeState::Open => {
            let (paused, commit) = wait_for_dispute(store, &told.name, &of, now).await?;
            (paused, None, commit)
        }
        DisputeState::Won => (Vec::new(), None, settle_dispute(store, &told.name, &before, now).await?),
        // Its invoices wait, also where it is heard of only now: what the client owes is not settled by its bank.
        DisputeState::Lost => {
            let (taken, commit) = back(store, payment, told, WentBack::ChargedBack, now).await?;
            (before, taken, commit)
        }
    };
    let kept = KeptDispute { payment: paid.id, reference: told.name.clone(), state, paused };
    let (amount, stands) = (told.amount, state);
    let event = Event::PaymentDisputed { payment: paid.id, client: paid.client, amount, stands, taken };
    Ok(commit.update(&kept, known.map_or(0, |known| known.rev)).emit([event]))
}
