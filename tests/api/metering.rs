//! What is reported for billing: use, charges, counts.

use serde_json::{Value, json};
use tests::Stack;

use crate::contracts::{at, key, line, seats, signed, simulation, totals, usage_line, with};

#[tokio::test]
async fn usage_is_recorded_once_however_often_it_is_sent() {
    let owner = Stack::start_at("2026-03-05T11:00:00Z").await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let contract =
        signed(&owner, with(seats(&client), json!({ "lines": [usage_line(), seats("")["lines"][0]] }))).await;
    let path = format!("{}/usage", at(&contract));
    let usage = |id: &str, quantity: &str| json!({ "id": id, "line": line(&contract, 0), "on": "2026-02-20", "quantity": quantity });
    let send = |records: Value| owner.post(&path).json(&json!({ "records": records })).send();
    let first = send(json!([usage("a", "60"), usage("b", "70")])).await.expect(200);
    assert_eq!(first, json!({ "recorded": 2, "known": 0, "cancelled": 0 }));
    let again = send(json!([usage("b", "70"), usage("c", "20")])).await.expect(200);
    assert_eq!(again, json!({ "recorded": 1, "known": 1, "cancelled": 0 }));
    assert_eq!(send(json!([usage("d", "1"), usage("a", "61")])).await.with(409).problem(), "usage-differs");
    let refused = send(json!([
        { "id": "e", "line": line(&contract, 1), "on": "2026-02-20", "quantity": "1" },
        { "id": "e", "line": line(&contract, 0), "on": "2026-02-09", "quantity": "-1" },
        { "id": "f", "line": line(&contract, 0), "on": "2026-03-06", "quantity": "0.0000001" },
    ]));
    let refused = refused.await.with(400);
    let expected = [
        "/records/0/line",
        "/records/1/id",
        "/records/1/on",
        "/records/1/quantity",
        "/records/2/on",
        "/records/2/quantity",
    ];
    assert_eq!(refused.pointers(), expected);
    let many: Vec<Value> = (0..90).map(|n| usage(&format!("n{n}"), "0")).collect();
    assert_eq!(send(json!(many)).await.expect(200)["recorded"], 90);
    // 100 at 0.10 and 50 at 0.05 in February, billed when it has ended, beside March's seats.
    let bills = simulation(&owner, &contract, json!({})).await;
    assert_eq!(totals(&bills)[..2], [("2026-02-10", 271_43), ("2026-03-01", 412_50)]);
}

#[tokio::test]
async fn a_charge_waits_for_the_next_bill_and_can_be_withdrawn_until_then() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (client, other) = (owner.client("Acme").await, owner.client("Zeta").await);
    let contract = signed(&owner, seats(&client)).await;
    let path = format!("/v1/clients/{client}/charges");
    let charge = |more| with(json!({ "text": "Set-up", "quantity": "2.5", "unit": "h", "unit_price": "99.99" }), more);
    let add = |body: Value| owner.post(&path).key(&key()).json(&body).send();
    let added = add(charge(json!({ "contract": contract["id"] }))).await.expect(201);
    assert_eq!(
        (&added["on"], &added["currency"], &added["state"]),
        (&json!("2026-02-02"), &json!("EUR"), &json!({ "kind": "open" }))
    );
    let second = add(charge(json!({ "text": "Cable", "quantity": "1", "on": "2026-03-15" }))).await.expect(201);
    let theirs = signed(&owner, seats(&other)).await;
    for (more, pointer) in [
        (json!({ "quantity": "0" }), "/quantity"),
        (json!({ "text": "" }), "/text"),
        (json!({ "unit_price": "0.0000000001" }), "/unit_price"),
        (json!({ "contract": theirs["id"] }), "/contract"),
        (json!({ "contract": contract["id"], "currency": "USD" }), "/currency"),
    ] {
        assert_eq!(add(charge(more)).await.with(400).pointers(), [pointer]);
    }
    let proposal = owner.post("/v1/contracts").key(&key()).json(&seats(&client)).send().await.expect(201);
    let refused = add(charge(json!({ "contract": proposal["id"] }))).await.with(409);
    assert_eq!(refused.problem(), "contract-draft");
    assert!(refused.body["detail"].as_str().unwrap().contains("leave `contract` out"), "{}", refused.body);
    assert_eq!(owner.get(&path).await.expect(200)["items"], json!([added, second]));
    // 2.5 × 99.99 = 249.975, which is 249.98.
    let bills = simulation(&owner, &contract, json!({})).await;
    assert_eq!(
        totals(&bills)[..3],
        [("2026-02-10", 271_43 + 249_98), ("2026-03-01", 400_00), ("2026-04-01", 400_00 + 99_99)]
    );
    let withdraw = format!("{path}/{}/withdraw", added["id"].as_str().unwrap());
    for _ in 0..2 {
        let withdrawn = owner.post(&withdraw).send().await.expect(200);
        assert_eq!(withdrawn["state"], json!({ "kind": "withdrawn" }));
    }
    assert_eq!(owner.get(&path).await.expect(200)["items"], json!([second]));
    assert_eq!(totals(&simulation(&owner, &contract, json!({})).await)[0], ("2026-02-10", 271_43));
}

#[tokio::test]
async fn what_is_counted_is_billed_as_it_was_counted() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let contacts = format!("/v1/clients/{client}/contacts");
    for name in ["Kim", "Ada"] {
        owner.create(&contacts, json!({ "name": name })).await;
    }
    let counted = |what: &str, price: &str| {
        json!({
            "text": what, "kind": "per_seat", "timing": "advance", "quantity": { "kind": "counted", "what": what },
            "price": { "pricing": { "model": "per_unit", "price": price } },
        })
    };
    let lines = json!([counted("devices", "10"), counted("contacts", "1")]);
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let contract = signed(&owner, with(seats(&client), json!({ "lines": lines, "schedule": schedule }))).await;
    owner.stack.app.settle().await;
    let missing = owner.post(&format!("{}/simulation", at(&contract))).json(&json!({})).send().await;
    assert_eq!(missing.with(409).problem(), "count-missing");
    let count = |what: &str, on: &str, quantity: &str| {
        let body = json!({ "what": what, "on": on, "quantity": quantity });
        owner.post(&format!("/v1/clients/{client}/counts")).json(&body).send()
    };
    count("devices", "2026-02-01", "7").await.expect(200);
    count("devices", "2026-02-01", "8").await.expect(200);
    assert_eq!(count("contacts", "2026-02-01", "9").await.with(400).pointers(), ["/what"]);
    assert_eq!(count("devices", "2026-02-03", "9").await.with(400).pointers(), ["/on"]);
    let bills = simulation(&owner, &contract, json!({})).await;
    let net: Vec<_> =
        bills["bills"][1]["lines"].as_array().unwrap().iter().map(|line| line["net"]["minor"].clone()).collect();
    assert_eq!(net, [json!(80_00), json!(2_00)]);
    let third = owner.create(&contacts, json!({ "name": "Bo" })).await;
    // February is settled for its 27 days with three contacts, and March billed for three: 27 / 28 + 3.
    let cents = async || {
        owner.stack.app.settle().await;
        let bills = simulation(&owner, &contract, json!({})).await;
        let lines = bills["bills"][1]["lines"].as_array().unwrap().clone();
        let contacts = lines.iter().filter(|line| line["text"] == "contacts");
        contacts.map(|line| line["net"]["minor"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(cents().await, [96, 3_00]);
    owner.change(&format!("{contacts}/{}", third["id"].as_str().unwrap()), json!({ "active": false })).await;
    assert_eq!(cents().await, [2_00]);
}

#[tokio::test]
async fn a_proposal_is_simulated_with_the_contacts_that_there_are_none_included() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let follows = |what: &str| {
        json!({
            "text": what, "kind": "per_seat", "timing": "advance", "quantity": { "kind": "counted", "what": what },
            "price": { "pricing": { "model": "per_unit", "price": "5" } },
        })
    };
    let proposed = async |what: &str| {
        let lines = json!([follows(what), seats("")["lines"][0]]);
        let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-03-01" });
        owner.create("/v1/contracts", with(seats(&client), json!({ "lines": lines, "schedule": schedule }))).await
    };
    let contract = proposed("contacts").await;
    assert_eq!(totals(&simulation(&owner, &contract, json!({})).await)[0], ("2026-03-01", 400_00), "nobody yet");
    owner.create(&format!("/v1/clients/{client}/contacts"), json!({ "name": "Kim" })).await;
    owner.stack.app.settle().await;
    assert_eq!(totals(&simulation(&owner, &contract, json!({})).await)[0], ("2026-03-01", 405_00));
    let unknown = proposed("devices").await;
    let missing = owner.post(&format!("{}/simulation", at(&unknown))).json(&json!({})).send().await.with(409);
    assert_eq!(missing.problem(), "count-missing");
    assert!(missing.body["detail"].as_str().unwrap().contains("bills devices, which"), "{}", missing.body);
}
