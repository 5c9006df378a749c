//! What the MSP bills, as series of costs a day: told by its documents, in which the detector looks for the unusual.

use jiff::civil::Date;
use serde_json::{Value, json};
use tests::Person;

use crate::billed::{act, bill, desk, flat, id, signed};

/// The series of what the MSP bills this client.
async fn billed(owner: &Person, client: &str) -> Vec<Value> {
    owner.stack.app.settle().await;
    let all = owner.get(&format!("/v1/clients/{client}/cost-series?limit=100")).await.expect(200);
    all["items"].as_array().unwrap().iter().filter(|series| series["source"] == "invoices").cloned().collect()
}

/// What the days of a series come to, and the last day of which it is told.
async fn days(owner: &Person, series: &Value, from: &str, to: &str) -> (Vec<(String, i64)>, String) {
    let read = owner.get(&format!("/v1/cost-series/{}?from={from}&to={to}", id(series))).await.expect(200);
    let day = |day: &Value| (day["on"].as_str().unwrap().to_owned(), day["amount"]["minor"].as_i64().unwrap());
    (read["days"].as_array().unwrap().iter().map(day).collect(), read["known_to"].as_str().unwrap().to_owned())
}

/// So much on each of these days.
fn each(from: &str, to: &str, minor: i64) -> Vec<(String, i64)> {
    tests::costs::days(from, to).map(|on: Date| (on.to_string(), minor)).collect()
}

async fn raised(owner: &Person, contract: &Value, on: &str, amount: &str) {
    let price = json!({ "pricing": { "model": "flat", "amount": amount } });
    let change = json!({ "kind": "set_price", "line": contract["lines"][0]["id"], "price": price });
    let amendment = json!({ "effective_on": on, "changes": [change] });
    act(owner, &format!("/v1/contracts/{}/amendments", id(contract)), amendment).await.expect(201);
}

#[tokio::test]
async fn an_invoice_is_on_the_days_that_it_pays_for_and_a_credit_or_a_void_takes_them_back() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("280")]), json!({})).await;
    let invoices = bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    let series = billed(&owner, &client).await;
    assert_eq!(series.len(), 1, "{series:#?}");
    let service = format!("{}, agreed", contract["number"].as_str().unwrap());
    assert_eq!((&series[0]["service"], &series[0]["currency"]), (&json!(service), &json!("EUR")));
    let (told, known_to) = days(&owner, &series[0], "2026-02-01", "2026-03-31").await;
    assert_eq!((told, known_to.as_str()), (each("2026-02-01", "2026-02-28", 10_00), "2026-02-28"));

    // Half of it is taken back, of each day half.
    let half = json!({ "n": 1, "net": { "minor": 140_00, "currency": "EUR" } });
    let note = json!({ "reason": "It was down every other day.", "lines": [half] });
    act(&owner, &format!("/v1/invoices/{}/credit", id(&invoices[0])), note).await.expect(201);
    assert_eq!(billed(&owner, &client).await.len(), 1);
    let february = days(&owner, &series[0], "2026-02-01", "2026-03-31").await.0;
    assert_eq!(february, each("2026-02-01", "2026-02-28", 5_00));

    // A month that turned out never to have been owed comes to nothing.
    let march = bill(&stack, &owner, "2026-03-01T06:00:00Z").await;
    let march = march.iter().find(|invoice| invoice["state"] == "issued" && id(invoice) != id(&invoices[0])).unwrap();
    assert_eq!(days(&owner, &series[0], "2026-03-01", "2026-03-31").await.0.len(), 31);
    act(&owner, &format!("/v1/invoices/{}/void", id(march)), json!({})).await.expect(200);
    assert_eq!(billed(&owner, &client).await.len(), 1);
    let (told, known_to) = days(&owner, &series[0], "2026-02-01", "2026-04-30").await;
    assert_eq!(told[..28], february);
    assert!(told[28..].iter().all(|(_, minor)| *minor == 0), "{told:?}");
    assert_eq!(known_to, "2026-03-31");
}

#[tokio::test]
async fn a_price_that_rises_is_found_where_it_rose_and_is_in_what_the_client_spent_once() {
    let (stack, owner, client) = desk().await;
    let contract = signed(&owner, &client, json!([flat("300")]), json!({})).await;
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    raised(&owner, &contract, "2026-04-01", "600").await;
    for at in ["2026-03-01T06:00:00Z", "2026-04-01T06:00:00Z"] {
        bill(&stack, &owner, at).await;
    }
    stack.app.clock().advance_to("2026-04-08T06:00:00Z".parse().unwrap()).unwrap();
    stack.detect().await;
    let found = owner.get(&format!("/v1/anomalies?client={client}")).await.expect(200);
    let found = found["items"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["kind"], &found[0]["onset"]), (&json!("level_shift"), &json!("2026-04-01")));
    assert!(found[0]["sentence"].as_str().unwrap().contains("agreed"), "{}", found[0]["sentence"]);

    let spent = owner.get(&format!("/v1/clients/{client}/spending?from=2026-04&to=2026-04")).await.expect(200);
    let months = &spent["currencies"][0]["months"];
    assert_eq!(months[0]["amount"]["minor"], 600_00, "{spent:#}");
}

#[tokio::test]
async fn a_quarter_that_is_billed_when_it_is_over_is_told_then_and_a_one_off_is_no_habit() {
    let (stack, owner, client) = desk().await;
    let care = json!({ "text": "Care", "kind": "fixed", "timing": "arrears", "price": { "pricing": { "model": "flat", "amount": "890" } } });
    let quarterly =
        json!({ "cycle": "quarterly", "alignment": "anniversary", "anchor": "2026-02-01", "starts_on": "2026-02-01" });
    signed(&owner, &client, json!([care]), json!({ "schedule": quarterly })).await;
    let charge = json!({ "text": "Firewall", "quantity": "1", "unit_price": "900" });
    act(&owner, &format!("/v1/clients/{client}/charges"), charge).await.expect(201);
    bill(&stack, &owner, "2026-04-30T06:00:00Z").await;
    assert_eq!(billed(&owner, &client).await, Vec::<Value>::new());
    bill(&stack, &owner, "2026-05-01T06:00:00Z").await;
    let series = billed(&owner, &client).await;
    assert_eq!(series.len(), 1, "{series:#?}");
    let (told, known_to) = days(&owner, &series[0], "2026-02-01", "2026-05-31").await;
    assert_eq!((told, known_to.as_str()), (each("2026-02-01", "2026-04-30", 10_00), "2026-04-30"));
}
