//! Charge an invoice now.

use contract::NoQuery;
use contract::charging::{CHARGE, ChargeNow, ChargingView};
use contract::invoices::AtInvoice;
use domain::billing::retry::{Attempt, Charging, Next, Stopped};
use domain::error::Refusal;
use domain::ids::{InvoiceId, PaymentMethodId};
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::charging::KeptCharging;
use store::{Commit, Versioned};

use crate::issued::visible_invoice;
use crate::teller::{Said, Teller, closing, next_of, state};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHARGE, charge_invoice)
}

/// Where this request stands.
enum Stands {
    /// It noted a try that is to be sent.
    Sends(Attempt),
    /// A try is open that the provider must be asked for: its own, by the request that was sent before, or another's.
    Asks(u32),
    /// It had its try, and that is over.
    Over,
}

async fn charge_invoice(cx: Cx, input: In<AtInvoice, NoQuery, ChargeNow>) -> Result<Answer<ChargingView>> {
    let id = input.path.invoice;
    visible_invoice(&cx, id).await?;
    let provider = cx.world.payments()?.provider.clone();
    let teller = Teller { store: &cx.store, provider: provider.as_ref(), scribe: cx.scribe(), now: cx.now };
    let stands = cx.scribe().write(|| stand(&cx, id, input.body.method)).await?;
    let state = state(&cx.store, id).await?.ok_or_else(Error::not_found)?;
    let (n, said) = match stands {
        Stands::Over => return Ok(shown(cx.store.commit(), state.kept.value)),
        Stands::Sends(attempt) => (attempt.n, teller.send(&state, &attempt).await?),
        Stands::Asks(n) => (n, teller.ask(&state, n).await?.ok_or_else(under_way)?),
    };
    closed(&cx, id, n, &said).await
}

async fn closed(cx: &Cx, id: InvoiceId, n: u32, said: &Said) -> Result<Answer<ChargingView>> {
    let (kept, commit) = closing(&cx.store, id, n, said, cx.now).await?;
    Ok(shown(commit.unwrap_or_else(|| cx.store.commit()), kept))
}

fn shown(commit: Commit, kept: KeptCharging) -> Answer<ChargingView> {
    Answer::after(commit, ChargingView::of(kept.charging, kept.due_at))
}

fn under_way() -> Error {
    let detail = "a charge of this invoice is under way; read in a few minutes what became of it";
    Refusal::conflict("charge_under_way", detail).into()
}

/// Notes a try in the name of this request, unless it did so before.
async fn stand(cx: &Cx, id: InvoiceId, named: Option<PaymentMethodId>) -> Result<(Stands, Option<Commit>)> {
    let kept = cx.store.charging(id).await?;
    if let Some(kept) = kept.as_ref().filter(|kept| kept.value.asked_by.as_deref() == cx.key()) {
        let latest = kept.value.charging.latest();
        let open = latest.filter(|attempt| attempt.result.must_be_asked());
        return Ok((open.map_or(Stands::Over, |attempt| Stands::Asks(attempt.n)), None));
    }
    let invoice = cx.store.invoice(id).await?.value.invoice;
    if !invoice.is_open() {
        return Err(Refusal::conflict("not_open", "nothing is left to pay of this invoice").into());
    }
    let wallet = cx.store.wallet(invoice.client).await?.value;
    let no_method = || Refusal::conflict("no_method", "the client has no saved way to pay; save one first");
    let method = named.or(wallet.default).ok_or_else(no_method)?;
    let unknown = |_| Refusal::invalid("/method", "unknown", "is none of the client's saved ways to pay; list them");
    wallet.method(method).map_err(unknown)?;
    let begun = kept.as_ref().map(|kept| kept.value.charging.clone());
    let charging = begun.unwrap_or_else(|| Charging::new(id, method, cx.now)).with_method(method, cx.now);
    let charging = charging.hurried(cx.now);
    let (charging, attempt) = match charging.next(invoice.balance(), cx.now) {
        Next::Ask { n } => return Ok((Stands::Asks(n), None)),
        Next::Charge {} => charging.begin(invoice.balance(), cx.now)?,
        Next::Resend { n } => charging.resend(n, invoice.balance(), cx.now)?,
        Next::Stop(why) => return Err(stopped(why).into()),
        Next::Wait { until } => {
            let detail = format!("it was tried 8 times in 60 days; it can be tried again from {until} on");
            return Err(Refusal::conflict("tried_enough", detail).into());
        }
        Next::Done {} => return Err(Refusal::conflict("not_open", "nothing is left to charge").into()),
    };
    let charging = charging.asked_for(attempt.n);
    let asked_by = cx.key().map(str::to_owned);
    let first = KeptCharging { charging: charging.clone(), client: invoice.client, due_at: None, asked_by: None };
    let Versioned { value: before, rev } = kept.unwrap_or(Versioned { value: first, rev: 0 });
    let after = KeptCharging { asked_by, ..next_of(&before, charging, invoice.balance(), cx.now) };
    Ok((Stands::Sends(attempt), Some(cx.store.commit().update(&after, rev))))
}

fn stopped(why: Stopped) -> Refusal {
    match why {
        Stopped::NeedsPayer => {
            let detail = "the payer has to confirm it; send them the pay link, or charge another saved way to pay";
            Refusal::conflict("needs_payer", detail)
        }
        _ => Refusal::conflict("needs_method", "this way to pay will not work; save another one and charge that"),
    }
}
