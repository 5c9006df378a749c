//! Charge what is due, ask what is not known, and see refunds through that nobody saw through.

use contract::charging::RETRY;
use domain::billing::retry::Next;
use domain::ids::{InvoiceId, PaymentId};
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::{Value, json};
use store::due::Due;

use crate::refunding::see_through;
use crate::teller::{Got, State, Teller, state};

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
        return Ok(state(&store, invoice)
            .await?
            .and_then(|state| would(&state, cx))
            .map_or(Step::Skipped, Step::Would));
    }
    let teller = Teller { store: &store, provider: provider.as_ref(), scribe: cx.scribe(), now: cx.now };
    Ok(match teller.advance(invoice).await? {
        Got::Further => Step::Done,
        Got::Nowhere => Step::Skipped,
    })
}

/// What would be done about a charging.
fn would(state: &State, cx: &JobCx) -> Option<Value> {
    let charging = &state.kept.value.charging;
    let amount = state.invoice.value.invoice.balance();
    let next = match charging.next(amount, cx.now) {
        Next::Ask { .. } => "ask",
        Next::Charge {} => "charge",
        Next::Resend { .. } => "send_again",
        _ => return None,
    };
    Some(json!({ "invoice": charging.invoice, "method": charging.method, "amount": amount, "next": next }))
}
