//! The breach scan killed at every call that it makes: what is left, down to the last attribute, is what an undisturbed
//! run leaves.

use local::embedded::{Faults, Side};
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Snapshot, Stack};

use crate::dying::killed;
use crate::table::{content, same};

/// The job.
pub(crate) const SCAN: &str = "tickets-sla-breach-scan";
/// Scans after which nothing is left to do: a ticket that was moved is looked at once more.
const SCANS: usize = 2;
/// Open tickets of the lowest priority: one more than the index has shards, so that two share one.
const BYSTANDERS: usize = 9;

/// Tickets that are due; a moved one is looked at twice.
const DUE: u64 = 5;

/// A desk whose tickets come to everything that a scan does.
pub(crate) struct Desk {
    pub(crate) snapshot: Snapshot,
    /// The two who take turns.
    pub(crate) takers: [String; 2],
}

fn hours(hours: u32) -> Value {
    json!({ "resolution": { "minutes": hours * 60, "time": "always" } })
}

/// Tickets that are due for a warning, a miss, a raised priority, and a move to a department that takes turns; others
/// that are not due; and a second tenant with one that is.
pub(crate) async fn desk(stack: &Stack) -> Desk {
    let owner = stack.msp("Nordlicht IT").await;
    let first = Box::pin(owner.colleague("technician", json!({ "capacity": 5 }))).await;
    let second = Box::pin(owner.colleague("technician", json!({ "capacity": 5 }))).await;
    let turns = json!({ "name": "Second line", "strategy": "round_robin", "members": [first.id, second.id] });
    let turns = owner.create("/v1/departments", turns).await;
    let policy = json!({
        "name": "Gold", "warnings": [50],
        "targets": { "p1": hours(1), "p2": hours(2), "p3": hours(4) },
        "ladder": [
            { "on": ["resolution"], "when": { "at_percent": 80 }, "actions": [{ "do": "notify_roles", "roles": ["owner"] }, { "do": "raise_priority" }] },
            { "on": ["resolution"], "when": { "after_breach_minutes": 15 }, "actions": [{ "do": "move_to_department", "department": turns["id"] }] },
        ],
    });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
    let client = owner.client("Acme Tools").await;
    let mut bystanders = Vec::with_capacity(BYSTANDERS);
    for _ in 0..BYSTANDERS {
        bystanders.push(owner.ticket(&client, json!({ "priority": "p4" })).await["id"].as_str().unwrap().to_owned());
    }
    // Two that will take turns are of one shard, so that whose turn it is does not hang on which shard is first.
    let movers = two_of_one_shard(&owner.tenant, &bystanders);
    owner.ticket(&client, json!({ "priority": "p3", "subject": "Half of its time is over" })).await;
    let missed = owner.ticket(&client, json!({ "priority": "p2", "subject": "Missed, and somebody's" })).await;
    first.post(&format!("/v1/tickets/{}/take", missed["id"].as_str().unwrap())).send().await.expect(200);
    let other = stack.msp("Südwind IT").await;
    let hour = json!({ "name": "Silver", "targets": { "p3": hours(1) } });
    let hour = other.create("/v1/sla/policies", hour).await;
    other.change("/v1/tenant", json!({ "sla": hour["id"] })).await;
    other.ticket(&other.client("Birch Lane").await, json!({ "priority": "p3" })).await;
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + jiff::SignedDuration::from_mins(50)).unwrap();
    for id in &movers {
        owner.change(&format!("/v1/tickets/{id}"), json!({ "priority": "p1" })).await;
        stack.app.clock().advance_to(stack.now() + jiff::SignedDuration::from_secs(1)).unwrap();
    }
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + jiff::SignedDuration::from_mins(80)).unwrap();
    Desk { snapshot: stack.snapshot().await, takers: [first.id, second.id] }
}

/// The first two whose keys the index keeps in one shard.
fn two_of_one_shard(tenant: &str, tickets: &[String]) -> [String; 2] {
    let shard = |id: &String| {
        let key = format!("{tenant}#TICKET#{id}");
        key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % 8
    };
    let pairs = tickets.iter().enumerate().flat_map(|(at, one)| tickets[at + 1..].iter().map(move |two| (one, two)));
    let (one, two) = pairs.into_iter().find(|(one, two)| shard(one) == shard(two)).expect("nine in eight shards");
    [one.clone(), two.clone()]
}

/// Scans until nothing is left to do, and carries on what came of it.
pub(crate) async fn finish(stack: &Stack) {
    for _ in 0..SCANS {
        stack.app.run_job(SCAN, JobInput::default()).await.expect("the scan runs");
        stack.app.settle().await;
    }
}

/// The letters that were sent, in an order that does not hang on the run's.
pub(crate) fn letters(stack: &Stack) -> Vec<String> {
    let mut letters: Vec<String> = stack.app.mailbox().letters().iter().map(|letter| format!("{letter:?}")).collect();
    letters.sort_unstable();
    letters
}

#[tokio::test(start_paused = true)]
async fn a_scan_killed_at_any_call_leaves_what_an_undisturbed_one_leaves() {
    let desk = Box::pin(desk(&Stack::start().await)).await;
    let stack = desk.snapshot.restore().await;
    stack.app.seam().inject(Faults::none().only_for(SCAN));
    assert!(stack.scan().await.done >= DUE);
    let calls = stack.app.seam().inject(Faults::none()).seen();
    stack.app.settle().await;
    finish(&stack).await;
    let (undisturbed, told) = (content(&stack), letters(&stack));
    shows_everything(&undisturbed, &told);

    for call in 0..calls {
        for side in [Side::Before, Side::After] {
            let stack = desk.snapshot.restore().await;
            killed(&stack, SCAN, call, side).await;
            stack.app.settle().await;
            finish(&stack).await;
            same(&content(&stack), &undisturbed, &format!("killed {side:?} call {call} of {calls}"));
            assert_eq!(letters(&stack), told, "killed {side:?} call {call} of {calls}");
        }
    }
}

/// The comparison is worth something only if everything happened that can.
fn shows_everything(undisturbed: &[String], told: &[String]) {
    let entries = |kind: &str| {
        let kind = format!(r#""kind":{{"S":"{kind}"}}"#);
        undisturbed.iter().filter(|item| item.contains("ENTRY#") && item.contains(&kind)).count()
    };
    let seen = ["warned", "breached", "escalated", "assigned"].map(|kind| (kind, entries(kind)));
    assert!(seen.iter().all(|(_, count)| *count >= 2), "{seen:?}");
    assert!(undisturbed.iter().any(|item| item.contains("ROTATION")), "somebody's turn was taken");
    assert!(told.len() >= 5, "{told:#?}");
}
