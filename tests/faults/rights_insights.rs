//! What happens to files of costs, their series and anomalies, on each path that touches something else.

use serde_json::json;
use tests::costs::{file, spiked};
use tests::{Person, Stack, unique};

/// All of it.
pub(crate) async fn happens(stack: &Stack, owner: &Person) {
    let client = owner.client("Cedar Costs").await;
    let body = json!({ "client": client, "source": "azure-main", "bytes": 10 });
    let key = format!("key-{}-of-an-import", unique());
    owner.post("/v1/cost-imports").key(&key).json(&body).send().await.expect(201);
    let known = format!("/v1/clients/{client}/known-events");
    let event = json!({ "from": "2025-06-01", "to": "2025-06-02", "why": "Migration" });
    let key = format!("key-{}-of-an-event", unique());
    let announced = owner.post(&known).key(&key).json(&event).send().await.expect(201);
    let withdraw = format!("{known}/{}/withdraw", announced["id"].as_str().expect("an id"));
    owner.post(&withdraw).key(&key).send().await.expect(200);
    let (client, series, anomaly) = Box::pin(owner.watched("Cedar Clouds")).await;
    for path in [
        known,
        "/v1/cost-imports".to_owned(),
        format!("/v1/cost-imports?client={client}"),
        "/v1/anomalies".to_owned(),
        format!("/v1/anomalies/{anomaly}"),
        format!("/v1/clients/{client}/cost-series"),
        format!("/v1/clients/{client}/cost-series?parked=true"),
        "/v1/insights/settings".to_owned(),
    ] {
        owner.get(&path).await.expect(200);
    }
    let imports = owner.get("/v1/cost-imports").await.expect(200);
    owner.get(&format!("/v1/cost-imports/{}", imports["items"][0]["id"].as_str().expect("an id"))).await.expect(200);
    owner.change(&format!("/v1/cost-series/{series}"), json!({ "sensitivity": 1.5 })).await;
    owner.change(&format!("/v1/insights/settings?client={client}"), json!({ "settle_days": 1 })).await;
    let judge = format!("/v1/anomalies/{anomaly}/judge");
    let key = format!("key-{}-of-an-answer", unique());
    owner.post(&judge).key(&key).json(&json!({ "answer": "real" })).send().await.expect(200);
    access(owner, &client).await;
    // What nobody can read is put off, of both jobs.
    let path = owner.send_costs(&client, "aws", &file(&spiked("2026-01-28"))).await;
    let import = path.rsplit('/').next().expect("an id");
    crate::poison_root(stack, &format!("{}#IMPORT#{import}", owner.tenant));
    stack.read_costs().await;
    owner.import_costs(&client, "aws", &file(&spiked("2026-01-28"))).await;
    let all = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
    let new = all["items"].as_array().expect("series").iter().find(|one| one["source"] == "aws").expect("a series");
    let new = new["id"].as_str().expect("an id");
    crate::poison_item(stack, &format!("{}#SERIES#{new}", owner.tenant), "STATE");
    stack.detect().await;
}

/// Somebody's use of what is sensitive, and at night, found and said to be expected.
async fn access(owner: &Person, client: &str) {
    let product = json!({ "vendor": "Contoso", "name": "Payroll", "category": "People", "sensitive": true });
    let product = owner.create("/v1/products", product).await;
    let who = owner.create(&format!("/v1/clients/{client}/contacts"), json!({ "name": "Ada" })).await;
    let now = owner.stack.now();
    let at = |hours: i64| (now - jiff::SignedDuration::from_hours(hours)).to_string();
    let used =
        |hours: i64| json!({ "id": hours.to_string(), "who": who["id"], "product": product["id"], "at": at(hours) });
    let mut events: Vec<serde_json::Value> = (1..=15).map(|days| used(24 * days + 24)).collect();
    events.push(used(36));
    let path = format!("/v1/clients/{client}/usage-events");
    let key = format!("key-{}-of-use", unique());
    owner.post(&path).key(&key).json(&json!({ "events": events })).send().await.expect(200);
    let time = Some(now + jiff::SignedDuration::from_hours(1));
    let input = runtime::jobs::JobInput { time, ..Default::default() };
    owner.stack.app.run_job("licences-review", input).await.expect("it runs");
    owner.stack.app.settle().await;
    owner.get("/v1/access-anomalies").await.expect(200);
    let found = owner.get(&format!("/v1/access-anomalies?client={client}")).await.expect(200);
    let id = found["items"][0]["id"].as_str().expect("an hour of the night");
    let judge = format!("/v1/access-anomalies/{id}/judge");
    owner.post(&judge).key(&key).json(&json!({ "answer": "expected" })).send().await.expect(200);
}
