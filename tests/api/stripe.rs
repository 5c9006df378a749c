//! The Stripe adapter against a peer that is not ours: localstripe, in its own process, started by `.ci/stripe`. It takes
//! no idempotency keys, so what stands before it here does: a repeat under a key never gets through, and a call that
//! moves money without a key is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use bytes::Bytes;
use contract::Secret;
use domain::ids::{InvoiceId, PaymentId, TenantId};
use domain::money::Money;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use local::Settings;
use runtime::PaymentProvider;
use runtime::payments::Payments;
use runtime::provider::{Charge, Charged, NewMethod, Refund};
use runtime::stripe::Stripe;
use serde_json::json;
use tests::Stack;
use tokio::net::TcpListener;

use crate::charging::{charge, invoice, paid, payments, save, state};

/// Declined whenever it is charged; localstripe's name for it.
const FAILS: &str = "pm_card_chargeCustomerFail";
const SECRET: &str = "whsec_of_the_stand_in";
/// How often a webhook is looked for; it comes after a second.
const LOOKS: usize = 100;

type Http = Client<HttpConnector, Full<Bytes>>;

/// What stands before localstripe.
#[derive(Clone)]
struct Front {
    to: String,
    http: Http,
    kept: Arc<Mutex<BTreeMap<String, (StatusCode, Bytes)>>>,
    through: Arc<Mutex<Vec<String>>>,
}

#[allow(clippy::disallowed_methods, reason = "the script that starts the peer says where it is")]
fn peer() -> String {
    std::env::var("STEWARD_LOCALSTRIPE").expect("run this by .ci/stripe, which starts the peer")
}

async fn pass(State(front): State<Front>, request: Request<axum::body::Body>) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let moves =
        parts.method == http::Method::POST && ["/v1/payment_intents", "/v1/refunds"].contains(&parts.uri.path());
    let key = parts.headers.get("idempotency-key").map(|key| key.to_str().expect("text").to_owned());
    if moves && key.is_none() {
        return answer(StatusCode::BAD_REQUEST, Bytes::from_static(b"{\"error\":{\"message\":\"no key\"}}"));
    }
    if let Some((status, kept)) = key.as_ref().and_then(|key| front.kept.lock().unwrap().get(key).cloned()) {
        return answer(status, kept);
    }
    let (status, found) = front.forward(&parts.method, &parts.uri, &parts.headers, body).await;
    front.through.lock().unwrap().push(format!("{} {}", parts.method, parts.uri.path()));
    if let Some(key) = key {
        front.kept.lock().unwrap().insert(key, (status, found.clone()));
    }
    answer(status, found)
}

fn answer(status: StatusCode, body: Bytes) -> Response<axum::body::Body> {
    Response::builder().status(status).header("content-type", "application/json").body(body.into()).unwrap()
}

impl Front {
    async fn start() -> (Self, String) {
        let http = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let front = Front { to: peer(), http, kept: Arc::default(), through: Arc::default() };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(front.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (front, at)
    }

    async fn forward(&self, method: &http::Method, uri: &Uri, headers: &HeaderMap, body: Bytes) -> (StatusCode, Bytes) {
        // localstripe's list of PaymentIntents knows no filters: it lists all.
        let all = uri.path() == "/v1/payment_intents" && method == http::Method::GET;
        let rest = if all { "/v1/payment_intents?limit=100" } else { uri.path_and_query().unwrap().as_str() };
        let mut request = Request::builder().method(method).uri(format!("{}{rest}", self.to));
        for name in ["authorization", "content-type"] {
            request = request.header(name, &headers[name]);
        }
        let found = self.http.request(request.body(Full::new(body)).unwrap()).await.expect("the peer answers");
        let status = found.status();
        (status, found.into_body().collect().await.unwrap().to_bytes())
    }

    fn count(&self, what: &str) -> usize {
        self.through.lock().unwrap().iter().filter(|call| *call == what).count()
    }
}

fn id<T: std::str::FromStr>(prefix: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("{prefix}01970000000070008000000000000001").parse().unwrap()
}

async fn saved(stripe: &Stripe, token: &str) -> (String, String) {
    let (tenant, client) = (id::<TenantId>("ten_"), id("cli_"));
    let new = NewMethod { tenant, client, name: "Acme".into(), customer: None, token: token.into() };
    let saved = stripe.save(&new).await.expect("it is saved");
    assert_eq!((saved.shown.brand.as_str(), saved.shown.good_until.as_deref()), ("visa", Some("2030-12")));
    (saved.customer, saved.token)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap())
}

#[tokio::test]
#[ignore = "needs localstripe: run .ci/stripe"]
async fn a_charge_is_made_once_found_again_and_given_back() {
    let (front, at) = Front::start().await;
    let stripe = Stripe::at(Secret::from("sk_test_12345".to_owned()), &at).unwrap();
    let (customer, method) = saved(&stripe, "pm_card_visa").await;
    let charge = Charge {
        key: format!("inv-{}", tests::unique()),
        tenant: id("ten_"),
        invoice: id::<InvoiceId>("inv_"),
        text: "INV-000001".into(),
        customer,
        method,
        amount: eur(11_900),
        at: now(),
    };
    assert_eq!(stripe.find_charge(&charge).await.unwrap(), None);
    let Charged::Succeeded { reference } = stripe.charge(&charge).await.unwrap() else { panic!("it is charged") };
    for _ in 0..3 {
        assert_eq!(stripe.charge(&charge).await.unwrap(), Charged::Succeeded { reference: reference.clone() });
    }
    assert_eq!(front.count("POST /v1/payment_intents"), 1);
    let found = stripe.find_charge(&charge).await.unwrap();
    assert_eq!(found, Some(Charged::Succeeded { reference: reference.clone() }));
    let refund = Refund {
        key: format!("pay-{}", tests::unique()),
        tenant: id("ten_"),
        payment: id::<PaymentId>("pay_"),
        reference,
        amount: eur(4_000),
    };
    assert_eq!(stripe.find_refund(&refund).await, Ok(false));
    for _ in 0..2 {
        assert_eq!(stripe.refund(&refund).await, Ok(()));
    }
    assert_eq!((stripe.find_refund(&refund).await, front.count("POST /v1/refunds")), (Ok(true), 1));
}

#[tokio::test]
#[ignore = "needs localstripe: run .ci/stripe"]
async fn a_card_that_is_declined_says_so() {
    let (_, at) = Front::start().await;
    let stripe = Stripe::at(Secret::from("sk_test_12345".to_owned()), &at).unwrap();
    let (customer, method) = saved(&stripe, FAILS).await;
    let charge = Charge {
        key: format!("inv-{}", tests::unique()),
        tenant: id("ten_"),
        invoice: id::<InvoiceId>("inv_"),
        text: "INV-000001".into(),
        customer,
        method,
        amount: eur(500),
        at: now(),
    };
    let Charged::Declined { code } = stripe.charge(&charge).await.unwrap() else { panic!("it is declined") };
    assert_eq!(code, "card_declined");
}

#[allow(clippy::disallowed_methods, reason = "the peer signs by the machine's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[tokio::test]
#[ignore = "needs localstripe: run .ci/stripe"]
async fn an_invoice_is_charged_through_the_api_and_the_peers_signed_webhook_adds_nothing() {
    let (_, at) = Front::start().await;
    let stripe = Stripe::at(Secret::from("sk_test_12345".to_owned()), &at).unwrap();
    let webhook_secrets = vec![Secret::from(SECRET.to_owned())];
    let provider = Payments { provider: Arc::new(stripe), webhook_secrets };
    let stack = Stack::with(Settings { payments: Some(provider), ..Settings::for_test(now()) }).await;
    let heard = listen(&stack).await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    save(&owner, &client, "pm_card_visa", false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &id).await.expect(200);
    assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 1));
    for _ in 0..LOOKS {
        if !heard.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(heard.lock().unwrap().contains(&("payment_intent.succeeded".to_owned(), 200)), "{heard:?}");
    assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 1));
}

type Heard = Arc<Mutex<Vec<(String, u16)>>>;

/// Takes the peer's webhooks on a socket and hands them to the stack; what kinds came, and what each was answered.
async fn listen(stack: &Stack) -> Heard {
    let heard = Heard::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (stack, kept) = (stack.clone(), heard.clone());
    let hear = move |headers: HeaderMap, body: Bytes| {
        let (stack, kept) = (stack.clone(), kept.clone());
        async move {
            let kind: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let header = headers["stripe-signature"].to_str().unwrap().to_owned();
            let asking = stack.nobody().post("/v1/webhooks/payments").header("stripe-signature", &header);
            let status = asking.bytes(body).send().await.status;
            kept.lock().unwrap().push((kind["type"].as_str().unwrap().to_owned(), status));
        }
    };
    let router = Router::new().route("/", axum::routing::post(hear));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http: Http = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let body = json!({ "url": url, "secret": SECRET, "events": ["payment_intent.succeeded"] }).to_string();
    let request =
        Request::post(format!("{}/_config/webhooks/steward", peer())).header("content-type", "application/json");
    let registered = http.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
    assert_eq!(registered.status(), 200);
    heard
}
