//! The retry of payments killed at every call that it makes, the provider's among them: whatever dies, the same money is
//! taken once, and what is left is what an undisturbed run leaves, but for times. Three at once take it once.

use jiff::SignedDuration;
use local::embedded::{Faults, Side};
use local::provider::{ANSWER_LOST, Did, EXPIRED, INSUFFICIENT_FUNDS, VISA};
use runtime::jobs::JobInput;
use serde_json::json;
use tests::{Person, Snapshot, Stack, unique};

use crate::dying::{killed, three_at_once};
use crate::table::{same, timeless};

/// The job.
const RETRY: &str = "billing-payment-retry";
/// Seeds of the orders in which runs at once meet.
const ORDERS: u64 = 8;
/// What each invoice is over, in cents.
const OWED: i64 = 10_000;

fn key() -> String {
    format!("key-{}-of-the-retry", unique())
}

/// An invoice of a client that agreed to be charged by this way to pay; where that is removed, and the invoice's dunning is.
async fn planned(owner: &Person, token: &str) -> (String, String) {
    let client = owner.client("Acme").await;
    let path = format!("/v1/clients/{client}/payment-methods");
    let card = json!({ "token": token, "automatic": true });
    let saved = owner.post(&path).key(&key()).json(&card).send().await.expect(201);
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": 1 },
        "lines": [{ "text": "Firewall", "quantity": "1", "unit_price": "100" }],
    });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap());
    owner.post(&issue).key(&key()).send().await.expect(200);
    let remove = format!("{path}/{}/remove", saved["id"].as_str().unwrap());
    (remove, issue.replace("/issue", "/dunning"))
}

/// Six invoices that are due: one is paid, one declined for now, one for ever, and one's answer is lost; one's way to pay is gone,
/// and one is disputed.
async fn due() -> Snapshot {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    for token in [VISA, INSUFFICIENT_FUNDS, EXPIRED, ANSWER_LOST] {
        Box::pin(planned(&owner, token)).await;
    }
    let (remove, _) = Box::pin(planned(&owner, VISA)).await;
    let (_, dunning) = Box::pin(planned(&owner, VISA)).await;
    stack.app.settle().await;
    owner.post(&remove).key(&key()).send().await.expect(200);
    let dispute = json!({ "why": "dispute" });
    owner.post(&format!("{dunning}/pause")).key(&key()).json(&dispute).send().await.expect(200);
    later(&stack, 48).await;
    stack.snapshot().await
}

async fn later(stack: &Stack, hours: i64) {
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(hours)).unwrap();
}

/// Runs now, and in the next two hours.
async fn run_until_done(stack: &Stack) {
    for hours in [0, 1, 1] {
        later(stack, hours).await;
        let report = stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
        assert_eq!(report.failed, 0, "{report:?}");
    }
    stack.app.settle().await;
}

/// What the provider did, in an order that does not hang on the runs'.
fn done(stack: &Stack) -> Vec<String> {
    let mut done: Vec<String> = stack.app.provider().done().iter().map(|did| format!("{did:?}")).collect();
    done.sort_unstable();
    done
}

async fn undisturbed(due: &Snapshot) -> (Vec<String>, Vec<String>, u64) {
    let stack = due.restore().await;
    stack.app.seam().inject(Faults::none().only_for(RETRY));
    let report = stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
    assert_eq!((report.done, report.failed), (4, 0), "{report:?}");
    let calls = stack.app.seam().inject(Faults::none()).seen();
    run_until_done(&stack).await;
    let charged = stack.app.provider().done().into_iter().filter(|did| matches!(did, Did::Charged { .. })).count();
    assert_eq!((charged, done(&stack).len()), (2, 4), "{:?}", done(&stack));
    let taken = timeless(&stack).into_iter().filter(|item| item.contains("#PAYMENT#pay_")).count();
    assert_eq!(taken, 2, "two payments over {OWED}");
    (timeless(&stack), done(&stack), calls)
}

#[tokio::test(start_paused = true)]
async fn a_retry_killed_at_any_call_takes_the_same_money_once() {
    let due = Box::pin(due()).await;
    let (left, money, calls) = Box::pin(undisturbed(&due)).await;
    for call in 0..calls {
        for side in [Side::Before, Side::After] {
            let stack = due.restore().await;
            killed(&stack, RETRY, call, side).await;
            Box::pin(run_until_done(&stack)).await;
            let when = format!("killed {side:?} call {call} of {calls}");
            assert_eq!(done(&stack), money, "{when}");
            same(&timeless(&stack), &left, &when);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_retries_at_once_charge_once() {
    let due = Box::pin(due()).await;
    let (left, money, _) = Box::pin(undisturbed(&due)).await;
    for order in 1..=ORDERS {
        let stack = due.restore().await;
        three_at_once(&stack, RETRY, order).await;
        Box::pin(run_until_done(&stack)).await;
        let when = format!("three at once in order {order}");
        assert_eq!(done(&stack), money, "{when}");
        same(&timeless(&stack), &left, &when);
    }
}
