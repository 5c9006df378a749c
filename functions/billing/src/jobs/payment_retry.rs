//! Charge what is due, ask what is not known, and see refunds through that nobody saw through.

use contract::charging::RETRY;
use domain::billing::dunning::Held;
use domain::billing::retry::Next;
use domain::ids::{InvoiceId, PaymentId};
use jiff::Timestamp;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::{Value, json};
use store::TenantStore;
use store::due::Due;

use crate::refunding::see_through;
use crate::teller::{Got, State, Teller, held, state};

/// How the keys of payments begin.
const PAYMENT: &str = "PAYMENT#";

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(RETRY, retry)
}

async fn retry(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let provider = cx.world.payments()?.provider.clone();
    if due.pk.starts_with(PAYMENT) {
        let payment: PaymentId = due.id()?;
        if cx.dry_run {
            return Ok(Step::Would(json!({ "payment": payment, "next": "see_refund_through" })));
        }
        return see_through(&store, provider.as_ref(), &cx.scribe(), payment, cx.now).await;
    }
    let invoice: InvoiceId = due.id()?;
    if cx.dry_run {
        let Some(state) = state(&store, invoice).await? else { return Ok(Step::Skipped) };
        return Ok(would(&store, &state, cx.now).await?.map_or(Step::Skipped, Step::Would));
    }
    let teller = Teller { store: &store, provider: provider.as_ref(), scribe: cx.scribe(), now: cx.now };
    Ok(match teller.advance(invoice).await? {
        Got::Further => Step::Done,
        Got::Nowhere => Step::Skipped,
    })
}

/// What would be done about a charging, or what it waits for although its time has come.
async fn would(store: &TenantStore, state: &State, now: Timestamp) -> Result<Option<Value>> {
    let (kept, amount) = (&state.kept.value, state.invoice.value.invoice.balance());
    let (charging, invoice) = (&kept.charging, kept.charging.invoice);
    let next = charging.next(amount, now);
    let wallet = store.wallet(kept.client).await?.value;
    let planned = match next {
        Next::Charge {} => true,
        Next::Resend { n } => !charging.is_seen_through(n, &wallet),
        _ => false,
    };
    if planned && let Some(Held { why, until }) = held(store, invoice, now).await? {
        let next = json!({ "invoice": invoice, "amount": amount, "next": "wait", "why": why, "until": until });
        return Ok(Some(next));
    }
    let charging = if planned { charging.clone().by_itself(&wallet, now) } else { charging.clone() };
    let next = match charging.next(amount, now) {
        Next::Ask { .. } => json!("ask"),
        Next::Charge {} => json!("charge"),
        Next::Resend { .. } => json!("send_again"),
        Next::Stop(why) if planned => json!({ "stop": why }),
        _ => return Ok(None),
    };
    Ok(Some(json!({ "invoice": invoice, "method": charging.method, "amount": amount, "next": next })))
}
