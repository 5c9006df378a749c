//! What happens to findings, from the night in which they are found to the bill by which they come true.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-a-finding", unique())
}

async fn reviewed(stack: &Stack, hours: i64) {
    stack.app.settle().await;
    let time = stack.now() + jiff::SignedDuration::from_hours(hours);
    let input = JobInput { time: Some(time), ..JobInput::default() };
    stack.app.run_job("licences-review", input).await.expect("it runs");
}

/// All of it, for a client of its own.
pub(crate) async fn happens(stack: &Stack, owner: &Person, customer: &Person) {
    let client = owner.client("Elm Court").await;
    let product = json!({ "vendor": "Contoso", "name": "Draw", "category": "Design", "use_reported": true });
    let product = owner.create("/v1/products", product).await;
    let licence = json!({
        "client": client, "product": product["id"], "kind": "subscription", "seats": 3, "cycle": "annual",
        "cost_per_seat": { "minor": 10_000, "currency": "EUR" }, "starts_on": "2026-01-01",
    });
    let licence = owner.create("/v1/licences", licence).await;
    let path = format!("/v1/licences/{}", licence["id"].as_str().expect("an id"));
    let holder = json!({ "holder": { "kind": "device", "name": "kiosk" } });
    owner.post(&format!("{path}/seats")).key(&key()).json(&holder).send().await.expect(200);
    let used =
        json!({ "id": "1", "who": "nobody@else.example", "product": product["id"], "at": "2026-02-01T09:00:00Z" });
    let events = format!("/v1/clients/{client}/usage-events");
    owner.post(&events).key(&key()).json(&json!({ "events": [used] })).send().await.expect(200);
    reviewed(stack, 1).await;
    let found = owner.get(&format!("/v1/findings?client={client}&kind=over_bought")).await.expect(200);
    owner.get("/v1/findings").await.expect(200);
    customer.get("/v1/findings").await.expect(200);
    let id = found["items"][0]["id"].as_str().expect("a finding");
    let decision = format!("/v1/clients/{client}/findings/{id}/decision");
    owner.post(&decision).key(&key()).json(&json!({ "decision": "accept" })).send().await.expect(200);
    owner.change(&path, json!({ "seats": { "value": 1 } })).await;
    let lines: Value = json!([{ "text": "Care", "quantity": "1", "unit_price": "1" }]);
    let body = json!({ "client": client, "lines": lines });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().expect("an id"));
    owner.post(&issue).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    let realised = owner.get(&format!("/v1/findings?client={client}&state=realised")).await.expect(200);
    assert_eq!(realised["items"].as_array().map(Vec::len), Some(1), "{realised}");
    for person in [owner, customer] {
        person.get("/v1/savings").await.expect(200);
    }
    for what in ["true-up", "utilisation"] {
        owner.get(&format!("/v1/clients/{client}/{what}")).await.expect(200);
    }
    let audits = format!("/v1/clients/{client}/licence-audits");
    let audit = owner.post(&audits).key(&key()).send().await.expect(201);
    let audit = format!("{audits}/{}", audit["id"].as_str().expect("an id"));
    owner.get(&audit).await.expect(200);
    stack.app.settle().await;
    assert_eq!(
        owner.get(&audit).await.expect(200)["files"].as_array().map(Vec::len),
        Some(if cfg!(feature = "pdf") { 3 } else { 2 })
    );
    owner.get(&audits).await.expect(200);
    let paper = json!({ "name": "Order", "media_type": "application/pdf", "bytes": 5 });
    let paper = owner.post(&format!("{path}/files")).key(&key()).json(&paper).send().await.expect(201);
    let paper = format!("{path}/files/{}", paper["id"].as_str().expect("an id"));
    owner.post(&format!("{paper}/remove")).key(&key()).send().await.expect(200);
    let days = format!("utilisation/{}?from=2026-01-20&to=2026-02-20", product["id"].as_str().expect("an id"));
    owner.get(&format!("/v1/clients/{client}/{days}")).await.expect(200);
    reviewed(stack, 36).await;
}
