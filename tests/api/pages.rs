//! Lists: every thing once, and cursors that only the server can make.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Person, Stack};

const THINGS: usize = 60;

fn joined(list: &str, query: &str) -> String {
    format!("{list}{}{query}", if list.contains('?') { '&' } else { '?' })
}

async fn first_cursor(person: &Person, list: &str) -> String {
    let page = person.get(&joined(list, "limit=2")).await.expect(200);
    page["next"].as_str().expect("a next page").to_owned()
}

/// The ids of a whole list, page by page.
async fn all_ids(person: &Person, list: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let page = person.get(&joined(list, &format!("limit={limit}{next}"))).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        assert!(ids.len() <= 10 * THINGS, "{list} never ends");
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return ids,
        }
    }
}

/// Clients, contacts and tickets of one MSP, sixty of each; the lists that have them.
async fn filled(owner: &Person) -> Vec<(String, BTreeSet<String>)> {
    let id = |value: Value| value["id"].as_str().unwrap().to_owned();
    let clients: Vec<String> =
        join_all((0..THINGS).map(|n| owner.create("/v1/clients", json!({ "name": format!("Client {n}") }))))
            .await
            .into_iter()
            .map(id)
            .collect();
    let contacts = format!("/v1/clients/{}/contacts", clients[0]);
    let of_one =
        join_all((0..THINGS).map(|n| owner.create(&contacts, json!({ "name": format!("Contact {}", n % 7) })))).await;
    let mut tickets = Vec::new();
    for n in 0..THINGS {
        // Many at the same instant, and all of them newest first.
        let more = json!({ "tags": [if n % 2 == 0 { "even" } else { "odd" }] });
        tickets.push(id(owner.ticket(&clients[n % 3], more).await));
    }
    let even = tickets.iter().step_by(2).cloned().collect();
    let of_client = tickets.iter().step_by(3).cloned().collect();
    vec![
        ("/v1/tickets?tag=even".to_owned(), even),
        (format!("/v1/tickets?client={}", clients[0]), of_client),
        ("/v1/tickets".to_owned(), tickets.into_iter().collect()),
        ("/v1/clients".to_owned(), clients.into_iter().collect()),
        (contacts, of_one.into_iter().map(id).collect()),
    ]
}

#[tokio::test]
async fn reading_page_by_page_yields_each_thing_once() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for (list, expected) in filled(&owner).await {
        for limit in [1, 7, 60, 100] {
            let ids = all_ids(&owner, &list, limit).await;
            assert_eq!(ids.len(), expected.len(), "{list} by {limit}");
            assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), expected, "{list} by {limit}");
        }
    }
}

#[tokio::test]
async fn what_is_added_while_one_reads_moves_nothing() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    for _ in 0..6 {
        owner.ticket(&client, json!({})).await;
    }
    let before = all_ids(&owner, "/v1/tickets", 100).await;
    let first = owner.get("/v1/tickets?limit=3").await.expect(200);
    owner.ticket(&client, json!({})).await;
    let rest = owner.get(&format!("/v1/tickets?limit=3&cursor={}", first["next"].as_str().unwrap())).await.expect(200);
    let read = [&first, &rest].map(|page| page["items"].as_array().unwrap().clone()).concat();
    assert_eq!(read.iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>(), before);
}

#[tokio::test]
async fn a_thousand_tampered_cursors_are_refused() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for n in 0..3 {
        owner.client(&format!("Client {n}")).await;
    }
    let good = first_cursor(&owner, "/v1/clients").await;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut tampered = BTreeSet::new();
    for at in 0..good.len() {
        tampered.extend([good[..at].to_owned(), good[at + 1..].to_owned()]);
        tampered.insert(format!("{}{}", &good[..at], &good[at + 1..]));
        for shift in 1..=(1_200 / good.len() + 1) {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = alphabet[(usize::from(bytes[at]) * 7 + shift * 5) % alphabet.len()];
            tampered.insert(String::from_utf8(bytes).unwrap());
        }
    }
    tampered.extend([format!("{good}A"), format!("{good}AAAA"), format!("{good}="), "%00".into(), "A".repeat(5_000)]);
    tampered.remove(&good);
    assert!(tampered.len() >= 1_000, "{}", tampered.len());
    for cursor in &tampered {
        let answer = owner.get(&format!("/v1/clients?limit=2&cursor={cursor}")).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["?cursor"]), "{cursor}: {:#}", answer.body);
    }
    owner.get(&format!("/v1/clients?limit=2&cursor={good}")).await.expect(200);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let (here, there) = (filled(&owner).await, filled(&other).await);
    for (list, _) in &here {
        let cursor = first_cursor(&owner, list).await;
        for (another, _) in here.iter().filter(|(another, _)| another != list) {
            let answer = owner.get(&joined(another, &format!("cursor={cursor}"))).await;
            assert_eq!((answer.status, answer.pointers()), (400, vec!["?cursor"]), "{list} in {another}");
        }
        for (theirs, _) in &there {
            let answer = other.get(&joined(theirs, &format!("cursor={cursor}"))).await;
            assert_eq!(
                (answer.status, answer.pointers()),
                (400, vec!["?cursor"]),
                "{list} in another tenant's {theirs}"
            );
        }
        owner.get(&joined(list, &format!("cursor={cursor}"))).await.expect(200);
    }
    let contacts = first_cursor(&owner, &here[4].0).await;
    let (_, clients) = &here[3];
    let second = clients.iter().find(|client| !here[4].0.contains(client.as_str())).unwrap();
    owner.get(&format!("/v1/clients/{second}/contacts?cursor={contacts}")).await.expect(400);
}
