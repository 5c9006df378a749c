//! Money that went back at the provider without being asked for here: refunds that somebody made in its dashboard, and
//! payments that the payer's bank disputes. Each is in the books once, by the provider's name for it, whatever comes first.

use contract::charging::ProviderEvent;
use domain::billing::dunning::PauseReason;
use domain::billing::payments::Payment;
use domain::billing::refunds::{DisputeState, WentBack, taken_from};
use domain::events::Event;
use domain::ids::{InvoiceId, PostingId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use runtime::Result;
use store::charging::{KeptBack, KeptDispute};
use store::{Commit, TenantStore, Versioned};

use crate::dunning::{settle_dispute, wait_for_dispute};
use crate::refunding::{Account, Part, book};

/// What the provider told.
pub(crate) struct Told {
    what: What,
    /// The provider's name for the refund or the dispute.
    name: String,
    /// The provider's name for the payment.
    pub(crate) reference: String,
    amount: Money,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Refunded,
    Disputed(DisputeState),
}

/// What an event tells, if it is of money that went back or may, and that we did not ask for. A refund counts once it has
/// succeeded: until then it may still fail.
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
///
/// # Errors
/// 409 for money that the books have nowhere to take from: somebody has to look, and the provider sends it again meanwhile.
pub(crate) async fn effect(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    now: Timestamp,
) -> Result<Commit> {
    match told.what {
        What::Refunded => back(store, payment, told, WentBack::Refunded, None, now).await,
        What::Disputed(state) => disputed(store, payment, told, state, now).await,
    }
}

/// Takes it from where it was, once.
async fn back(
    store: &TenantStore,
    payment: &Versioned<Payment>,
    told: &Told,
    how: WentBack,
    waits: Option<PauseReason>,
    now: Timestamp,
) -> Result<Commit> {
    let Told { name, amount, .. } = told;
    let paid = &payment.value;
    if store.has_gone_back(paid.id, name).await? {
        return Ok(store.commit());
    }
    let credit = store.client_credit(paid.client, paid.amount.currency()).await?;
    let parts = taken_from(paid, *amount, &credit.value, how).inspect_err(|error| {
        tracing::error!(payment = %paid.id, name, %error, "money went back that the books have nowhere to take from");
    })?;
    let posting = |n: usize| PostingId::from_uuid(store.id_of(&format!("posting#{name}#{n}")));
    let part = |(n, (from, amount)): (usize, (Option<InvoiceId>, Money))| Part { from, amount, posting: posting(n) };
    let parts: Vec<Part> = parts.into_iter().enumerate().map(part).collect();
    let of = Account { payment, credit: &credit, free: credit.value };
    let booked = book(store, of, &parts, waits, now).await?;
    let kept = KeptBack { payment: paid.id, reference: name.clone(), amount: *amount };
    Ok(booked.commit.create(&kept))
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
    let (paused, commit) = match state {
        DisputeState::Open => wait_for_dispute(store, &of, now).await?,
        DisputeState::Won => (Vec::new(), settle_dispute(store, &before, now).await?),
        DisputeState::Lost => {
            // Whose dispute is heard of only now waits from now on: what the client owes is not settled by its bank.
            let waits = known.is_none().then_some(PauseReason::Dispute);
            (before, back(store, payment, told, WentBack::ChargedBack, waits, now).await?)
        }
    };
    let kept = KeptDispute { payment: paid.id, reference: told.name.clone(), state, paused };
    let event = Event::PaymentDisputed { payment: paid.id, client: paid.client, amount: told.amount, stands: state };
    Ok(commit.update(&kept, known.map_or(0, |known| known.rev)).emit([event]))
}
