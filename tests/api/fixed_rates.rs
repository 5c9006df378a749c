//! What an hour cost on days of which work is billed stays, and by which rates invoices were taxed; later days, and days without
//! a price, are free.

use serde_json::{Value, json};

use crate::billed::{act, bill, desk, flat, signed, worked};

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

#[tokio::test]
async fn a_tax_rate_of_days_by_which_invoices_were_taxed_is_not_rewritten() {
    let (stack, owner, client) = desk().await;
    let settings = "/v1/billing/settings";
    let tax = |code: &str, rates: &[(&str, &str)]| {
        let rates: Vec<Value> = rates.iter().map(|(from, value)| json!({ "from": from, "value": value })).collect();
        json!({ "code": code, "name": code, "percent": rates, "compound": false, "inclusive": false })
    };
    let other = [("2026-01-01", "7")];
    let taxes = |rates: &[(&str, &str)]| json!({ "taxes": [tax("vat", rates), tax("other", &other)] });
    owner.change(settings, taxes(&[("2007-01-01", "91")])).await;
    // Until something is taxed by it, a slip can be mended.
    owner.change(settings, taxes(&[("2007-01-01", "19")])).await;
    let line = json!({
        "text": "Care", "quantity": "1", "unit_price": "100", "taxes": ["vat"],
        "service": { "from": "2026-01-01", "to": "2026-01-31" },
    });
    act(&owner, "/v1/invoices", json!({ "client": client, "lines": [line] })).await.expect(201);
    let refused = async |body: Value, day: &str| {
        let etag = owner.get(settings).await.etag();
        let problem = owner.patch(settings).if_match(&etag).json(&body).send().await.with(409);
        assert_eq!(problem.problem(), "taxes-billed");
        let told = problem.body["detail"].as_str().unwrap();
        assert!(told.contains(&format!("begin on {day} or later")), "{told}");
    };
    refused(taxes(&[("2007-01-01", "20")]), "2026-01-31").await;
    refused(taxes(&[("2007-01-01", "19"), ("2026-01-30", "20")]), "2026-01-31").await;
    refused(taxes(&[("2026-01-31", "19")]), "2026-01-31").await;
    // Years before, and the days after, are on no invoice; nor is the other tax.
    owner.change(settings, taxes(&[("2007-01-01", "16"), ("2020-01-01", "19"), ("2026-01-31", "20")])).await;
    let all = json!({ "taxes": [tax("vat", &[("2007-01-01", "19")]), tax("other", &[("2026-01-01", "8")])] });
    owner.change(settings, all).await;

    // What is billed in advance is taxed by a day to come; until then a law may still change.
    signed(&owner, &client, json!([crate::contracts::with(flat("100"), json!({ "taxes": ["vat"] }))]), json!({})).await;
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    refused(taxes(&[("2007-01-01", "19"), ("2026-02-03", "21")]), "2026-02-04").await;
    owner.change(settings, taxes(&[("2007-01-01", "19"), ("2026-02-04", "21")])).await;
}
