//! Stripe: PaymentIntents off session, saved PaymentMethods, refunds and Checkout pages, over its REST API.
//!
//! A client of our own over the HTTP stack that the AWS SDK has linked already; `docs/decisions/0009` tells why.
//! Every call that moves money carries our key as `Idempotency-Key` and in the object's metadata: Stripe forgets keys after
//! a day ("Idempotent requests"), metadata stays.

use std::time::Duration;

use bytes::Bytes;
use contract::Secret;
use domain::billing::declines::NO_SUCH_METHOD;
use domain::billing::wallet::{MethodKind, Shown};
use domain::money::{Money, exponent};
use form_urlencoded::Serializer;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use iso_currency::Currency;
use serde_json::Value;

use crate::provider::{
    Answered, Charge, Charged, NewMethod, PayPage, PaymentProvider, ProviderError, Refund, Saved, Whose,
};

/// Where Stripe is.
const STRIPE: &str = "https://api.stripe.com";
/// The version of the API whose answers are read here.
const VERSION: &str = "2025-09-30.clover";
/// How long one call may take. An off-session charge takes some seconds; a function has 29.
const PATIENCE: Duration = Duration::from_secs(20);
/// Objects looked at in one page of a list; Stripe's most.
const PAGE: usize = 100;
/// Pages looked at for a charge: of one client, since just before it was sent.
const MOST_PAGES: usize = 10;
/// How long before it was sent a charge is looked for: clocks differ.
const CLOCKS_DIFFER_S: i64 = 600;

/// Stripe.
pub struct Stripe {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    key: Secret,
    at: String,
}

/// What came back: a status and JSON.
struct Reply {
    status: StatusCode,
    body: Value,
}

type Form<'a> = Vec<(&'a str, String)>;

impl Stripe {
    /// With its secret key.
    ///
    /// # Errors
    /// When this machine knows no certificates to trust.
    pub fn new(key: Secret) -> std::io::Result<Self> {
        Self::at(key, STRIPE)
    }

    /// The same elsewhere: a stand-in for tests.
    ///
    /// # Errors
    /// When this machine knows no certificates to trust.
    pub fn at(key: Secret, at: &str) -> std::io::Result<Self> {
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Stripe {
            http: Client::builder(TokioExecutor::new()).build(tls),
            key,
            at: at.trim_end_matches('/').to_owned(),
        })
    }

    /// One call. What is lost on the way is [`ProviderError::Unknown`]; whether that matters, the caller knows.
    async fn call(
        &self,
        method: Method,
        path: &str,
        form: &Form<'_>,
        once: Option<&str>,
    ) -> Result<Reply, ProviderError> {
        let text = Serializer::new(String::new()).extend_pairs(form).finish();
        let reads = method == Method::GET;
        let uri =
            if reads && !text.is_empty() { format!("{}{path}?{text}", self.at) } else { format!("{}{path}", self.at) };
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", format!("Bearer {}", self.key.reveal()))
            .header("stripe-version", VERSION)
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let body = if reads { Bytes::new() } else { text.into() };
        let request = request.body(Full::new(body)).map_err(|e| ProviderError::NotTaken(e.to_string()))?;
        let lost = |why: String| ProviderError::Unknown(why);
        let answer = async {
            let answer = self.http.request(request).await.map_err(|error| match error.is_connect() {
                true => ProviderError::NotTaken(error.to_string()),
                false => lost(error.to_string()),
            })?;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|error| lost(error.to_string()))?.to_bytes();
            Ok(Reply { status: parts.status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
        };
        let reply: Reply =
            tokio::time::timeout(PATIENCE, answer).await.map_err(|_| lost("no answer in time".into()))??;
        match reply.status.as_u16() {
            200..=299 | 400 | 402 | 404 => Ok(reply),
            // Of these Stripe says that nothing was done ("Errors", HTTP status codes); 409 is another call under this key.
            401 | 403 | 429 => Err(ProviderError::NotTaken(reply.why())),
            _ => Err(lost(reply.why())),
        }
    }

    /// One call whose refusal is final.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        form: &Form<'_>,
        once: Option<&str>,
    ) -> Result<Value, ProviderError> {
        let reply = self.call(method, path, form, once).await?;
        if reply.status.is_success() { Ok(reply.body) } else { Err(ProviderError::Refused(reply.why())) }
    }

    async fn customer(&self, new: &NewMethod) -> Result<String, ProviderError> {
        if let Some(customer) = &new.customer {
            return Ok(customer.clone());
        }
        let form = vec![
            ("name", new.name.clone()),
            ("metadata[tenant]", new.tenant.to_string()),
            ("metadata[client]", new.client.to_string()),
        ];
        let once = format!("customer-{}", new.client);
        text(&self.ask(Method::POST, "/v1/customers", &form, Some(&once)).await?["id"])
    }

    /// The first object of a list that fits, newest first, page by page.
    async fn find(
        &self,
        path: &str,
        filter: &Form<'_>,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, ProviderError> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut form = filter.clone();
            form.push(("limit", PAGE.to_string()));
            form.extend(after.take().map(|after| ("starting_after", after)));
            let page = self.ask(Method::GET, path, &form, None).await?;
            let found = page["data"].as_array().cloned().unwrap_or_default();
            if let Some(found) = found.iter().find(|object| fits(object)) {
                return Ok(Some(found.clone()));
            }
            after = found.last().and_then(|last| last["id"].as_str()).map(str::to_owned);
            if page["has_more"] != Value::Bool(true) || after.is_none() {
                return Ok(None);
            }
        }
        // Not found is not the same as not there.
        Err(ProviderError::Unknown(format!("more than {} objects in {path}", PAGE * MOST_PAGES)))
    }
}

impl Reply {
    /// For the log and for people: Stripe's messages name no secrets.
    fn why(&self) -> String {
        let error = &self.body["error"];
        let message = error["message"].as_str().unwrap_or("no reason given");
        format!("{}: {message}", self.status.as_u16())
    }
}

fn text(value: &Value) -> Result<String, ProviderError> {
    let missing = || ProviderError::Unknown("the answer lacks what it should have".to_owned());
    value.as_str().map(str::to_owned).ok_or_else(missing)
}

/// Currencies that Stripe counts in other units than ISO 4217 does ("Supported currencies", special cases).
const COUNTED_OTHERWISE: [Currency; 3] = [Currency::ISK, Currency::MGA, Currency::UGX];

/// An amount as Stripe takes it. Its smallest units are ISO's, but for a few currencies, which are refused.
fn amount(money: Money) -> Result<Form<'static>, ProviderError> {
    let currency = money.currency();
    // Of three decimal places, Stripe takes two.
    let too_fine = exponent(currency) == 3 && money.minor() % 10 != 0;
    if COUNTED_OTHERWISE.contains(&currency) || too_fine {
        return Err(ProviderError::Refused(format!("it does not take {money}")));
    }
    Ok(vec![("amount", money.minor().to_string()), ("currency", currency.code().to_lowercase())])
}

/// What a PaymentIntent came to.
fn charged(intent: &Value) -> Result<Charged, ProviderError> {
    let reference = text(&intent["id"])?;
    let error = &intent["last_payment_error"];
    Ok(match intent["status"].as_str() {
        Some("succeeded") => Charged::Succeeded { reference },
        Some("requires_action" | "requires_source_action") => {
            Charged::Declined { code: "authentication_required".to_owned() }
        }
        Some("requires_payment_method" | "requires_source" | "canceled") => Charged::Declined { code: code(error) },
        _ => Charged::Pending,
    })
}

/// What a charge came to that Stripe answers with 400 or 404 ("Errors": the error's `type`, `code` and `param`): a way to pay
/// that it does not know or cannot use is declined; anything else no way to pay would do for.
fn not_charged(reply: &Reply) -> Result<Charged, ProviderError> {
    let error = &reply.body["error"];
    let begins = |field: &str, with: &str| error[field].as_str().is_some_and(|said| said.starts_with(with));
    if begins("type", "card_error") {
        return Ok(Charged::Declined { code: code(error) });
    }
    let of_method = begins("param", "payment_method") || begins("param", "customer");
    if of_method || begins("code", "payment_method") || begins("code", "resource_missing") {
        return Ok(Charged::Declined { code: NO_SUCH_METHOD.to_owned() });
    }
    Err(ProviderError::Refused(reply.why()))
}

fn code(error: &Value) -> String {
    let code = error["decline_code"].as_str().or(error["code"].as_str());
    code.unwrap_or("generic_decline").to_owned()
}

impl PaymentProvider for Stripe {
    fn save<'a>(&'a self, new: &'a NewMethod) -> Answered<'a, Saved> {
        Box::pin(async move {
            let customer = self.customer(new).await?;
            let path = format!("/v1/payment_methods/{}/attach", segment(&new.token)?);
            let method = self.ask(Method::POST, &path, &vec![("customer", customer.clone())], None).await?;
            Ok(Saved { customer, token: text(&method["id"])?, shown: shown(&method) })
        })
    }

    fn forget<'a>(&'a self, token: &'a str) -> Answered<'a, ()> {
        Box::pin(async move {
            let path = format!("/v1/payment_methods/{}/detach", segment(token)?);
            let reply = self.call(Method::POST, &path, &Vec::new(), None).await?;
            // 400 and 404: it is not attached any more, or was never there.
            tracing::debug!(status = reply.status.as_u16(), "a way to pay was detached");
            Ok(())
        })
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Charged> {
        Box::pin(async move {
            let mut form = amount(charge.amount)?;
            form.extend([
                ("customer", charge.customer.clone()),
                ("payment_method", charge.method.clone()),
                ("off_session", "true".to_owned()),
                ("confirm", "true".to_owned()),
                ("metadata[number]", charge.text.clone()),
                ("metadata[tenant]", charge.tenant.to_string()),
                ("metadata[invoice]", charge.invoice.to_string()),
                ("metadata[attempt]", charge.key.clone()),
            ]);
            let reply = self.call(Method::POST, "/v1/payment_intents", &form, Some(&charge.key)).await?;
            match reply.status.as_u16() {
                200..=299 => charged(&reply.body),
                402 => Ok(Charged::Declined { code: code(&reply.body["error"]) }),
                _ => not_charged(&reply),
            }
        })
    }

    fn find_charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Option<Charged>> {
        Box::pin(async move {
            // Lists are consistent at once; the search is a minute behind.
            let since = charge.at.as_second() - CLOCKS_DIFFER_S;
            let filter = vec![("customer", charge.customer.clone()), ("created[gte]", since.to_string())];
            let is_it = |intent: &Value| intent["metadata"]["attempt"] == charge.key.as_str();
            let found = self.find("/v1/payment_intents", &filter, is_it).await?;
            found.as_ref().map(charged).transpose()
        })
    }

    fn refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, ()> {
        Box::pin(async move {
            let cents = amount(refund.amount)?.swap_remove(0);
            let form = vec![
                cents,
                ("payment_intent", refund.reference.clone()),
                ("metadata[tenant]", refund.tenant.to_string()),
                ("metadata[payment]", refund.payment.to_string()),
                ("metadata[refund]", refund.key.clone()),
            ];
            let refunded = self.ask(Method::POST, "/v1/refunds", &form, Some(&refund.key)).await?;
            match refunded["status"].as_str() {
                Some("failed" | "canceled") => {
                    Err(ProviderError::Refused("the bank did not take the refund".to_owned()))
                }
                _ => Ok(()),
            }
        })
    }

    fn find_refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, bool> {
        Box::pin(async move {
            let filter = vec![("payment_intent", refund.reference.clone())];
            let is_it = |found: &Value| {
                let failed = matches!(found["status"].as_str(), Some("failed" | "canceled"));
                found["metadata"]["refund"] == refund.key.as_str() && !failed
            };
            Ok(self.find("/v1/refunds", &filter, is_it).await?.is_some())
        })
    }

    fn whose<'a>(&'a self, reference: &'a str) -> Answered<'a, Option<Whose>> {
        Box::pin(async move {
            let path = format!("/v1/payment_intents/{}", segment(reference)?);
            let reply = self.call(Method::GET, &path, &Vec::new(), None).await?;
            match reply.status {
                StatusCode::NOT_FOUND => Ok(None),
                status if status.is_success() => Ok(whose(&reply.body["metadata"])),
                _ => Err(ProviderError::Refused(reply.why())),
            }
        })
    }

    fn pay_page<'a>(&'a self, page: &'a PayPage) -> Answered<'a, String> {
        Box::pin(async move {
            amount(page.amount)?;
            let form = vec![
                ("mode", "payment".to_owned()),
                ("success_url", page.back_to.clone()),
                ("cancel_url", page.back_to.clone()),
                ("line_items[0][quantity]", "1".to_owned()),
                ("line_items[0][price_data][currency]", page.amount.currency().code().to_lowercase()),
                ("line_items[0][price_data][unit_amount]", page.amount.minor().to_string()),
                ("line_items[0][price_data][product_data][name]", page.text.clone()),
                ("payment_intent_data[metadata][tenant]", page.tenant.to_string()),
                ("payment_intent_data[metadata][invoice]", page.invoice.to_string()),
            ];
            text(&self.ask(Method::POST, "/v1/checkout/sessions", &form, Some(&page.key)).await?["url"])
        })
    }
}

/// Whose a PaymentIntent is, if its metadata are ours.
fn whose(metadata: &Value) -> Option<Whose> {
    Some(Whose {
        tenant: metadata["tenant"].as_str()?.parse().ok()?,
        invoice: metadata["invoice"].as_str()?.parse().ok()?,
        key: metadata["attempt"].as_str().map(str::to_owned),
    })
}

/// A provider's name as a part of a path: anything but letters, digits, `_` and `-` would ask for something else.
fn segment(token: &str) -> Result<&str, ProviderError> {
    let plain =
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let refused = || ProviderError::Refused("this is not what the provider calls a way to pay".to_owned());
    plain.then_some(token).ok_or_else(refused)
}

/// What a person knows a PaymentMethod by.
fn shown(method: &Value) -> Shown {
    let card = &method["card"];
    let last4 = |of: &Value| of["last4"].as_str().map(str::to_owned);
    if card.is_object() {
        let (year, month) = (card["exp_year"].as_i64(), card["exp_month"].as_i64());
        let good_until = year.zip(month).map(|(year, month)| format!("{year:04}-{month:02}"));
        let brand = card["brand"].as_str().unwrap_or("card").to_owned();
        return Shown { kind: MethodKind::Card, brand, last4: last4(card), good_until };
    }
    let name = method["type"].as_str().unwrap_or("other");
    let debit = ["sepa_debit", "us_bank_account", "bacs_debit", "acss_debit", "au_becs_debit"].contains(&name);
    let kind = if debit { MethodKind::BankDebit } else { MethodKind::Other };
    Shown { kind, brand: name.to_owned(), last4: last4(&method[name]), good_until: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_that_is_not_known_is_declined_and_an_amount_that_is_not_taken_is_no_cards_fault() {
        let declined = |code: &str| Some(code.to_owned());
        for (status, error, expected) in [
            (404, json!({ "code": "resource_missing", "param": "payment_method" }), declined(NO_SUCH_METHOD)),
            (400, json!({ "code": "resource_missing", "param": "customer" }), declined(NO_SUCH_METHOD)),
            (400, json!({ "param": "payment_method", "message": "It was detached." }), declined(NO_SUCH_METHOD)),
            (400, json!({ "code": "payment_method_unactivated" }), declined(NO_SUCH_METHOD)),
            (400, json!({ "type": "card_error", "code": "expired_card" }), declined("expired_card")),
            (400, json!({ "code": "amount_too_small", "param": "amount" }), None),
            (400, json!({ "code": "amount_too_large", "param": "amount" }), None),
            (400, json!({ "param": "currency", "message": "Invalid currency: xau" }), None),
            (400, json!({ "type": "idempotency_error" }), None),
            (400, json!({}), None),
        ] {
            let body = json!({ "error": error });
            let got = not_charged(&Reply { status: StatusCode::from_u16(status).unwrap(), body: body.clone() });
            match expected {
                Some(code) => assert_eq!(got, Ok(Charged::Declined { code }), "{body}"),
                None => assert!(matches!(got, Err(ProviderError::Refused(_))), "{body}: {got:?}"),
            }
        }
    }

    #[test]
    fn an_amount_that_stripe_does_not_take_is_refused_before_it_is_sent() {
        let money = |minor, code| Money::new(minor, Currency::from_code(code).unwrap());
        for (amount_of, taken) in [
            (money(1_005, "KWD"), false),
            (money(1_010, "KWD"), true),
            (money(1_000, "ISK"), false),
            (money(1_000, "UGX"), false),
            (money(1_000, "JPY"), true),
            (money(1_005, "EUR"), true),
        ] {
            assert_eq!(amount(amount_of).is_ok(), taken, "{amount_of}");
        }
    }
}
