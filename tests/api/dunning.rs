//! What is done about invoices that are not paid: each step once, on business days that count.

use jiff::SignedDuration;
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::Person;

use crate::charging::{desk, invoice, key, state};

const DUN: &str = "billing-dunning";

/// Moves to an hour of a day, in Berlin's winter, and runs the job.
async fn run_at(owner: &Person, at: &str) -> JobReport {
    owner.stack.app.settle().await;
    owner.stack.app.clock().advance_to(format!("{at}:31:00Z").parse().unwrap()).unwrap();
    let report = owner.stack.app.run_job(DUN, JobInput::default()).await.expect("the job runs");
    owner.stack.app.settle().await;
    report
}

/// Runs it every hour of so many days.
async fn days_go_by(owner: &Person, days: i64) {
    for _ in 0..days * 24 {
        owner.stack.app.clock().advance_to(owner.stack.now() + SignedDuration::from_hours(1)).unwrap();
        owner.stack.app.run_job(DUN, JobInput::default()).await.expect("the job runs");
    }
    owner.stack.app.settle().await;
}

async fn steps(owner: &Person, invoice: &str) -> Vec<String> {
    let view = owner.get(&format!("/v1/invoices/{invoice}/dunning")).await.expect(200);
    let taken = view["taken"].as_array().unwrap().iter();
    taken.map(|step| format!("{} {}", step["kind"].as_str().unwrap(), step["on"].as_str().unwrap())).collect()
}

fn letters(owner: &Person) -> Vec<String> {
    let letters = owner.stack.app.mailbox().letters();
    let theirs = letters.iter().filter(|letter| letter.to == "accounts@acme.example");
    theirs.filter_map(|letter| Some(letter.subject.split_once(": ")?.1.to_owned())).collect()
}

/// The clock starts on Monday, 2 February 2026, at noon: what is due in seven days is due on Monday, the 9th.
#[tokio::test]
async fn steps_come_in_order_on_business_days_and_each_once() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 7).await;
    days_go_by(&owner, 45).await;
    let expected = [
        "reminder 2026-02-04",
        "overdue1 2026-02-10",
        "overdue2 2026-02-19",
        "overdue3 2026-03-02",
        "suspend 2026-03-09",
    ];
    assert_eq!(steps(&owner, &id).await, expected);
    assert_eq!(letters(&owner), ["due soon", "overdue", "second reminder", "last reminder"]);
    // Who pays has no account: each letter leads to the page on which the invoice is paid.
    let all = owner.stack.app.mailbox().letters();
    let theirs =
        all.iter().filter(|letter| letter.to == "accounts@acme.example" && letter.subject.starts_with("Invoice"));
    for letter in theirs {
        let link = letter
            .text
            .split_whitespace()
            .find(|word| word.contains("/v1/pay/"))
            .unwrap_or_else(|| panic!("{letter:?}"));
        let path = link.find("/v1/pay/").map(|at| &link[at..]).unwrap();
        assert_eq!(owner.stack.nobody().get(path).await.status, 200, "{link}");
    }
    let billing = owner.get(&format!("/v1/clients/{client}/billing")).await.expect(200);
    assert_eq!(billing["suspended_since"], "2026-03-09");
    let lifted = owner.change(&format!("/v1/clients/{client}/billing"), json!({ "suspended_since": null })).await;
    assert_eq!(lifted["suspended_since"], Value::Null);
}

#[tokio::test]
async fn an_invoice_is_overdue_in_the_night_after_its_last_day_and_dunned_in_the_morning() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 7).await;
    run_at(&owner, "2026-02-09T21").await;
    assert_eq!(state(&owner, &id).await.0, "issued");
    assert_eq!(run_at(&owner, "2026-02-09T23").await.done, 1);
    assert_eq!(state(&owner, &id).await.0, "overdue");
    assert!(!steps(&owner, &id).await.contains(&"overdue1 2026-02-10".to_owned()));
    assert_eq!(run_at(&owner, "2026-02-10T07").await.done, 1);
    assert!(steps(&owner, &id).await.contains(&"overdue1 2026-02-10".to_owned()));
    assert_eq!(run_at(&owner, "2026-02-10T08").await, JobReport::default());
}

#[tokio::test]
async fn a_dispute_lets_dunning_wait_and_its_days_do_not_count() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 7).await;
    run_at(&owner, "2026-02-10T08").await;
    let path = format!("/v1/invoices/{id}/dunning");
    let pause = json!({ "why": "dispute" });
    let view = owner.post(&format!("{path}/pause")).key(&key()).json(&pause).send().await.expect(200);
    assert_eq!(view["next_at"], Value::Null, "until it is settled");
    days_go_by(&owner, 20).await;
    assert_eq!(steps(&owner, &id).await.last().unwrap(), "overdue1 2026-02-10");
    owner.post(&format!("{path}/resume")).key(&key()).json(&pause).send().await.expect(200);
    days_go_by(&owner, 13).await;
    // Seven business days more: the 10th of February did not count either, for it was paused on.
    assert_eq!(steps(&owner, &id).await.last().unwrap(), "overdue2 2026-03-11");
    let late = json!({ "why": "promise_to_pay", "until": "2026-01-01" });
    let answer = owner.post(&format!("{path}/pause")).key(&key()).json(&late).send().await;
    assert_eq!(answer.with(400).pointers(), ["/until"]);
}

#[tokio::test]
async fn what_is_paid_is_not_dunned() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 7).await;
    let cash = json!({ "client": client, "method": "cash", "amount": { "minor": 10_000, "currency": "EUR" } });
    owner.post("/v1/payments").key(&key()).json(&cash).send().await.expect(201);
    days_go_by(&owner, 20).await;
    assert_eq!((steps(&owner, &id).await, letters(&owner)), (vec![], vec![]));
}

#[tokio::test]
async fn a_step_charges_its_fee_and_the_interest_so_far_once() {
    let (owner, client) = desk().await;
    let fee = json!({ "minor": 500, "currency": "EUR" });
    let policy = json!({
        "steps": [{ "kind": "overdue1", "days": 1, "late_fee": fee }, { "kind": "overdue2", "days": 8 }],
        "interest_percent": "9.125",
    });
    owner.change("/v1/billing/settings", json!({ "dunning": policy })).await;
    invoice(&owner, &client, 1_000, 7).await;
    days_go_by(&owner, 30).await;
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    let prices: Vec<(String, String)> = charges["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|charge| (charge["on"].as_str().unwrap().to_owned(), charge["unit_price"].as_str().unwrap().to_owned()))
        .collect();
    // 1,000.00 at 9.125 % a year is 0.25 a day: one day until the 10th, and ten until the 19th, less what was charged.
    let mut prices: Vec<String> = prices.into_iter().map(|(on, price)| format!("{on} {price}")).collect();
    prices.sort_unstable();
    assert_eq!(prices, ["2026-02-10 0.25", "2026-02-10 5.00", "2026-02-19 2.25"]);
}

#[tokio::test]
async fn an_invoice_that_a_refund_opens_again_is_dunned_on_from_where_it_stood() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 7).await;
    days_go_by(&owner, 9).await;
    let sent = vec!["reminder 2026-02-04".to_owned(), "overdue1 2026-02-10".to_owned()];
    assert_eq!(steps(&owner, &id).await, sent);
    let cash = json!({ "client": client, "method": "cash", "amount": { "minor": 10_000, "currency": "EUR" } });
    let paid = owner.post("/v1/payments").key(&key()).json(&cash).send().await.expect(201);
    days_go_by(&owner, 20).await;
    assert_eq!((steps(&owner, &id).await, state(&owner, &id).await.0), (sent.clone(), json!("paid")));

    let back = json!({ "amount": { "minor": 10_000, "currency": "EUR" }, "invoice": id });
    let refunds = format!("/v1/payments/{}/refunds", paid["id"].as_str().unwrap());
    owner.post(&refunds).key(&key()).json(&back).send().await.expect(200);
    let view = owner.get(&format!("/v1/invoices/{id}/dunning")).await.expect(200);
    assert!(view["next_at"].is_string(), "{view:#}");
    days_go_by(&owner, 12).await;
    // Tuesday, 3 March: the next morning is overdue2's, and overdue3 comes seven business days after that.
    let more = ["overdue2 2026-03-04".to_owned(), "overdue3 2026-03-13".to_owned()];
    assert_eq!(steps(&owner, &id).await, [sent, more.to_vec()].concat());
    assert_eq!(letters(&owner), ["due soon", "overdue", "second reminder", "last reminder"]);
}
