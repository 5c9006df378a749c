//! Dunning killed at every call that it makes, and three of it at once: each step is taken once.

use jiff::SignedDuration;
use runtime::jobs::JobInput;
use serde_json::json;
use tests::{Snapshot, Stack, unique};

use crate::dying::has_its_effect_once;

const DUN: &str = "billing-dunning";

fn key() -> String {
    format!("key-{}-of-the-dunning", unique())
}

/// Two invoices that are overdue since yesterday, with a fee.
async fn due() -> Snapshot {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let fee = json!({ "minor": 500, "currency": "EUR" });
    let steps =
        json!({ "steps": [{ "kind": "overdue1", "days": 1, "late_fee": fee }, { "kind": "suspend", "days": 8 }] });
    owner.change("/v1/billing/settings", json!({ "dunning": steps })).await;
    for _ in 0..2 {
        let client = owner.client("Acme").await;
        let body = json!({
            "client": client, "terms": { "kind": "net_days", "days": 1 },
            "lines": [{ "text": "Firewall", "quantity": "1", "unit_price": "100" }],
        });
        let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap());
        owner.post(&issue).key(&key()).send().await.expect(200);
    }
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(48)).unwrap();
    stack.snapshot().await
}

#[tokio::test(start_paused = true)]
async fn dunning_beside_a_void_leaves_no_fee_of_the_void_invoice() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let fee = json!({ "minor": 500, "currency": "EUR" });
    let steps = json!({ "steps": [{ "kind": "overdue1", "days": 1, "late_fee": fee }] });
    owner.change("/v1/billing/settings", json!({ "dunning": steps })).await;
    let client = owner.client("Acme").await;
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": 1 },
        "lines": [{ "text": "Firewall", "quantity": "1", "unit_price": "100" }],
    });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let path = format!("/v1/invoices/{}", draft["id"].as_str().unwrap());
    owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(48)).unwrap();
    let voiding = format!("{path}/void");
    let (report, voided) = tokio::join!(
        stack.app.run_job(DUN, JobInput::default()),
        owner.post(&voiding).key(&key()).json(&json!({})).send()
    );
    assert_eq!(report.expect("the job runs").failed, 0);
    voided.expect(200);
    stack.app.run_job(DUN, JobInput::default()).await.expect("the job runs");
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    assert_eq!(charges["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn dunning_killed_at_any_call_or_three_at_once_takes_each_step_once() {
    let due = Box::pin(due()).await;
    let left = has_its_effect_once(async || due.restore().await, DUN, 1).await;
    assert_eq!(left.table.iter().filter(|item| item.contains("\"CHARGE#chg_")).count(), 2, "a fee each");
}
