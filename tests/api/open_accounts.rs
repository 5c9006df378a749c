//! What a client owes without a contract: it is billed all the same, on the first of the next month, and nothing is forgotten.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::billed::{act, bill, desk, flat, id, low, proven, signed, story, told, worked};

/// The open accounts of a client.
async fn accounts(stack: &Stack, owner: &Person, client: &str) -> Vec<Value> {
    stack.app.settle().await;
    let contracts = owner.get(&format!("/v1/contracts?client={client}")).await.expect(200);
    let all = contracts["items"].as_array().unwrap().iter();
    all.filter(|contract| contract["open_account"] == true).cloned().collect()
}

async fn charge(owner: &Person, client: &str, price: &str, more: Value) {
    let mut body = json!({ "text": "Cable", "quantity": "1", "unit_price": price });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    act(owner, &format!("/v1/clients/{client}/charges"), body).await.expect(201);
}

#[tokio::test]
async fn work_charges_and_hours_of_a_client_without_a_contract_are_billed_once_on_the_first_of_the_month() {
    let (stack, owner, client) = desk().await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(accounts(&stack, &owner, &client).await, Vec::<Value>::new());
    let block = json!({ "minutes": 100, "price": { "minor": 100_00, "currency": "EUR" }, "text": "Hours" });
    act(&owner, &format!("/v1/clients/{client}/hour-blocks"), block).await.expect(201);
    charge(&owner, &client, "25", json!({})).await;
    charge(&owner, &client, "7", json!({ "currency": "USD" })).await;
    worked(&owner, &client, "2026-02-20T08:00:00Z", 95).await;
    worked(&owner, &client, "2026-02-20T10:00:00Z", 65).await;
    let opened = accounts(&stack, &owner, &client).await;
    let currencies: Vec<_> = opened.iter().map(|account| account["currency"].as_str().unwrap()).collect();
    assert_eq!((currencies.len(), currencies.contains(&"EUR"), currencies.contains(&"USD")), (2, true, true));
    assert!(opened.iter().all(|account| account["next_on"] == "2026-03-01"), "{opened:#?}");
    assert_eq!(low(&stack), 2, "80 % and 95 % of the block, though no contract bills it");

    let preview = json!({ "client": client, "on": "2026-03-01" });
    let preview = owner.post("/v1/billing/preview").json(&preview).send().await.expect(200);
    let nets = preview["contracts"].as_array().unwrap().iter().map(|shown| &shown["invoices"][0]["totals"]["net"]);
    let mut nets: Vec<_> = nets.map(|net| net["minor"].as_i64().unwrap()).collect();
    nets.sort_unstable();
    assert_eq!(nets, [7_00, 185_00], "100 prepaid minutes, 60 that are not, and two cables");

    let invoices = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!(invoices.len(), 2, "{invoices:#?}");
    let euros = invoices.iter().find(|invoice| invoice["currency"] == "EUR").unwrap();
    let lines = [("charge", 25_00), ("block", 100_00), ("time", 0), ("time", 60_00)];
    assert_eq!(story(&owner, euros).await, told(&lines));
    let slept = accounts(&stack, &owner, &client).await;
    assert!(slept.iter().all(|account| account["state"] == "ended" && account["next_on"].is_null()), "{slept:#?}");
    assert_eq!(bill(&stack, &owner, "2026-04-01T06:00:00Z").await.len(), 2, "nothing came in");

    worked(&owner, &client, "2026-04-01T05:00:00Z", 30).await;
    assert_eq!(accounts(&stack, &owner, &client).await.len(), 2, "the same account for ever");
    let invoices = bill(&stack, &owner, "2026-05-01T06:00:00Z").await;
    assert_eq!(invoices.len(), 3);
    let newest = invoices.iter().find(|invoice| invoice["totals"]["net"]["minor"] == 30_00).expect("half an hour");
    let voided = act(&owner, &format!("/v1/invoices/{}/void", id(newest)), json!({})).await;
    voided.expect(200);
    stack.app.settle().await;
    let invoices = bill(&stack, &owner, "2026-06-01T06:00:00Z").await;
    assert_eq!(invoices.len(), 4, "what a void gives back is billed again");
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn an_open_account_leaves_to_contracts_what_they_bill_within_a_month_or_speak_of() {
    let (stack, owner, client) = desk().await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    let (monthly, yearly, hourly) = (client, owner.client("Yearly").await, owner.client("Hourly").await);
    let annual = json!({ "schedule": { "cycle": "annual", "starts_on": "2026-02-01" } });
    signed(&owner, &monthly, json!([flat("100")]), json!({})).await;
    signed(&owner, &yearly, json!([flat("100")]), annual.clone()).await;
    let hours = json!({ "text": "Work", "kind": "time", "timing": "arrears" });
    signed(&owner, &hourly, json!([flat("100"), hours]), annual).await;
    assert_eq!(bill(&stack, &owner, "2026-02-20T13:00:00Z").await.len(), 3);
    for client in [&monthly, &yearly, &hourly] {
        worked(&owner, client, "2026-02-20T08:00:00Z", 60).await;
    }
    charge(&owner, &hourly, "25", json!({})).await;
    assert_eq!(accounts(&stack, &owner, &monthly).await.len(), 0, "its contract bills in nine days");
    assert_eq!(accounts(&stack, &owner, &yearly).await.len(), 1, "work does not wait for a year");
    assert_eq!(accounts(&stack, &owner, &hourly).await.len(), 1, "nor does a charge");
    let invoices = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    assert_eq!(invoices.len(), 6);
    let newest = async |client: &str| {
        let page = owner.get(&format!("/v1/invoices?client={client}&limit=1")).await.expect(200);
        story(&owner, &page["items"][0]).await
    };
    assert_eq!(newest(&monthly).await, told(&[("contract_line", 100_00), ("time", 60_00)]));
    assert_eq!(newest(&yearly).await, told(&[("time", 60_00)]));
    assert_eq!(newest(&hourly).await, told(&[("charge", 25_00)]), "work is what its contract speaks of");
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn what_comes_in_for_a_contract_that_is_over_is_billed_and_an_account_is_not_amended() {
    let (stack, owner, client) = desk().await;
    let term = json!({ "schedule": { "cycle": "monthly", "starts_on": "2026-02-01", "ends_on": "2026-03-01" } });
    let over = signed(&owner, &client, json!([flat("100")]), term).await;
    bill(&stack, &owner, "2026-03-02T06:00:00Z").await;
    let path = format!("/v1/contracts/{}", id(&over));
    assert_eq!(owner.get(&path).await.expect(200)["state"], "ended");
    let ticket = owner.ticket(&client, json!({})).await;
    let time = format!("/v1/tickets/{}/time", id(&ticket));
    let work = |at: &str, contract: Option<&str>| json!({ "minutes": 60, "work_type": "remote", "started_at": at, "contract": contract });
    act(&owner, &time, work("2026-02-10T09:00:00Z", Some(id(&over)))).await.expect(201);
    act(&owner, &time, work("2026-02-10T12:00:00Z", None)).await.expect(201);
    stack.app.settle().await;
    assert_eq!(owner.get(&path).await.expect(200)["next_on"], "2026-04-01", "it has one more bill");
    let before = owner.get("/v1/invoices?limit=100").await.expect(200)["items"].as_array().unwrap().len();
    let invoices = bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
    let nets: Vec<_> = invoices.iter().map(|invoice| invoice["totals"]["net"]["minor"].as_i64().unwrap()).collect();
    assert_eq!(nets.iter().sum::<i64>(), 100_00 + 2 * 60_00, "both hours: {nets:?}");
    assert!(invoices.len() > before);

    charge(&owner, &client, "5", json!({})).await;
    let account = accounts(&stack, &owner, &client).await.remove(0);
    let end = json!({ "on": "2026-06-01" });
    let refused = act(&owner, &format!("/v1/contracts/{}/end", id(&account)), end).await.with(409);
    assert_eq!(refused.problem(), "open-account");
    let again = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    assert_eq!(again.done, 0, "nothing is due before the first");
}

#[tokio::test]
async fn a_first_bill_far_above_the_last_run_waits_for_somebody_and_the_rest_goes_on() {
    let (stack, owner, client) = desk().await;
    signed(&owner, &client, json!([flat("100")]), json!({})).await;
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    let from = |starts_on: &str| json!({ "schedule": { "cycle": "monthly", "starts_on": starts_on } });
    let slip = signed(&owner, &client, json!([flat("50000")]), from("2026-03-01")).await;
    signed(&owner, &client, json!([flat("200")]), from("2026-03-01")).await;
    let preview = owner.post("/v1/billing/preview").json(&json!({ "contract": id(&slip), "on": "2026-03-01" })).send();
    let preview = preview.await.expect(200);
    let held = preview["contracts"][0]["invoices"][0]["holds"][0].as_str().unwrap_or_default().to_owned();
    assert!(held.contains("100.00"), "{preview:#}");
    let invoices = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let mut nets: Vec<_> = invoices.iter().map(|invoice| invoice["totals"]["net"]["minor"].as_i64().unwrap()).collect();
    nets.sort_unstable();
    assert_eq!(nets, [100_00, 100_00, 200_00], "a run of three times the last is not over it");
    let parked = owner.get("/v1/billing/parked").await.expect(200);
    let reason = parked["items"][0]["reason"].as_str().unwrap_or_default();
    assert_eq!(parked["items"].as_array().unwrap().len(), 1);
    assert!(reason.contains("100.00") && reason.contains("50"), "{parked:#}");
    act(&owner, &format!("/v1/contracts/{}/approval", id(&slip)), json!({})).await.expect(200);
    assert_eq!(bill(&stack, &owner, "2026-03-01T07:00:00Z").await.len(), 4);
    // What was let pass is what the next run is compared with.
    signed(&owner, &client, json!([flat("60000")]), from("2026-04-01")).await;
    assert_eq!(bill(&stack, &owner, "2026-04-01T06:00:00Z").await.len(), 8);
    proven(&stack, &owner).await;
}

#[tokio::test]
async fn a_slip_that_was_let_pass_and_taken_back_is_no_measure_for_the_next_and_one_dated_back_is_held_too() {
    let reissued = json!({ "reason": "A slip.", "lines": [{ "n": 1 }] });
    for (act_of, body) in [("void", json!({})), ("credit", reissued)] {
        let (stack, owner, client) = desk().await;
        signed(&owner, &client, json!([flat("100")]), json!({})).await;
        bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
        let from = |starts_on: &str| json!({ "schedule": { "cycle": "monthly", "starts_on": starts_on } });
        let slip = signed(&owner, &client, json!([flat("50000")]), from("2026-03-01")).await;
        bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
        act(&owner, &format!("/v1/contracts/{}/approval", id(&slip)), json!({})).await.expect(200);
        let found = bill(&stack, &owner, "2026-03-01T07:00:00Z").await;
        let wrong =
            found.iter().find(|invoice| invoice["totals"]["net"]["minor"] == 50_000_00).expect("it was let pass");
        let taken = act(&owner, &format!("/v1/invoices/{}/{act_of}", id(wrong)), body).await;
        taken.expect(if act_of == "void" { 200 } else { 201 });
        act(&owner, &format!("/v1/contracts/{}/end", id(&slip)), json!({ "on": "2026-03-31" })).await.expect(200);
        signed(&owner, &client, json!([flat("60000")]), from("2026-04-01")).await;
        // The year before nothing was billed at all.
        signed(
            &owner,
            &client,
            json!([flat("70000")]),
            json!({ "schedule": { "cycle": "annual", "starts_on": "2025-06-01" } }),
        )
        .await;
        bill(&stack, &owner, "2026-04-01T06:00:00Z").await;
        let parked = owner.get("/v1/billing/parked").await.expect(200);
        let reasons: Vec<&str> =
            parked["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons.len(), 2, "{act_of}: {parked:#}");
        assert!(reasons.iter().all(|reason| reason.contains("100.00")), "{act_of}: {reasons:?}");
        proven(&stack, &owner).await;
    }
}
