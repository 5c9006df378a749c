//! Bills that share an invoice and draw on prepaid hours, and the revenue of days that are over, with the jobs killed and
//! met by themselves: hours are drawn once, and every period is on one invoice.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Snapshot, Stack, unique};

use crate::dying::three_at_once;
use crate::invoice_run::killed;
use crate::table::{main, same};

const RUN: &str = "billing-invoice-run";
const RECOGNISE: &str = "billing-recognise-revenue";
/// Seeds of the orders in which runs at once meet.
const ORDERS: u64 = 3;
/// One call of so many is tried.
const SAMPLED: usize = 9;

fn key() -> String {
    format!("key-{}-of-prepaid-hours", unique())
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn care(amount: &str, bucket: Option<u32>) -> Value {
    let mut line = json!({
        "text": "Care", "kind": "fixed", "timing": "advance",
        "price": { "pricing": { "model": "flat", "amount": amount } },
    });
    if let Some(minutes) = bucket {
        line["bucket"] = json!({ "minutes": minutes, "rollover": { "kind": "none" } });
    }
    line
}

async fn signed(owner: &Person, client: &str, line: Value) {
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    owner.post(&format!("/v1/contracts/{}/sign", id(&contract))).send().await.expect(200);
}

/// Two contracts that share an invoice, one with hours of its own; a block that is sold and drawn on; work for both.
async fn due(stack: &Stack) -> (Snapshot, Person) {
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme Tools").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once", "grouping": "per_client" })).await;
    let price = json!([{ "from": "2026-01-01", "value": "60" }]);
    owner.change("/v1/rates", json!({ "rates": [{ "work_type": "remote", "per_hour": price }] })).await;
    signed(&owner, &client, care("100", Some(60))).await;
    signed(&owner, &client, care("50", None)).await;
    let block = json!({ "minutes": 60, "price": { "minor": 5_000, "currency": "EUR" }, "text": "An hour" });
    owner.post(&format!("/v1/clients/{client}/hour-blocks")).key(&key()).json(&block).send().await.expect(201);
    stack.app.settle().await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    for at in ["2026-02-20T08:00:00Z", "2026-02-20T10:00:00Z"] {
        let ticket = owner.ticket(&client, json!({})).await;
        let work = json!({ "minutes": 75, "work_type": "remote", "note": "Printer", "started_at": at });
        owner.post(&format!("/v1/tickets/{}/time", id(&ticket))).key(&key()).json(&work).send().await.expect(201);
    }
    stack.app.settle().await;
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    (stack.snapshot().await, owner)
}

async fn totals(owner: &Person, stack: &Stack) -> Vec<i64> {
    let mut there = owner.clone();
    there.stack = stack.clone();
    let found = there.get("/v1/invoices?limit=100").await.expect(200);
    found["items"].as_array().unwrap().iter().map(|one| one["totals"]["total"]["minor"].as_i64().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn bills_that_share_an_invoice_and_draw_on_prepaid_hours_are_made_once_wherever_the_run_dies() {
    let (snapshot, owner) = Box::pin(due(&Stack::start().await)).await;
    let stack = Box::pin(killed(&snapshot, RUN, 1, SAMPLED)).await;
    let found = totals(&owner, &stack).await;
    // 150.00 of February; 150.00, the block and what is beyond the prepaid hours of March: with the bucket 120 of 150
    // minutes are prepaid, without it 60.
    assert!(found == [23_000, 15_000] || found == [29_000, 15_000], "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn three_runs_at_once_draw_prepaid_hours_once() {
    let (snapshot, _) = Box::pin(due(&Stack::start().await)).await;
    let alone = snapshot.restore().await;
    alone.app.run_job(RUN, JobInput::default()).await.unwrap();
    alone.app.settle().await;
    let once = main(&alone);
    for order in 1..=ORDERS {
        let stack = snapshot.restore().await;
        three_at_once(&stack, RUN, order).await;
        stack.app.run_job(RUN, JobInput::default()).await.unwrap();
        stack.app.settle().await;
        same(&main(&stack), &once, &format!("three at once in order {order}"));
    }
}

#[tokio::test(start_paused = true)]
async fn revenue_is_recognised_once_wherever_the_job_dies_and_however_many_run() {
    let (snapshot, _) = Box::pin(due(&Stack::start().await)).await;
    let billed = snapshot.restore().await;
    billed.app.run_job(RUN, JobInput::default()).await.unwrap();
    billed.app.settle().await;
    billed.app.clock().advance_to("2026-03-10T06:00:00Z".parse().unwrap()).unwrap();
    let snapshot = billed.snapshot().await;
    let alone = Box::pin(killed(&snapshot, RECOGNISE, 1, 2)).await;
    let once = main(&alone);
    let stack = snapshot.restore().await;
    three_at_once(&stack, RECOGNISE, 1).await;
    stack.app.settle().await;
    same(&main(&stack), &once, "three at once");
}
