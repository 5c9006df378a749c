//! Payments noted by hand, the client's credit, and the ledger that knows of all of it.

use futures::future::join_all;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, unique};

const NOBODY: &str = "pay_01970000000070008000000000000009";

pub(crate) fn key() -> String {
    format!("key-{}", unique())
}

fn eur(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "EUR" })
}

pub(crate) async fn desk() -> (Person, String) {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    (owner, client)
}

/// An issued invoice over so many euros; its id.
pub(crate) async fn invoice(owner: &Person, client: &str, euros: u32, days: u32) -> String {
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": days },
        "lines": [{ "text": "Firewall, installed", "quantity": "1", "unit_price": euros.to_string() }],
    });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let id = draft["id"].as_str().unwrap().to_owned();
    owner.post(&format!("/v1/invoices/{id}/issue")).key(&key()).send().await.expect(200);
    id
}

pub(crate) async fn pay(owner: &Person, client: &str, minor: i64, more: Value) -> Answer {
    let mut body = json!({ "client": client, "method": "bank_transfer", "amount": eur(minor) });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/payments").key(&key()).json(&body).send().await
}

async fn state(owner: &Person, invoice: &str) -> (Value, Value) {
    let view = owner.get(&format!("/v1/invoices/{invoice}")).await.expect(200);
    (view["state"].clone(), view["balance"]["minor"].clone())
}

async fn credit(owner: &Person, client: &str) -> Value {
    owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200)["balances"].clone()
}

/// Proves the books a night later.
/// What the check says of the books a day later. Nothing else of that day is run: what it does to the books, other tests see.
pub(crate) async fn proven(owner: &Person) -> Value {
    let app = &owner.stack.app;
    app.clock().advance(jiff::SignedDuration::from_hours(24)).unwrap();
    for job in ["billing-recognise-revenue", "billing-check-ledger"] {
        app.settle().await;
        app.run_job(job, JobInput::default()).await.unwrap();
    }
    app.settle().await;
    let check = owner.get("/v1/ledger/check").await.expect(200);
    assert_ne!(check["checked_at"], Value::Null, "it was checked");
    check
}

pub(crate) async fn is_right(owner: &Person) {
    assert_eq!(proven(owner).await["findings"], json!([]));
}

#[tokio::test]
async fn a_part_is_paid_then_the_rest_and_what_is_over_is_credit() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let more = json!({ "reference": " INV-000001 ", "received_on": "2026-02-01" });
    let paid = pay(&owner, &client, 4_000, more).await.expect(201);
    assert_eq!(paid["allocations"], json!([{ "invoice": id, "amount": eur(4_000) }]));
    assert_eq!((&paid["received_on"], &paid["state"]), (&json!("2026-02-01"), &json!("received")));
    assert_eq!(state(&owner, &id).await, (json!("partly_paid"), json!(6_000)));
    let over = pay(&owner, &client, 7_500, json!({ "method": "cheque" })).await.expect(201);
    assert_eq!((&over["kept"], &over["method"]), (&eur(1_500), &json!({ "kind": "cheque" })));
    assert_eq!(state(&owner, &id).await, (json!("paid"), json!(0)));
    assert_eq!(credit(&owner, &client).await, json!([eur(1_500)]));
    assert_eq!(owner.get(&format!("/v1/payments/{}", over["id"].as_str().unwrap())).await.expect(200), over);
    let listed = owner.get(&format!("/v1/payments?client={client}")).await.expect(200);
    assert_eq!(listed["items"], json!([over, paid]), "newest first");
    is_right(&owner).await;
}

#[tokio::test]
async fn a_payment_pays_what_is_due_first_or_what_was_chosen_or_nothing() {
    let (owner, client) = desk().await;
    let late = invoice(&owner, &client, 10, 30).await;
    let soon = invoice(&owner, &client, 20, 7).await;
    let paid = pay(&owner, &client, 2_500, json!({})).await.expect(201);
    let first = json!([{ "invoice": soon, "amount": eur(2_000) }, { "invoice": late, "amount": eur(500) }]);
    assert_eq!(paid["allocations"], first);
    let third = invoice(&owner, &client, 30, 1).await;
    let chosen = json!({ "allocations": [{ "invoice": late, "amount": eur(500) }] });
    assert_eq!(pay(&owner, &client, 600, chosen.clone()).await.expect(201)["kept"], eur(100));
    assert_eq!(state(&owner, &late).await, (json!("paid"), json!(0)));
    assert_eq!(state(&owner, &third).await.1, json!(3_000));
    let again = pay(&owner, &client, 600, chosen).await.with(400);
    assert_eq!(again.pointers(), ["/allocations/0/invoice"]);
    let too_much = json!({ "allocations": [{ "invoice": third, "amount": eur(3_001) }] });
    assert_eq!(pay(&owner, &client, 9_000, too_much).await.with(400).pointers(), ["/allocations/0/amount"]);
    let none = pay(&owner, &client, 300, json!({ "allocations": [] })).await.expect(201);
    assert_eq!((&none["kept"], &none["allocations"]), (&eur(300), &json!([])));
    let zeta = owner.client("Zeta").await;
    let foreign = json!({ "allocations": [{ "invoice": third, "amount": eur(1) }] });
    assert_eq!(pay(&owner, &zeta, 5, foreign).await.with(400).pointers(), ["/allocations/0/invoice"]);
    is_right(&owner).await;
}

#[tokio::test]
async fn credit_pays_invoices_and_never_more_than_there_is() {
    let (owner, client) = desk().await;
    owner.change("/v1/billing/settings", json!({ "use_credit_first": false })).await;
    pay(&owner, &client, 5_000, json!({ "method": "cash" })).await.expect(201);
    let id = invoice(&owner, &client, 40, 14).await;
    let path = format!("/v1/clients/{client}/credit/allocations");
    let use_up = |minor: i64| owner.post(&path).key(&key()).json(&json!({ "amount": eur(minor) })).send();
    assert_eq!(use_up(5_001).await.with(409).problem(), "credit-too-small");
    let used = use_up(5_000).await.expect(201);
    assert_eq!((&used["amount"], &used["method"]), (&eur(4_000), &json!({ "kind": "client_credit" })));
    assert_eq!(state(&owner, &id).await, (json!("paid"), json!(0)));
    assert_eq!(credit(&owner, &client).await, json!([eur(1_000)]));
    assert_eq!(use_up(1).await.with(409).problem(), "nothing-open");
    is_right(&owner).await;
}

#[tokio::test]
async fn credit_pays_what_is_issued_unless_the_msp_uses_it_by_hand() {
    let (owner, client) = desk().await;
    pay(&owner, &client, 15_000, json!({})).await.expect(201);
    let whole = invoice(&owner, &client, 100, 14).await;
    assert_eq!(state(&owner, &whole).await, (json!("paid"), json!(0)));
    let part = invoice(&owner, &client, 80, 14).await;
    assert_eq!(state(&owner, &part).await, (json!("partly_paid"), json!(3_000)));
    assert_eq!(credit(&owner, &client).await, json!([eur(0)]));
    let path = "/v1/payments?limit=100";
    let used = |listed: &Value| {
        let by_credit = |payment: &&Value| payment["method"] == json!({ "kind": "client_credit" });
        let all: Vec<Value> = listed["items"].as_array().unwrap().iter().filter(by_credit).cloned().collect();
        all.into_iter().map(|payment| payment["allocations"].clone()).collect::<Vec<_>>()
    };
    let found = used(&owner.get(path).await.expect(200));
    assert_eq!(found.len(), 2);
    assert!(found.contains(&json!([{ "invoice": whole, "amount": eur(10_000) }])), "{found:?}");
    assert!(found.contains(&json!([{ "invoice": part, "amount": eur(5_000) }])), "{found:?}");
    // What is paid is credited, which is to the client's credit again.
    let note = json!({ "reason": "It never worked.", "total": eur(10_000) });
    owner.post(&format!("/v1/invoices/{whole}/credit")).key(&key()).json(&note).send().await.expect(201);
    owner.change("/v1/billing/settings", json!({ "use_credit_first": false })).await;
    let third = invoice(&owner, &client, 70, 14).await;
    assert_eq!(state(&owner, &third).await, (json!("issued"), json!(7_000)));
    assert_eq!(credit(&owner, &client).await, json!([eur(10_000)]));
    is_right(&owner).await;
}

#[tokio::test]
async fn invoices_that_are_issued_beside_each_other_use_each_cent_of_credit_once() {
    let (owner, client) = desk().await;
    pay(&owner, &client, 12_000, json!({})).await.expect(201);
    let ids = join_all((0..4).map(|_| invoice(&owner, &client, 50, 14))).await;
    let mut left = Vec::new();
    for id in &ids {
        left.push(state(&owner, id).await.1.as_i64().unwrap());
    }
    left.sort_unstable();
    assert_eq!(left, [0, 0, 3_000, 5_000]);
    assert_eq!(credit(&owner, &client).await, json!([eur(0)]));
    is_right(&owner).await;
}

#[tokio::test]
async fn what_comes_in_of_a_written_off_invoice_is_less_bad_debt_where_it_is_named() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    pay(&owner, &client, 4_000, json!({})).await.expect(201);
    let path = format!("/v1/invoices/{id}");
    owner.post(&format!("{path}/write-off")).key(&key()).json(&json!({})).send().await.expect(200);
    let stands = async || {
        let view = owner.get(&path).await.expect(200);
        (view["state"].clone(), view["paid"].clone(), view["written_off"].clone(), view["balance"].clone())
    };
    let lost = |paid: i64, lost: i64| (json!("written_off"), eur(paid), eur(lost), eur(0));
    pay(&owner, &client, 4_000, json!({})).await.expect(201);
    assert_eq!((stands().await, credit(&owner, &client).await), (lost(4_000, 6_000), json!([eur(4_000)])));
    let named = |minor: i64| json!({ "allocations": [{ "invoice": id, "amount": eur(minor) }] });
    let much = pay(&owner, &client, 7_000, named(6_001)).await.with(400);
    assert_eq!(much.pointers(), ["/allocations/0/amount"]);
    let part = pay(&owner, &client, 2_000, named(2_000)).await.expect(201);
    assert_eq!((&part["kept"], &part["allocations"]), (&eur(0), &named(2_000)["allocations"]));
    assert_eq!(stands().await, lost(6_000, 4_000));
    is_right(&owner).await;

    let mut by_credit = named(4_000);
    by_credit["amount"] = eur(4_000);
    let allocate = format!("/v1/clients/{client}/credit/allocations");
    owner.post(&allocate).key(&key()).json(&by_credit).send().await.expect(201);
    assert_eq!(stands().await, (json!("paid"), eur(10_000), eur(0), eur(0)));
    assert_eq!(credit(&owner, &client).await, json!([eur(0)]));
    is_right(&owner).await;

    let back = json!({ "amount": eur(2_000), "invoice": id });
    let refunds = format!("/v1/payments/{}/refunds", part["id"].as_str().unwrap());
    owner.post(&refunds).key(&key()).json(&back).send().await.expect(200);
    assert_eq!(state(&owner, &id).await, (json!("partly_paid"), json!(2_000)), "it is owed again");
    owner.post(&format!("{path}/write-off")).key(&key()).json(&json!({})).send().await.expect(200);
    assert_eq!(stands().await, lost(8_000, 2_000));

    // Once more on the same day.
    let rest = pay(&owner, &client, 2_000, named(2_000)).await.expect(201);
    let refunds = format!("/v1/payments/{}/refunds", rest["id"].as_str().unwrap());
    owner.post(&refunds).key(&key()).json(&back).send().await.expect(200);
    owner.post(&format!("{path}/write-off")).key(&key()).json(&json!({})).send().await.expect(200);
    assert_eq!(stands().await, lost(8_000, 2_000));
    is_right(&owner).await;
}

#[tokio::test]
async fn money_goes_back_from_credit_or_from_an_invoice_and_never_more_than_came() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let paid = pay(&owner, &client, 12_000, json!({})).await.expect(201);
    let path = format!("/v1/payments/{}/refunds", paid["id"].as_str().unwrap());
    let back = |body: Value| owner.post(&path).key(&key()).json(&body).send();
    assert_eq!(back(json!({ "amount": eur(2_001) })).await.with(409).problem(), "credit-too-small");
    let part = back(json!({ "amount": eur(2_000) })).await.expect(200);
    assert_eq!((&part["state"], &part["refunded"]), (&json!("partly_refunded"), &eur(2_000)));
    let some = back(json!({ "amount": eur(4_000), "invoice": id })).await.expect(200);
    assert_eq!(some["taken_back"], eur(4_000));
    assert_eq!(state(&owner, &id).await, (json!("partly_paid"), json!(4_000)));
    assert_eq!(back(json!({ "amount": eur(6_001), "invoice": id })).await.with(409).problem(), "over-refunded");
    let all = back(json!({ "amount": eur(6_000), "invoice": id })).await.expect(200);
    assert_eq!(all["state"], "refunded");
    assert_eq!(state(&owner, &id).await.1, json!(10_000));
    assert_eq!(back(json!({ "amount": eur(1) })).await.with(409).problem(), "over-refunded");
    let nothing = json!({ "amount": eur(1), "invoice": "inv_01970000000070008000000000000009" });
    assert_eq!(back(nothing).await.with(400).pointers(), ["/invoice"]);
    is_right(&owner).await;
}

#[tokio::test]
async fn fifty_calls_with_one_key_are_one_payment_and_without_one_there_is_none() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let body = json!({ "client": client, "method": "other", "amount": eur(4_000) });
    owner.post("/v1/payments").json(&body).send().await.with(400);
    let calls = (0..50).map(|_| owner.post("/v1/payments").key("one").json(&body).send());
    let mut answers: Vec<Value> = join_all(calls).await.into_iter().map(|answer| answer.expect(201)).collect();
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(state(&owner, &id).await.1, json!(6_000));
    let other = json!({ "client": client, "method": "other", "amount": eur(4_001) });
    owner.post("/v1/payments").key("one").json(&other).send().await.with(422);
    is_right(&owner).await;
}

#[tokio::test]
async fn payments_that_race_pay_each_cent_once() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let calls = (0..5).map(|_| pay(&owner, &client, 3_000, json!({})));
    for answer in join_all(calls).await {
        answer.expect(201);
    }
    assert_eq!(state(&owner, &id).await, (json!("paid"), json!(0)));
    assert_eq!(credit(&owner, &client).await, json!([eur(5_000)]));
    is_right(&owner).await;
}

#[tokio::test]
async fn a_payment_that_cannot_be_is_refused_where_it_is_wrong() {
    let (owner, client) = desk().await;
    for (change, pointer) in [
        (json!({ "amount": eur(0) }), "/amount"),
        (json!({ "amount": eur(-5) }), "/amount"),
        (json!({ "received_on": "2026-02-03" }), "/received_on"),
        (json!({ "received_on": "0001-01-01" }), "/received_on"),
        (json!({ "received_on": "2016-02-01" }), "/received_on"),
        (json!({ "amount": { "minor": 500, "currency": "XAU" } }), "/amount/currency"),
        (json!({ "amount": { "minor": 500, "currency": "XXX" } }), "/amount/currency"),
        (json!({ "reference": "r".repeat(141) }), "/reference"),
        (json!({ "client": "cli_01970000000070008000000000000009" }), "/client"),
        (json!({ "method": "card" }), "/method"),
        (json!({ "kept": eur(5) }), "/kept"),
    ] {
        assert_eq!(pay(&owner, &client, 500, change.clone()).await.with(400).pointers(), [pointer], "{change}");
    }
    assert_eq!(owner.get("/v1/payments").await.expect(200)["items"], json!([]));
    let ten_years = pay(&owner, &client, 500, json!({ "received_on": "2016-02-02" })).await.expect(201);
    assert_eq!(ten_years["received_on"], "2016-02-02");
}

#[tokio::test]
async fn nothing_is_sold_for_gold_and_a_number_has_no_underscores() {
    let (owner, client) = desk().await;
    let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
    let price = json!({ "pricing": { "model": "flat", "amount": "100" } });
    let line = json!({ "text": "Care", "kind": "fixed", "timing": "advance", "price": price });
    let sold = json!({ "text": "Switch", "quantity": "1", "unit_price": "80" });
    let counted = json!({ "text": "Switch", "quantity": "1_000", "unit_price": "80" });
    for (path, body, pointer) in [
        (
            "/v1/contracts".to_owned(),
            json!({ "client": client, "name": "Care", "currency": "XAU", "schedule": schedule, "lines": [line] }),
            "/currency",
        ),
        ("/v1/invoices".to_owned(), json!({ "client": client, "currency": "XXX", "lines": [sold] }), "/currency"),
        ("/v1/invoices".to_owned(), json!({ "client": client, "lines": [counted] }), "/lines/0/quantity"),
        (
            format!("/v1/clients/{client}/charges"),
            json!({ "text": "Cable", "quantity": "1", "unit_price": "1_000" }),
            "/unit_price",
        ),
        (
            format!("/v1/clients/{client}/charges"),
            json!({ "text": "Cable", "quantity": "1", "unit_price": "10", "currency": "XDR" }),
            "/currency",
        ),
    ] {
        let refused = owner.post(&path).key(&key()).json(&body).send().await.with(400);
        assert_eq!(refused.pointers(), [pointer], "{path} {body}");
    }
}

#[tokio::test]
async fn a_clients_side_sees_its_own_payments_and_none_of_the_ledger() {
    let (owner, acme) = desk().await;
    let zeta = owner.client("Zeta").await;
    let paid = pay(&owner, &acme, 500, json!({})).await.expect(201);
    let path = format!("/v1/payments/{}", paid["id"].as_str().unwrap());
    let admin = owner.colleague("client_admin", json!({ "client": acme })).await;
    let other = owner.colleague("client_admin", json!({ "client": zeta })).await;
    assert_eq!(admin.get(&path).await.expect(200), paid);
    assert_eq!(admin.get("/v1/payments").await.expect(200)["items"], json!([paid]));
    assert_eq!(credit(&admin, &acme).await, json!([eur(500)]));
    other.get(&path).await.with(404);
    assert_eq!(other.get("/v1/payments").await.expect(200)["items"], json!([]));
    other.get(&format!("/v1/payments?client={acme}")).await.with(404);
    other.get(&format!("/v1/clients/{acme}/credit")).await.with(404);
    admin.get(&format!("/v1/payments/{NOBODY}")).await.with(404);
    let body = json!({ "client": acme, "method": "cash", "amount": eur(1) });
    admin.post("/v1/payments").key(&key()).json(&body).send().await.with(403);
    for path in ["/v1/ledger/postings?month=2026-02", "/v1/ledger/check"] {
        admin.get(path).await.with(403);
    }
}

#[tokio::test]
async fn what_was_put_on_the_wrong_invoice_is_taken_off_again_and_is_the_clients_credit() {
    let (owner, client) = desk().await;
    let wrong = invoice(&owner, &client, 100, 14).await;
    let right = invoice(&owner, &client, 100, 30).await;
    let on = |invoice: &str, minor: i64| json!({ "allocations": [{ "invoice": invoice, "amount": eur(minor) }] });
    let money = pay(&owner, &client, 4_000, on(&wrong, 4_000)).await.expect(201);
    pay(&owner, &client, 6_000, json!({ "allocations": [] })).await.expect(201);
    let path = format!("/v1/clients/{client}/credit/allocations");
    let mut body = json!({ "amount": eur(6_000) });
    body.as_object_mut().unwrap().extend(on(&wrong, 6_000).as_object().unwrap().clone());
    let used = owner.post(&path).key(&key()).json(&body).send().await.expect(201);
    assert_eq!(state(&owner, &wrong).await, (json!("paid"), json!(0)));

    let off = |payment: &Value, body: Value, key: String| {
        let refunds = format!("/v1/payments/{}/refunds", payment["id"].as_str().unwrap());
        let owner = &owner;
        async move { owner.post(&refunds).key(&key).json(&body).send().await }
    };
    let all = json!({ "amount": eur(6_000), "invoice": wrong, "to": "credit" });
    let same = key();
    for _ in 0..2 {
        let freed = off(&used, all.clone(), same.clone()).await.expect(200);
        assert_eq!((&freed["kept"], &freed["allocations"], &freed["refunded"]), (&eur(6_000), &json!([]), &eur(0)));
        assert_eq!((state(&owner, &wrong).await.1, credit(&owner, &client).await), (json!(6_000), json!([eur(6_000)])));
    }
    // Of what money paid as well, which does not go back by that; and never more than was put there.
    for (amount, invoice, refused) in [
        (json!(4_001), json!(wrong), Some((409, "over-refunded"))),
        (json!(1), json!(right), Some((409, "over-refunded"))),
        (json!(0), json!(wrong), Some((400, "invalid-input"))),
        (json!(1), Value::Null, Some((400, "invalid-input"))),
        (json!(1_500), json!(wrong), None),
    ] {
        let body = json!({ "amount": { "minor": amount, "currency": "EUR" }, "invoice": invoice, "to": "credit" });
        let answer = off(&money, body, key()).await;
        match refused {
            Some((status, problem)) => assert_eq!(answer.with(status).problem(), problem, "{amount} {invoice}"),
            None => assert_eq!(answer.expect(200)["state"], "received"),
        }
    }
    assert_eq!((state(&owner, &wrong).await.1, credit(&owner, &client).await), (json!(7_500), json!([eur(7_500)])));
    let again = json!({ "amount": eur(7_500) });
    let mut again = again.as_object().unwrap().clone();
    again.extend(on(&right, 7_500).as_object().unwrap().clone());
    owner.post(&path).key(&key()).json(&Value::Object(again)).send().await.expect(201);
    assert_eq!(state(&owner, &right).await.1, json!(2_500));
    let postings = owner.get("/v1/ledger/postings?month=2026-02").await.expect(200)["items"].clone();
    let released = postings.as_array().unwrap().iter().filter(|posting| posting["source"]["kind"] == "released");
    assert_eq!(released.count(), 2);
    is_right(&owner).await;
}
