//! What one breach scan reads, with few and with many open tickets and the same number of them due.

use std::collections::BTreeMap;

use domain::ids::TicketId;
use domain::tickets::Ticket;
use jiff::{SignedDuration, Timestamp};
use local::embedded::{BESIDE, Recorded};
use serde_json::json;
use store::Stamp;
use store::commit::MAX_ACTIONS;
use tests::Stack;

use crate::numbers::{ratio, timed};

/// When the tickets that are not due will be: years after everything that happens here.
const MUCH_LATER: &str = "2036-01-01T00:00:00Z";
const READS: [&str; 3] = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem"];

/// One scan.
struct Scan {
    open: usize,
    /// Store calls by action; a transaction is one call.
    calls: BTreeMap<String, u64>,
    ms: f64,
}

pub(crate) async fn measure(open: &[usize], due: usize) {
    println!("## One breach scan, {due} tickets due\n");
    let mut scans: Vec<Scan> = Vec::new();
    for &open in open {
        scans.push(scan(open, due).await);
    }
    let Some(first) = scans.first() else { return };
    let per_due = |count: u64| count as f64 / due as f64;
    println!(
        "| tickets open, not due | store calls | per due ticket | reads per due ticket | to the first line | ms per due ticket | to the first line |"
    );
    println!("|---|---|---|---|---|---|---|");
    for one in &scans {
        println!(
            "| {} | {} | {:.3} | {:.3} | {} | {:.2} | {} |",
            one.open,
            listed(&one.calls),
            per_due(one.calls.values().sum()),
            per_due(reads(one)),
            ratio(per_due(reads(one)), per_due(reads(first))),
            one.ms / due as f64,
            ratio(one.ms, first.ms),
        );
    }
    println!();
}

fn reads(scan: &Scan) -> u64 {
    READS.iter().filter_map(|action| scan.calls.get(*action)).sum()
}

fn listed(calls: &BTreeMap<String, u64>) -> String {
    let short = |action: &str| action.rsplit(':').next().unwrap_or_default().to_owned();
    let each: Vec<String> = calls.iter().map(|(action, count)| format!("{count} {}", short(action))).collect();
    each.join(", ")
}

/// Store calls by action. The parts of a transaction share a call and are one `TransactWriteItems`.
pub(crate) fn by_call(recorded: &[Recorded]) -> Vec<(String, Vec<&Recorded>)> {
    let mut calls: BTreeMap<u64, Vec<&Recorded>> = BTreeMap::new();
    for action in recorded.iter().filter(|part| part.call != BESIDE) {
        calls.entry(action.call).or_default().push(action);
    }
    let mut named = Vec::with_capacity(calls.len());
    for parts in calls.into_values() {
        let name = match parts[..] {
            [only] => only.touch.action.clone(),
            _ => "dynamodb:TransactWriteItems".to_owned(),
        };
        named.push((name, parts));
    }
    named
}

async fn scan(open: usize, due: usize) -> Scan {
    let stack = Stack::start().await;
    eprintln!("writing {} tickets …", open + due);
    let ((), wrote) = timed(write(&stack, open, due)).await;
    eprintln!("… in {:.0} s; scanning", wrote.as_secs_f64());
    // The clock alone: nothing else is to run on the way.
    stack.app.clock().advance(SignedDuration::from_mins(61)).expect("time moves");
    stack.app.seam().recorder().start();
    let (report, took) = timed(stack.scan()).await;
    let recorded = stack.app.seam().recorder().take();
    stack.app.seam().recorder().stop();
    assert_eq!((report.done, report.failed, report.more), (due as u64, 0, false), "{report:?}");
    let mut calls = BTreeMap::new();
    for (action, _) in by_call(&recorded) {
        *calls.entry(action).or_default() += 1;
    }
    Scan { open, calls, ms: took.as_secs_f64() * 1_000.0 }
}

/// Tickets of one tenant and client, an hour's promise on each; the clock of all but `due` of them is set far ahead.
async fn write(stack: &Stack, open: usize, due: usize) {
    let owner = stack.msp("Bench").await;
    promise(&owner).await;
    let client = owner.client("Acme Tools").await;
    let first: TicketId = owner.ticket(&client, json!({})).await["id"].as_str().unwrap().parse().unwrap();
    let world = stack.app.world();
    let store = world.store.for_tenant(owner.claims().tenant);
    let first = store.ticket(first).await.expect("the ticket");
    let due_at = first.value.sla.next_mark.expect("a clock that runs");
    assert!(due_at <= stack.now() + SignedDuration::from_hours(1), "due within the hour, not {due_at}");
    let much_later: Timestamp = MUCH_LATER.parse().expect("an instant");
    let like_first = |index: usize| {
        let mut ticket: Ticket = first.value.clone();
        ticket.id = TicketId::from_uuid((world.ids)());
        ticket.number = index as u64 + 1;
        // Spread evenly, so that a scan that reads in the order of age would meet both kinds.
        ticket.sla.next_mark = Some(if is_due(index, open, due) { due_at } else { much_later });
        ticket
    };
    // The first one is due itself.
    let numbers: Vec<usize> = (1..open + due).collect();
    for batch in numbers.chunks(MAX_ACTIONS - 1) {
        let commit = batch.iter().fold(store.commit(), |commit, &index| commit.create(&like_first(index)));
        let stamp = Stamp {
            now: stack.now(),
            ids: world.ids.clone(),
            actor: "bench".to_owned(),
            function: "bench",
            request: "bench".to_owned(),
        };
        world.store.write(commit, &stamp).await.expect("a batch is written");
    }
}

/// Whether the ticket of this number is one of the `due` that are spread among all.
fn is_due(index: usize, open: usize, due: usize) -> bool {
    let all = open + due;
    index == 0 || (index * due) / all != ((index - 1) * due) / all
}

/// A policy for the whole tenant: an hour for every ticket, around the clock.
pub(crate) async fn promise(owner: &tests::Person) {
    let hour = json!({ "resolution": { "minutes": 60, "time": "always" } });
    let policy = json!({ "name": "Gold", "targets": { "p1": hour, "p2": hour, "p3": hour, "p4": hour } });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
}
