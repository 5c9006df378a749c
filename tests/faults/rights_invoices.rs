//! What happens to invoices, and to contracts that are billed, on each path that touches something else.

use local::embedded::dynamo::MAIN;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-an-invoice", unique())
}

/// All of it, for a client of this owner's.
pub(crate) async fn happens(stack: &Stack, owner: &Person, customer: &Person, client: &str) {
    Box::pin(by_hand(owner, customer, client)).await;
    Box::pin(by_the_run(stack, owner)).await;
    Box::pin(voided(stack, owner)).await;
}

async fn by_hand(owner: &Person, customer: &Person, client: &str) {
    let line = json!({
        "text": "Firewall care", "quantity": "1", "unit_price": "120.00", "taxes": ["vat"],
        "service": { "from": "2026-02-01", "to": "2027-02-01" },
    });
    let body = json!({ "client": client, "lines": [line] });
    let mut paths = Vec::new();
    let waits = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let issued = owner.post("/v1/billing/issue").key(&key()).json(&json!({ "all": true })).send().await.expect(200);
    assert_eq!(issued["invoices"][0]["invoice"], waits["id"], "{issued:#}");
    for _ in 0..3 {
        let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let path = format!("/v1/invoices/{}", invoice["id"].as_str().expect("an id"));
        owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
        paths.push(path);
    }
    Box::pin(earned(&owner.stack, &owner.tenant, &paths[0])).await;
    owner.get(&paths[0]).await.expect(200);
    owner.get(&format!("{}/lines", paths[0])).await.expect(200);
    owner.get("/v1/invoices").await.expect(200);
    customer.get("/v1/invoices").await.expect(200);
    for credit in [json!({ "reason": "Too late.", "lines": [{ "n": 1 }] })] {
        owner.post(&format!("{}/credit", paths[0])).key(&key()).json(&credit).send().await.expect(201);
    }
    owner.post(&format!("{}/void", paths[1])).key(&key()).send().await.expect(200);
    owner.post(&format!("{}/write-off", paths[2])).key(&key()).send().await.expect(200);
}

/// A contract that is billed, one that is parked and let go on, and one that nobody can read.
async fn by_the_run(stack: &Stack, owner: &Person) {
    let client = owner.client("Cedar Point").await;
    let contract = |quantity: Value| {
        json!({
            "client": client, "name": "Care", "schedule": { "cycle": "monthly", "starts_on": "2026-02-01" },
            "lines": [{
                "text": "Care", "kind": "per_seat", "timing": "advance", "quantity": quantity,
                "price": { "pricing": { "model": "per_unit", "price": "5" } },
            }],
        })
    };
    let mut contracts = Vec::new();
    let counted = json!({ "kind": "counted", "what": "active_licences" });
    for quantity in [counted.clone(), json!({ "kind": "fixed", "quantity": "2" }), counted] {
        let contract = owner.create("/v1/contracts", contract(quantity)).await;
        let path = format!("/v1/contracts/{}", contract["id"].as_str().expect("an id"));
        owner.post(&format!("{path}/sign")).send().await.expect(200);
        contracts.push((contract, path));
    }
    owner.post("/v1/billing/preview").json(&json!({ "client": client })).send().await.expect(200);
    owner.post("/v1/billing/preview?limit=1").json(&json!({})).send().await.expect(200);
    let root = format!("{}#CONTRACT#{}", owner.tenant, contracts[1].0["id"].as_str().expect("an id"));
    crate::poison_root(stack, &root);
    crate::invoice_run::run(stack).await;
    owner.get("/v1/billing/parked").await.expect(200);
    let approval = format!("{}/approval", contracts[0].1);
    owner.post(&approval).key(&key()).json(&json!({})).send().await.expect(200);
    let all = json!({ "all": true });
    let passed = owner.post("/v1/billing/approvals").key(&key()).json(&all).send().await.expect(200);
    assert_eq!(passed["contracts"][0]["contract"], contracts[2].0["id"], "{passed:#}");
}

/// Deferred revenue of which days are over, and some that nobody can read for a while.
async fn earned(stack: &Stack, tenant: &str, path: &str) {
    let invoice = path.rsplit('/').next().expect("an id");
    let key = json!({ "pk": { "S": format!("{tenant}#INVOICE#{invoice}") }, "sk": { "S": "RECOGNITION" } });
    let get = json!({ "TableName": MAIN, "Key": key });
    let item = stack.app.dynamo().execute("GetItem", &get).expect("a table")["Item"].clone();
    let mut bad = item.clone();
    bad["v"] = json!({ "M": {} });
    let time = stack.now() + jiff::SignedDuration::from_hours(72);
    for kept in [bad, item] {
        stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": kept })).expect("it is kept");
        let input = JobInput { time: Some(time), ..JobInput::default() };
        stack.app.run_job("billing-recognise-revenue", input).await.expect("it runs");
    }
}

/// A bill of a contract that turns out never to have been owed.
async fn voided(stack: &Stack, owner: &Person) {
    let client = owner.client("Dune Row").await;
    let line = json!({
        "text": "Care", "kind": "fixed", "timing": "advance", "price": { "pricing": { "model": "flat", "amount": "9" } },
    });
    let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    owner.post(&format!("/v1/contracts/{}/sign", contract["id"].as_str().expect("an id"))).send().await.expect(200);
    crate::invoice_run::run(stack).await;
    let found = owner.get(&format!("/v1/invoices?client={client}")).await.expect(200);
    let path = format!("/v1/invoices/{}", found["items"][0]["id"].as_str().expect("an id"));
    owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    let again = json!({ "bill_again": true });
    owner.post(&format!("{path}/void")).key(&key()).json(&again).send().await.expect(200);
}
