//! What the invoice run takes up and gives back: prepaid hours, bills that share an invoice, bills below nothing, voids,
//! and the revenue of days that are over. The books are proved after each.

use local::embedded::dynamo::{AUDIT, MAIN};
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-a-run", unique())
}

pub(crate) async fn act(owner: &Person, path: &str, body: Value) -> tests::Answer {
    owner.post(path).key(&key()).json(&body).send().await
}

pub(crate) fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn minor(value: &Value) -> i64 {
    value["minor"].as_i64().unwrap()
}

/// An MSP that issues at once, with a rate of 60.00 an hour, and a client.
pub(crate) async fn desk() -> (Stack, Person, String) {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let price = json!([{ "from": "2026-01-01", "value": "60" }]);
    owner.change("/v1/rates", json!({ "rates": [{ "work_type": "remote", "per_hour": price }] })).await;
    (stack, owner, client)
}

pub(crate) fn flat(amount: &str) -> Value {
    json!({
        "text": "Care", "kind": "fixed", "timing": "advance",
        "price": { "pricing": { "model": "flat", "amount": amount } },
    })
}

fn storage() -> Value {
    json!({
        "text": "Storage", "kind": "usage", "timing": "arrears", "unit": "GB",
        "price": { "pricing": { "model": "per_unit", "price": "0.10" } },
    })
}

/// A signed contract since the 1st of February.
pub(crate) async fn signed(owner: &Person, client: &str, lines: Value, more: Value) -> Value {
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let mut body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": lines });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let contract = owner.create("/v1/contracts", body).await;
    let path = format!("/v1/contracts/{}", id(&contract));
    owner.post(&format!("{path}/sign")).send().await.expect(200);
    owner.get(&path).await.expect(200)
}

pub(crate) async fn worked(owner: &Person, client: &str, at: &str, minutes: u32) {
    let ticket = owner.ticket(client, json!({})).await;
    let work = json!({ "minutes": minutes, "work_type": "remote", "note": "Printer", "started_at": at });
    act(owner, &format!("/v1/tickets/{}/time", id(&ticket)), work).await.expect(201);
}

async fn run(stack: &Stack, job: &str) -> runtime::JobReport {
    stack.app.settle().await;
    let report = stack.app.run_job(job, JobInput::default()).await.unwrap();
    assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
    stack.app.settle().await;
    report
}

/// Goes to an instant, and makes what is due then.
pub(crate) async fn bill(stack: &Stack, owner: &Person, at: &str) -> Vec<Value> {
    stack.app.clock().advance_to(at.parse().unwrap()).unwrap();
    run(stack, "billing-invoice-run").await;
    invoices(owner).await
}

async fn invoices(owner: &Person) -> Vec<Value> {
    owner.get("/v1/invoices?limit=100").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn lines(owner: &Person, invoice: &Value) -> Vec<Value> {
    let lines = owner.get(&format!("/v1/invoices/{}/lines?limit=100", id(invoice))).await.expect(200);
    lines["items"].as_array().unwrap().clone()
}

/// The lines' kinds and amounts without tax.
pub(crate) async fn story(owner: &Person, invoice: &Value) -> Vec<(String, i64)> {
    let of = |line: &Value| (line["origin"]["kind"].as_str().unwrap().to_owned(), minor(&line["net"]));
    lines(owner, invoice).await.iter().map(of).collect()
}

pub(crate) fn told(story: &[(&str, i64)]) -> Vec<(String, i64)> {
    story.iter().map(|(kind, net)| ((*kind).to_owned(), *net)).collect()
}

#[tokio::test]
async fn a_contract_that_is_ended_on_the_day_of_its_bill_gives_back_on_the_next_and_ends() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("300")]), json!({})).await;
    let path = format!("/v1/contracts/{}", id(&contract));
    assert_eq!(bill(&stack, &owner, "2026-03-01T06:00:00Z").await.len(), 2);
    let ended = owner.post(&format!("{path}/end")).json(&json!({ "on": "2026-03-01" })).send().await.expect(200);
    assert_eq!((&ended["state"], &ended["next_on"]), (&json!("active"), &json!("2026-03-02")));
    assert_eq!(run(&stack, "billing-invoice-run").await.done, 0, "the bill of the day is written");
    let invoices = bill(&stack, &owner, "2026-03-02T06:00:00Z").await;
    let credit = invoices.iter().find(|invoice| invoice["kind"] == "credit_note").unwrap();
    assert_eq!(story(&owner, credit).await, told(&[("adjustment", 300_00)]));
    assert_eq!(owner.get(&path).await.expect(200)["state"], "ended");
}

#[tokio::test]
async fn a_bill_whose_day_is_on_an_invoice_already_parks_its_contract_with_the_reason() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("300")]), json!({})).await;
    let other = signed(&owner, &client, json!([flat("200")]), json!({ "name": "Other" })).await;
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    // Something else has marked March, and the contract has not moved.
    let pk = format!("{}#CONTRACT#{}", owner.tenant, id(&contract));
    let key = |on: &str| json!({ "pk": { "S": pk }, "sk": { "S": format!("INVOICED#{on}#recurring") } });
    let mut mark =
        stack.app.dynamo().execute("GetItem", &json!({ "TableName": MAIN, "Key": key("2026-02-01") })).unwrap();
    let mut mark = mark["Item"].take();
    assert!(mark["sk"]["S"].is_string(), "{mark:#}");
    mark["sk"] = key("2026-03-01")["sk"].clone();
    stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": mark })).unwrap();
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    stack.app.settle().await;
    let mut held = 0;
    for _ in 0..2 {
        let report = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
        assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
        held += report.held;
    }
    assert_eq!(held, 1, "it is held and not done");
    let parked = owner.get("/v1/billing/parked").await.expect(200)["items"].clone();
    assert_eq!((&parked[0]["contract"], parked.as_array().unwrap().len()), (&contract["id"], 1), "{parked:#}");
    let contract = owner.get(&format!("/v1/contracts/{}", id(&contract))).await.expect(200);
    let reason = contract["parked"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the bill of 2026-03-01 is on the invoice inv_"), "{reason}");
    let other = owner.get(&format!("/v1/contracts/{}", id(&other))).await.expect(200);
    assert_eq!(other["next_on"], "2026-04-01", "the other one was billed");
}

#[tokio::test]
async fn work_that_is_put_under_a_contract_has_its_rate_and_counts_under_the_one_that_billed_it() {
    let (stack, owner, client) = desk().await;
    let first = signed(&owner, &client, json!([flat("100")]), json!({ "name": "First" })).await;
    let second = signed(&owner, &client, json!([flat("200")]), json!({ "name": "Second" })).await;
    let rate = |contract: Option<&Value>, per_hour: &str| {
        let contract = contract.map(id);
        json!({ "contract": contract, "work_type": "remote", "per_hour": [{ "from": "2026-01-01", "value": per_hour }] })
    };
    let rates = json!({ "rates": [rate(None, "60"), rate(Some(&first), "80"), rate(Some(&second), "120")] });
    owner.change("/v1/rates", rates).await;
    let other = signed(&owner, &owner.client("Other").await, json!([flat("1")]), json!({})).await;
    let ticket = owner.ticket(&client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", id(&ticket));
    let work = |more: Value| {
        let mut work =
            json!({ "minutes": 60, "work_type": "remote", "note": "Printer", "started_at": "2026-02-02T09:00:00Z" });
        work.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        work
    };
    let refused = act(&owner, &time, work(json!({ "contract": id(&other) }))).await.with(400);
    assert_eq!(refused.pointers(), ["/contract"], "another client's");
    let proposal = json!({
        "client": client, "name": "Proposal", "schedule": { "cycle": "monthly", "starts_on": "2026-02-01" },
        "lines": [flat("100")],
    });
    let proposal = act(&owner, "/v1/contracts", proposal).await.expect(201);
    let refused = act(&owner, &time, work(json!({ "contract": id(&proposal) }))).await.with(409);
    assert_eq!(refused.problem(), "contract-draft");
    let logged = act(&owner, &time, work(json!({ "contract": id(&second) }))).await.expect(201);
    assert_eq!(logged["contract"], second["id"]);
    let left = act(&owner, &time, work(json!({ "started_at": "2026-02-02T10:00:00Z" }))).await.expect(201);
    assert_eq!(left["contract"], Value::Null, "left to the first that bills");
    let path = format!("{time}/{}", id(&left));
    let etag = owner.get(&path).await.etag();
    let put = owner.patch(&path).if_match(&etag).json(&json!({ "contract": id(&proposal) })).send().await.with(409);
    assert_eq!(put.problem(), "contract-draft");
    bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let billed = owner.get(&format!("{time}/{}", id(&left))).await.expect(200);
    assert_eq!((&billed["contract"], &billed["state"]["kind"]), (&first["id"], &json!("billed")));
    let report = owner.get("/v1/reports/profitability?by=contract&from=2026-02&until=2026-03").await.expect(200);
    let rows = report["rows"].as_array().unwrap();
    for (contract, worth) in [(&first, 80_00 + 2 * 100_00), (&second, 120_00 + 2 * 200_00)] {
        let row = rows.iter().find(|row| row["contract"] == contract["id"]).unwrap_or_else(|| panic!("{report:#}"));
        assert_eq!((minor(&row["revenue"][0]), &row["minutes_without_rate"]), (worth, &json!(60)), "{row:#}");
        assert_eq!(row["margin"], Value::Null, "nobody has said what an hour costs");
    }
    assert!(rows.iter().all(|row| !row["contract"].is_null()), "{report:#}");
}

/// Debits are credits, balances and numbers are right, and no period is on two invoices.
pub(crate) async fn proven(stack: &Stack, owner: &Person) {
    stack.app.clock().advance(jiff::SignedDuration::from_hours(26)).unwrap();
    run(stack, "billing-check-ledger").await;
    let check = owner.get("/v1/ledger/check").await.expect(200);
    assert!(check["checked_at"].is_string(), "{check:#}");
    assert_eq!(check["findings"], json!([]));
}

pub(crate) async fn blocks(owner: &Person, client: &str) -> Vec<Value> {
    let blocks = owner.get(&format!("/v1/clients/{client}/hour-blocks")).await.expect(200);
    blocks["items"].as_array().unwrap().clone()
}

pub(crate) fn low(stack: &Stack) -> usize {
    let audit = stack.items(AUDIT);
    audit.iter().map(|entry| entry["events"].to_string().matches("hours.run_low").count()).sum()
}

#[tokio::test]
async fn prepaid_hours_are_drawn_once_sold_hours_are_billed_once_and_a_void_gives_both_back() {
    let (stack, owner, client) = desk().await;
    let mut care = flat("100");
    care["bucket"] = json!({ "minutes": 60, "rollover": { "kind": "none" } });
    signed(&owner, &client, json!([care]), json!({})).await;
    let block = json!({ "minutes": 120, "price": { "minor": 10_000, "currency": "EUR" }, "text": "Two hours" });
    act(&owner, &format!("/v1/clients/{client}/hour-blocks"), block).await.expect(201);
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-20T08:00:00Z", 90).await;
    worked(&owner, &client, "2026-02-20T10:00:00Z", 105).await;

    // 60 of the month and 30 of the block; then 90 of the block, and 15 minutes are charged.
    let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let march = &found[0];
    let expected = [("contract_line", 100_00), ("block", 100_00), ("time", 0), ("time", 15_00)];
    assert_eq!(story(&owner, march).await, told(&expected));
    let work = lines(&owner, march).await;
    assert_eq!(work[2]["note"], "1:30 hours, all prepaid");
    assert_eq!(work[3]["note"], "1:30 of 1:45 hours were prepaid");
    let sold = &blocks(&owner, &client).await[0];
    assert_eq!((&sold["used"], &sold["state"]["invoice"]), (&json!("120"), &march["id"]));
    assert_eq!(low(&stack), 4, "80 % and 95 % of the month and of the block");
    assert_eq!(bill(&stack, &owner, "2026-03-01T07:00:00Z").await.len(), 2, "another run does nothing");

    act(&owner, &format!("/v1/invoices/{}/void", id(march)), json!({})).await.expect(200);
    let sold = &blocks(&owner, &client).await[0];
    assert_eq!((&sold["used"], &sold["state"]["kind"]), (&json!("120"), &json!("unbilled")));
    assert_eq!(sold["unbilled"], "120", "its work is open again");
    let open = owner.get("/v1/time?state=unbilled").await.expect(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 2);

    // April has its own 60 minutes for what February left open, and the block has the other 135, of which it holds 120.
    let found = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    assert_eq!(story(&owner, &found[0]).await, told(&expected));
    assert_eq!(low(&stack), 6, "the block's alerts were given, those of another month are new");
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn what_a_void_invoice_took_up_is_open_again_and_its_period_is_charged_again_when_that_is_wanted() {
    for bill_again in [false, true] {
        let (stack, owner, client) = desk().await;
        let contract = signed(&owner, &client, json!([flat("100"), storage()]), json!({})).await;
        let charge = json!({ "text": "Cable", "quantity": "2", "unit_price": "9.90", "on": "2026-02-20" });
        act(&owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
        stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
        let usage = format!("/v1/contracts/{}/usage", id(&contract));
        let record = |id: &str, quantity: &str| json!({ "records": [{ "id": id, "line": contract["lines"][1]["id"], "on": "2026-02-19", "quantity": quantity }] });
        act(&owner, &usage, record("a", "255")).await.expect(200);
        let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
        let expected = [("contract_line", 100_00), ("usage", 25_50), ("charge", 19_80)];
        assert_eq!(story(&owner, &found[0]).await, told(&expected));
        let void = format!("/v1/invoices/{}/void", id(&found[0]));
        act(&owner, &void, json!({ "bill_again": bill_again })).await.expect(200);
        assert_eq!(act(&owner, &void, json!({})).await.with(409).problem(), "invoice-step");
        let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
        let open: Vec<&str> =
            charges["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
        assert_eq!(open, if bill_again { vec!["Cable", "Care"] } else { vec!["Cable"] });
        // What comes in late joins what came back: both are of February.
        act(&owner, &usage, record("b", "100")).await.expect(200);
        let found = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
        let mut expected = vec![("contract_line", 100_00), ("late_usage", 35_50), ("charge", 19_80)];
        if bill_again {
            expected.push(("charge", 100_00));
            let again = lines(&owner, &found[0]).await;
            assert_eq!(again[3]["service"], json!({ "from": "2026-03-01", "to": "2026-04-01" }));
        }
        assert_eq!(story(&owner, &found[0]).await, told(&expected), "bill again: {bill_again}");
        proven(&stack, &owner).await;
    }
}

#[tokio::test]
async fn use_that_was_reported_wrongly_is_taken_back_and_replaced_until_it_is_billed() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("100"), storage()]), json!({})).await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    let usage = format!("/v1/contracts/{}/usage", id(&contract));
    let record = |id: &str, quantity: &str| json!({ "id": id, "line": contract["lines"][1]["id"], "on": "2026-02-19", "quantity": quantity });
    let send = async |records: Value, cancels: Value| {
        let sent = owner.post(&usage).json(&json!({ "records": records, "cancels": cancels })).send().await;
        stack.app.settle().await;
        sent
    };
    let told_of = |recorded: u32, known: u32, cancelled: u32| json!({ "recorded": recorded, "known": known, "cancelled": cancelled });
    let first = json!([record("a", "2550"), record("b", "100")]);
    assert_eq!(send(first.clone(), json!([])).await.expect(200), told_of(2, 0, 0));
    let right = json!([record("a-right", "255")]);
    assert_eq!(send(right.clone(), json!(["a", "nobody"])).await.with(400).pointers(), ["/cancels/1"]);
    assert_eq!(send(right.clone(), json!(["a"])).await.expect(200), told_of(1, 0, 1));
    assert_eq!(send(right, json!(["a"])).await.expect(200), told_of(0, 2, 0), "the same again changes nothing");
    assert_eq!(send(first, json!([])).await.expect(200), told_of(0, 2, 0), "nor does the first report");
    assert_eq!(send(json!([record("a", "255")]), json!([])).await.with(409).problem(), "usage-differs");
    assert_eq!(send(json!([]), json!([])).await.with(400).pointers(), ["/records"]);

    let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!(story(&owner, &found[0]).await, told(&[("contract_line", 100_00), ("usage", 35_50)]));
    assert_eq!(send(json!([]), json!(["a-right"])).await.with(409).problem(), "usage-billed");
    assert_eq!(send(json!([]), json!(["a"])).await.expect(200), told_of(0, 1, 0));

    // What comes in late can be taken back before its bill too.
    send(json!([record("c", "10"), record("d", "7000")]), json!([])).await.expect(200);
    assert_eq!(send(json!([]), json!(["d"])).await.expect(200), told_of(0, 0, 1));
    let found = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    assert_eq!(story(&owner, &found[0]).await, told(&[("contract_line", 100_00), ("late_usage", 1_00)]));
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn a_large_void_invoice_gives_back_all_of_it() {
    const CHARGES: usize = 150;
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([storage()]), json!({})).await;
    let path = format!("/v1/clients/{client}/charges");
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "1.01", "on": "2026-02-02" });
    let charge = act(&owner, &path, charge).await.expect(201);
    let sort = format!("CHARGE#{}", id(&charge));
    let get = json!({ "TableName": MAIN, "Key": { "pk": { "S": format!("{}#CLIENT#{client}", owner.tenant) }, "sk": { "S": sort } } });
    let item = stack.app.dynamo().execute("GetItem", &get).unwrap()["Item"].to_string();
    for n in 1..CHARGES {
        let copy: Value = serde_json::from_str(&item.replace(id(&charge), &format!("chg_{n:032x}"))).unwrap();
        stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": copy })).unwrap();
    }
    let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!((&found[0]["lines"], minor(&found[0]["totals"]["total"])), (&json!(CHARGES), 1_01 * 150));
    act(&owner, &format!("/v1/invoices/{}/void", id(&found[0])), json!({})).await.expect(200);
    stack.app.settle().await;
    let found = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    assert_eq!((&found[0]["lines"], minor(&found[0]["totals"]["total"])), (&json!(CHARGES), 1_01 * 150));
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn bills_of_a_client_share_an_invoice_where_date_currency_and_terms_are_the_same() {
    let (stack, owner, client) = desk().await;
    let other = owner.client("Birch Lane").await;
    owner.change("/v1/billing/settings", json!({ "grouping": "per_client" })).await;
    owner.change(&format!("/v1/clients/{other}/billing"), json!({ "grouping": "per_contract" })).await;
    for amount in ["100", "200", "300"] {
        signed(&owner, &client, json!([flat(amount)]), json!({})).await;
        signed(&owner, &other, json!([flat(amount)]), json!({})).await;
    }
    signed(&owner, &client, json!([flat("400")]), json!({ "terms": { "kind": "net_days", "days": 60 } })).await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-20T08:00:00Z", 60).await;
    let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let mut seen: Vec<(usize, i64)> = found
        .iter()
        .filter(|invoice| invoice["client"] == json!(client) && invoice["billed"][0]["period"]["from"] == "2026-03-01")
        .map(|invoice| (invoice["billed"].as_array().unwrap().len(), minor(&invoice["totals"]["total"])))
        .collect();
    seen.sort_unstable();
    // The hour is on one of the two, once.
    assert!(seen == [(1, 400_00), (3, 660_00)] || seen == [(1, 460_00), (3, 600_00)], "{seen:?}");
    let others = found.iter().filter(|invoice| invoice["client"] == json!(other)).count();
    assert_eq!(others, 6, "three contracts of two months");
    let shared = found.iter().find(|invoice| invoice["billed"].as_array().unwrap().len() == 3).unwrap();
    act(&owner, &format!("/v1/invoices/{}/void", id(shared)), json!({ "bill_again": true })).await.expect(200);
    let found = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    let april: i64 = found
        .iter()
        .filter(|invoice| invoice["client"] == json!(client) && invoice["billed"][0]["period"]["from"] == "2026-04-01")
        .map(|invoice| minor(&invoice["totals"]["total"]))
        .sum();
    assert_eq!(
        april,
        1_000_00 + minor(&shared["totals"]["total"]),
        "all of the void one is on the next: {found:#?} {:#}",
        owner.get("/v1/billing/parked").await.expect(200)
    );
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn a_bill_below_nothing_is_a_credit_note_and_the_clients_credit() {
    for issue in ["at_once", "draft"] {
        let (stack, owner, client) = desk().await;
        owner.change("/v1/billing/settings", json!({ "issue": issue })).await;
        let contract = signed(&owner, &client, json!([flat("280")]), json!({})).await;
        run(&stack, "billing-invoice-run").await;
        let end = json!({ "on": "2026-02-15" });
        let path = format!("/v1/contracts/{}", id(&contract));
        act(&owner, &format!("{path}/end"), end).await.expect(200);
        let found = bill(&stack, &owner, "2026-02-15T06:00:00Z").await;
        let mut note =
            found.iter().find(|found| found["kind"] == "credit_note").unwrap_or_else(|| panic!("{found:#?}")).clone();
        if issue == "draft" {
            assert_eq!((&note["state"], &note["number"]), (&json!("draft"), &Value::Null));
            let first = found.iter().find(|found| found["kind"] == "recurring").unwrap();
            act(&owner, &format!("/v1/invoices/{}/issue", id(first)), json!({})).await.expect(200);
            note = act(&owner, &format!("/v1/invoices/{}/issue", id(&note)), json!({})).await.expect(200);
        }
        assert_eq!(
            (&note["number"], &note["state"], minor(&note["totals"]["total"])),
            (&json!("CN-000001"), &json!("issued"), 140_00)
        );
        let credit = owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200);
        assert!(credit.to_string().contains("\"minor\":14000"), "{credit:#}");
        run(&stack, "billing-recognise-revenue").await;
        proven(&stack, &owner).await;
    }
}

#[tokio::test]
async fn deferred_revenue_is_earned_day_by_day_whenever_the_job_comes_and_only_once() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("100")]), json!({})).await;
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    let recognised = || async {
        let mut sums = Vec::new();
        for month in ["2026-02", "2026-03"] {
            let page =
                owner.get(&format!("/v1/ledger/postings?month={month}&currency=EUR&limit=100")).await.expect(200);
            let of = |posting: &&Value| posting["source"]["kind"] == "recognition";
            let found: Vec<i64> = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(of)
                .map(|posting| minor(&posting["entries"][0]["amount"]))
                .collect();
            sums.push((found.len(), found.iter().sum::<i64>()));
        }
        sums
    };
    run(&stack, "billing-recognise-revenue").await;
    // Two of 28 days: 7.14.
    assert_eq!(recognised().await, [(1, 7_14), (0, 0)]);
    assert_eq!(
        run(&stack, "billing-recognise-revenue").await,
        runtime::JobReport::default(),
        "nothing is left of today"
    );
    stack.app.clock().advance_to("2026-02-04T06:00:00Z".parse().unwrap()).unwrap();
    run(&stack, "billing-recognise-revenue").await;
    assert_eq!(recognised().await, [(2, 10_71), (0, 0)]);
    // Two months without the job, and a bill in between: each month has what its own days come to.
    bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    stack.app.clock().advance_to("2026-04-20T06:00:00Z".parse().unwrap()).unwrap();
    run(&stack, "billing-recognise-revenue").await;
    assert_eq!(recognised().await, [(3, 100_00), (1, 100_00)]);
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn a_dry_run_shows_every_invoice_and_writes_nothing() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("100")]), json!({})).await;
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    stack.app.settle().await;
    let before = (stack.items(MAIN), stack.items(AUDIT));
    for job in ["billing-invoice-run", "billing-recognise-revenue"] {
        let input = JobInput { dry_run: true, ..JobInput::default() };
        let report = stack.app.run_job(job, input).await.unwrap();
        if job == "billing-invoice-run" {
            let invoices = report.would[0]["invoices"].as_array().unwrap();
            assert_eq!(invoices.len(), 2, "{report:#?}");
            assert_eq!(minor(&invoices[0]["totals"]["total"]), 100_00);
        }
        assert!((stack.items(MAIN), stack.items(AUDIT)) == before, "{job} wrote something");
    }
}

#[tokio::test]
async fn a_charge_under_a_contract_that_is_over_is_on_one_more_bill_and_rates_are_for_contracts_that_there_are() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("280")]), json!({})).await;
    run(&stack, "billing-invoice-run").await;
    let path = format!("/v1/contracts/{}", id(&contract));
    act(&owner, &format!("{path}/end"), json!({ "on": "2026-02-15" })).await.expect(200);
    bill(&stack, &owner, "2026-02-15T06:00:00Z").await;
    assert_eq!(owner.get(&path).await.expect(200)["state"], "ended");
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "9.90", "contract": contract["id"] });
    act(&owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
    let found = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!(story(&owner, &found[0]).await, told(&[("charge", 9_90)]));
    assert_eq!(owner.get(&path).await.expect(200)["state"], "ended");
    let rate = |contract: &str| json!({ "rates": [{ "contract": contract, "per_hour": [{ "from": "2026-01-01", "value": "60" }] }] });
    let etag = owner.get("/v1/rates").await.etag();
    let unknown = rate("ctr_01970000000070008000000000000009");
    let answer = owner.patch("/v1/rates").if_match(&etag).json(&unknown).send().await.with(400);
    assert_eq!(answer.pointers(), ["/rates/0/contract"]);
    owner.patch("/v1/rates").if_match(&etag).json(&rate(id(&contract))).send().await.expect(200);
}

#[tokio::test]
async fn an_msp_that_moves_to_another_zone_bills_each_day_once() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("300")]), json!({})).await;
    assert_eq!(bill(&stack, &owner, "2026-03-01T06:00:00Z").await.len(), 2);
    let moves = async |zone: &str| owner.change("/v1/tenant", json!({ "zone": zone })).await;
    // Where the day begins 14 hours before that of UTC, and then where it begins 10 hours after: a whole day comes twice.
    moves("Pacific/Kiritimati").await;
    assert_eq!(bill(&stack, &owner, "2026-04-01T01:00:00Z").await.len(), 3);
    moves("Pacific/Honolulu").await;
    for (at, invoices) in [
        ("2026-04-01T02:00:00Z", 3),
        ("2026-04-01T10:30:00Z", 3),
        ("2026-05-01T09:30:00Z", 3),
        ("2026-05-01T10:30:00Z", 4),
    ] {
        assert_eq!(bill(&stack, &owner, at).await.len(), invoices, "at {at}");
    }
    let mut periods: Vec<Value> =
        invoices(&owner).await.iter().map(|invoice| invoice["billed"][0]["period"].clone()).collect();
    periods.sort_by_key(|period| period["from"].to_string());
    let months = ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"];
    let expected: Vec<Value> = months.windows(2).map(|ends| json!({ "from": ends[0], "to": ends[1] })).collect();
    assert_eq!(periods, expected);
}
