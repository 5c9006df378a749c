//! What happens to payments, credit and the ledger, on each path that touches something else.

use contract::Secret;
use jiff::SignedDuration;
use local::app::WEBHOOK_SECRETS;
use local::provider::{ANSWER_LOST, EXPIRED};
use runtime::jobs::JobInput;
use runtime::webhooks::sign;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

const RETRY: &str = "billing-payment-retry";

fn key() -> String {
    format!("key-{}-of-a-payment", unique())
}

/// All of it, for a client of this owner's.
pub(crate) async fn happens(stack: &Stack, owner: &Person, customer: &Person, client: &str) {
    Box::pin(money(owner, customer, client)).await;
    let other = stack.msp("Ostwind IT").await;
    let birch = other.client("Birch").await;
    let payment = paid(&other, &birch).await;
    let body = json!({ "client": birch, "lines": [{ "text": "Router", "quantity": "1", "unit_price": "80" }] });
    let draft = other.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().expect("an id"));
    let issued = other.post(&issue).key(&key()).send().await.expect(200);
    assert_eq!(issued["state"], "paid", "with what the client has: {issued:#}");
    let root = format!("{}#PAYMENT#{}", other.tenant, payment["id"].as_str().expect("an id"));
    crate::poison_root(stack, &root);
    stack.app.run_job("billing-check-ledger", JobInput::default()).await.expect("the check runs");
    owner.post("/v1/ledger/check").send().await.expect(200);
    Box::pin(charging(stack, owner, client)).await;
}

/// Ways to pay, charges and what the provider tells.
async fn charging(stack: &Stack, owner: &Person, client: &str) {
    let methods = format!("/v1/clients/{client}/payment-methods");
    let card = json!({ "token": EXPIRED, "automatic": true });
    let saved = owner.post(&methods).key(&key()).json(&card).send().await.expect(201);
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": 0 },
        "lines": [{ "text": "Switch", "quantity": "1", "unit_price": "80" }],
    });
    let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let path = format!("/v1/invoices/{}", invoice["id"].as_str().expect("an id"));
    owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    owner.post(&format!("{path}/charge")).key(&key()).json(&json!({})).send().await.expect(200);
    for read in [methods.clone(), format!("{path}/charging"), format!("{path}/pay-link")] {
        owner.get(&read).await.expect(200);
    }
    let url = owner.get(&format!("{path}/pay-link")).await.expect(200)["url"].clone();
    let page = url.as_str().and_then(|url| stack.app.provider().page(url.rsplit('/').next()?)).expect("a page");
    let link = page.back_to.find("/v1/pay/").map(|at| &page.back_to[at..]).expect("a link");
    stack.nobody().get(link).await.with(200);
    let good = json!({ "token": ANSWER_LOST, "automatic": true });
    owner.post(&methods).key(&key()).json(&good).send().await.expect(201);
    let remove = format!("{methods}/{}/remove", saved["id"].as_str().expect("an id"));
    owner.post(&remove).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
    told(stack, owner, invoice["id"].as_str().expect("an id")).await;
    let payments = owner.get("/v1/payments").await.expect(200);
    let by_card =
        payments["items"].as_array().into_iter().flatten().find(|payment| payment["method"]["kind"] == "pay_page");
    let path = format!("/v1/payments/{}/refunds", by_card.expect("a payment")["id"].as_str().expect("an id"));
    let back = json!({ "amount": { "minor": 100, "currency": "EUR" } });
    owner.post(&path).key(&key()).json(&back).send().await.expect(200);
    Box::pin(unreadable(stack, owner, client)).await;
}

/// A payment on the pay page.
async fn told(stack: &Stack, owner: &Person, invoice: &str) {
    let body = json!({
        "id": "evt_1", "type": "payment_intent.succeeded",
        "data": { "object": {
            "id": "pi_1", "amount": 8_000, "currency": "eur", "metadata": { "tenant": owner.tenant, "invoice": invoice },
        } },
    });
    let body = body.to_string();
    let secret = Secret::from(WEBHOOK_SECRETS[0].to_owned());
    let header = sign(&[secret], body.as_bytes(), stack.now());
    let asking = stack.nobody().post("/v1/webhooks/payments").header("stripe-signature", &header);
    asking.bytes(body.into_bytes()).send().await.expect(200);
}

/// What nobody can read is put off; what can be read goes on.
async fn unreadable(stack: &Stack, owner: &Person, client: &str) {
    let methods = format!("/v1/clients/{client}/payment-methods");
    let card = json!({ "token": EXPIRED, "automatic": true });
    owner.post(&methods).key(&key()).json(&card).send().await.expect(201);
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": 0 },
        "lines": [{ "text": "Cable", "quantity": "1", "unit_price": "8" }],
    });
    let emails = json!({ "emails": ["accounts@payer.example"] });
    owner.change(&format!("/v1/clients/{client}/billing"), emails).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let id = invoice["id"].as_str().expect("an id").to_owned();
        owner.post(&format!("/v1/invoices/{id}/issue")).key(&key()).send().await.expect(200);
        ids.push(id);
    }
    stack.app.settle().await;
    let path = format!("/v1/invoices/{}/dunning", ids[0]);
    owner.get(&path).await.expect(200);
    let dispute = json!({ "why": "dispute" });
    for verb in ["pause", "resume"] {
        owner.post(&format!("{path}/{verb}")).key(&key()).json(&dispute).send().await.expect(200);
    }
    for part in ["CHARGING", "DUNNING"] {
        crate::poison_item(stack, &format!("{}#INVOICE#{}", owner.tenant, ids[1]), part);
    }
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(30)).expect("the clock moves");
    for job in [RETRY, "billing-dunning"] {
        stack.app.run_job(job, JobInput::default()).await.expect("the job runs");
    }
    // What is told of the step brings the invoice.
    stack.app.settle().await;
}

async fn paid(owner: &Person, client: &str) -> Value {
    let body = json!({ "client": client, "method": "bank_transfer", "amount": { "minor": 29_000, "currency": "EUR" } });
    owner.post("/v1/payments").key(&key()).json(&body).send().await.expect(201)
}

async fn money(owner: &Person, customer: &Person, client: &str) {
    // What the client has is used by hand here, and left for charges to come.
    owner.change("/v1/billing/settings", json!({ "use_credit_first": false })).await;
    let body = json!({ "client": client, "lines": [{ "text": "Router", "quantity": "1", "unit_price": "80" }] });
    let issued = || async {
        let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let path = format!("/v1/invoices/{}/issue", invoice["id"].as_str().expect("an id"));
        owner.post(&path).key(&key()).send().await.expect(200);
    };
    issued().await;
    let payment = paid(owner, client).await;
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    let back = json!({ "amount": { "minor": 100, "currency": "EUR" } });
    owner.post(&format!("{path}/refunds")).key(&key()).json(&back).send().await.expect(200);
    issued().await;
    let credit = format!("/v1/clients/{client}/credit");
    owner.post(&format!("{credit}/allocations")).key(&key()).json(&back).send().await.expect(201);
    for read in [path.as_str(), "/v1/payments", &credit, "/v1/ledger/postings?month=2026-02", "/v1/ledger/check"] {
        owner.get(read).await.expect(200);
    }
    customer.get("/v1/payments").await.expect(200);
}
