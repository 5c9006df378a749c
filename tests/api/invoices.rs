//! Invoices over HTTP: their figures, their numbers, how they leave the books, and who sees them.

use std::collections::BTreeSet;

use futures::future::join_all;
use local::embedded::dynamo::MAIN;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-invoices", unique())
}

async fn msp(stack: &Stack, issue: &str) -> Person {
    let owner = stack.msp("Nordlicht IT").await;
    let vat = json!({
        "code": "vat", "name": "VAT", "percent": [{ "from": "2007-01-01", "value": "19" }],
        "compound": false, "inclusive": false,
    });
    owner.change("/v1/billing/settings", json!({ "taxes": [vat], "issue": issue })).await;
    owner
}

async fn act(owner: &Person, path: &str, body: Value) -> tests::Answer {
    owner.post(path).key(&key()).json(&body).send().await
}

async fn run(stack: &Stack) {
    stack.app.settle().await;
    let report = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
}

fn to(stack: &Stack, instant: &str) {
    stack.app.clock().advance_to(instant.parse().unwrap()).unwrap();
}

fn at(kind: &str, thing: &Value) -> String {
    format!("/v1/{kind}/{}", thing["id"].as_str().unwrap())
}

fn minor(value: &Value) -> i64 {
    value["minor"].as_i64().unwrap()
}

async fn invoices(person: &Person) -> Vec<Value> {
    person.get("/v1/invoices?limit=100").await.expect(200)["items"].as_array().unwrap().clone()
}

/// A draft of this many units at 100.00, with tax.
async fn draft(owner: &Person, client: &str, quantity: &str) -> Value {
    let line = json!({ "text": "Firewall", "quantity": quantity, "unit_price": "100", "taxes": ["vat"] });
    act(owner, "/v1/invoices", json!({ "client": client, "lines": [line] })).await.expect(201)
}

async fn issued(owner: &Person, client: &str, quantity: &str) -> Value {
    let draft = draft(owner, client, quantity).await;
    act(owner, &format!("{}/issue", at("invoices", &draft)), json!({})).await.expect(200)
}

#[tokio::test]
async fn a_month_of_seats_use_work_and_tax_is_billed_to_the_cent() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "at_once").await;
    let client = owner.client("Acme").await;
    let price = json!([{ "from": "2026-01-01", "value": "96" }]);
    owner.change("/v1/rates", json!({ "rates": [{ "work_type": "remote", "per_hour": price }] })).await;
    let lines = json!([
        {
            "text": "Managed workplace", "kind": "per_seat", "timing": "advance", "unit": "seat", "taxes": ["vat"],
            "price": { "pricing": { "model": "per_unit", "price": "40" } },
            "quantity": { "kind": "fixed", "quantity": "10" },
        },
        {
            "text": "Storage", "kind": "usage", "timing": "arrears", "unit": "GB", "taxes": ["vat"],
            "price": { "pricing": { "model": "per_unit", "price": "0.10" } },
        },
    ]);
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Workplaces", "schedule": schedule, "lines": lines });
    let contract = owner.create("/v1/contracts", body).await;
    let path = at("contracts", &contract);
    owner.post(&format!("{path}/sign")).send().await.expect(200);
    let contract = owner.get(&path).await.expect(200);
    run(&stack).await;
    let seat = &contract["lines"][0]["id"];
    let changes = json!([{ "kind": "set_quantity", "line": seat, "quantity": { "kind": "fixed", "quantity": "12" } }]);
    let amendment = json!({ "effective_on": "2026-02-15", "changes": changes });
    act(&owner, &format!("{path}/amendments"), amendment).await.expect(201);
    to(&stack, "2026-02-20T12:00:00Z");
    let record = json!({ "id": "a", "line": contract["lines"][1]["id"], "on": "2026-02-19", "quantity": "255" });
    act(&owner, &format!("{path}/usage"), json!({ "records": [record] })).await.expect(200);
    let ticket = owner.ticket(&client, json!({})).await;
    let work = json!({ "minutes": 45, "work_type": "remote", "started_at": "2026-02-20T09:00:00Z", "note": "Printer" });
    act(&owner, &format!("{}/time", at("tickets", &ticket)), work).await.expect(201);
    to(&stack, "2026-03-01T06:00:00Z");
    let asked = json!({ "contract": contract["id"] });
    let preview = owner.post("/v1/billing/preview").json(&asked).send().await.expect(200);
    run(&stack).await;
    let found = invoices(&owner).await;
    // February in advance: 400.00 and 76.00 of tax.
    let numbers: Vec<&str> = found.iter().map(|invoice| invoice["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["INV-000002", "INV-000001"]);
    assert_eq!(minor(&found[1]["totals"]["total"]), 476_00);
    // March: 12 × 40 = 480; two seats more on 14 of February's 28 days = 40; 255 GB = 25.50; 45 minutes at 96 = 72,
    // untaxed. 19 % of 545.50, line by line: 91.20 + 7.60 + 4.85 (4.845) = 103.65.
    let march = &found[0];
    assert_eq!(minor(&march["totals"]["net"]), 480_00 + 40_00 + 25_50 + 72_00, "{march:#}");
    assert_eq!(minor(&march["totals"]["tax"]), 103_65);
    assert_eq!(
        (&march["state"], &march["issued_on"], &march["due_on"]),
        (&json!("issued"), &json!("2026-03-01"), &json!("2026-03-15"))
    );
    let lines = owner.get(&format!("{}/lines", at("invoices", march))).await.expect(200);
    assert_eq!(lines["items"], preview["contracts"][0]["invoices"][0]["lines"], "the preview is the same call");
    let shown = &preview["contracts"][0]["invoices"][0];
    assert_eq!(shown["totals"], march["totals"]);
    assert_eq!((minor(&shown["last_net"]), &shown["last_is_whole"]), (400_00, &json!(false)), "February's, the first");
    let next = json!({ "contract": contract["id"], "on": "2026-04-01" });
    let next = owner.post("/v1/billing/preview").json(&next).send().await.expect(200);
    let next = &next["contracts"][0]["invoices"][0];
    assert_eq!((&next["last_net"], &next["last_is_whole"]), (&march["totals"]["net"], &json!(true)));
    let time = owner.get("/v1/time?state=billed").await.expect(200);
    assert_eq!(time["items"][0]["state"]["invoice"], march["id"], "billed work is locked");
}

#[tokio::test]
async fn the_tax_inside_a_price_is_in_no_preview_simulation_or_report() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let tax = |code: &str, inclusive: bool| {
        let rates = json!([{ "from": "2007-01-01", "value": "19" }]);
        json!({ "code": code, "name": code, "percent": rates, "compound": false, "inclusive": inclusive })
    };
    let taxes = json!([tax("vat", false), tax("in", true)]);
    owner.change("/v1/billing/settings", json!({ "taxes": taxes, "issue": "at_once" })).await;
    let client = owner.client("Acme").await;
    let line = |text: &str, amount: &str, tax: &str| {
        let price = json!({ "pricing": { "model": "flat", "amount": amount } });
        json!({ "text": text, "kind": "fixed", "timing": "advance", "price": price, "taxes": [tax] })
    };
    let lines = json!([line("Care", "119", "in"), line("Backup", "100", "vat")]);
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": lines });
    let contract = owner.create("/v1/contracts", body).await;
    let path = at("contracts", &contract);
    owner.post(&format!("{path}/sign")).send().await.expect(200);
    let contract = owner.get(&path).await.expect(200);
    run(&stack).await;
    let listed = json!([{
        "name": "Care",
        "price": [{ "from": "2026-01-01", "value": "110" }], "cost": [{ "from": "2026-01-01", "value": "105" }],
    }]);
    owner.change("/v1/prices", json!({ "prices": listed })).await;
    let preview = |on: &str| {
        let (owner, asked) = (&owner, json!({ "contract": contract["id"], "on": on }));
        async move { owner.post("/v1/billing/preview").json(&asked).send().await.expect(200) }
    };
    // Before there was a bill over whole periods, it is what the lines had; after that it is the bill.
    for (on, whole) in [("2026-03-01", false), ("2026-04-01", true)] {
        let shown = preview(on).await["contracts"][0]["invoices"][0].clone();
        assert_eq!((minor(&shown["last_net"]), &shown["last_is_whole"]), (200_00, &json!(whole)), "{shown:#}");
        assert_eq!((minor(&shown["totals"]["net"]), &shown["differences"]), (200_00, &json!([])));
        to(&stack, &format!("{on}T06:00:00Z"));
        run(&stack).await;
    }
    let dearer = json!({ "pricing": { "model": "flat", "amount": "238" } });
    let change = json!({ "kind": "set_price", "line": contract["lines"][0]["id"], "price": dearer });
    let amend = json!({ "effective_on": "2026-05-01", "changes": [change] });
    let asked = json!({ "amendment": amend });
    let simulated = owner.post(&format!("{path}/simulation")).json(&asked).send().await.expect(200);
    let bill = &simulated["bills"][0];
    let of_bill =
        (minor(&bill["net"]), minor(&bill["total"]), minor(&bill["lines"][0]["net"]), &bill["taxes"][1]["tax"]);
    assert_eq!(of_bill, (300_00, 357_00, 200_00, &json!({ "minor": 19_00, "currency": "EUR" })), "{bill:#}");
    assert_eq!(minor(&simulated["effect"]["net"]), 100_00);
    act(&owner, &format!("{path}/amendments"), amend).await.expect(201);
    let shown = preview("2026-05-01").await["contracts"][0]["invoices"][0].clone();
    let [change] = &shown["differences"].as_array().unwrap()[..] else { panic!("{shown:#}") };
    assert_eq!((minor(&change["last"]), minor(&change["now"])), (100_00, 200_00));
    stack.app.settle().await;
    let recurring = owner.get("/v1/reports/recurring-revenue?from=2026-04&until=2026-05").await.expect(200);
    let closing = |n: usize| minor(&recurring["months"][n]["closing"]);
    assert_eq!((closing(0), closing(1)), (200_00, 300_00), "{recurring:#}");
    let forecast = owner.get("/v1/reports/forecast").await.expect(200);
    assert_eq!((&forecast["months"][0]["month"], minor(&forecast["months"][0]["agreed"])), (&json!("2026-05"), 300_00));
    let revisions = owner.get("/v1/reports/price-revisions").await.expect(200);
    let line = &revisions["items"][0]["lines"][0];
    assert_eq!((minor(&line["agreed"]), minor(&line["below_list"]), minor(&line["below_cost"])), (100_00, 10_00, 5_00));
}

#[tokio::test]
async fn a_line_that_stays_as_it_was_does_not_differ_whatever_comes_off_the_whole_invoice() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "at_once").await;
    let client = owner.client("Acme").await;
    let line = |text: &str, amount: &str| {
        let price = json!({ "pricing": { "model": "flat", "amount": amount } });
        json!({ "text": text, "kind": "fixed", "timing": "advance", "price": price, "taxes": ["vat"] })
    };
    let discount = |name: &str, off: Value| json!({ "name": name, "off": off, "from": "2026-02-01", "term": { "kind": "forever" } });
    let discounts = json!([
        discount("Loyalty", json!({ "kind": "percent", "percent": "10" })),
        discount("Project", json!({ "kind": "amount", "amount": { "minor": 30_00, "currency": "EUR" } })),
    ]);
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let lines = json!([line("Care", "200"), line("Backup", "100")]);
    let body =
        json!({ "client": client, "name": "Care", "schedule": schedule, "lines": lines, "discounts": discounts });
    let contract = owner.create("/v1/contracts", body).await;
    let path = at("contracts", &contract);
    owner.post(&format!("{path}/sign")).send().await.expect(200);
    let contract = owner.get(&path).await.expect(200);
    run(&stack).await;
    let preview = || async {
        let asked = json!({ "contract": contract["id"], "on": "2026-03-01" });
        let shown = owner.post("/v1/billing/preview").json(&asked).send().await.expect(200);
        shown["contracts"][0]["invoices"][0].clone()
    };
    let shown = preview().await;
    assert_eq!((minor(&shown["totals"]["net"]), &shown["differences"]), (240_00, &json!([])), "{shown:#}");
    let dearer = json!({ "pricing": { "model": "flat", "amount": "150" } });
    let change = json!({ "kind": "set_price", "line": contract["lines"][1]["id"], "price": dearer });
    let amendment = json!({ "effective_on": "2026-03-01", "changes": [change] });
    act(&owner, &format!("{path}/amendments"), amendment).await.expect(201);
    let shown = preview().await;
    let [change] = &shown["differences"].as_array().unwrap()[..] else { panic!("{shown:#}") };
    assert_eq!((minor(&change["last"]), minor(&change["now"])), (100_00, 150_00));
}

#[tokio::test]
async fn numbers_have_no_gap_under_twenty_at_once_and_a_void_invoice_keeps_its_own() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let client = owner.client("Acme").await;
    let mut drafts = Vec::new();
    for _ in 0..20 {
        drafts.push(draft(&owner, &client, "1").await);
    }
    let all = drafts.iter().map(|draft| async {
        let path = format!("{}/issue", at("invoices", draft));
        act(&owner, &path, json!({})).await
    });
    let numbers: BTreeSet<String> = join_all(all)
        .await
        .into_iter()
        .map(|answer| answer.expect(200)["number"].as_str().unwrap().to_owned())
        .collect();
    let expected: BTreeSet<String> = (1..=20).map(|n| format!("INV-{n:06}")).collect();
    assert_eq!(numbers, expected);
    let path = at("invoices", &drafts[7]);
    let number = owner.get(&path).await.expect(200)["number"].clone();
    let voided = act(&owner, &format!("{path}/void"), json!({})).await.expect(200);
    assert_eq!((&voided["state"], &voided["number"]), (&json!("void"), &number));
    assert_eq!(issued(&owner, &client, "1").await["number"], "INV-000021");
    let again = act(&owner, &format!("{path}/issue"), json!({})).await.with(409);
    assert_eq!(again.problem(), "invoice-step");
}

#[tokio::test]
async fn credit_notes_never_take_back_more_than_was_charged_and_what_is_left_can_be_written_off() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let client = owner.client("Acme").await;
    let invoice = issued(&owner, &client, "2").await;
    let path = at("invoices", &invoice);
    let credit = format!("{path}/credit");
    let half =
        json!({ "reason": "One was returned.", "lines": [{ "n": 1, "net": { "minor": 100_00, "currency": "EUR" } }] });
    let note = act(&owner, &credit, half).await.expect(201);
    assert_eq!((&note["number"], minor(&note["totals"]["total"])), (&json!("CN-000001"), 119_00));
    let part = json!({ "reason": "Late.", "total": { "minor": 10_00, "currency": "EUR" } });
    let note = act(&owner, &credit, part).await.expect(201);
    assert_eq!(minor(&note["totals"]["net"]) + minor(&note["totals"]["tax"]), 10_00);
    assert_eq!(minor(&owner.get(&path).await.expect(200)["balance"]), 238_00 - 129_00);
    let much = json!({ "reason": "All of it.", "total": { "minor": 109_01, "currency": "EUR" } });
    assert_eq!(act(&owner, &credit, much.clone()).await.with(409).problem(), "over-credited");
    let mut both = much;
    both["lines"] = json!([{ "n": 1 }]);
    assert_eq!(act(&owner, &credit, both).await.with(400).pointers(), ["/lines"]);
    let lost = act(&owner, &format!("{path}/write-off"), json!({})).await.expect(200);
    assert_eq!(
        (&lost["state"], minor(&lost["written_off"]), minor(&lost["balance"])),
        (&json!("written_off"), 109_00, 0)
    );
    let without = owner.post(&credit).json(&json!({ "reason": "No key.", "lines": [{ "n": 1 }] })).send().await;
    assert_eq!(without.with(400).problem(), "idempotency-key-required");
}

#[tokio::test]
async fn a_credit_over_an_amount_has_a_line_for_each_way_of_being_taxed_and_the_next_may_take_all_that_is_left() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let client = owner.client("Acme").await;
    let line = |text: &str, taxes: Value| json!({ "text": text, "quantity": "1", "unit_price": "100", "taxes": taxes });
    let lines = [line("Firewall", json!(["vat"])), line("Insurance", json!([]))];
    let draft = act(&owner, "/v1/invoices", json!({ "client": client, "lines": lines })).await.expect(201);
    let path = at("invoices", &draft);
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    let part = json!({ "reason": "Late.", "total": { "minor": 109_50, "currency": "EUR" } });
    let note = act(&owner, &format!("{path}/credit"), part).await.expect(201);
    assert_eq!((note["taxes"].as_array().unwrap().len(), minor(&note["taxes"][0]["net"])), (1, 50_00), "{note:#}");
    let lines = owner.get(&format!("{}/lines", at("invoices", &note))).await.expect(200)["items"].clone();
    let of = |n: usize| (minor(&lines[n]["net"]), lines[n]["taxes"].as_array().unwrap().len());
    assert_eq!((of(0), of(1), lines.as_array().unwrap().len()), ((50_00, 1), (50_00, 0), 2), "{lines:#}");
    let rest = act(&owner, &format!("{path}/credit"), json!({ "reason": "Returned." })).await.expect(201);
    assert_eq!((minor(&rest["totals"]["total"]), minor(&rest["totals"]["net"])), (109_50, 100_00));
    assert_eq!(owner.get(&path).await.expect(200)["state"], "paid");
    let again = act(&owner, &format!("{path}/credit"), json!({ "reason": "Returned." })).await.with(409);
    assert_eq!(again.problem(), "over-credited");
}

#[tokio::test]
async fn a_line_of_which_nothing_is_left_is_not_credited_again() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let client = owner.client("Acme").await;
    let credit = format!("{}/credit", at("invoices", &issued(&owner, &client, "2").await));
    let line = || json!({ "reason": "Returned.", "lines": [{ "n": 1 }] });
    act(&owner, &credit, line()).await.expect(201);
    let again = act(&owner, &credit, line()).await.with(409);
    assert_eq!(again.problem(), "over-credited");
    assert!(again.body["detail"].as_str().unwrap().contains("line 1"), "{:#}", again.body);
}

#[tokio::test]
async fn what_was_issued_is_not_issued_again_whatever_was_credited_or_paid_of_it() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let client = owner.client("Acme").await;
    let invoice = issued(&owner, &client, "1").await;
    let path = at("invoices", &invoice);
    for (credited, state) in [(19_00, "partly_paid"), (100_00, "paid")] {
        let part = json!({ "reason": "Late.", "total": { "minor": credited, "currency": "EUR" } });
        act(&owner, &format!("{path}/credit"), part).await.expect(201);
        let before = owner.get(&path).await.expect(200);
        assert_eq!(before["state"], state);
        for _ in 0..2 {
            let again = act(&owner, &format!("{path}/issue"), json!({})).await.with(409);
            assert_eq!((again.problem(), again.header("retry-after")), ("invoice-step", None), "{:#}", again.body);
            assert_eq!(owner.get(&path).await.expect(200), before);
            // On another day nothing would be in the way of a second posting.
            stack.advance("PT24H").await;
        }
    }
}

#[tokio::test]
async fn a_clients_side_sees_its_own_invoices_and_no_drafts() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "draft").await;
    let (mine, other) = (owner.client("Acme").await, owner.client("Birch Lane").await);
    let customer = owner.colleague("client_admin", json!({ "client": mine })).await;
    let (seen, theirs) = (issued(&owner, &mine, "1").await, issued(&owner, &other, "1").await);
    let hidden = draft(&owner, &mine, "1").await;
    assert_eq!(invoices(&customer).await, std::slice::from_ref(&seen));
    customer.get(&at("invoices", &seen)).await.expect(200);
    for invoice in [&theirs, &hidden] {
        customer.get(&at("invoices", invoice)).await.with(404);
        customer.get(&format!("{}/lines", at("invoices", invoice))).await.with(404);
    }
    let void = format!("{}/void", at("invoices", &seen));
    act(&customer, &void, json!({})).await.with(403);
}

/// So many charges of a client at 1.01 each, with tax.
async fn charged(stack: &Stack, owner: &Person, client: &str, on: &str, count: usize) {
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "1.01", "taxes": ["vat"], "on": on });
    let charge = act(owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
    let id = charge["id"].as_str().unwrap();
    let pk = format!("{}#CLIENT#{client}", owner.tenant);
    let get = json!({ "TableName": MAIN, "Key": { "pk": { "S": pk }, "sk": { "S": format!("CHARGE#{id}") } } });
    let item = stack.app.dynamo().execute("GetItem", &get).unwrap()["Item"].to_string();
    for n in 1..count {
        let copy: Value = serde_json::from_str(&item.replace(id, &format!("chg_{n:032x}"))).unwrap();
        stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": copy })).unwrap();
    }
}

#[tokio::test]
async fn what_a_yearly_invoice_has_no_room_for_is_on_another_one_a_month_later() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "at_once").await;
    let client = owner.client("Acme").await;
    let line = json!({
        "text": "Care", "kind": "fixed", "timing": "advance",
        "price": { "pricing": { "model": "flat", "amount": "5000" } },
    });
    let schedule = json!({ "cycle": "annual", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    owner.post(&format!("{}/sign", at("contracts", &contract))).send().await.expect(200);
    charged(&stack, &owner, &client, "2026-02-01", 2_050).await;
    run(&stack).await;
    let next_on = async || owner.get(&at("contracts", &contract)).await.expect(200)["next_on"].clone();
    assert_eq!((invoices(&owner).await[0]["lines"].clone(), next_on().await), (json!(2_000), json!("2026-03-01")));
    run(&stack).await;
    assert_eq!(invoices(&owner).await.len(), 1, "nothing is due before the day");
    to(&stack, "2026-03-01T06:00:00Z");
    for _ in 0..2 {
        run(&stack).await;
        let found = invoices(&owner).await;
        let mut lines: Vec<i64> = found.iter().map(|invoice| invoice["lines"].as_i64().unwrap()).collect();
        lines.sort_unstable();
        assert_eq!((lines, next_on().await), (vec![51, 2_000], json!("2027-02-01")));
    }
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    assert_eq!(charges["items"], json!([]));
}

#[tokio::test]
async fn an_invoice_of_two_thousand_lines_is_made_in_steps_and_read_page_by_page() {
    const CHARGES: usize = 2_000;
    let stack = Stack::start().await;
    let owner = msp(&stack, "at_once").await;
    let client = owner.client("Acme").await;
    let line = json!({
        "text": "Storage", "kind": "usage", "timing": "arrears",
        "price": { "pricing": { "model": "per_unit", "price": "1" } },
    });
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Storage", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    owner.post(&format!("{}/sign", at("contracts", &contract))).send().await.expect(200);
    charged(&stack, &owner, &client, "2026-02-02", CHARGES).await;
    to(&stack, "2026-03-01T06:00:00Z");
    run(&stack).await;
    let found = invoices(&owner).await;
    assert_eq!((found.len(), &found[0]["lines"]), (1, &json!(CHARGES)), "{found:#?}");
    // 1.01 and 0.19 each.
    assert_eq!(minor(&found[0]["totals"]["total"]), 1_20 * 2_000);
    let (mut places, mut next) = (Vec::new(), String::new());
    loop {
        let page = owner.get(&format!("{}/lines?limit=100{next}", at("invoices", &found[0]))).await.expect(200);
        places.extend(page["items"].as_array().unwrap().iter().map(|line| line["n"].as_u64().unwrap()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
        to(&stack, &(stack.now() + jiff::SignedDuration::from_secs(2)).to_string());
    }
    assert_eq!(places, (1..=CHARGES as u64).collect::<Vec<_>>());
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    assert_eq!(charges["items"], json!([]));
}

#[tokio::test]
async fn a_held_bill_is_listed_passes_when_somebody_lets_it_and_holds_up_nobody() {
    let stack = Stack::start().await;
    let owner = msp(&stack, "at_once").await;
    let client = owner.client("Acme").await;
    let flat = |amount: &str| json!([{ "text": "Care", "kind": "fixed", "timing": "advance", "price": { "pricing": { "model": "flat", "amount": amount } } }]);
    let counted = json!([{
        "text": "Device", "kind": "per_seat", "timing": "advance", "quantity": { "kind": "counted", "what": "devices" },
        "price": { "pricing": { "model": "per_unit", "price": "4" } },
    }]);
    let mut contracts = Vec::new();
    for lines in [counted, flat("100")] {
        let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
        let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": lines });
        let contract = owner.create("/v1/contracts", body).await;
        owner.post(&format!("{}/sign", at("contracts", &contract))).send().await.expect(200);
        contracts.push(contract);
    }
    run(&stack).await;
    assert_eq!(invoices(&owner).await.len(), 1, "the other one goes on");
    let parked = owner.get("/v1/billing/parked").await.expect(200);
    assert_eq!((&parked["items"][0]["contract"], parked["items"].as_array().unwrap().len()), (&contracts[0]["id"], 1));
    let devices = json!({ "what": "devices", "on": "2026-02-01", "quantity": "7" });
    owner.post(&format!("/v1/clients/{client}/counts")).json(&devices).send().await.expect(200);
    let approval = format!("{}/approval", at("contracts", &contracts[0]));
    act(&owner, &approval, json!({})).await.expect(200);
    assert_eq!(owner.get("/v1/billing/parked").await.expect(200)["items"], json!([]));
    run(&stack).await;
    let totals: Vec<i64> = invoices(&owner).await.iter().map(|invoice| minor(&invoice["totals"]["total"])).collect();
    assert_eq!(totals.iter().sum::<i64>(), 100_00 + 28_00, "{totals:?}");
    assert_eq!(act(&owner, &approval, json!({})).await.with(409).problem(), "not-parked");
}
