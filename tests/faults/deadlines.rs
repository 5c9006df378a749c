//! A job under a deadline stops in time and goes on at its next call; what it cannot do is parked, and blocks nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use local::embedded::dynamo::MAIN;
use local::embedded::{Caller, Faults};
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};
use tokio::time::Instant;

use crate::scan::SCAN;

/// Tickets that are due at once.
const MANY: usize = 5_000;
/// What a run is given, of tokio's clock; a call takes up to twice [`WAY_MS`].
const DEADLINE: Duration = Duration::from_secs(1);
const WAY_MS: u16 = 20;

/// One run with a time of its own, as Lambda would give it.
async fn run_for(stack: &Stack, time: Duration) -> JobReport {
    let jobs = &stack.app.functions().jobs;
    let job = jobs.iter().find(|job| job.handler.job.name == SCAN).expect("the scan");
    let run = job.handler.run(&job.world, JobInput::default(), "run_01970000000070008000000000000001", time);
    Caller::function(SCAN).run(run).await.expect("the scan runs")
}

/// An hour's promise on everything, and a ticket.
async fn promised(stack: &Stack) -> (Person, String, String) {
    let owner = stack.msp("Nordlicht IT").await;
    let hour = json!({ "resolution": { "minutes": 60, "time": "always" } });
    let policy = json!({ "name": "Gold", "targets": { "p1": hour, "p2": hour, "p3": hour, "p4": hour } });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
    let client = owner.client("Acme Tools").await;
    let ticket = owner.ticket(&client, json!({})).await["id"].as_str().unwrap().to_owned();
    stack.app.settle().await;
    (owner, client, ticket)
}

/// Puts copies of a ticket beside it, as if each had been opened.
fn multiply(stack: &Stack, ticket: &str, count: usize) {
    let items = stack.items(MAIN);
    let is_it = |item: &&Value| item["sk"]["S"] == "@" && item["lsk"]["S"] == ticket;
    let text = items.iter().find(is_it).expect("the ticket").to_string();
    for number in 2..=count {
        let id = format!("tkt_019700000000700080000000{number:08}");
        let mut item: Value = serde_json::from_str(&text.replace(ticket, &id)).unwrap();
        let shard = item["pk"]["S"]
            .as_str()
            .unwrap()
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
            % 8;
        item["dpk"]["S"] = json!(format!("{SCAN}#{shard}"));
        item["v"]["M"]["number"]["N"] = json!(number.to_string());
        stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": item })).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn many_due_tickets_are_done_under_one_second_deadlines_run_after_run_each_once() {
    let stack = Stack::start().await;
    let (_, _, ticket) = promised(&stack).await;
    multiply(&stack, &ticket, MANY);
    stack.app.clock().advance(SignedDuration::from_mins(90)).unwrap();
    stack.app.seam().inject(Faults::none().slow(1, WAY_MS));
    let (mut done, mut runs) = (0, 0);
    loop {
        let started = Instant::now();
        let report = run_for(&stack, DEADLINE).await;
        assert!(started.elapsed() < DEADLINE, "a run of {:?}", started.elapsed());
        assert_eq!((report.failed, report.parked, report.skipped), (0, 0, 0), "{report:?}");
        (done, runs) = (done + report.done, runs + 1);
        if !report.more {
            break;
        }
        assert!(report.done > 0, "a run that gets nothing done never ends");
    }
    assert_eq!(done, MANY as u64);
    assert!(runs > 5, "{runs} runs");
    let items = stack.items(MAIN);
    let told: Vec<&str> = items
        .iter()
        .filter(|item| item["v"]["M"]["entry"]["M"]["what"]["M"]["kind"]["S"] == "breached")
        .filter_map(|item| item["pk"]["S"].as_str())
        .collect();
    assert_eq!((told.len(), told.iter().collect::<BTreeSet<_>>().len()), (MANY, MANY), "each miss once");
    let events = items.iter().filter(|item| item["event"]["S"].as_str().is_some_and(|e| e.contains("sla.breached")));
    assert_eq!(events.count(), MANY, "each is told to the bus once");
    let due = |item: &Value| item["dpk"]["S"].as_str().is_some_and(|shard| shard.starts_with(SCAN));
    assert!(!items.iter().any(due), "nothing is due any more");
}

#[tokio::test(start_paused = true)]
async fn of_ten_due_tickets_the_one_that_nobody_can_read_is_parked_by_name_and_nine_are_done() {
    let stack = Stack::start().await;
    let (owner, client, _) = promised(&stack).await;
    let mut tickets = Vec::new();
    for _ in 0..9 {
        tickets.push(owner.ticket(&client, json!({})).await["id"].as_str().unwrap().to_owned());
    }
    stack.app.clock().advance(SignedDuration::from_mins(90)).unwrap();
    crate::poison(&stack, &owner.tenant, &tickets[4]);
    let first = stack.scan().await;
    assert_eq!((first.done, first.failed, first.parked), (9, 1, 0));
    let mut parked = 0;
    for _ in 0..4 {
        stack.app.clock().advance(SignedDuration::from_mins(15)).unwrap();
        parked += stack.scan().await.parked;
    }
    assert_eq!(parked, 1);
    assert_eq!(stack.scan().await.failed, 0);
    let items = stack.items(MAIN);
    let parked: Vec<&Value> = items.iter().filter(|item| item["parked_at"].is_object()).collect();
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0]["pk"]["S"], format!("{}#TICKET#{}", owner.tenant, tickets[4]));
    let why = parked[0]["parked_why"]["S"].as_str().unwrap();
    assert!(why.contains(&tickets[4]), "{why}");
}

/// What a scan asks of the store depends on what is due and not on what is open.
#[tokio::test(start_paused = true)]
async fn a_scan_makes_the_same_calls_beside_ten_open_tickets_and_beside_five_hundred() {
    const DUE: u64 = 8;
    let mut calls = Vec::new();
    for open in [10, 500] {
        let stack = Stack::start().await;
        let (owner, client, ticket) = promised(&stack).await;
        multiply(&stack, &ticket, open);
        // Far ahead, all but those that come now.
        for item in stack.items(MAIN).iter_mut().filter(|item| item["dpk"].is_object()) {
            let later = item["dsk"]["S"].as_str().unwrap().replacen("2026", "2036", 1);
            item["dsk"]["S"] = json!(later);
            item["v"]["M"]["sla"]["M"]["next_mark"]["S"] = json!("2036-02-02T12:00:00Z");
            stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": item })).unwrap();
        }
        for _ in 0..DUE {
            owner.ticket(&client, json!({})).await;
        }
        stack.app.settle().await;
        stack.app.clock().advance(SignedDuration::from_mins(90)).unwrap();
        stack.app.seam().recorder().start();
        assert_eq!(stack.scan().await.done, DUE);
        let mut of: Vec<String> = Vec::new();
        let recorded = stack.app.seam().recorder().take();
        for call in recorded.chunk_by(|one, next| one.call == next.call) {
            of.push(call.iter().map(|part| part.touch.action.as_str()).collect::<Vec<_>>().join("+"));
        }
        of.sort_unstable();
        calls.push(of);
    }
    let queries = |of: &[String]| of.iter().filter(|call| *call == "dynamodb:Query").count();
    // Each shard is asked once, and once more behind what it had; which shards those are hangs on the ids.
    let reads_and_writes =
        |of: &[String]| of.iter().filter(|call| *call != "dynamodb:Query").cloned().collect::<Vec<_>>();
    assert_eq!(reads_and_writes(&calls[0]), reads_and_writes(&calls[1]));
    for of in &calls {
        assert!((9..=16).contains(&queries(of)), "{of:#?}");
    }
}
