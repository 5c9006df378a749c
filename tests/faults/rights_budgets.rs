//! What happens to budgets, from the first to the night in which somebody is warned.

use runtime::jobs::JobInput;
use serde_json::json;
use tests::costs::{file, spiked};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-a-budget", unique())
}

/// All of it, for a client of its own.
pub(crate) async fn happens(stack: &Stack, owner: &Person, customer: &Person) {
    let client = owner.client("Fir Finance").await;
    owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    let product = json!({ "vendor": "Contoso", "name": "Plan", "category": "Design", "use_reported": true });
    let product = owner.create("/v1/products", product).await;
    let licence = json!({
        "client": client, "product": product["id"], "kind": "subscription", "seats": 3, "cycle": "annual",
        "cost_per_seat": { "minor": 10_000, "currency": "EUR" }, "starts_on": "2026-01-01", "counted": false,
    });
    let licence = owner.create("/v1/licences", licence).await;
    let seats = format!("/v1/licences/{}/seats", licence["id"].as_str().expect("an id"));
    let holder = json!({ "holder": { "kind": "device", "name": "kiosk" } });
    owner.post(&seats).key(&key()).json(&holder).send().await.expect(200);
    let at = |what: &str| format!("/v1/clients/{client}/{what}");
    let body = json!({
        "name": "IT", "from": "2026-01", "months": [{ "minor": 1, "currency": "EUR" }],
        "alerts": { "actual": [100] },
    });
    let budget = owner.post(&at("budgets")).key(&key()).json(&body).send().await.expect(201);
    let path = at(&format!("budgets/{}", budget["id"].as_str().expect("an id")));
    owner.get(&path).await.expect(200);
    owner.get(&at("budgets")).await.expect(200);
    owner.get(&at("chargeback")).await.expect(200);
    owner
        .change(
            &at("chargeback"),
            json!({ "licences": { "by": "usage" }, "sources": { "azure-main": { "by": "usage" } } }),
        )
        .await;
    owner.change(&path, json!({ "name": "All of IT", "months": [{ "minor": 2, "currency": "EUR" }] })).await;
    // A cost centre that no budget names goes again.
    let at_client = format!("/v1/clients/{client}");
    owner.change(&at_client, json!({ "cost_centres": [{ "code": "4711", "name": "Sales" }] })).await;
    owner.change(&at_client, json!({ "cost_centres": [] })).await;
    for what in ["spending", "spending/export?format=csv", "spending/export?format=xlsx", "it-dashboard"] {
        owner.get(&at(what)).await.expect(200);
    }
    for person in [owner, customer] {
        person.get("/v1/it-overview").await.expect(200);
    }
    let time = stack.now() + jiff::SignedDuration::from_hours(24);
    let input = JobInput { time: Some(time), ..JobInput::default() };
    stack.app.run_job("budgets-review", input.clone()).await.expect("it runs");
    owner.post(&format!("{path}/close")).key(&key()).send().await.expect(200);
    // What nobody can read is put off.
    let other = owner.client("Fir Fault").await;
    owner.post(&format!("/v1/clients/{other}/budgets")).key(&key()).json(&body).send().await.expect(201);
    crate::poison_root(stack, &format!("{}#BUDGETS#{other}", owner.tenant));
    stack.app.run_job("budgets-review", input).await.expect("it runs");
}
