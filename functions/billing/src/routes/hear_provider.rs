//! Hear what the payment provider tells by itself. Which tenant it is about stands in what we once told the provider, and
//! is believed only because the provider signed it.

use contract::charging::{HEAR, ProviderEvent};
use contract::{NoBody, Nothing};
use domain::billing::payments::Method;
use domain::billing::retry::AttemptResult;
use domain::ids::{InvoiceId, TenantId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::{SignedDuration, Timestamp};
use runtime::webhooks::verify;
use runtime::{Answer, Error, Handler, PublicCx, Raw, Result};
use serde_json::Value;
use store::{Commit, TenantStore};

use crate::teller::{Came, Said, closing, payment_of, state};
use crate::went_back;

/// The header that Stripe signs in.
const SIGNATURE: &str = "stripe-signature";
/// How long a payment is waited for of which something else is told first. What is asked for anew every hour is known by then,
/// and Stripe sends an event again for three days.
const WAITED_FOR: SignedDuration = SignedDuration::from_hours(48);

/// The route.
pub fn route() -> Handler {
    Handler::raw(HEAR, hear_provider)
}

/// What the provider told of one of our payments.
struct Told {
    tenant: TenantId,
    invoice: InvoiceId,
    /// The try's key, if it is one of ours and not a payment on the pay page.
    key: Option<String>,
    reference: String,
    amount: Money,
    said: Said,
}

async fn hear_provider(cx: PublicCx, raw: Raw) -> Result<Answer<NoBody>> {
    let header = raw.headers.get(SIGNATURE).and_then(|header| header.to_str().ok()).unwrap_or_default();
    if let Err(why) = verify(&cx.world.payments()?.webhook_secrets, header, &raw.body, cx.now) {
        tracing::warn!(%why, "a webhook was not accepted");
        return Err(refused("webhook-not-signed", "The webhook's signature is not right, or too old."));
    }
    let Ok(event) = serde_json::from_slice::<ProviderEvent>(&raw.body) else {
        return Err(refused("not-json", "The webhook is not an event of the payment provider."));
    };
    if let Some(told) = went_back::told(&event) {
        return of_money_back(&cx, &event, &told).await;
    }
    let Some(told) = told(&event) else { return Ok(Answer::of(Nothing {})) };
    let store = cx.store.for_tenant(told.tenant);
    if store.has_heard(&event.id).await? {
        return Ok(Answer::of(Nothing {}));
    }
    let Some(commit) = effect(&store, told, &cx).await? else { return Ok(Answer::of(Nothing {})) };
    Ok(Answer::after(commit.hear(&event.id, cx.now), Nothing {}))
}

/// What went back, or may, of a payment. Its event names the payment and not the tenant: that is asked of the provider.
async fn of_money_back(cx: &PublicCx, event: &ProviderEvent, told: &went_back::Told) -> Result<Answer<NoBody>> {
    let provider = cx.world.payments()?.provider.clone();
    let Some(whose) = provider.whose(&told.reference).await? else { return Ok(Answer::of(Nothing {})) };
    let store = cx.store.for_tenant(whose.tenant);
    if store.has_heard(&event.id).await? {
        return Ok(Answer::of(Nothing {}));
    }
    let what = whose.key.as_deref().unwrap_or(&told.reference);
    let payment = match store.payment(payment_of(&store, what)).await {
        Ok(payment) => payment,
        Err(store::Error::NotFound) => return unknown(&store, whose.invoice, event, cx.now).await,
        Err(error) => return Err(error.into()),
    };
    let commit = went_back::effect(&store, &payment, told, cx.now).await?;
    Ok(Answer::after(commit.hear(&event.id, cx.now), Nothing {}))
}

/// What is answered of a payment that is not known: it may still come, with its own event, for an invoice that is there, and
/// not for ever.
async fn unknown(
    store: &TenantStore,
    invoice: InvoiceId,
    event: &ProviderEvent,
    now: Timestamp,
) -> Result<Answer<NoBody>> {
    let happened = event.created.and_then(|second| Timestamp::from_second(second).ok());
    let late = happened.is_some_and(|happened| now.duration_since(happened) > WAITED_FOR);
    match store.invoice(invoice).await {
        Ok(_) if !late => return Err(Error::Outside("This payment is not known yet. Send it again.")),
        Ok(_) | Err(store::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    tracing::error!(event = event.id, %invoice, "a webhook tells of a payment that is not there");
    Ok(Answer::of(Nothing {}))
}

fn refused(kind: &'static str, detail: &str) -> Error {
    Error::Request { status: 400, kind, detail: detail.to_owned(), errors: Vec::new() }
}

/// What an event tells, if it is of a payment that we asked for.
fn told(event: &ProviderEvent) -> Option<Told> {
    let object = &event.data.object;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let reference = text(&object["id"])?;
    let said = match event.kind.as_str() {
        "payment_intent.succeeded" => Said::succeeded(reference.clone()),
        "payment_intent.payment_failed" => {
            let error = &object["last_payment_error"];
            Said::declined(error["decline_code"].as_str().or(error["code"].as_str()).unwrap_or_default())
        }
        _ => return None,
    };
    let currency = Currency::from_code(&object["currency"].as_str()?.to_uppercase())?;
    let metadata = &object["metadata"];
    Some(Told {
        tenant: metadata["tenant"].as_str()?.parse().ok()?,
        invoice: metadata["invoice"].as_str()?.parse().ok()?,
        key: text(&metadata["attempt"]),
        reference,
        amount: Money::new(object["amount"].as_i64()?, currency),
        said,
    })
}

/// What is written of it; nothing for what is not there.
async fn effect(store: &TenantStore, told: Told, cx: &PublicCx) -> Result<Option<Commit>> {
    let invoice = match store.invoice(told.invoice).await {
        Ok(invoice) => invoice,
        Err(store::Error::NotFound) => {
            tracing::error!(invoice = %told.invoice, "a webhook tells of an invoice that is not there");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let (what, method) = match &told.key {
        Some(key) => {
            let charging = state(store, told.invoice).await?.map(|state| state.kept.value.charging);
            let attempts = charging.into_iter().flat_map(|charging| charging.attempts);
            let attempt = attempts.into_iter().find(|attempt| attempt.key == *key && attempt.amount == told.amount);
            if let Some(attempt) = attempt {
                let (_, commit) = closing(store, told.invoice, attempt.n, &told.said, cx.now).await?;
                return Ok(Some(commit.unwrap_or_else(|| store.commit())));
            }
            // The try is over for 60 days; the money is here all the same.
            tracing::error!(key, "a webhook tells of a try that is not known");
            (key, Method::PayPage {})
        }
        None => (&told.reference, Method::PayPage {}),
    };
    if told.said.result != (AttemptResult::Succeeded {}) {
        return Ok(Some(store.commit()));
    }
    let came = Came { what, method, amount: told.amount, reference: Some(told.reference.clone()) };
    match store.payment(came.payment(store)).await {
        Ok(_) => Ok(Some(store.commit())),
        Err(store::Error::NotFound) => Ok(Some(came.into_books(store, store.commit(), invoice, cx.now).await?)),
        Err(error) => Err(error.into()),
    }
}
