//! What an hour cost on days of which work is billed stays; later days, and days without a price, are free.

use serde_json::{Value, json};

use crate::billed::{bill, desk, flat, signed, worked};

#[tokio::test]
async fn a_rate_of_days_that_are_billed_is_not_rewritten() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("100")]), json!({})).await;
    let rate = |prices: Value| json!({ "rates": [{ "work_type": "remote", "per_hour": prices }] });
    let before = json!([{ "from": "2026-01-01", "value": "60" }]);
    // Until something is billed, what was agreed can be written down late.
    owner.change("/v1/rates", rate(json!([{ "from": "2025-12-01", "value": "50" }]))).await;
    owner.change("/v1/rates", rate(before)).await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-10T08:00:00Z", 60).await;
    worked(&owner, &client, "2026-02-19T08:00:00Z", 60).await;
    bill(&stack, &owner, "2026-03-01T06:00:00Z").await;

    let etag = owner.get("/v1/rates").await.etag();
    let refused = async |body: Value| {
        let problem = owner.patch("/v1/rates").if_match(&etag).json(&body).send().await.with(409);
        assert_eq!(problem.problem(), "rates-billed");
        problem.body["detail"].as_str().unwrap().to_owned()
    };
    let told = refused(rate(json!([{ "from": "2026-01-01", "value": "61" }]))).await;
    assert!(told.contains("up to 2026-02-19") && told.contains("2026-02-20 or later"), "{told}");
    refused(rate(json!([{ "from": "2026-01-01", "value": "60" }, { "from": "2026-02-19", "value": "70" }]))).await;
    refused(json!({ "rates": [] })).await;
    // A rate for one person goes before it, and so would change what the billed work cost.
    let own = json!([{ "from": "2026-01-01", "value": "60" }]);
    let person =
        json!({ "work_type": "remote", "person": owner.id, "per_hour": [{ "from": "2026-02-01", "value": "90" }] });
    refused(json!({ "rates": [{ "work_type": "remote", "per_hour": own }, person] })).await;

    // From the next day on it may, and work that had no price gets one from any day on.
    let prices = json!([{ "from": "2026-01-01", "value": "60" }, { "from": "2026-02-20", "value": "70" }]);
    let on_site = json!({ "work_type": "on-site", "per_hour": [{ "from": "2026-01-01", "value": "80" }] });
    owner.change("/v1/rates", json!({ "rates": [{ "work_type": "remote", "per_hour": prices }, on_site] })).await;
}
