//! The review of a client's licences killed at its calls, begun again twice, and three of it at once: what it finds and
//! what it adds up is there once.

use jiff::SignedDuration;
use local::embedded::{Call, Fault, Faults};
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Snapshot, Stack};

use crate::dying::has_its_effect_once;
use crate::table::timeless;

const REVIEW: &str = "licences-review";
/// People without a seat: more findings than one transaction writes.
const STRANGERS: usize = 95;
/// One of so many deaths is tried; odd, so that both sides of calls are.
const ONE_OF: usize = 7;

/// A client with a surplus of seats that costs 300.00 a year, and many strangers.
async fn due() -> Snapshot {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity", "use_reported": true });
    let product = owner.create("/v1/products", product).await;
    let licence = json!({
        "client": client, "product": product["id"], "kind": "subscription", "seats": 2, "cycle": "monthly",
        "cost_per_seat": { "minor": 25_00, "currency": "EUR" }, "starts_on": "2026-01-01",
    });
    let licence = owner.create("/v1/licences", licence).await;
    // Papers that were taken off it: the night deletes them.
    let files = format!("/v1/licences/{}/files", licence["id"].as_str().unwrap());
    for name in ["Order", "Offer"] {
        let paper = json!({ "name": name, "media_type": "application/pdf", "bytes": 5 });
        let paper = owner.create(&files, paper).await;
        let removed = format!("{files}/{}/remove", paper["id"].as_str().unwrap());
        owner.post(&removed).key(&format!("key-of-removing-the-{name}")).send().await.expect(200);
    }
    let seat = json!({ "holder": { "kind": "device", "name": "kiosk" } });
    let seats = format!("/v1/licences/{}/seats", licence["id"].as_str().unwrap());
    owner.post(&seats).key("key-of-the-only-seat-of-it").json(&seat).send().await.expect(200);
    let event = |n: usize| {
        let who = format!("stranger-{n}@else.example");
        json!({ "id": format!("use-{n}"), "who": who, "product": product["id"], "at": "2026-02-01T09:00:00Z" })
    };
    let events: Vec<Value> = (0..STRANGERS).map(event).collect();
    let path = format!("/v1/clients/{client}/usage-events");
    owner.post(&path).key("key-of-what-strangers-use").json(&json!({ "events": events })).send().await.expect(200);
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(1)).unwrap();
    stack.snapshot().await
}

#[tokio::test(start_paused = true)]
async fn a_review_killed_at_any_call_and_begun_again_twice_or_three_at_once_has_its_effect_once() {
    let due = Box::pin(due()).await;
    let left = has_its_effect_once(async || due.restore().await, REVIEW, ONE_OF).await;
    assert_eq!(findings(&left.table), STRANGERS + 1);
    assert_eq!(with_papers(&left.table), (1, 0), "both files are deleted, and noted as such");
}

#[tokio::test(start_paused = true)]
async fn papers_that_cannot_be_deleted_keep_nothing_else_of_a_night_from_being_done_and_are_deleted_in_the_next() {
    let stack = Box::pin(due()).await.restore().await;
    let night = async || stack.app.run_job(REVIEW, JobInput::default()).await.expect("the job runs");
    let deletes = |call: &Call| call.touches.iter().any(|touch| touch.action == "s3:DeleteObject");
    stack.app.seam().inject(Faults::by(move |call| deletes(call).then_some(Fault::NotSent)).only_for(REVIEW));
    let first = night().await;
    assert_eq!((first.done, first.failed, first.parked), (0, 1, 0));
    let table = timeless(&stack);
    assert_eq!((findings(&table), with_papers(&table)), (STRANGERS + 1, (1, 1)), "all else is done");
    stack.app.seam().inject(Faults::none());
    assert_eq!(night().await.failed, 0, "it is not tried before the next night");
    assert_eq!(with_papers(&timeless(&stack)), (1, 1));
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(24)).unwrap();
    let next = night().await;
    assert_eq!((next.done, next.failed), (1, 0));
    assert_eq!(with_papers(&timeless(&stack)), (1, 0));
}

fn findings(table: &[String]) -> usize {
    table.iter().filter(|item| item.contains("\"FINDING#fnd_")).count()
}

/// Licences that papers were taken off, and how many of them have some that are still to be deleted.
fn with_papers(table: &[String]) -> (usize, usize) {
    let licences: Vec<_> = table.iter().filter(|item| item.contains("\"removed_files\"")).collect();
    let deleted = licences.iter().filter(|item| item.contains("\"removed_files\":{\"L\":[]}")).count();
    (licences.len(), licences.len() - deleted)
}
