//! Prepaid hours that run low: somebody is told when the work is logged, and no more when it is billed.

use serde_json::{Value, json};

use crate::billed::{act, bill, blocks, desk, flat, id, low, signed, worked};

#[tokio::test]
async fn hours_that_run_low_are_told_of_when_work_is_logged_or_changed_and_each_once() {
    let (stack, owner, client) = desk().await;
    let mut care = flat("100");
    care["bucket"] = json!({ "minutes": 60, "rollover": { "kind": "none" } });
    signed(&owner, &client, json!([care]), json!({})).await;
    let block = json!({ "minutes": 100, "price": { "minor": 10_000, "currency": "EUR" }, "text": "Hours" });
    act(&owner, &format!("/v1/clients/{client}/hour-blocks"), block).await.expect(201);
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    let ticket = owner.ticket(&client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", id(&ticket));
    let log = async |at: &str, minutes: u32| -> Value {
        let work = json!({ "minutes": minutes, "work_type": "remote", "started_at": at });
        let logged = act(&owner, &time, work).await.expect(201);
        stack.app.settle().await;
        logged
    };
    let change = async |entry: &Value, minutes: u32| {
        owner.change(&format!("{time}/{}", id(entry)), json!({ "minutes": minutes })).await;
        stack.app.settle().await;
    };
    let first = log("2026-02-20T08:00:00Z", 47).await;
    assert_eq!(low(&stack), 0, "47 of the month's 60 minutes are 78 %");
    change(&first, 48).await;
    assert_eq!(low(&stack), 1, "48 are 80 %");
    change(&first, 10).await;
    change(&first, 50).await;
    assert_eq!(low(&stack), 1, "it was told");
    let second = log("2026-02-20T10:00:00Z", 90).await;
    assert_eq!(low(&stack), 3, "all of the month, and 80 of the block's 100 minutes");
    let used = async || {
        let block = &blocks(&owner, &client).await[0];
        ["used", "unbilled", "left"].map(|name| block[name].as_str().unwrap().to_owned())
    };
    assert_eq!(used().await, ["80", "80", "20"], "what is logged is used, and drawn when it is billed");
    change(&second, 92).await;
    assert_eq!(used().await, ["82", "82", "18"]);
    change(&second, 90).await;
    assert_eq!(used().await, ["80", "80", "20"]);
    let letters = stack.app.mailbox().letters();
    for said in [
        "0:48 of 1:00 prepaid hours of C-2026-0001 Care for the month from 1 February 2026 are used at Acme",
        "1:20 of 1:40 prepaid hours of the block \"Hours\" are used at Acme",
    ] {
        assert_eq!(letters.iter().filter(|letter| letter.text.contains(said)).count(), 1, "{said}: {letters:#?}");
    }

    // The next month has its own hours, whether the last one is billed or not.
    stack.app.clock().advance_to("2026-03-03T12:00:00Z".parse().unwrap()).unwrap();
    log("2026-03-03T10:00:00Z", 48).await;
    assert_eq!(low(&stack), 4, "80 % of March");
    bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    assert_eq!(low(&stack), 4, "the bills tell nothing anew");
    assert_eq!(used().await, ["80", "0", "20"]);
}

#[tokio::test]
async fn a_block_alone_is_watched_too() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("100")]), json!({})).await;
    let block = json!({ "minutes": 100, "price": { "minor": 10_000, "currency": "EUR" }, "text": "Hours" });
    act(&owner, &format!("/v1/clients/{client}/hour-blocks"), block).await.expect(201);
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-20T08:00:00Z", 95).await;
    stack.app.settle().await;
    assert_eq!(low(&stack), 2, "80 % and 95 %");
    let letters = stack.app.mailbox().letters();
    assert_eq!(letters.iter().filter(|letter| letter.text.contains("95 %")).count(), 1, "{letters:#?}");
    bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!(low(&stack), 2);
}

#[tokio::test]
async fn a_contract_shows_what_is_left_of_its_hours_and_a_block_how_much_of_it_is_used() {
    let (stack, owner, client) = desk().await;
    let mut care = flat("100");
    care["bucket"] = json!({ "minutes": 60, "rollover": { "kind": "months", "months": 1 } });
    let contract = signed(&owner, &client, json!([care]), json!({})).await;
    let path = format!("/v1/contracts/{}", id(&contract));
    let line = &contract["lines"][0]["id"];
    let month = |used: &str, left: &str, reached: Value, is_whole: bool| {
        json!({
            "line": line, "from": "2026-02-01", "to": "2026-03-01", "included": "60", "rolled_over": "0",
            "used": used, "unbilled": used, "left": left, "expiring": [{ "expires_on": "2026-04-01", "left": left }],
            "reached": reached, "is_whole": is_whole,
        })
    };
    assert_eq!(contract["hours"], month("0", "60", Value::Null, true));
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-20T08:00:00Z", 48).await;
    stack.app.settle().await;
    let admin = owner.colleague("client_admin", json!({ "client": client })).await;
    let seen = admin.get(&path).await.expect(200);
    assert_eq!(seen["hours"], month("48", "12", json!(80), true), "work counts as soon as it is logged");

    // Work of a day without a rate waits, and draws nothing before it has a price.
    let ticket = owner.ticket(&client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", id(&ticket));
    let work = json!({ "minutes": 5, "work_type": "remote", "started_at": "2025-12-30T08:00:00Z" });
    let waits = act(&owner, &time, work).await.expect(201);
    stack.app.settle().await;
    assert_eq!(owner.get(&path).await.expect(200)["hours"], month("0", "60", Value::Null, false));
    owner.change(&format!("{time}/{}", id(&waits)), json!({ "billable": false })).await;
    stack.app.settle().await;

    // A contract that is billed before takes the work that names none, and no other.
    let other = json!({ "name": "Other", "schedule": { "cycle": "monthly", "starts_on": "2026-01-25" } });
    let first = signed(&owner, &client, json!([flat("100")]), other).await;
    stack.app.settle().await;
    assert_eq!(owner.get(&path).await.expect(200)["hours"], month("0", "60", Value::Null, true));
    assert_eq!(first["hours"], Value::Null);
    let entries = owner.get("/v1/time?state=unbilled").await.expect(200);
    let entry = &entries["items"][0];
    let named = format!("/v1/tickets/{}/time/{}", entry["ticket"].as_str().unwrap(), id(entry));
    owner.change(&named, json!({ "contract": id(&contract) })).await;
    stack.app.settle().await;
    assert_eq!(owner.get(&path).await.expect(200)["hours"], month("48", "12", json!(80), true));

    bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let march = owner.get(&path).await.expect(200);
    let expiring = json!([{ "expires_on": "2026-04-01", "left": "12" }, { "expires_on": "2026-05-01", "left": "60" }]);
    let expected = json!({
        "line": line, "from": "2026-03-01", "to": "2026-04-01", "included": "60", "rolled_over": "12", "used": "0",
        "unbilled": "0", "left": "72", "expiring": expiring, "reached": null, "is_whole": true,
    });
    assert_eq!(march["hours"], expected);

    let block = json!({ "minutes": 40, "price": { "minor": 10_000, "currency": "EUR" }, "text": "Hours" });
    act(&owner, &format!("/v1/clients/{client}/hour-blocks"), block).await.expect(201);
    assert_eq!(blocks(&owner, &client).await[0]["reached"], Value::Null);
    stack.app.clock().advance_to("2026-03-03T12:00:00Z".parse().unwrap()).unwrap();
    let work = json!({
        "minutes": 110, "work_type": "remote", "started_at": "2026-03-03T08:00:00Z", "contract": id(&contract),
    });
    act(&owner, &time, work).await.expect(201);
    stack.app.settle().await;
    let hours = &owner.get(&path).await.expect(200)["hours"];
    assert_eq!((&hours["used"], &hours["left"], &hours["expiring"]), (&json!("72"), &json!("0"), &json!([])));
    let block = &blocks(&owner, &client).await[0];
    assert_eq!((&block["used"], &block["left"], &block["reached"]), (&json!("38"), &json!("2"), &json!(95)));
}
