//! The breach scan dies at every call that it makes, meets itself, and meets what it cannot read.

use local::embedded::{Fault, Faults};
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};

const SCAN: &str = "tickets-sla-breach-scan";

/// A desk that promises an answer within the hour and tells the owner of a miss.
async fn desk(stack: &Stack) -> (Person, String) {
    let owner = stack.msp("Nordlicht IT").await;
    let policy = json!({
        "name": "Gold", "warnings": [50],
        "targets": { "p3": { "resolution": { "minutes": 60, "time": "always" } }, "p2": { "resolution": { "minutes": 60, "time": "always" } } },
        "ladder": [{ "on": ["resolution"], "when": { "after_breach_minutes": 0 }, "actions": [{ "do": "raise_priority" }, { "do": "notify_roles", "roles": ["owner"] }] }],
    });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
    let client = owner.client("Acme Tools").await;
    stack.app.settle().await;
    (owner, client)
}

/// Opens tickets and lets their time pass, without any scan.
async fn due(owner: &Person, client: &str, count: usize) -> Vec<String> {
    let mut tickets = Vec::with_capacity(count);
    for _ in 0..count {
        tickets.push(owner.ticket(client, json!({ "priority": "p3" })).await["id"].as_str().unwrap().to_owned());
    }
    let stack = &owner.stack;
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + jiff::SignedDuration::from_mins(90)).unwrap();
    tickets
}

/// What became of the tickets, but for ids and times, and how many letters there are by now.
async fn outcome(owner: &Person, tickets: &[String]) -> (Vec<Value>, usize) {
    owner.stack.app.settle().await;
    let mut all = Vec::with_capacity(tickets.len());
    for id in tickets {
        let ticket = owner.get(&format!("/v1/tickets/{id}")).await.expect(200);
        let states: Vec<Value> =
            ticket["clocks"].as_array().unwrap().iter().map(|clock| clock["state"].clone()).collect();
        let timeline = owner.get(&format!("/v1/tickets/{id}/timeline?limit=100")).await.expect(200);
        let mut kinds: Vec<Value> =
            timeline["items"].as_array().unwrap().iter().map(|entry| entry["what"]["kind"].clone()).collect();
        kinds.sort_by_key(ToString::to_string);
        all.push(json!({ "priority": ticket["priority"], "clocks": states, "timeline": kinds }));
    }
    (all, owner.stack.app.mailbox().letters().len())
}

#[tokio::test]
async fn a_scan_that_dies_at_any_call_leaves_what_an_undisturbed_one_leaves() {
    let stack = Stack::start().await;
    let (owner, client) = Box::pin(desk(&stack)).await;
    let tickets = due(&owner, &client, 3).await;
    let before = stack.app.mailbox().letters().len();
    stack.app.seam().inject(Faults::none().only_for(SCAN));
    assert_eq!(stack.scan().await.done, 3);
    let calls = stack.app.seam().inject(Faults::none()).seen();
    let (undisturbed, after) = outcome(&owner, &tickets).await;
    let letters = after - before;
    assert!(letters >= 3 && calls > 10, "{letters} letters, {calls} calls");
    for call in 0..calls {
        for last in [Fault::NotSent, Fault::AnswerLost] {
            let tickets = due(&owner, &client, 3).await;
            let before = stack.app.mailbox().letters().len();
            stack.app.seam().inject(Faults::dead_from(call, last).only_for(SCAN));
            let _ = stack.app.run_job(SCAN, JobInput::default()).await;
            stack.app.seam().inject(Faults::none());
            stack.scan().await;
            let (left, after) = outcome(&owner, &tickets).await;
            assert_eq!(left, undisturbed, "dead from call {call} with {last:?}");
            assert_eq!(after - before, letters, "letters after death at call {call} with {last:?}");
        }
    }
}

#[tokio::test]
async fn three_scans_at_once_and_a_late_one_have_one_effect() {
    let stack = Stack::start().await;
    let (owner, client) = Box::pin(desk(&stack)).await;
    let tickets = due(&owner, &client, 1).await;
    let before = stack.app.mailbox().letters().len();
    stack.scan().await;
    let (once, after) = outcome(&owner, &tickets).await;
    let letters = after - before;
    let opened_at = stack.now();
    let tickets = due(&owner, &client, 1).await;
    let _ = futures::join!(stack.scan(), stack.scan(), stack.scan());
    let old = JobInput { time: Some(opened_at), dry_run: false };
    stack.app.run_job(SCAN, old).await.unwrap();
    assert_eq!(outcome(&owner, &tickets).await, (once, after + letters));
}

#[tokio::test]
async fn an_item_that_nobody_can_read_is_parked_and_blocks_nobody() {
    let stack = Stack::start().await;
    let (owner, client) = Box::pin(desk(&stack)).await;
    let tickets = due(&owner, &client, 10).await;
    crate::poison(&stack, &owner.tenant, &tickets[4]);
    let first = stack.scan().await;
    assert_eq!((first.done, first.failed, first.parked), (9, 1, 0));
    let mut parked = 0;
    for _ in 0..4 {
        stack.app.clock().advance_to(stack.now() + jiff::SignedDuration::from_mins(15)).unwrap();
        parked += stack.scan().await.parked;
    }
    assert_eq!(parked, 1);
    assert_eq!(stack.scan().await.failed, 0);
}
