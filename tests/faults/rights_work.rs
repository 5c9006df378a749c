//! What happens to time, rates, prepaid hours and the billing settings, on each path that touches something else.

use serde_json::{Value, json};
use tests::{Person, unique};

/// All of it, for a client of this owner's.
pub(crate) async fn happens(owner: &Person, technician: &Person, client: &str) {
    let vat = json!({
        "code": "vat", "name": "VAT", "percent": [{ "from": "2007-01-01", "value": "19" }],
        "compound": false, "inclusive": false,
    });
    owner.change("/v1/billing/settings", json!({ "taxes": [vat] })).await;
    let billing = format!("/v1/clients/{client}/billing");
    owner.change(&billing, json!({ "emails": ["accounts@acme.example"] })).await;
    let price = json!([{ "from": "2026-01-01", "value": "96.00" }]);
    owner.change("/v1/rates", json!({ "rates": [{ "person": technician.id, "per_hour": price }] })).await;
    let ticket = technician.ticket(client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", ticket["id"].as_str().expect("an id"));
    let work = json!({ "minutes": 30, "work_type": "remote", "person": technician.id });
    let key = format!("key-{}-of-time", unique());
    let logged = owner.post(&time).key(&key).json(&work).send().await.expect(201);
    let path = format!("{time}/{}", logged["id"].as_str().expect("an id"));
    technician.change(&path, json!({ "minutes": 45, "work_type": "on-site" })).await;
    for list in [time, "/v1/time".to_owned(), format!("/v1/time?client={client}&state=all")] {
        technician.get(&list).await.expect(200);
    }
    owner.post(&format!("{path}/write-off")).key(&key).send().await.expect(200);
    let blocks = format!("/v1/clients/{client}/hour-blocks");
    let block = json!({ "minutes": 600, "price": { "minor": 90_000, "currency": "EUR" }, "text": "10 prepaid hours" });
    let sold: Value = owner.post(&blocks).key(&key).json(&block).send().await.expect(201);
    assert_eq!(owner.get(&blocks).await.expect(200)["items"], json!([sold]));
}
