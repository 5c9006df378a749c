//! What is as large as it may be: Lambda answers with 6 MB at most.

use serde_json::{Value, json};
use tests::{Person, Stack};

/// Lambda's limit of an answer, in bytes.
const ANSWER: usize = 6 * 1000 * 1000;

/// Items a page of a list, read to its end.
async fn pages(person: &Person, list: &str) -> Vec<usize> {
    let (mut counts, mut cursor) = (Vec::new(), String::new());
    for _ in 0..100 {
        let page: Value = person.get(&format!("{list}?limit=100{cursor}")).await.expect(200);
        assert!(page.to_string().len() < ANSWER, "{list}: {} bytes", page.to_string().len());
        counts.push(page["items"].as_array().unwrap().len());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return counts,
        }
    }
    panic!("{list} never ends");
}

#[tokio::test]
async fn a_page_of_the_largest_clients_ends_early_and_goes_on() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let site = |n: usize| json!({ "name": format!("Werk {n}"), "address": "ü".repeat(500) });
    let sites: Vec<Value> = (0..100).map(site).collect();
    for n in 0..70 {
        owner.create("/v1/clients", json!({ "name": format!("Client {n}"), "sites": sites })).await;
    }
    let counts = pages(&owner, "/v1/clients").await;
    assert_eq!(counts.iter().sum::<usize>(), 70);
    assert!(counts.len() > 1 && counts[0] > 10, "{counts:?}");
}

#[tokio::test]
async fn a_page_of_the_longest_replies_ends_early_and_goes_on() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let ticket = owner.ticket(&client, json!({})).await;
    let at = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    for _ in 0..10 {
        let body = json!({ "body": "🦦".repeat(200_000) });
        owner.post(&format!("{at}/replies")).json(&body).send().await.with(201);
    }
    let counts = pages(&owner, &format!("{at}/timeline")).await;
    assert_eq!(counts.iter().sum::<usize>(), 12, "it was opened, answered, and ten replies stand there");
    assert!(counts.len() > 1, "{counts:?}");
}
