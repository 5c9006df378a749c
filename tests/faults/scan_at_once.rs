//! The breach scan meets itself, comes late, wakes from a sleep, and lives through the days on which the clock is changed:
//! each effect is there once.

use jiff::{SignedDuration, Timestamp};
use local::embedded::{Faults, Gate, Side};
use runtime::jobs::JobInput;
use serde_json::json;
use tests::{Person, Stack};

use crate::dying::three_at_once;
use crate::scan::{SCAN, desk, finish, letters};
use crate::table::{content, same, state};

/// Seeds of the orders in which runs at once meet.
const ORDERS: u64 = 5;
/// A scan's rhythm, in minutes.
const EVERY: i64 = 15;

#[tokio::test(start_paused = true)]
async fn three_scans_at_once_have_the_effect_of_one() {
    let desk = Box::pin(desk(&Stack::start().await)).await;
    let alone = desk.snapshot.restore().await;
    finish(&alone).await;
    // Which of two tickets comes first is open when three race; that they go to two people is not.
    let whoever = |mut items: Vec<String>| {
        for item in &mut items {
            desk.takers.iter().for_each(|taker| *item = item.replace(taker.as_str(), "usr_whoever"));
        }
        items.sort_unstable();
        items
    };
    for order in 1..=ORDERS {
        let stack = desk.snapshot.restore().await;
        three_at_once(&stack, SCAN, order).await;
        stack.app.settle().await;
        finish(&stack).await;
        same(&whoever(content(&stack)), &whoever(content(&alone)), &format!("three at once in order {order}"));
        assert_eq!(letters(&stack).len(), letters(&alone).len(), "three at once in order {order}");
    }
}

/// A run stands still at some call; an hour later others do all there is to do, and then it goes on with its old time.
#[tokio::test(start_paused = true)]
async fn a_run_that_wakes_an_hour_later_does_nothing_again() {
    const STRIDE: usize = 4;
    let desk = Box::pin(desk(&Stack::start().await)).await;
    let alone = desk.snapshot.restore().await;
    alone.app.seam().inject(Faults::none().only_for(SCAN));
    alone.scan().await;
    let calls = alone.app.seam().inject(Faults::none()).seen();
    finish(&alone).await;
    an_hour_on(&alone);
    finish(&alone).await;
    for (at, call) in (0..calls).step_by(STRIDE).enumerate() {
        let side = if at % 2 == 0 { Side::Before } else { Side::After };
        let stack = desk.snapshot.restore().await;
        let gate = Gate::shut();
        stack.app.seam().inject(Faults::none().held_from(call, side, &gate).only_for(SCAN));
        let sleeper = stack.app.run_job(SCAN, JobInput::default());
        let others = async {
            gate.reached().await;
            stack.app.seam().inject(Faults::none());
            stack.app.settle().await;
            an_hour_on(&stack);
            finish(&stack).await;
            gate.open();
        };
        let (woke, ()) = futures::join!(sleeper, others);
        woke.expect("it ends as any other");
        finish(&stack).await;
        same(&state(&stack), &state(&alone), &format!("asleep {side:?} call {call} of {calls}"));
        assert_eq!(letters(&stack).len(), letters(&alone).len(), "asleep {side:?} call {call} of {calls}");
    }
}

fn an_hour_on(stack: &Stack) {
    stack.app.clock().advance(SignedDuration::from_hours(1)).unwrap();
}

/// A desk in Berlin that answers in business time, with tickets that come to marks for days.
async fn promised(stack: &Stack) -> Person {
    let owner = stack.msp("Nordlicht IT").await;
    let night = json!([{ "from": "00:00", "to": "06:00" }]);
    let weekly = json!({ "saturday": night, "sunday": night, "monday": night });
    let nights = json!({ "name": "Nights", "zone": "Europe/Berlin", "hours": { "weekly": weekly } });
    let nights = owner.create("/v1/calendars", nights).await;
    let minutes = |minutes: u32, time: &str| json!({ "minutes": minutes, "time": time });
    let policy = json!({
        "name": "Gold", "calendar": nights["id"], "warnings": [50, 80],
        "targets": {
            "p1": { "first_response": minutes(90, "business"), "resolution": minutes(420, "business") },
            "p2": { "first_response": minutes(150, "business"), "resolution": minutes(600, "business") },
            "p3": { "first_response": minutes(600, "always"), "resolution": minutes(1800, "always") },
        },
        "ladder": [
            { "on": ["first_response", "resolution"], "when": { "at_percent": 100 }, "actions": [{ "do": "notify_users", "users": [owner.id] }] },
            { "on": ["resolution"], "when": { "after_breach_minutes": 30 }, "actions": [{ "do": "raise_priority" }] },
        ],
    });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
    let client = owner.client("Acme Tools").await;
    for priority in ["p1", "p2", "p3"] {
        owner.ticket(&client, json!({ "priority": priority })).await;
    }
    stack.app.settle().await;
    owner
}

/// What is there after so many hours with a scan every quarter of an hour, and after as long with one scan at the end.
async fn punctual_and_late(from: &str, hours: i64) -> (Stack, Stack) {
    let stack = Stack::start_at(from).await;
    Box::pin(promised(&stack)).await;
    let snapshot = stack.snapshot().await;
    let (punctual, late) = (snapshot.restore().await, snapshot.restore().await);
    let end: Timestamp = punctual.now() + SignedDuration::from_hours(hours);
    while punctual.now() < end {
        punctual.app.clock().advance(SignedDuration::from_mins(EVERY)).unwrap();
        punctual.scan().await;
    }
    late.app.clock().advance_to(end).unwrap();
    for stack in [&punctual, &late] {
        stack.app.settle().await;
        finish(stack).await;
    }
    (punctual, late)
}

/// What the timelines say was fired, when, in order.
fn fired(stack: &Stack) -> Vec<(String, String, String)> {
    let text = |value: &serde_json::Value| value["S"].as_str().unwrap_or_default().to_owned();
    let entries =
        stack.items(local::embedded::dynamo::MAIN).into_iter().map(|item| item["v"]["M"]["entry"]["M"].clone());
    let mut fired: Vec<_> = entries
        .map(|entry| (text(&entry["at"]), text(&entry["what"]["M"]["kind"]), text(&entry["what"]["M"]["clock"])))
        .filter(|(_, kind, _)| ["warned", "breached", "escalated"].contains(&kind.as_str()))
        .collect();
    fired.sort_unstable();
    fired
}

#[tokio::test(start_paused = true)]
async fn a_scan_after_forty_nine_hours_catches_up_with_what_a_punctual_one_did() {
    let (punctual, late) = Box::pin(punctual_and_late("2026-02-06T20:00:00Z", 49)).await;
    same(&state(&late), &state(&punctual), "after 49 hours without a scan");
    assert_eq!(letters(&late).len(), letters(&punctual).len());
    let fired = fired(&punctual);
    assert!(fired.len() >= 18, "{fired:#?}");
}

/// Berlin goes from 02:00 to 03:00 on 29 March 2026 and from 03:00 back to 02:00 on 25 October: six hours from midnight
/// are five in the one night and seven in the other.
#[tokio::test(start_paused = true)]
async fn each_mark_fires_once_and_at_its_time_on_both_days_on_which_the_clock_is_changed() {
    for (from, breaches) in [
        // Open on Saturday and Sunday from midnight to six, and on this Sunday for an hour less.
        ("2026-03-28T22:30:00Z", ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"]),
        ("2026-10-24T21:30:00Z", ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T05:00:00Z"]),
    ] {
        let (punctual, late) = Box::pin(punctual_and_late(from, 40)).await;
        same(&state(&late), &state(&punctual), from);
        let fired = fired(&punctual);
        let mut once = fired.clone();
        once.dedup();
        let of = |clock: &str| fired.iter().filter(|(_, kind, on)| kind == "breached" && on == clock).count();
        assert_eq!((of("first_response"), of("resolution")), (3, 3), "{from}: {fired:#?}");
        for expected in breaches {
            assert!(fired.iter().any(|(at, kind, _)| kind == "breached" && at == expected), "{expected}: {fired:#?}");
        }
    }
}
