//! What happens to documents and exports, on each path that touches something else.

use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-a-document", unique())
}

/// All of it, for a client of its own, which has a billing address.
pub(crate) async fn happens(stack: &Stack, owner: &Person) {
    let settings = json!({ "letterhead": { "name": "Nordlicht IT GmbH" } });
    owner.change("/v1/billing/documents", settings).await;
    let client = owner.client("Cedar Documents").await;
    let emails = json!({ "emails": ["accounts@cedar.example"] });
    owner.change(&format!("/v1/clients/{client}/billing"), emails).await;
    let body = json!({ "client": client, "lines": [{ "text": "Router", "quantity": "1", "unit_price": "80" }] });
    let invoice: Value = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let path = format!("/v1/invoices/{}", invoice["id"].as_str().expect("an id"));
    // A draft's document is wanted, then made.
    owner.get(&format!("{path}/document")).await.expect(200);
    stack.app.settle().await;
    owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    owner.post(&format!("{path}/send")).key(&key()).send().await.expect(200);
    for format in ["pdf", "json", "csv"] {
        owner.get(&format!("{path}/document?format={format}")).await.expect(200);
    }
    // A void one says what was issued, crossed out.
    owner.post(&format!("{path}/void")).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    for export in ["invoices?program=xero&", "ledger?"] {
        owner.get(&format!("/v1/exports/{export}from=2026-02-01&to=2026-02-28")).await.expect(200);
        owner.get(&format!("/v1/exports/{export}from=2026-02-01&to=2026-02-28&cursor=none")).await.with(400);
    }
}
