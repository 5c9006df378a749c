//! What waits for somebody's word, let go on in one call: each by itself, in order, and told one by one.

use jiff::SignedDuration;
use local::embedded::dynamo::MAIN;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

use crate::billed::{act, desk, id};

const ISSUE: &str = "/v1/billing/issue";
const APPROVE: &str = "/v1/billing/approvals";

/// A draft of so many euros.
async fn draft(owner: &Person, client: &str, euros: u32) -> Value {
    let line = json!({ "text": "Firewall", "quantity": "1", "unit_price": euros.to_string() });
    act(owner, "/v1/invoices", json!({ "client": client, "lines": [line] })).await.expect(201)
}

async fn drafts(owner: &Person, client: &str, count: u32) -> Vec<Value> {
    let mut made = Vec::new();
    for n in 1..=count {
        made.push(draft(owner, client, n).await);
        owner.stack.app.clock().advance(SignedDuration::from_secs(1)).unwrap();
    }
    made
}

/// What an answer tells of each: its number, or the kind of problem that kept it from one.
fn told(answer: &Value) -> Vec<String> {
    let of = |one: &Value| {
        let kind = one["refused"]["type"].as_str().and_then(|kind| kind.rsplit('/').next());
        one["number"].as_str().or(kind).unwrap_or_default().to_owned()
    };
    answer["invoices"].as_array().unwrap().iter().map(of).collect()
}

fn number(n: usize) -> String {
    format!("INV-{n:06}")
}

async fn parked(owner: &Person) -> Vec<Value> {
    owner.get("/v1/billing/parked").await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn named_drafts_get_their_numbers_in_the_order_of_the_list_and_a_bad_one_holds_up_none() {
    let (_stack, owner, client) = desk().await;
    let made = drafts(&owner, &client, 4).await;
    act(&owner, &format!("/v1/invoices/{}/void", id(&made[1])), json!({})).await.expect(200);
    let ids: Vec<&str> = [3, 1, 0, 3].iter().map(|n| id(&made[*n])).collect();
    let body = json!({ "invoices": ids });
    let answer = act(&owner, ISSUE, body.clone()).await.expect(200);
    assert_eq!(told(&answer), [number(1), "invoice-step".into(), number(2), number(1)]);
    assert_eq!((&answer["invoices"][0]["total"]["minor"], &answer["next"]), (&json!(400), &Value::Null));
    assert!(answer["invoices"][1]["refused"]["detail"].as_str().unwrap().len() > 10, "{answer:#}");
    // Another key, the same invoices: they keep their numbers, and the answer is the same.
    assert_eq!(act(&owner, ISSUE, body).await.expect(200), answer);
    let left = act(&owner, ISSUE, json!({ "invoices": [id(&made[2])] })).await.expect(200);
    assert_eq!(told(&left), [number(3)]);
}

#[tokio::test]
async fn all_drafts_are_issued_page_by_page_without_a_gap() {
    let (_stack, owner, client) = desk().await;
    let made = drafts(&owner, &client, 7).await;
    act(&owner, &format!("/v1/invoices/{}/void", id(&made[5])), json!({})).await.expect(200);
    let (mut numbers, mut sizes, mut path) = (Vec::new(), Vec::new(), format!("{ISSUE}?limit=3"));
    loop {
        let answer = act(&owner, &path, json!({ "all": true })).await.expect(200);
        sizes.push(told(&answer).len());
        numbers.extend(told(&answer));
        let Some(next) = answer["next"].as_str() else { break };
        path = format!("{ISSUE}?limit=3&cursor={next}");
    }
    assert_eq!(sizes, [3, 3], "the void one is no draft");
    assert_eq!(numbers, (1..=6).map(number).collect::<Vec<_>>());
    let nothing = act(&owner, ISSUE, json!({ "all": true })).await.expect(200);
    assert_eq!(nothing, json!({ "invoices": [], "next": null }));
    for (n, draft) in [(4, 0), (6, 2), (1, 3), (3, 6)] {
        let issued = owner.get(&format!("/v1/invoices/{}", id(&made[draft]))).await.expect(200);
        assert_eq!((&issued["number"], &issued["state"]), (&json!(number(n)), &json!("issued")), "draft {draft}");
    }
}

#[tokio::test]
async fn a_repeat_under_the_same_key_gets_the_same_answer_and_what_is_asked_wrongly_issues_nothing() {
    let (_stack, owner, client) = desk().await;
    let made = drafts(&owner, &client, 2).await;
    let nobodys = "inv_01970000000070008000000000000009";
    let many: Vec<&str> = vec![nobodys; 51];
    for (path, body, pointer) in [
        (ISSUE, json!({}), "/invoices"),
        (ISSUE, json!({ "invoices": [id(&made[0])], "all": true }), "/invoices"),
        (ISSUE, json!({ "invoices": [] }), "/invoices"),
        (ISSUE, json!({ "invoices": many }), "/invoices"),
        (ISSUE, json!({ "invoices": [id(&made[0]), nobodys] }), "/invoices/1"),
        ("/v1/billing/issue?limit=51", json!({ "all": true }), "?limit"),
        (APPROVE, json!({}), "/contracts"),
        (
            APPROVE,
            json!({ "contracts": [{ "contract": "ctr_01970000000070008000000000000009" }] }),
            "/contracts/0/contract",
        ),
    ] {
        let refused = act(&owner, path, body.clone()).await.with(400);
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    let all = owner.get("/v1/invoices?state=draft").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let ask = || owner.post(ISSUE).key("one-morning").json(&json!({ "all": true })).send();
    let first = ask().await.expect(200);
    assert_eq!(told(&first), [number(1), number(2)]);
    draft(&owner, &client, 3).await;
    let again = ask().await.with(200);
    assert_eq!((again.header("idempotent-replayed"), &again.body), (Some("true"), &first));
}

#[tokio::test]
async fn one_that_nobody_can_read_is_told_and_the_others_are_issued() {
    let (stack, owner, client) = desk().await;
    let made = drafts(&owner, &client, 3).await;
    let pk = format!("{}#INVOICE#{}", owner.tenant, id(&made[1]));
    let key = json!({ "pk": { "S": pk }, "sk": { "S": "@" } });
    let poison = json!({
        "TableName": MAIN, "Key": key, "UpdateExpression": "SET v = :bad",
        "ExpressionAttributeValues": { ":bad": { "M": {} } },
    });
    stack.app.dynamo().execute("UpdateItem", &poison).unwrap();
    let ids: Vec<&str> = made.iter().map(id).collect();
    let answer = act(&owner, ISSUE, json!({ "invoices": ids })).await.expect(200);
    assert_eq!(told(&answer), [number(1), "internal".into(), number(2)]);
}

/// Contracts that are parked, for nobody has counted what they bill.
async fn waiting(stack: &Stack, owner: &Person, count: usize) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for n in 0..count {
        let client = owner.client(&format!("Acme {n}")).await;
        let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
        let line = json!({
            "text": "Device", "kind": "per_seat", "timing": "advance",
            "quantity": { "kind": "counted", "what": "devices" }, "price": { "pricing": { "model": "per_unit", "price": "4" } },
        });
        let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
        let contract = owner.create("/v1/contracts", body).await;
        owner.post(&format!("/v1/contracts/{}/sign", id(&contract))).send().await.expect(200);
        all.push((client, contract));
    }
    run(stack).await;
    assert_eq!(parked(owner).await.len(), count);
    for (client, _) in &all {
        let devices = json!({ "what": "devices", "on": "2026-02-01", "quantity": "7" });
        owner.post(&format!("/v1/clients/{client}/counts")).json(&devices).send().await.expect(200);
    }
    all
}

async fn run(stack: &Stack) {
    stack.app.settle().await;
    stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    stack.app.settle().await;
}

#[tokio::test]
async fn parked_contracts_go_on_together_and_their_bills_come_with_the_next_run() {
    let (stack, owner, _) = desk().await;
    let all = waiting(&stack, &owner, 4).await;
    let renamed = json!({ "effective_on": "2026-02-02", "changes": [{ "kind": "rename", "name": "Devices" }] });
    act(&owner, &format!("/v1/contracts/{}/amendments", id(&all[3].1)), renamed).await.expect(201);
    let listed = parked(&owner).await;
    let waits = listed.iter().find(|waits| waits["contract"] == all[3].1["id"]).unwrap();
    assert_eq!((&waits["name"], listed.len()), (&json!("Devices"), 4), "as it is called now");
    let some = json!({ "contracts": [{ "contract": id(&all[2].1) }, { "contract": id(&all[0].1) }] });
    let answer = act(&owner, APPROVE, some.clone()).await.expect(200);
    let numbers: Vec<&Value> = answer["contracts"].as_array().unwrap().iter().map(|one| &one["number"]).collect();
    assert_eq!(numbers, [&all[2].1["number"], &all[0].1["number"]]);
    assert!(answer["contracts"].as_array().unwrap().iter().all(|one| one["refused"].is_null()), "{answer:#}");
    assert_eq!(act(&owner, APPROVE, some).await.expect(200), answer, "they go on already");
    assert_eq!(parked(&owner).await.len(), 2);
    let first = act(&owner, &format!("{APPROVE}?limit=1"), json!({ "all": true })).await.expect(200);
    let rest = format!("{APPROVE}?limit=1&cursor={}", first["next"].as_str().unwrap());
    let second = act(&owner, &rest, json!({ "all": true })).await.expect(200);
    assert_eq!((second["contracts"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
    assert_eq!(parked(&owner).await, Vec::<Value>::new());
    run(&stack).await;
    let found = owner.get("/v1/invoices").await.expect(200);
    let totals: Vec<&Value> =
        found["items"].as_array().unwrap().iter().map(|one| &one["totals"]["total"]["minor"]).collect();
    assert_eq!(totals, [2_800; 4]);
}

#[tokio::test]
async fn a_bill_that_nobody_looked_at_stays_parked_and_the_others_go_on() {
    let (stack, owner, client) = desk().await;
    let flat = |amount: &str| {
        json!([{
            "text": "Care", "kind": "fixed", "timing": "advance",
            "price": { "pricing": { "model": "flat", "amount": amount } },
        }])
    };
    let first = crate::billed::signed(&owner, &client, flat("100"), json!({})).await;
    run(&stack).await;
    // A charge of three times as much as ever parks the contract at the next bill.
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    run(&stack).await;
    let charge = json!({ "text": "Server", "quantity": "1", "unit_price": "9000", "on": "2026-03-02" });
    stack.app.clock().advance_to("2026-04-01T06:00:00Z".parse().unwrap()).unwrap();
    act(&owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
    run(&stack).await;
    let held = parked(&owner).await;
    assert_eq!(held[0]["contract"], first["id"], "{held:#?}");
    let other = waiting_one(&stack, &owner).await;
    let ask = |on: &str| json!({ "contracts": [{ "contract": id(&first), "on": on }, { "contract": id(&other) }] });
    let answer = act(&owner, APPROVE, ask("2026-03-01")).await.expect(200);
    let refused = &answer["contracts"][0]["refused"];
    assert!(refused["detail"].as_str().unwrap().contains("2026-04-01"), "{answer:#}");
    assert_eq!(answer["contracts"][1]["refused"], Value::Null);
    assert_eq!(parked(&owner).await.len(), 1);
    let on = held[0]["on"].as_str().unwrap();
    // What was looked at is what goes out: it has become more since.
    let preview = || async {
        let shown =
            owner.post("/v1/billing/preview").json(&json!({ "contract": first["id"] })).send().await.expect(200);
        shown["contracts"][0]["invoices"][0]["totals"]["net"].clone()
    };
    let looked_at = preview().await;
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "50", "on": "2026-03-02" });
    act(&owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
    let one = |net: &Value| json!({ "contract": id(&first), "on": on, "net": net });
    let answer = act(&owner, APPROVE, json!({ "contracts": [one(&looked_at)] })).await.expect(200);
    let detail = answer["contracts"][0]["refused"]["detail"].as_str().unwrap();
    assert!(detail.contains("9100.00 EUR") && detail.contains("9150.00 EUR"), "{answer:#}");
    let alone = format!("/v1/contracts/{}/approval", id(&first));
    let refused = act(&owner, &alone, json!({ "on": on, "net": looked_at })).await.with(409);
    assert_eq!((refused.problem(), parked(&owner).await.len()), ("other-amount", 1));
    let now = preview().await;
    let answer = act(&owner, APPROVE, json!({ "contracts": [one(&now)] })).await.expect(200);
    assert_eq!(answer["contracts"][0]["refused"], Value::Null, "{answer:#}");
    run(&stack).await;
    assert_eq!(parked(&owner).await, Vec::<Value>::new());
    let found = owner.get(&format!("/v1/invoices?client={client}")).await.expect(200);
    assert_eq!(found["items"][0]["totals"]["total"]["minor"], 915_000);
}

/// One more that is parked.
async fn waiting_one(stack: &Stack, owner: &Person) -> Value {
    let client = owner.client(&format!("Birch {}", unique())).await;
    let schedule = json!({ "cycle": "monthly", "starts_on": "2026-04-01" });
    let line = json!({
        "text": "Device", "kind": "per_seat", "timing": "advance",
        "quantity": { "kind": "counted", "what": "devices" }, "price": { "pricing": { "model": "per_unit", "price": "4" } },
    });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    owner.post(&format!("/v1/contracts/{}/sign", id(&contract))).send().await.expect(200);
    run(stack).await;
    assert_eq!(parked(owner).await.len(), 2);
    // Counted meanwhile, so that it is billed when it is tried again.
    let devices = json!({ "what": "devices", "on": "2026-04-01", "quantity": "3" });
    owner.post(&format!("/v1/clients/{client}/counts")).json(&devices).send().await.expect(200);
    contract
}
