//! Plan what follows an issued invoice: its dunning, and its charge on the day on which it is due. Go by what a client agreed
//! to when it gives a way to pay.

use contract::charging::PLAN;
use domain::billing::invoice::Invoice;
use domain::billing::wallet::Wallet;
use domain::events::Event;
use domain::ids::{ClientId, InvoiceId, PaymentMethodId};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::charging::KeptCharging;

use crate::dunning::{Rules, begun};
use crate::teller::{State, first_try, held, next_of, planned_for, state};

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(PLAN, plan)
}

async fn plan(cx: ReactionCx) -> Result<Commit> {
    match cx.envelope.event {
        Event::InvoiceIssued { invoice, client, .. } => first(&cx, invoice, client).await,
        Event::PaymentMethodAdded { client, .. } => {
            let wallet = cx.store.wallet(client).await?.value;
            for invoice in cx.store.invoices_to_charge(client).await? {
                cx.reconcile(|| go_on(&cx, invoice, &wallet)).await?;
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
    let Some(method) = wallet.by_itself() else { return Ok(commit) };
    if cx.store.charging(id).await?.is_some() {
        return Ok(commit);
    }
    Ok(commit.create(&planned(cx, &invoice, method).await?))
}

/// The first try of an invoice.
async fn planned(cx: &ReactionCx, invoice: &Invoice, method: PaymentMethodId) -> Result<KeptCharging> {
    Ok(first_try(invoice, method, planned_for(&cx.store, invoice, cx.now).await?, cx.now))
}

/// Goes on with what the client agrees to now: plans what is not planned yet, takes over what is planned with another way to
/// pay or waits for one, and lets be what it does not agree to any more.
async fn go_on(cx: &ReactionCx, id: InvoiceId, wallet: &Wallet) -> Result<((), Option<Commit>)> {
    let Some(State { kept, invoice }) = state(&cx.store, id).await? else {
        let invoice = cx.store.invoice(id).await?.value.invoice;
        // What is disputed or promised is left to who said so.
        let held = held(&cx.store, id, cx.now).await?;
        let method = wallet.by_itself().filter(|_| invoice.is_open() && held.is_none());
        return Ok(match method {
            Some(method) => ((), Some(cx.store.commit().create(&planned(cx, &invoice, method).await?))),
            None => ((), None),
        });
    };
    let invoice = invoice.value.invoice;
    if !invoice.is_open() {
        return Ok(((), None));
    }
    let (before, from) = (&kept.value, planned_for(&cx.store, &invoice, cx.now).await?);
    let charging = match wallet.by_itself() {
        Some(method) => before.charging.clone().agreed(method, from),
        None => before.charging.clone().withdrawn(wallet, from),
    };
    // When it goes on is as it was, where nothing changed.
    let moved = charging != before.charging;
    let after = next_of(before, charging, invoice.balance(), cx.now);
    Ok(((), moved.then(|| cx.store.commit().update(&after, kept.rev))))
}
