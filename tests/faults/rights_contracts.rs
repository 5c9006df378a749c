//! What happens to contracts, and what is reported for them, on each path that touches something else.

use serde_json::{Value, json};
use tests::{Person, unique};

/// All of it, for a client of its own, so that its SLA is nobody else's.
pub(crate) async fn happens(owner: &Person) {
    let client = owner.client("Cedar Row").await;
    let contract = Box::pin(signed(owner, &client)).await;
    Box::pin(used(owner, &client, &contract)).await;
    Box::pin(charged(owner, &client, &contract)).await;
    Box::pin(amended(owner, &contract)).await;
    owner.stack.app.settle().await;
}

fn key() -> String {
    format!("key-{}-of-a-contract", unique())
}

fn at(contract: &Value) -> String {
    format!("/v1/contracts/{}", contract["id"].as_str().expect("an id"))
}

fn lines() -> Value {
    let count = |what: &str| {
        json!({
            "text": what, "kind": "per_seat", "timing": "advance", "quantity": { "kind": "counted", "what": what },
            "price": { "pricing": { "model": "per_unit", "price": "5" } },
        })
    };
    let usage = json!({
        "text": "Storage", "kind": "usage", "timing": "arrears",
        "price": { "pricing": { "model": "per_unit", "price": "0.10" } },
    });
    let care = json!({
        "text": "Care", "kind": "fixed", "timing": "advance", "price": { "pricing": { "model": "flat", "amount": "5" } },
        "bucket": { "minutes": 60, "rollover": { "kind": "none" } },
    });
    json!([count("devices"), count("contacts"), usage, care])
}

async fn signed(owner: &Person, client: &str) -> Value {
    let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01", "ends_on": "2028-02-01" });
    let body = json!({ "client": client, "name": "Care", "lines": lines(), "sla": "none", "schedule": schedule });
    let contract = owner.post("/v1/contracts").key(&key()).json(&body).send().await.expect(201);
    let path = at(&contract);
    owner.get("/v1/contracts").await.expect(200);
    owner.get(&format!("/v1/contracts?client={client}")).await.expect(200);
    owner.change(&path, json!({ "name": "Care and storage" })).await;
    owner.post(&format!("{path}/sign")).key(&key()).send().await.expect(200);
    owner.stack.app.settle().await;
    owner.get(&path).await.expect(200)
}

async fn used(owner: &Person, client: &str, contract: &Value) {
    let devices = json!({ "what": "devices", "on": "2026-02-01", "quantity": "7" });
    owner.post(&format!("/v1/clients/{client}/counts")).json(&devices).send().await.expect(200);
    let line = &contract["lines"][2]["id"];
    let records = json!({ "records": [{ "id": "a", "line": line, "on": "2026-02-01", "quantity": "1" }] });
    for _ in 0..2 {
        owner.post(&format!("{}/usage", at(contract))).json(&records).send().await.expect(200);
    }
}

async fn charged(owner: &Person, client: &str, contract: &Value) {
    let charges = format!("/v1/clients/{client}/charges");
    let charge = json!({ "text": "Set-up", "quantity": "1", "unit_price": "50", "contract": contract["id"] });
    let charge = owner.post(&charges).key(&key()).json(&charge).send().await.expect(201);
    owner.get(&charges).await.expect(200);
    let withdraw = format!("{charges}/{}/withdraw", charge["id"].as_str().expect("an id"));
    owner.post(&withdraw).send().await.expect(200);
}

async fn amended(owner: &Person, contract: &Value) {
    let path = at(contract);
    let change = json!({ "kind": "end_line", "line": contract["lines"][2]["id"] });
    let amendment = json!({ "effective_on": "2026-06-01", "changes": [change] });
    let question = json!({ "amendment": amendment });
    owner.post(&format!("{path}/simulation")).json(&question).send().await.expect(200);
    let amendments = format!("{path}/amendments");
    owner.post(&amendments).key(&key()).json(&amendment).send().await.expect(201);
    owner.get(&amendments).await.expect(200);
    owner.get("/v1/renewals").await.expect(200);
    owner.post(&format!("{path}/notice")).send().await.expect(200);
    owner.post(&format!("{path}/end")).json(&json!({ "on": "2027-01-01" })).send().await.expect(200);
}
