//! What owners look at, on each path that touches something else.

use serde_json::json;
use tests::{Person, unique};

/// All of it, with an invoice that is open.
pub(crate) async fn happens(owner: &Person) {
    let client = owner.client("Delta Freight").await;
    let key = || format!("key-{}-of-a-report", unique());
    let line = json!({ "text": "Firewall", "quantity": "1", "unit_price": "120" });
    let body = json!({ "client": client, "lines": [line] });
    let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let issue = format!("/v1/invoices/{}/issue", invoice["id"].as_str().expect("an id"));
    owner.post(&issue).key(&key()).send().await.expect(200);
    owner.stack.app.settle().await;
    let costs = json!([{ "person": owner.id, "per_hour": [{ "from": "2026-01-01", "value": "50" }] }]);
    owner.change("/v1/prices", json!({ "costs": costs })).await;
    for report in [
        "receivables",
        "payment-delays",
        "recurring-revenue",
        "revenue",
        "deferred-revenue",
        "forecast",
        "price-revisions",
        "profitability",
    ] {
        owner.get(&format!("/v1/reports/{report}")).await.expect(200);
    }
    owner.get("/v1/reports/revenue?by=contract").await.expect(200);
}
