//! A hostile store: throttling, lost answers, conflicts. Nothing acknowledged is lost, nothing happens twice, nothing is a 500.

use std::collections::BTreeSet;

use futures::future::join_all;
use local::embedded::{Faults, Rates};
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

/// Stores that are tried; each misbehaves in its own order.
const SEEDS: u64 = 12;
/// Requests that each of them gets, in rounds of some at once.
const ROUNDS: usize = 6;
const AT_ONCE: usize = 6;
/// One technician's bound.
const CAPACITY: usize = 8;

/// Per thousand calls: as promised in the list of promises.
const RATES: Rates = Rates { throttled: 100, conflict: 50, not_sent: 0, answer_lost: 50 };

#[tokio::test]
async fn a_hostile_store_loses_nothing_doubles_nothing_and_never_answers_500() {
    let (mut asked, mut busy) = (0_u32, 0_u32);
    for seed in 1..=SEEDS {
        let stack = Stack::start().await;
        let owner = stack.msp("Nordlicht IT").await;
        let client = owner.client("Acme Tools").await;
        let technician = Box::pin(owner.colleague("technician", json!({ "capacity": CAPACITY }))).await;
        let department = json!({ "name": "Desk", "strategy": "round_robin", "members": [technician.id] });
        let department = owner.create("/v1/departments", department).await["id"].clone();
        stack.app.settle().await;

        stack.app.seam().inject(Faults::seeded(seed, RATES));
        let mut opened = Vec::new();
        for round in 0..ROUNDS {
            let open = (0..AT_ONCE).map(|number| {
                let body = json!({
                    "client": client, "subject": format!("Ticket {round}.{number}"), "description": "It is broken.",
                    "department": department,
                });
                let key = format!("{seed}.{round}.{number}");
                // Whoever is told that the store is busy tries again with the same key.
                let owner = owner.clone();
                async move { patiently(&owner, "/v1/tickets", &key, &body).await }
            });
            for (answer, tries) in join_all(open).await {
                asked += tries;
                busy += tries - 1;
                opened.push((answer.expect(201), round));
            }
            for (ticket, _) in opened.iter().filter(|(_, opened_in)| *opened_in == round).take(2) {
                let at = format!("/v1/tickets/{}/replies", ticket["id"].as_str().unwrap());
                let key = format!("reply.{}", ticket["number"]);
                let (answer, tries) = patiently(&owner, &at, &key, &json!({ "body": "On it." })).await;
                (asked, busy) = (asked + tries, busy + tries - 1);
                answer.expect(201);
            }
        }
        stack.app.seam().inject(Faults::none());
        check(&owner, &technician, &client, &opened, seed).await;
    }
    assert!(busy * 100 <= asked, "{busy} of {asked} requests were turned away");
}

/// Sends a request until it is taken; says how often it was sent.
async fn patiently(person: &Person, path: &str, key: &str, body: &Value) -> (Answer, u32) {
    for tries in 1.. {
        let answer = person.post(path).key(key).json(body).send().await;
        match answer.status {
            503 | 409 if answer.header("retry-after").is_some() => {}
            status => {
                assert!(status < 500, "{:#}", answer.body);
                return (answer, tries);
            }
        }
    }
    unreachable!("the loop ends with an answer")
}

async fn check(owner: &Person, technician: &Person, client: &str, opened: &[(Value, usize)], seed: u64) {
    let list = owner.get(&format!("/v1/tickets?client={client}&limit=100")).await.expect(200);
    let found = list["items"].as_array().unwrap();
    assert_eq!(found.len(), opened.len(), "seed {seed}: each ticket once, however often it was asked for");
    let numbers: BTreeSet<u64> = found.iter().map(|ticket| ticket["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), found.len(), "seed {seed}: no number twice");
    for (ticket, _) in opened {
        let kept = found.iter().find(|kept| kept["id"] == ticket["id"]);
        assert_eq!(kept.unwrap()["subject"], ticket["subject"], "seed {seed}: what was acknowledged is there");
    }
    let carried = found.iter().filter(|ticket| ticket["assignee"] == technician.id.as_str()).count();
    assert_eq!(carried, CAPACITY, "seed {seed}: as many as they can carry, and none above");
    for (ticket, _) in opened {
        let at = format!("/v1/tickets/{}/timeline?limit=100", ticket["id"].as_str().unwrap());
        let timeline = owner.get(&at).await.expect(200);
        let replies =
            timeline["items"].as_array().unwrap().iter().filter(|entry| entry["what"]["kind"] == "replied").count();
        assert!(replies <= 1, "seed {seed}: a reply is there once");
    }
}
