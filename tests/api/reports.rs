//! What owners look at, over HTTP: it follows what was signed, issued, credited and voided, and mixes no two currencies.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-reports", unique())
}

async fn act(owner: &Person, path: &str, body: Value) -> Value {
    let answer = owner.post(path).key(&key()).json(&body).send().await;
    let status = if path.ends_with("issue") || path.ends_with("void") || path.ends_with("sign") { 200 } else { 201 };
    answer.expect(status)
}

async fn settled(stack: &Stack) {
    stack.app.settle().await;
}

async fn run(stack: &Stack) {
    let report = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
    settled(stack).await;
}

fn minor(value: &Value) -> i64 {
    value["minor"].as_i64().unwrap_or_else(|| panic!("no amount: {value}"))
}

/// What a row of a list is over, by the value of one of its fields.
fn row<'a>(report: &'a Value, list: &str, field: &str, is: &str) -> &'a Value {
    let rows = report[list].as_array().unwrap();
    rows.iter().find(|row| row[field] == is).unwrap_or_else(|| panic!("no {field} {is} in {report:#}"))
}

async fn signed(owner: &Person, client: &str, cycle: &str, line: Value) -> Value {
    let schedule = json!({ "cycle": cycle, "alignment": "anniversary", "starts_on": "2026-02-01" });
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
    let contract = owner.create("/v1/contracts", body).await;
    let path = format!("/v1/contracts/{}", contract["id"].as_str().unwrap());
    act(owner, &format!("{path}/sign"), json!({})).await;
    owner.get(&path).await.expect(200)
}

fn seats(text: &str, price: &str, quantity: &str) -> Value {
    json!({
        "text": text, "kind": "per_seat", "timing": "advance", "unit": "seat",
        "price": { "pricing": { "model": "per_unit", "price": price } },
        "quantity": { "kind": "fixed", "quantity": quantity },
    })
}

async fn msp(stack: &Stack) -> Person {
    let owner = stack.msp("Nordlicht IT").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    owner
}

#[tokio::test]
async fn what_recurs_what_was_earned_what_is_deferred_and_what_comes_follow_the_contracts_and_their_bills() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let (acme, birch) = (owner.client("Acme").await, owner.client("Birch").await);
    let seats_of_acme = signed(&owner, &acme, "monthly", seats("Workplace", "40", "10")).await;
    signed(&owner, &birch, "annual", seats("Firewall", "1200", "1")).await;
    run(&stack).await;
    let at = format!("/v1/contracts/{}/amendments", seats_of_acme["id"].as_str().unwrap());
    let line = &seats_of_acme["lines"][0]["id"];
    let more = json!([{ "kind": "set_quantity", "line": line, "quantity": { "kind": "fixed", "quantity": "12" } }]);
    act(&owner, &at, json!({ "effective_on": "2026-03-10", "changes": more })).await;
    settled(&stack).await;

    let recurring = owner.get("/v1/reports/recurring-revenue?from=2026-01&until=2026-03").await.expect(200);
    let month = |n: usize| &recurring["months"][n];
    assert_eq!((minor(&month(0)["closing"]), minor(&month(1)["new"])), (0, 400_00 + 100_00), "{recurring:#}");
    assert_eq!((minor(&month(2)["expansion"]), minor(&month(2)["closing"])), (80_00, 580_00));

    // 1,200 over 365 days: February's 28 are 92.05.
    let revenue = owner.get("/v1/reports/revenue?from=2026-02&until=2026-02&by=client").await.expect(200);
    assert_eq!(minor(&row(&revenue, "rows", "client", &birch)["net"]), 92_05);
    assert_eq!((minor(&revenue["total"]), &revenue["complete"]), (400_00 + 92_05, &json!(true)));
    let services = owner.get("/v1/reports/revenue?from=2026-02&until=2026-02&by=service").await.expect(200);
    assert_eq!(minor(&row(&services, "rows", "service", "agreed")["net"]), minor(&revenue["total"]));
    let of_acme = owner.get(&format!("/v1/reports/revenue?client={acme}&from=2026-02&until=2026-12")).await.expect(200);
    assert_eq!(minor(&of_acme["total"]), 400_00);

    let deferred = owner.get("/v1/reports/deferred-revenue").await.expect(200);
    assert_eq!((minor(&deferred["total"]), &deferred["on"]), (1_200_00 - 92_05, &json!("2026-02-28")));

    let forecast = owner.get("/v1/reports/forecast").await.expect(200);
    let march = row(&forecast, "months", "month", "2026-03");
    // Ten seats of 40, and two more on 22 of 31 days: 400 + 56.77.
    assert_eq!((minor(&march["agreed"]), minor(&march["likely"])), (456_77, 0), "{forecast:#}");
    let again = row(&forecast, "months", "month", "2027-02");
    assert_eq!((minor(&again["issued"]), minor(&again["agreed"])), (0, 480_00 + 92_05));
    assert_eq!((&again["possible"], &forecast["trend"]), (&json!(null), &json!(null)), "no month is over yet");
    let whole: i64 = forecast["months"].as_array().unwrap().iter().map(|month| minor(&month["issued"])).sum();
    assert_eq!(whole, 1_200_00 - 92_05);

    let dollars = owner.get("/v1/reports/revenue?currency=USD&from=2026-02&until=2026-02").await.expect(200);
    assert_eq!((minor(&dollars["total"]), &dollars["total"]["currency"]), (0, &json!("USD")));
    let long = owner.get("/v1/reports/revenue?from=2020-01&until=2026-12").await;
    assert_eq!(long.with(400).pointers(), ["?from"]);
}

#[tokio::test]
async fn an_invoice_that_is_credited_whole_by_its_total_or_by_no_amount_is_earned_no_more() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let client = owner.client("Acme").await;
    let days = json!({ "from": "2026-02-01", "to": "2027-02-01" });
    let line = json!({ "text": "Care", "quantity": "1", "unit_price": "1200", "service": days });
    let revenue = "/v1/reports/revenue?from=2026-02&until=2027-01";
    let (deferred, forecast) = ("/v1/reports/deferred-revenue", "/v1/reports/forecast");
    let before = [owner.get(deferred).await.expect(200), owner.get(forecast).await.expect(200)];
    for total in [json!({ "minor": 1_200_00, "currency": "EUR" }), Value::Null] {
        let draft = act(&owner, "/v1/invoices", json!({ "client": client, "lines": [line] })).await;
        let path = format!("/v1/invoices/{}", draft["id"].as_str().unwrap());
        act(&owner, &format!("{path}/issue"), json!({})).await;
        settled(&stack).await;
        assert_eq!(minor(&owner.get(revenue).await.expect(200)["total"]), 1_200_00);
        act(&owner, &format!("{path}/credit"), json!({ "reason": "Never ordered.", "total": total })).await;
        settled(&stack).await;
        assert_eq!(owner.get(&path).await.expect(200)["state"], "paid");
        let earned = owner.get(revenue).await.expect(200);
        assert!(earned["rows"].as_array().unwrap().iter().all(|row| minor(&row["net"]) == 0), "{earned:#}");
        for (report, before) in [deferred, forecast].into_iter().zip(&before) {
            assert_eq!(owner.get(report).await.expect(200), *before, "{report} says what it said before it was issued");
        }
    }
}

#[tokio::test]
async fn a_void_invoice_leaves_nothing_behind_and_a_credit_takes_back_where_it_was_earned() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let client = owner.client("Acme").await;
    let days = json!({ "from": "2026-02-01", "to": "2026-04-01" });
    let line = json!({ "text": "Care", "quantity": "1", "unit_price": "590", "service": days });
    let mut paths = Vec::new();
    for _ in 0..2 {
        let draft = act(&owner, "/v1/invoices", json!({ "client": client, "lines": [line] })).await;
        let path = format!("/v1/invoices/{}", draft["id"].as_str().unwrap());
        act(&owner, &format!("{path}/issue"), json!({})).await;
        paths.push(path);
    }
    settled(&stack).await;
    let report = "/v1/reports/revenue?from=2026-02&until=2026-03";
    assert_eq!(minor(&owner.get(report).await.expect(200)["total"]), 2 * 590_00);
    act(&owner, &format!("{}/void", paths[0]), json!({})).await;
    settled(&stack).await;
    assert_eq!(minor(&owner.get(report).await.expect(200)["total"]), 590_00);
    let half = json!([{ "n": 1, "net": { "minor": 295_00, "currency": "EUR" } }]);
    act(&owner, &format!("{}/credit", paths[1]), json!({ "reason": "Half.", "lines": half })).await;
    settled(&stack).await;
    let left = owner.get(report).await.expect(200);
    assert_eq!(minor(&row(&left, "rows", "month", "2026-02")["net"]), 140_00, "{left:#}");
    assert_eq!(minor(&row(&left, "rows", "month", "2026-03")["net"]), 155_00);

    let owed = owner.get("/v1/reports/receivables").await.expect(200);
    let euros = &owed["currencies"][0];
    assert_eq!((minor(&euros["all"]["not_due"]), minor(&euros["sold"])), (295_00, 295_00), "{owed:#}");
    // 2 February: December, January and two days.
    assert_eq!((&euros["days_sales_outstanding"], &euros["sold_since"]), (&json!("64"), &json!("2025-12-01")));
    stack.app.clock().advance_to("2026-03-20T08:00:00Z".parse().unwrap()).unwrap();
    let owner = stack.sign_in(&owner.email).await;
    let owed = owner.get("/v1/reports/receivables").await.expect(200);
    let of = &owed["currencies"][0]["clients"][0];
    assert_eq!((&of["client"], minor(&of["ages"]["to_60"])), (&json!(client), 295_00), "{owed:#}");

    let money = json!({ "minor": 295_00, "currency": "EUR" });
    let payment = json!({ "client": client, "method": "bank_transfer", "amount": money });
    owner.post("/v1/payments").key(&key()).json(&payment).send().await.expect(201);
    settled(&stack).await;
    let delays = owner.get("/v1/reports/payment-delays").await.expect(200);
    // Due on 16 February, paid on 20 March.
    let of = &delays["clients"][0];
    assert_eq!((&of["client"], &of["delay"]["days"], &of["delay"]["late"]), (&json!(client), &json!("32"), &json!(1)));
    assert_eq!((minor(&delays["all"]["paid"]), &delays["all"]["times"]), (295_00, &json!(1)), "{delays:#}");
    assert_eq!(owner.get("/v1/reports/receivables").await.expect(200)["currencies"], json!([]));
}

#[tokio::test]
async fn work_without_a_cost_rate_is_counted_and_prices_below_list_and_cost_are_named() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let client = owner.client("Acme").await;
    let technician = owner.colleague("technician", json!({})).await;
    let rates = json!([{ "per_hour": [{ "from": "2026-01-01", "value": "96" }] }]);
    owner.change("/v1/rates", json!({ "rates": rates })).await;
    let dated = |value: &str| json!([{ "from": "2026-01-01", "value": value }]);
    let costs = json!([{ "person": technician.id, "per_hour": dated("50") }]);
    let prices = json!([{ "name": "workplace", "price": dated("42"), "cost": dated("41") }]);
    owner.change("/v1/prices", json!({ "costs": costs, "prices": prices })).await;
    signed(&owner, &client, "monthly", seats("Workplace", "40", "10")).await;
    run(&stack).await;
    let ticket = owner.ticket(&client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", ticket["id"].as_str().unwrap());
    let work =
        |minutes: u32| json!({ "minutes": minutes, "work_type": "remote", "started_at": "2026-02-02T08:00:00Z" });
    technician.post(&time).key(&key()).json(&work(90)).send().await.expect(201);

    let left = owner.get("/v1/reports/profitability").await.expect(200);
    let of = row(&left, "rows", "client", &client);
    assert_eq!((minor(&of["cost"]), minor(&of["margin"])), (75_00, 325_00), "{left:#}");
    owner.post(&time).key(&key()).json(&work(30)).send().await.expect(201);
    let left = owner.get("/v1/reports/profitability").await.expect(200);
    let of = row(&left, "rows", "client", &client);
    assert_eq!((&of["minutes_without_rate"], &of["margin"], minor(&of["cost"])), (&json!(30), &json!(null), 75_00));
    assert_eq!((&left["entries_without_rate"], &left["complete"]), (&json!(1), &json!(true)));
    let people = owner.get("/v1/reports/profitability?by=technician").await.expect(200);
    let hers = row(&people, "rows", "technician", &technician.id);
    assert_eq!((minor(&hers["revenue"][0]), minor(&hers["margin"])), (144_00, 69_00), "{people:#}");
    let rounding = json!({ "step_minutes": 15, "minimum_minutes": 30 });
    owner.change("/v1/rates", json!({ "rounding": rounding })).await;
    technician.post(&time).key(&key()).json(&work(6)).send().await.expect(201);
    let people = owner.get("/v1/reports/profitability?by=technician").await.expect(200);
    let hers = row(&people, "rows", "technician", &technician.id);
    assert_eq!((minor(&hers["revenue"][0]), minor(&hers["margin"])), (192_00, 112_00), "as it is billed: {people:#}");

    let revisions = owner.get("/v1/reports/price-revisions").await.expect(200);
    let line = &revisions["items"][0]["lines"][0];
    assert_eq!((minor(&line["below_list"]), minor(&line["below_cost"])), (20_00, 10_00), "{revisions:#}");
    let twice = json!({ "prices": [{ "name": "A", "price": dated("1") }, { "name": "a", "price": dated("2") }] });
    let etag = owner.get("/v1/prices").await.etag();
    let refused = owner.patch("/v1/prices").if_match(&etag).json(&twice).send().await;
    assert_eq!(refused.with(400).pointers(), ["/prices/1/name"]);
}

#[tokio::test]
async fn a_contract_with_nothing_to_revise_is_not_listed_and_takes_no_place_of_a_page() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let client = owner.client("Acme").await;
    let dated = |value: &str| json!([{ "from": "2026-01-01", "value": value }]);
    owner.change("/v1/prices", json!({ "prices": [{ "name": "Workplace", "price": dated("42") }] })).await;
    let mut below = Vec::new();
    for (text, price) in
        [("Workplace", "40"), ("Workplace", "42"), ("Something", "1"), ("Workplace", "41"), ("Workplace", "50")]
    {
        let contract = signed(&owner, &client, "monthly", seats(text, price, "10")).await;
        if ["40", "41"].contains(&price) {
            below.insert(0, contract["id"].clone());
        }
    }
    let ids =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|it| it["contract"].clone()).collect::<Vec<_>>();
    for limit in [1, 2, 25] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = owner.get(&format!("/v1/reports/price-revisions?limit={limit}{cursor}")).await.expect(200);
            assert!(page["items"].as_array().unwrap().len() <= limit, "{page:#}");
            found.extend(ids(&page));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, below, "newest first, {limit} a page");
    }
    let first = owner.get("/v1/reports/price-revisions?limit=2").await.expect(200);
    assert_eq!(ids(&first), below, "a page is full while there are some");
    let all = owner.get("/v1/reports/price-revisions?all=true").await.expect(200);
    let unlisted: Vec<i64> =
        all["items"].as_array().unwrap().iter().map(|it| it["unlisted"].as_i64().unwrap()).collect();
    assert_eq!(unlisted, [0, 0, 1, 0, 0], "{all:#}");
}

#[tokio::test]
async fn revenue_in_another_currency_is_shown_and_is_no_margin_beside_cost_in_the_own() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let costs = json!([{ "person": owner.id, "per_hour": [{ "from": "2026-01-01", "value": "50" }] }]);
    owner.change("/v1/prices", json!({ "costs": costs })).await;
    let (acme, birch) = (owner.client("Acme").await, owner.client("Birch").await);
    for client in [&acme, &birch] {
        owner.change(&format!("/v1/clients/{client}/billing"), json!({ "currency": "USD" })).await;
        signed(&owner, client, "monthly", seats("Workplace", "100", "10")).await;
    }
    let line = json!({ "text": "Cabling", "quantity": "1", "unit_price": "700" });
    let invoice = json!({ "client": acme, "currency": "GBP", "lines": [line] });
    let draft = act(&owner, "/v1/invoices", invoice).await;
    act(&owner, &format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap()), json!({})).await;
    run(&stack).await;
    let ticket = owner.ticket(&acme, json!({})).await;
    let work = json!({ "minutes": 120, "work_type": "remote", "started_at": "2026-02-02T08:00:00Z" });
    let time = format!("/v1/tickets/{}/time", ticket["id"].as_str().unwrap());
    owner.post(&time).key(&key()).json(&work).send().await.expect(201);

    let money = |minor: i64, currency: &str| json!({ "minor": minor, "currency": currency });
    let left = owner.get("/v1/reports/profitability?by=client").await.expect(200);
    let of = row(&left, "rows", "client", &acme);
    assert_eq!(of["revenue"], json!([money(700_00, "GBP"), money(1_000_00, "USD")]), "{left:#}");
    assert_eq!((&of["cost"], &of["margin"]), (&money(100_00, "EUR"), &json!(null)), "{left:#}");
    assert_eq!(of["no_margin"]["code"], "currencies");
    assert!(of["no_margin"]["why"].as_str().unwrap().ends_with("no two are added."), "{of:#}");
    // No work, so there is nothing in another currency.
    let of = row(&left, "rows", "client", &birch);
    assert_eq!((&of["margin"], of.get("no_margin")), (&money(1_000_00, "USD"), None), "{left:#}");
}

#[tokio::test]
async fn a_contract_has_no_margin_while_work_of_its_client_may_be_its_own() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let costs = json!([{ "person": owner.id, "per_hour": [{ "from": "2026-01-01", "value": "50" }] }]);
    owner.change("/v1/prices", json!({ "costs": costs })).await;
    let rates = json!([{ "per_hour": [{ "from": "2026-01-01", "value": "100" }] }]);
    owner.change("/v1/rates", json!({ "rates": rates })).await;
    let (acme, birch) = (owner.client("Acme").await, owner.client("Birch").await);
    let only = signed(&owner, &acme, "monthly", seats("Workplace", "40", "10")).await;
    let two = [
        signed(&owner, &birch, "monthly", seats("Workplace", "50", "10")).await,
        signed(&owner, &birch, "monthly", seats("Firewall", "300", "1")).await,
    ];
    run(&stack).await;
    for client in [&acme, &birch] {
        let ticket = owner.ticket(client, json!({})).await;
        let time = format!("/v1/tickets/{}/time", ticket["id"].as_str().unwrap());
        for (minutes, billable) in [(60, true), (30, false)] {
            let at = "2026-02-02T07:00:00Z";
            let work = json!({ "minutes": minutes, "work_type": "remote", "started_at": at, "billable": billable });
            owner.post(&time).key(&key()).json(&work).send().await.expect(201);
        }
    }

    let left = owner.get("/v1/reports/profitability?by=contract").await.expect(200);
    let of = row(&left, "rows", "contract", only["id"].as_str().unwrap());
    assert_eq!((minor(&of["cost"]), minor(&of["margin"]), &of["minutes"]), (75_00, 325_00, &json!(90)), "{left:#}");
    assert_eq!((&of["unattributed_minutes"], of.get("no_margin")), (&json!(0), None), "{of:#}");
    for (contract, revenue) in two.iter().zip([500_00, 300_00]) {
        let of = row(&left, "rows", "contract", contract["id"].as_str().unwrap());
        assert_eq!((minor(&of["revenue"][0]), minor(&of["cost"]), &of["margin"]), (revenue, 0, &json!(null)), "{of:#}");
        assert_eq!((&of["unattributed_minutes"], &of["no_margin"]["code"]), (&json!(90), &json!("unattributed")));
    }
    let rest = left["rows"].as_array().unwrap().iter().find(|row| row.get("contract").is_none()).unwrap();
    assert_eq!((&rest["client"], minor(&rest["cost"]), &rest["minutes"]), (&json!(birch), 75_00, &json!(90)));
    assert_eq!((&rest["margin"], &rest["no_margin"]["code"]), (&json!(null), &json!("unattributed")), "{rest:#}");
    let whole = owner.get("/v1/reports/profitability?by=client").await.expect(200);
    assert_eq!(minor(&row(&whole, "rows", "client", &birch)["margin"]), 725_00, "{whole:#}");
}

#[tokio::test]
async fn reports_are_for_those_who_keep_the_books_and_of_their_own_tenant() {
    let stack = Stack::start().await;
    let owner = msp(&stack).await;
    let client = owner.client("Acme").await;
    signed(&owner, &client, "monthly", seats("Workplace", "40", "10")).await;
    run(&stack).await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    let technician = owner.colleague("technician", json!({})).await;
    let auditor = owner.colleague("auditor", json!({})).await;
    let other = msp(&stack).await;
    for report in [
        "receivables",
        "payment-delays",
        "recurring-revenue",
        "revenue",
        "deferred-revenue",
        "forecast",
        "price-revisions",
        "profitability",
    ] {
        let path = format!("/v1/reports/{report}");
        customer.get(&path).await.with(403);
        technician.get(&path).await.with(403);
        auditor.get(&path).await.with(200);
    }
    assert_eq!(other.get("/v1/reports/receivables").await.expect(200)["currencies"], json!([]));
    assert_eq!(minor(&other.get("/v1/reports/revenue").await.expect(200)["total"]), 0);
    let months = other.get("/v1/reports/recurring-revenue").await.expect(200);
    assert_eq!(minor(&months["months"][11]["closing"]), 0);
}
