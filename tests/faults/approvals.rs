//! Many drafts issued in one call that dies at each of its calls, or meets itself: every number is given once, in order, and
//! none is left out.

use futures::future::join_all;
use local::embedded::{Faults, Gate, Side};
use serde_json::{Value, json};
use tests::{Answer, Person, Snapshot, Stack, unique};

use crate::table::{same, timeless};

const FUNCTION: &str = "billing-issue-drafts";
const PATH: &str = "/v1/billing/issue";
/// Milliseconds of tokio's clock that a call, and its answer, is at most on its way when calls meet.
const WAY_MS: u16 = 20;
const DRAFTS: u32 = 3;

/// Drafts of other sums, so that whoever has which number can be seen.
async fn due() -> (Snapshot, Person, Value) {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let mut ids = Vec::new();
    for n in 1..=DRAFTS {
        let line = json!({ "text": "Firewall", "quantity": n.to_string(), "unit_price": "100" });
        let body = json!({ "client": client, "lines": [line] });
        let key = format!("key-{}-of-a-draft", unique());
        let draft = owner.post("/v1/invoices").key(&key).json(&body).send().await.expect(201);
        ids.push(draft["id"].clone());
    }
    (stack.snapshot().await, owner, json!({ "invoices": ids }))
}

async fn ask(owner: &Person, stack: &Stack, key: &str, body: &Value) -> Answer {
    let answer = owner.on(stack).post(PATH).key(key).json(body).send().await;
    stack.app.settle().await;
    answer
}

fn numbers(answer: &Value) -> Vec<&str> {
    answer["invoices"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap_or("none")).collect()
}

#[tokio::test(start_paused = true)]
async fn drafts_that_are_issued_together_are_issued_once_wherever_the_call_dies() {
    let (snapshot, owner, body) = Box::pin(due()).await;
    let alone = snapshot.restore().await;
    alone.app.seam().inject(Faults::none().only_for(FUNCTION));
    let whole = ask(&owner, &alone, "once", &body).await.expect(200);
    let calls = alone.app.seam().inject(Faults::none()).seen();
    assert_eq!(numbers(&whole), ["INV-000001", "INV-000002", "INV-000003"]);
    assert!(calls > u64::from(DRAFTS) * 3, "{calls}");
    let undisturbed = timeless(&alone);
    for (call, side) in (0..calls).flat_map(|call| [(call, Side::Before), (call, Side::After)]) {
        let stack = snapshot.restore().await;
        let gate = Gate::shut();
        stack.app.seam().inject(Faults::none().held_from(call, side, &gate).only_for(FUNCTION));
        tokio::select! {
            _ = ask(&owner, &stack, "once", &body) => panic!("it ends before call {call}"),
            () = gate.reached() => {}
        }
        stack.app.seam().inject(Faults::none());
        // Under the same key as whoever waits for an answer asks, and under another as whoever gave up does.
        for key in ["once", "again"] {
            let answer = ask(&owner, &stack, key, &body).await.expect(200);
            assert_eq!(answer, whole, "killed {side:?} call {call} of {calls}, {key}");
        }
        same(&timeless(&stack), &undisturbed, &format!("killed {side:?} call {call} of {calls}"));
    }
}

#[tokio::test(start_paused = true)]
async fn three_who_issue_the_same_drafts_at_once_come_to_the_same_numbers_without_a_gap() {
    let (snapshot, owner, body) = Box::pin(due()).await;
    for order in 1..=4 {
        let stack = snapshot.restore().await;
        stack.app.seam().inject(Faults::none().slow(order, WAY_MS));
        let keys = ["one", "two", "three"];
        let answers = join_all(keys.map(|key| ask(&owner, &stack, key, &body))).await;
        stack.app.seam().inject(Faults::none());
        let mut answers = answers.into_iter().map(|answer| answer.expect(200));
        let first = answers.next().unwrap();
        assert!(answers.all(|other| other == first), "order {order}");
        let mut given = numbers(&first);
        given.sort_unstable();
        assert_eq!(given, ["INV-000001", "INV-000002", "INV-000003"], "order {order}");
    }
}
