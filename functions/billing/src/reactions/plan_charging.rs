//! Plan what follows an issued invoice: its dunning, and its charge on the day on which it is due. Go on with what waits
//! for a way to pay when there is a new one.

use contract::charging::PLAN;
use domain::billing::retry::Charging;
use domain::events::Event;
use domain::ids::{ClientId, InvoiceId, PaymentMethodId};
use jiff::Timestamp;
use jiff::civil::{Date, time};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::charging::KeptCharging;

use crate::dunning::{Rules, begun};
use crate::teller::{next_of, state};

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(PLAN, plan)
}

async fn plan(cx: ReactionCx) -> Result<Commit> {
    match cx.envelope.event {
        Event::InvoiceIssued { invoice, client, .. } => first(&cx, invoice, client).await,
        Event::PaymentMethodAdded { client, method } => {
            for invoice in cx.store.invoices_to_charge(client).await? {
                cx.reconcile(|| go_on(&cx, invoice, method)).await?;
            }
            Ok(cx.store.commit())
        }
        _ => Ok(cx.store.commit()),
    }
}

/// Begins the dunning, and plans the first try if the client agreed to be charged.
async fn first(cx: &ReactionCx, id: InvoiceId, client: ClientId) -> Result<Commit> {
    let mut commit = cx.store.commit();
    let invoice = match cx.store.invoice(id).await {
        Ok(read) => read.value.invoice,
        Err(store::Error::NotFound) => return Ok(commit),
        Err(error) => return Err(error.into()),
    };
    if !invoice.is_open() {
        return Ok(commit);
    }
    if cx.store.dunning(id).await?.is_none() {
        commit = commit.create(&begun(&Rules::of(&cx.store, cx.now).await?, &invoice));
    }
    let wallet = cx.store.wallet(client).await?.value;
    let Some(method) = wallet.default.filter(|_| wallet.automatic) else { return Ok(commit) };
    if cx.store.charging(id).await?.is_some() {
        return Ok(commit);
    }
    let not_before = match invoice.due_on {
        Some(due_on) => morning(cx, due_on).await?,
        None => cx.now,
    };
    let charging = Charging::new(id, method, not_before.max(cx.now));
    let due_at = charging.due_at(invoice.balance(), cx.now);
    Ok(commit.create(&KeptCharging { charging, client, due_at, asked_by: None }))
}

/// Six in the morning in the tenant's zone: banks are at work, and who is told of a decline is awake soon.
async fn morning(cx: &ReactionCx, on: Date) -> Result<Timestamp> {
    let zone = cx.store.tenant_record().await?.value.zone;
    Ok(zone.at(on, time(6, 0, 0, 0)))
}

/// Goes on with another way to pay.
async fn go_on(cx: &ReactionCx, id: InvoiceId, method: PaymentMethodId) -> Result<((), Option<Commit>)> {
    let Some(state) = state(&cx.store, id).await? else { return Ok(((), None)) };
    let (before, owed) = (&state.kept.value, state.invoice.value.invoice.balance());
    if before.charging.stands(owed).is_none() {
        return Ok(((), None));
    }
    let charging = before.charging.clone().with_method(method, cx.now);
    let after = next_of(before, charging, owed, cx.now);
    let moved = after != *before;
    Ok(((), moved.then(|| cx.store.commit().update(&after, state.kept.rev))))
}
