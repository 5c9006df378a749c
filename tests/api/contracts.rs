//! Contracts, from the proposal to the last day, and what they will bill.

use local::embedded::dynamo::MAIN;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};

/// Ten seats at 40 a month, billed in advance by calendar months.
pub(crate) fn seats(client: &str) -> Value {
    json!({
        "client": client, "name": "Managed workplaces",
        "schedule": { "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-10" },
        "lines": [{
            "text": "Managed workplace", "kind": "per_seat", "timing": "advance", "unit": "seat",
            "price": { "pricing": { "model": "per_unit", "price": "40" } },
            "quantity": { "kind": "fixed", "quantity": "10" },
        }],
    })
}

pub(crate) fn with(mut body: Value, more: Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

pub(crate) fn usage_line() -> Value {
    json!({
        "text": "Backup storage", "kind": "usage", "timing": "arrears", "unit": "GB",
        "price": { "pricing": { "model": "graduated", "flat_fee_at_zero": false, "tiers": [
            { "up_to": "100", "unit_price": "0.10" }, { "unit_price": "0.05" },
        ] } },
    })
}

pub(crate) fn at(contract: &Value) -> String {
    format!("/v1/contracts/{}", contract["id"].as_str().unwrap())
}

pub(crate) fn line(contract: &Value, index: usize) -> &str {
    contract["lines"][index]["id"].as_str().unwrap()
}

pub(crate) async fn signed(owner: &Person, body: Value) -> Value {
    let proposed = owner.create("/v1/contracts", body).await;
    owner.post(&format!("{}/sign", at(&proposed))).send().await.expect(200);
    owner.get(&at(&proposed)).await.expect(200)
}

/// Proposes a contract, and reads it with its lines.
async fn proposed(owner: &Person, body: Value) -> Value {
    let proposed = owner.create("/v1/contracts", body).await;
    owner.get(&at(&proposed)).await.expect(200)
}

pub(crate) fn key() -> String {
    format!("key-{}", tests::unique())
}

async fn amend(owner: &Person, contract: &Value, body: Value) -> tests::Answer {
    owner.post(&format!("{}/amendments", at(contract))).key(&key()).json(&body).send().await
}

pub(crate) async fn simulation(owner: &Person, contract: &Value, question: Value) -> Value {
    owner.post(&format!("{}/simulation", at(contract))).json(&question).send().await.expect(200)
}

/// Dates and totals, in cents, of the bills of a simulation.
pub(crate) fn totals(simulation: &Value) -> Vec<(&str, i64)> {
    let bills = simulation["bills"].as_array().unwrap().iter();
    bills.map(|bill| (bill["on"].as_str().unwrap(), bill["net"]["minor"].as_i64().unwrap())).collect()
}

/// An attribute of a contract's root, as it is stored.
fn stored(owner: &Person, contract: &Value, name: &str) -> Option<String> {
    let pk = format!("{}#CONTRACT#{}", owner.tenant, contract["id"].as_str().unwrap());
    let get = json!({ "TableName": MAIN, "Key": { "pk": { "S": pk }, "sk": { "S": "@" } } });
    let found = owner.stack.app.dynamo().execute("GetItem", &get).unwrap();
    found["Item"][name]["S"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_contract_is_proposed_changed_signed_and_amended_and_a_simulation_shows_what_it_bills() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let proposed = proposed(&owner, seats(&client)).await;
    assert_eq!((&proposed["state"], &proposed["number"]), (&json!("draft"), &json!("C-2026-0001")));
    assert_eq!((&proposed["currency"], &proposed["next_on"]), (&json!("EUR"), &Value::Null));
    assert_eq!(stored(&owner, &proposed, "dpk"), None, "a proposal is not billed");
    let changed = owner.change(&at(&proposed), json!({ "name": "Workplaces", "proration": "actual_days" })).await;
    assert_eq!((&changed["name"], &changed["lines"]), (&json!("Workplaces"), &proposed["lines"]));

    // 19 of February's 28 days: 400 × 19 / 28 = 271.43.
    let expected = [("2026-02-10", 271_43), ("2026-03-01", 400_00), ("2026-04-01", 400_00)];
    let before = simulation(&owner, &proposed, json!({})).await;
    assert_eq!((totals(&before).len(), &totals(&before)[..3]), (12, &expected[..]));

    let brief = owner.post(&format!("{}/sign", at(&proposed))).send().await.expect(200);
    assert_eq!((&brief["state"], &brief["next_on"]), (&json!("active"), &json!("2026-02-10")));
    let contract = owner.get(&at(&proposed)).await.expect(200);
    assert_eq!(with(brief, json!({ "lines": contract["lines"], "hours": null })), contract);
    let due = stored(&owner, &contract, "dsk").unwrap();
    assert!(due.starts_with("2026-02-09T23:30:00.000Z#"), "00:30 in Berlin: {due}");

    let amendment = json!({
        "effective_on": "2026-03-11", "note": "Two more from the 11th.",
        "changes": [{ "kind": "set_quantity", "line": line(&contract, 0), "quantity": { "kind": "fixed", "quantity": "12" } }],
    });
    let would = simulation(&owner, &contract, json!({ "amendment": amendment })).await;
    // Two more seats on 21 of March's 31 days: 400 + 2 × 40 × 21 / 31 = 454.19; from April on 480.
    let expected = [("2026-02-10", 271_43), ("2026-03-01", 454_19), ("2026-04-01", 480_00)];
    assert_eq!(totals(&would)[..3], expected);
    let effect = &would["effect"];
    assert_eq!(
        (&effect["period"], &effect["net"]["minor"]),
        (&json!({ "from": "2026-03-01", "to": "2026-04-01" }), &json!(54_19))
    );
    assert_eq!(
        totals(&simulation(&owner, &contract, json!({})).await),
        totals(&before),
        "a simulation changes nothing"
    );

    amend(&owner, &contract, amendment).await.expect(201);
    let amended = owner.get(&at(&contract)).await.expect(200);
    assert_eq!(totals(&simulation(&owner, &contract, json!({})).await), totals(&would));
    let quantities = &amended["lines"][0]["quantity"];
    assert_eq!(quantities[0], contract["lines"][0]["quantity"][0], "the past stays");
    assert_eq!(quantities[1], json!({ "from": "2026-03-11", "value": { "kind": "fixed", "quantity": "12" } }));
    let amendments = owner.get(&format!("{}/amendments", at(&contract))).await.expect(200);
    assert_eq!(amendments["items"][0]["note"], "Two more from the 11th.");
    assert_eq!((&amendments["items"][0]["by"], amendments["items"].as_array().unwrap().len()), (&json!(owner.id), 1));
}

#[tokio::test]
async fn a_contract_that_does_not_say_goes_by_the_client_and_then_by_the_msp() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let short = with(seats(&client), json!({ "name": "Short" }));
    let said = |contract: &Value| json!([contract["terms"], contract["proration"], contract["currency"]]);
    let unset = proposed(&owner, short.clone()).await;
    assert_eq!(said(&unset), json!([{ "kind": "net_days", "days": 14 }, "actual_days", "EUR"]));
    let settings = json!({ "terms": { "kind": "net_days", "days": 30 }, "proration": "full_period" });
    owner.change("/v1/billing/settings", settings).await;
    let by_msp = proposed(&owner, short.clone()).await;
    assert_eq!(said(&by_msp), json!([{ "kind": "net_days", "days": 30 }, "full_period", "EUR"]));
    let billing = json!({ "terms": { "kind": "net_days", "days": 60 }, "currency": "CHF" });
    owner.change(&format!("/v1/clients/{client}/billing"), billing).await;
    let by_client = proposed(&owner, short.clone()).await;
    assert_eq!(said(&by_client), json!([{ "kind": "net_days", "days": 60 }, "full_period", "CHF"]));
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "5" });
    let charge =
        owner.post(&format!("/v1/clients/{client}/charges")).key(&key()).json(&charge).send().await.expect(201);
    assert_eq!(charge["currency"], "CHF", "so it joins the client's contracts");
    let own = json!({ "terms": { "kind": "net_days", "days": 7 }, "proration": "actual_days", "currency": "EUR" });
    let own = proposed(&owner, with(short, own)).await;
    assert_eq!(said(&own), json!([{ "kind": "net_days", "days": 7 }, "actual_days", "EUR"]));
}

#[tokio::test]
async fn what_is_wrong_with_a_contract_is_named_field_by_field() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let nobody = "cli_01970000000070008000000000000009";
    let line = |more| json!([with(seats(&client)["lines"][0].clone(), more)]);
    let unsaid = "lin_01970000000070008000000000000009";
    for (more, pointers) in [
        (json!({ "name": " " }), vec!["/name"]),
        (json!({ "client": nobody, "sla": "pol_01970000000070008000000000000009" }), vec!["/client", "/sla"]),
        (json!({ "lines": [] }), vec!["/lines"]),
        (json!({ "lines": line(json!({ "text": "" })) }), vec!["/lines/0/text"]),
        (json!({ "lines": line(json!({ "id": unsaid })) }), vec!["/lines/0/id"]),
        (json!({ "lines": line(json!({ "kind": "usage", "quantity": null })) }), vec!["/lines/0/timing"]),
        (json!({ "lines": line(json!({ "price": null })) }), vec!["/lines/0/price"]),
        (json!({ "lines": line(json!({ "from": "2026-01-01" })) }), vec!["/lines/0/from"]),
        (
            json!({ "lines": line(json!({ "price": { "pricing": {
                "model": "graduated", "flat_fee_at_zero": false, "tiers": [{ "up_to": "10", "unit_price": "1" }],
            } } })) }),
            vec!["/lines/0/price/pricing/tiers/0/up_to"],
        ),
        (
            json!({ "lines": line(json!({ "quantity": { "kind": "fixed", "quantity": "-1" } })) }),
            vec!["/lines/0/quantity/quantity"],
        ),
        (
            json!({ "lines": line(json!({ "quantity": { "kind": "fixed", "quantity": "0.0000001" } })) }),
            vec!["/lines/0/quantity/quantity"],
        ),
        (json!({ "renewal": { "auto": true, "months": 0 } }), vec!["/renewal/auto", "/renewal/months"]),
        (json!({ "terms": { "kind": "net_days", "days": 999 } }), vec!["/terms"]),
        (
            json!({ "schedule": { "cycle": "monthly", "starts_on": "2026-02-10", "ends_on": "2026-02-10" } }),
            vec!["/lines/0/from", "/schedule/ends_on"],
        ),
        (json!({ "currency": "XXY" }), vec!["/currency"]),
    ] {
        let answer = owner.post("/v1/contracts").json(&with(seats(&client), more.clone())).send().await.with(400);
        assert_eq!(answer.pointers(), pointers, "{more}: {:#}", answer.body);
    }
    assert_eq!(owner.get("/v1/contracts").await.expect(200)["items"], json!([]));
    let first = owner.create("/v1/contracts", seats(&client)).await;
    assert_eq!(first["number"], "C-2026-0001", "what was refused drew no number");
}

#[tokio::test]
async fn a_tax_that_nobody_has_is_refused_before_it_can_stop_a_bill() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let tax = |code: &str, inclusive: bool| {
        let rates = json!([{ "from": "2007-01-01", "value": "19" }]);
        json!({ "code": code, "name": code, "percent": rates, "compound": false, "inclusive": inclusive })
    };
    owner.change("/v1/billing/settings", json!({ "taxes": [tax("vat", false), tax("in", true)] })).await;
    let line = |taxes: &[&str]| with(seats(&client)["lines"][0].clone(), json!({ "taxes": taxes }));
    let body = |taxes: &[&str]| with(seats(&client), json!({ "lines": [line(taxes)] }));
    let contract = signed(&owner, body(&["vat"])).await;
    let proposal = owner.create("/v1/contracts", body(&["vat"])).await;
    let etag = owner.get(&at(&proposal)).await.etag();
    let charges = format!("/v1/clients/{client}/charges");
    for (taxes, place) in [(&["vat19"][..], "0"), (&["vat", "vat"], "1"), (&["in", "vat"], "1")] {
        let refused = owner.post("/v1/contracts").json(&body(taxes)).send().await.with(400);
        assert_eq!(refused.pointers(), [format!("/lines/0/taxes/{place}")]);
        let lines = json!({ "lines": [line(taxes)] });
        let refused = owner.patch(&at(&proposal)).if_match(&etag).json(&lines).send().await.with(400);
        assert_eq!(refused.pointers(), [format!("/lines/0/taxes/{place}")]);
        let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "5", "taxes": taxes });
        let refused = owner.post(&charges).key(&key()).json(&charge).send().await.with(400);
        assert_eq!(refused.pointers(), [format!("/taxes/{place}")]);
        let mut added = line(taxes);
        added["from"] = json!("2026-03-01");
        let changes = json!([
            { "kind": "add_line", "line": added },
            { "kind": "set_taxes", "line": self::line(&contract, 0), "taxes": taxes },
        ]);
        let body = json!({ "effective_on": "2026-03-01", "changes": changes });
        let refused = amend(&owner, &contract, body.clone()).await.with(400);
        let expected = [format!("/changes/0/line/taxes/{place}"), format!("/changes/1/taxes/{place}")];
        assert_eq!(refused.pointers(), expected);
        let simulation = format!("{}/simulation", at(&contract));
        let refused = owner.post(&simulation).json(&json!({ "amendment": body })).send().await.with(400);
        assert_eq!(refused.pointers(), expected.map(|at| format!("/amendment{at}")));
    }
    assert_eq!(owner.get(&charges).await.expect(200)["items"], json!([]));
    let set = json!([{ "kind": "set_taxes", "line": self::line(&contract, 0), "taxes": ["in"] }]);
    amend(&owner, &contract, json!({ "effective_on": "2026-02-02", "changes": set })).await.expect(201);
    assert_eq!(owner.get(&at(&contract)).await.expect(200)["lines"][0]["taxes"], json!(["in"]));
}

#[tokio::test]
async fn a_charge_that_nobody_can_tax_any_more_waits_in_a_simulation_as_in_the_run() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let taxes = async |inclusive: bool| {
        let rates = json!([{ "from": "2007-01-01", "value": "19" }]);
        let tax = |code: &str, inclusive: bool| json!({ "code": code, "name": code, "percent": rates, "compound": false, "inclusive": inclusive });
        owner.change("/v1/billing/settings", json!({ "taxes": [tax("vat", false), tax("eco", inclusive)] })).await;
    };
    taxes(false).await;
    let contract = signed(&owner, seats(&client)).await;
    let before = simulation(&owner, &contract, json!({})).await;
    let charge = json!({ "text": "Cable", "quantity": "1", "unit_price": "5", "taxes": ["vat", "eco"] });
    owner.post(&format!("/v1/clients/{client}/charges")).key(&key()).json(&charge).send().await.expect(201);
    let joined = simulation(&owner, &contract, json!({})).await;
    assert_eq!(totals(&joined)[0].1, totals(&before)[0].1 + 5_00);
    taxes(true).await;
    let waits = simulation(&owner, &contract, json!({})).await;
    assert_eq!(totals(&waits), totals(&before), "one tax of it is inside its price now, and the other on top of it");
}

#[tokio::test]
async fn a_signed_contract_is_called_off_before_its_first_day_and_is_over_on_it() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let contract = signed(&owner, seats(&owner.client("Acme").await)).await;
    let end = |on: &str| owner.post(&format!("{}/end", at(&contract))).json(&json!({ "on": on })).send();
    assert_eq!(end("2026-02-01").await.with(400).pointers(), ["/on"]);
    let off = end("2026-02-05").await.expect(200);
    assert_eq!((&off["schedule"]["ends_on"], &off["next_on"]), (&json!("2026-02-10"), &json!("2026-02-10")));
    assert_eq!(simulation(&owner, &contract, json!({})).await["bills"], json!([]));
    // That is taken back in one step, the renewal by itself too, and meant after all.
    let extend = json!([{ "kind": "extend", "until": "2027-02-10", "auto": true }]);
    let extend = json!({ "effective_on": "2026-02-05", "changes": extend });
    let on_again = amend(&owner, &contract, extend).await.expect(201);
    assert_eq!((&on_again["schedule"]["ends_on"], &on_again["renewal"]["auto"]), (&json!("2027-02-10"), &json!(true)));
    let off = end("2026-02-05").await.expect(200);
    assert_eq!((&off["schedule"]["ends_on"], &off["renewal"]["auto"]), (&json!("2026-02-10"), &json!(false)));
    owner.stack.app.settle().await;
    owner.stack.app.clock().advance_to("2026-02-10T06:00:00Z".parse().unwrap()).unwrap();
    owner.stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    assert_eq!(owner.get(&at(&contract)).await.expect(200)["state"], "ended");
    assert_eq!(owner.get("/v1/invoices").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_past_of_a_contract_never_changes() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let contract = signed(&owner, seats(&owner.client("Acme").await)).await;
    let more = |on: &str| {
        json!({ "effective_on": on, "changes": [
            { "kind": "set_quantity", "line": line(&contract, 0), "quantity": { "kind": "fixed", "quantity": "11" } },
        ] })
    };
    let refused = amend(&owner, &contract, more("2026-02-01")).await.with(400);
    assert_eq!(refused.pointers(), ["/effective_on"]);
    let end = owner.post(&format!("{}/end", at(&contract))).json(&json!({ "on": "2026-02-01" })).send().await.with(400);
    assert_eq!(end.pointers(), ["/on"]);
    assert_eq!(owner.get(&at(&contract)).await.expect(200), contract);
    // Half past midnight in Berlin is still yesterday in UTC: the tenant's date counts.
    owner.stack.advance("PT12H30M").await;
    amend(&owner, &contract, more("2026-02-02")).await.expect(400);
    amend(&owner, &contract, more("2026-02-03")).await.expect(201);
}

#[tokio::test]
async fn a_proposal_changes_freely_and_a_signed_contract_by_amendments() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let proposed = proposed(&owner, seats(&owner.client("Acme").await)).await;
    let change =
        json!({ "effective_on": "2026-03-01", "changes": [{ "kind": "end_line", "line": line(&proposed, 0) }] });
    assert_eq!(amend(&owner, &proposed, change).await.with(409).problem(), "contract-draft");
    let kept = with(seats("")["lines"][0].clone(), json!({ "id": line(&proposed, 0), "text": "Workplace" }));
    let changed = owner.change(&at(&proposed), json!({ "lines": [usage_line(), kept] })).await;
    assert_eq!((line(&changed, 1), changed["lines"].as_array().unwrap().len()), (line(&proposed, 0), 2));
    let etag = owner.get(&at(&proposed)).await.etag();
    let rename = |etag: &str| owner.patch(&at(&proposed)).if_match(etag).json(&json!({ "name": "Other" }));
    assert_eq!(rename("\"1\"").send().await.with(412).problem(), "stale");
    let sign = format!("{}/sign", at(&proposed));
    owner.post(&sign).send().await.expect(200);
    assert_eq!(owner.post(&sign).send().await.with(409).problem(), "contract-active");
    assert_eq!(rename(&etag).send().await.with(412).problem(), "stale");
    let etag = owner.get(&at(&proposed)).await.etag();
    assert_eq!(rename(&etag).send().await.with(409).problem(), "contract-signed");
}

#[tokio::test]
async fn terms_and_sla_of_a_signed_contract_change_from_today_on_and_its_end_is_simulated_before_it_is_made() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let contract = signed(&owner, seats(&client)).await;
    let unknown = json!({ "kind": "set_sla", "sla": "pol_01970000000070008000000000000009" });
    let terms = json!({ "kind": "set_terms", "terms": { "kind": "end_of_month", "plus_days": 5 } });
    let changed = |changes: Value, on: &str| json!({ "effective_on": on, "changes": changes });
    let answer = amend(&owner, &contract, changed(json!([terms, unknown]), "2026-02-02")).await.with(400);
    assert_eq!(answer.pointers(), ["/changes/1/sla"]);
    let answer = amend(&owner, &contract, changed(json!([terms]), "2026-02-03")).await.with(400);
    assert_eq!(answer.pointers(), ["/effective_on"]);
    let simulated = async |amendment: Option<Value>| {
        let path = format!("{}/simulation", at(&contract));
        owner.post(&path).json(&json!({ "amendment": amendment })).send().await.expect(200)
    };
    let none = json!({ "kind": "set_sla", "sla": "none" });
    let after = amend(&owner, &contract, changed(json!([terms, none]), "2026-02-02")).await.expect(201);
    assert_eq!((&after["terms"]["plus_days"], &after["sla"]), (&json!(5), &json!("none")));
    assert_eq!(simulated(None).await["bills"][0]["due_on"], json!("2026-03-05"), "of the bill of 10 February");
    let ends = simulated(Some(changed(json!([{ "kind": "end" }]), "2026-04-01"))).await;
    let on: Vec<&Value> = ends["bills"].as_array().unwrap().iter().map(|bill| &bill["on"]).collect();
    assert_eq!(on, ["2026-02-10", "2026-03-01"]);
    assert_eq!(owner.get(&at(&contract)).await.expect(200)["schedule"]["ends_on"], Value::Null, "nothing is written");
}

#[tokio::test]
async fn what_is_wrong_with_an_amendment_is_named_in_what_was_sent() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let contract = signed(&owner, seats(&owner.client("Acme").await)).await;
    let new = |more| json!({ "kind": "add_line", "line": with(seats("")["lines"][0].clone(), more) });
    let quantity = |number: &str| json!({ "quantity": { "kind": "fixed", "quantity": number } });
    let flat = json!({ "pricing": { "model": "flat", "amount": "-1" } });
    for (change, pointer) in [
        (new(quantity("-1")), "/changes/0/line/quantity/quantity"),
        (new(quantity("1.0000001")), "/changes/0/line/quantity/quantity"),
        (new(json!({ "price": flat })), "/changes/0/line/price/pricing/amount"),
        (new(json!({ "text": " " })), "/changes/0/line/text"),
        (
            with(quantity("-1"), json!({ "kind": "set_quantity", "line": line(&contract, 0) })),
            "/changes/0/quantity/quantity",
        ),
        (json!({ "kind": "set_price", "line": line(&contract, 0), "price": flat }), "/changes/0/price/pricing/amount"),
    ] {
        let amendment = json!({ "effective_on": "2026-03-01", "changes": [change] });
        assert_eq!(amend(&owner, &contract, amendment.clone()).await.with(400).pointers(), [pointer]);
        let question = json!({ "amendment": amendment });
        let simulated = owner.post(&format!("{}/simulation", at(&contract))).json(&question).send().await.with(400);
        assert_eq!(simulated.pointers(), [format!("/amendment{pointer}")]);
    }
}

#[tokio::test]
async fn an_amendment_that_is_sent_twice_is_made_once() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let contract = signed(&owner, seats(&owner.client("Acme").await)).await;
    let path = format!("{}/amendments", at(&contract));
    let line = json!({ "text": "Firewall", "kind": "fixed", "timing": "advance", "price": { "pricing": { "model": "flat", "amount": "80" } } });
    let body = json!({ "effective_on": "2026-03-01", "changes": [{ "kind": "add_line", "line": line }] });
    assert_eq!(owner.post(&path).json(&body).send().await.with(400).problem(), "idempotency-key-required");
    let first = owner.post(&path).key("once").json(&body).send().await.expect(201);
    let again = owner.post(&path).key("once").json(&body).send().await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), (Some("true"), &first));
    assert_eq!(owner.get(&at(&contract)).await.expect(200)["lines"].as_array().unwrap().len(), 2);
    assert_eq!(owner.get(&path).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_reads_its_own_contracts_and_knows_of_no_others() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let (own, other) = (signed(&owner, seats(&acme)).await, signed(&owner, seats(&zeta)).await);
    let admin = owner.colleague("client_admin", json!({ "client": acme })).await;
    assert_eq!(admin.get(&at(&own)).await.expect(200), own);
    for path in [at(&other), format!("{}/amendments", at(&other)), format!("/v1/contracts?client={zeta}")] {
        admin.get(&path).await.expect(404);
    }
    admin.post(&format!("{}/simulation", at(&other))).json(&json!({})).send().await.expect(404);
    let listed = admin.get("/v1/contracts").await.expect(200);
    assert_eq!((&listed["items"][0]["id"], listed["items"].as_array().unwrap().len()), (&own["id"], 1));
    assert_eq!(listed["items"][0]["lines"], Value::Null, "a list is without lines");
    admin.post(&format!("{}/sign", at(&own))).send().await.expect(403);
    owner.create("/v1/contracts", seats(&acme)).await;
    let ids = |list: Value| list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    let active = owner.get(&format!("/v1/contracts?client={acme}&state=active")).await.expect(200);
    assert_eq!(ids(active), [own["id"].clone()]);
    assert_eq!(ids(owner.get("/v1/contracts").await.expect(200)).len(), 3);
}

#[tokio::test]
async fn a_contract_of_five_hundred_lines_works() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let lines = |count: usize, long: usize| -> Vec<Value> {
        let line = |n: usize| {
            json!({
                "text": format!("{n} {}", "x".repeat(long)), "kind": "fixed", "timing": "advance",
                "price": { "pricing": { "model": "flat", "amount": format!("{}.01", n) } },
            })
        };
        (0..count).map(line).collect()
    };
    let of = |lines: Vec<Value>| with(seats(&client), json!({ "lines": lines }));
    let add = owner.post("/v1/contracts").key("five-hundred").json(&of(lines(500, 480)));
    let contract = add.send().await.expect(201);
    let contract = owner.get(&at(&contract)).await.expect(200);
    let texts = contract["lines"].as_array().unwrap().iter().map(|line| line["text"].clone());
    assert_eq!(
        json!(texts.collect::<Vec<_>>()),
        json!(lines(500, 480).iter().map(|line| &line["text"]).collect::<Vec<_>>())
    );
    owner.post("/v1/contracts").json(&of(lines(501, 1))).send().await.expect(400);
    owner.post(&format!("{}/sign", at(&contract))).key("signed").send().await.expect(200);
    let changes: Vec<Value> = (0..500)
        .map(|n| json!({ "kind": "set_price", "line": line(&contract, n), "price": { "pricing": { "model": "flat", "amount": "2" } } }))
        .collect();
    amend(&owner, &contract, json!({ "effective_on": "2026-03-01", "changes": changes })).await.expect(201);
    // 2 each from March on; before, each of 0.01, 1.01, … 499.01 is prorated and rounded by itself.
    let bills = simulation(&owner, &contract, json!({})).await;
    assert_eq!(totals(&bills)[1..3], [("2026-03-01", 1_000_00), ("2026-04-01", 1_000_00)]);
    let first: i64 = (0..500_i64).map(|n| ((n * 100 + 1) * 19 * 2 + 28) / 56).sum();
    assert_eq!(totals(&bills)[0], ("2026-02-10", first));
    // Fewer lines leave nothing of the others.
    let other = owner.create("/v1/contracts", of(lines(300, 10))).await;
    let fewer = owner.change(&at(&other), json!({ "lines": lines(3, 10) })).await;
    assert_eq!(owner.get(&at(&other)).await.expect(200), fewer);
    assert_eq!(fewer["lines"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_sla_of_a_contract_goes_before_the_clients_and_open_tickets_follow_it() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let policy = async |name: &str, minutes: u32| {
        let target = json!({ "p3": { "resolution": { "minutes": minutes, "time": "always" } } });
        owner.create("/v1/sla/policies", json!({ "name": name, "targets": target })).await["id"].clone()
    };
    let (gold, silver, bronze) = (policy("Gold", 60).await, policy("Silver", 120).await, policy("Bronze", 240).await);
    let client = owner.client("Acme").await;
    let path = format!("/v1/clients/{client}");
    owner.change(&path, json!({ "sla": bronze })).await;
    let ticket = owner.ticket(&client, json!({ "priority": "p3" })).await;
    let ticket = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let due = async || {
        owner.stack.app.settle().await;
        let ticket = owner.get(&ticket).await.expect(200);
        let clocks = ticket["clocks"].as_array().unwrap();
        clocks.iter().find(|clock| clock["kind"] == "resolution").unwrap()["due"].as_str().unwrap().to_owned()
    };
    assert_eq!(due().await, "2026-02-02T15:00:00Z");
    let since = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
    let says = |sla: &Value| with(seats(&client), json!({ "sla": sla, "schedule": since }));
    let first = owner.create("/v1/contracts", says(&silver)).await;
    assert_eq!(due().await, "2026-02-02T15:00:00Z", "a proposal promises nothing");
    owner.post(&format!("{}/sign", at(&first))).send().await.expect(200);
    assert_eq!(due().await, "2026-02-02T13:00:00Z");
    signed(&owner, seats(&client)).await;
    assert_eq!(due().await, "2026-02-02T13:00:00Z", "a contract that says nothing of it changes nothing");
    let second = signed(&owner, says(&gold)).await;
    assert_eq!(due().await, "2026-02-02T12:00:00Z", "the one that was signed last counts");
    assert_eq!(owner.get(&path).await.expect(200)["contract_sla"], gold);
    let opened = owner.ticket(&client, json!({ "priority": "p3" })).await;
    assert_eq!(opened["policy"], gold, "{opened:#}");
    for (contract, then) in [(second, "2026-02-02T13:00:00Z"), (first, "2026-02-02T15:00:00Z")] {
        owner.post(&format!("{}/end", at(&contract))).json(&json!({ "on": "2026-02-02" })).send().await.expect(200);
        assert_eq!(due().await, then);
    }
    assert_eq!(owner.get(&path).await.expect(200)["contract_sla"], "inherit");
}
