//! What happens to payments, credit and the ledger, on each path that touches something else.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-a-payment", unique())
}

/// All of it, for a client of this owner's.
pub(crate) async fn happens(stack: &Stack, owner: &Person, customer: &Person, client: &str) {
    Box::pin(money(owner, customer, client)).await;
    let other = stack.msp("Ostwind IT").await;
    let payment = paid(&other, &other.client("Birch").await).await;
    let root = format!("{}#PAYMENT#{}", other.tenant, payment["id"].as_str().expect("an id"));
    crate::poison_root(stack, &root);
    stack.app.run_job("billing-check-ledger", JobInput::default()).await.expect("the check runs");
}

async fn paid(owner: &Person, client: &str) -> Value {
    let body = json!({ "client": client, "method": "bank_transfer", "amount": { "minor": 9_000, "currency": "EUR" } });
    owner.post("/v1/payments").key(&key()).json(&body).send().await.expect(201)
}

async fn money(owner: &Person, customer: &Person, client: &str) {
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
