//! The books over HTTP: their postings, and the check that proves them.

use local::embedded::dynamo::MAIN;
use serde_json::json;
use tests::Person;

use crate::payments::{desk, invoice, is_right, key, pay, proven};

#[tokio::test]
async fn postings_are_listed_by_month_and_their_debits_are_their_credits() {
    let (owner, client) = desk().await;
    invoice(&owner, &client, 100, 14).await;
    pay(&owner, &client, 10_500, json!({})).await.expect(201);
    let month = "/v1/ledger/postings?month=2026-02";
    let postings = owner.get(month).await.expect(200)["items"].clone();
    let postings = postings.as_array().unwrap();
    let kinds: Vec<&str> = postings.iter().map(|posting| posting["source"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&"issue") && kinds.contains(&"payment"));
    for posting in postings {
        let sum = |side: &str| -> i64 {
            let entries = posting["entries"].as_array().unwrap().iter().filter(|entry| entry["side"] == side);
            entries.map(|entry| entry["amount"]["minor"].as_i64().unwrap()).sum()
        };
        assert_eq!(sum("debit"), sum("credit"), "{posting}");
        assert!(sum("debit") >= 10_000);
    }
    let first = owner.get(&format!("{month}&limit=1")).await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    let second = owner.get(&format!("{month}&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!([&first["items"][0], &second["items"][0]], [&postings[0], &postings[1]]);
    assert_eq!(owner.get("/v1/ledger/postings?month=2026-01").await.expect(200)["items"], json!([]));
    assert_eq!(owner.get(&format!("{month}&currency=USD")).await.expect(200)["items"], json!([]));
    for wrong in ["2026-13", "2026-2", "26-02", "february", "+026-02"] {
        owner.get(&format!("/v1/ledger/postings?month={wrong}")).await.with(400);
    }
}

#[tokio::test]
async fn damage_to_the_books_is_found_at_night_told_once_and_listed_until_it_is_mended() {
    let (owner, client) = desk().await;
    invoice(&owner, &client, 100, 14).await;
    pay(&owner, &client, 10_500, json!({})).await.expect(201);
    is_right(&owner).await;
    set_credit(&owner, &client, 501);
    let check = proven(&owner).await;
    let account = json!({ "kind": "client_credit", "client": client });
    let found = json!({ "kind": "account", "account": account, "currency": "EUR", "ledger": -500, "records": -501 });
    assert_eq!((&check["found"], &check["findings"]), (&json!(1), &json!([found])));
    assert_eq!(proven(&owner).await["findings"], json!([found]), "it is still there");
    let alerts = || async {
        let audit = owner.get("/v1/audit?actor=billing-check-ledger&limit=100").await.expect(200);
        let entries = audit["items"].as_array().unwrap().clone();
        entries.iter().filter(|entry| entry["events"] == json!(["ledger.damaged"])).count()
    };
    set_credit(&owner, &client, 502);
    assert_eq!(proven(&owner).await["findings"][0]["records"], -502);
    assert_eq!(alerts().await, 1, "and was told once, though its sums move");
    let letters = owner.stack.app.mailbox().letters();
    let told: Vec<&str> = letters
        .iter()
        .filter(|letter| letter.subject == "The books do not add up")
        .map(|letter| letter.to.as_str())
        .collect();
    assert_eq!(told, [owner.email.as_str()]);
    set_credit(&owner, &client, 500);
    is_right(&owner).await;
    assert_eq!(alerts().await, 1);
    set_credit(&owner, &client, 501);
    assert_eq!(proven(&owner).await["found"], 1);
    assert_eq!(alerts().await, 2, "what was gone and is wrong again is news");
}

#[tokio::test]
async fn days_that_were_served_before_the_msp_signed_up_are_looked_at_when_the_books_are_proven() {
    let (owner, client) = desk().await;
    let days = json!({ "from": "2025-06-10", "to": "2026-06-10" });
    let line = json!({ "text": "Care", "quantity": "1", "unit_price": "1200", "service": days });
    let draft = owner.post("/v1/invoices").key(&key()).json(&json!({ "client": client, "lines": [line] }));
    let id = draft.send().await.expect(201)["id"].as_str().unwrap().to_owned();
    owner.post(&format!("/v1/invoices/{id}/issue")).key(&key()).send().await.expect(200);
    is_right(&owner).await;
    is_right(&owner).await;
    for month in ["2025-06", "2025-11", "2026-01"] {
        let postings = owner.get(&format!("/v1/ledger/postings?month={month}")).await.expect(200);
        assert_eq!(postings["items"][0]["source"]["kind"], "recognition", "{month}: {postings:#}");
    }
}

#[tokio::test]
async fn whoever_does_not_want_to_wait_for_the_night_has_the_books_checked_now() {
    let (owner, client) = desk().await;
    pay(&owner, &client, 10_500, json!({})).await.expect(201);
    is_right(&owner).await;
    set_credit(&owner, &client, 10_501);
    let asked = owner.post("/v1/ledger/check").send().await.expect(200);
    assert_eq!((&asked["due_at"], &asked["found"]), (&json!(owner.stack.now().to_string()), &json!(0)));
    let again = owner.post("/v1/ledger/check").send().await.expect(200);
    assert_eq!(again, asked, "it is asked for already");
    owner.stack.advance("PT15M").await;
    let check = owner.get("/v1/ledger/check").await.expect(200);
    assert_eq!(check["found"], 1, "{check:#}");
    assert!(check["due_at"].as_str() > asked["due_at"].as_str(), "and again in the night: {check:#}");
    let technician = owner.colleague("technician", json!({})).await;
    technician.post("/v1/ledger/check").send().await.with(403);
}

/// Changes what a client has to its credit behind the books.
fn set_credit(owner: &Person, client: &str, minor: i64) {
    let pk = format!("{}#CREDIT#{client}#EUR", owner.tenant);
    let request = json!({
        "TableName": MAIN, "Key": { "pk": { "S": pk }, "sk": { "S": "@" } },
        "UpdateExpression": "SET v.balance.minor = :minor", "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": { ":minor": { "N": minor.to_string() } },
    });
    owner.stack.app.dynamo().execute("UpdateItem", &request).unwrap();
}
