//! Money that went back at the provider without being asked for here: refunds made in its dashboard, and payments that a
//! bank disputes. Each is in the books once, in whatever order it is heard.

use jiff::SignedDuration;
use local::embedded::dynamo::MAIN;
use local::provider::{ANSWER_LOST, VISA};
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Answer, Person};

use crate::charging::{RETRY, charge, desk, invoice, is_right, key, paid, payments, save, state};
use crate::webhooks::signed;

/// An invoice of 100.00 that a card paid, and what the provider calls the payment.
async fn charged(owner: &Person, client: &str) -> (String, String) {
    save(owner, client, VISA, false).await;
    let id = invoice(owner, client, 100, 14).await;
    let view = charge(owner, &id).await.expect(200);
    assert_eq!(state(owner, &id).await, paid());
    (id, format!("pi_{}", view["attempts"][0]["key"].as_str().unwrap()))
}

/// An event of a refund as the dashboard makes it: it names the payment, and nothing of ours.
fn refund(event: &str, kind: &str, name: &str, of: &str, minor: i64, status: &str) -> Value {
    json!({
        "id": event, "type": kind,
        "data": { "object": {
            "id": name, "object": "refund", "amount": minor, "currency": "eur", "payment_intent": of, "status": status,
            "metadata": {},
        } },
    })
}

/// An event of a dispute of 100.00.
fn dispute(event: &str, kind: &str, of: &str, status: &str) -> Value {
    json!({
        "id": event, "type": format!("charge.dispute.{kind}"),
        "data": { "object": {
            "id": "du_1", "object": "dispute", "amount": 10_000, "currency": "eur", "payment_intent": of, "status": status,
            "reason": "fraudulent", "metadata": {},
        } },
    })
}

async fn heard(owner: &Person, event: &Value) -> Answer {
    let answer = signed(owner, &event.to_string()).await;
    owner.stack.app.settle().await;
    answer
}

async fn refunded(owner: &Person) -> Vec<i64> {
    payments(owner).await.iter().map(|payment| payment["refunded"]["minor"].as_i64().unwrap()).collect()
}

async fn pauses(owner: &Person, invoice: &str) -> Vec<Value> {
    let view = owner.get(&format!("/v1/invoices/{invoice}/dunning")).await.expect(200);
    view["pauses"].as_array().unwrap().clone()
}

async fn steps(owner: &Person, invoice: &str) -> usize {
    let view = owner.get(&format!("/v1/invoices/{invoice}/dunning")).await.expect(200);
    view["taken"].as_array().unwrap().len()
}

/// Runs the dunning every morning of so many days.
async fn mornings(owner: &Person, days: i64) {
    for _ in 0..days {
        owner.stack.app.clock().advance(SignedDuration::from_hours(24)).unwrap();
        owner.stack.app.run_job("billing-dunning", JobInput::default()).await.expect("the job runs");
    }
    owner.stack.app.settle().await;
}

/// Letters to the MSP about payments that are disputed.
fn letters(owner: &Person) -> Vec<String> {
    let letters = owner.stack.app.mailbox().letters();
    let mine = letters.iter().filter(|letter| letter.to == owner.email && letter.subject.starts_with("A payment of "));
    mine.map(|letter| letter.subject.clone()).collect()
}

#[tokio::test]
async fn a_refund_of_the_dashboard_is_in_the_books_once_and_the_invoice_is_open_again() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    let created = refund("evt_1", "refund.created", "re_1", &of, 4_000, "succeeded");
    let updated = refund("evt_2", "refund.updated", "re_1", &of, 4_000, "succeeded");
    let older = refund("evt_3", "charge.refund.updated", "re_1", &of, 4_000, "succeeded");
    for event in [&updated, &created, &updated, &older, &created] {
        heard(&owner, event).await.expect(200);
        assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![4_000], json!(4_000)));
    }
    let rest = refund("evt_4", "refund.created", "re_2", &of, 6_000, "succeeded");
    heard(&owner, &rest).await.expect(200);
    assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![10_000], json!(10_000)));
    assert_eq!(payments(&owner).await[0]["state"], "refunded");
    // More than there ever was: nobody books it, and the provider sends it again until somebody has looked.
    let more = refund("evt_5", "refund.created", "re_3", &of, 1, "succeeded");
    assert_eq!(heard(&owner, &more).await.with(409).problem(), "over-refunded");
    assert_eq!(refunded(&owner).await, [10_000]);
    is_right(&owner).await;
}

#[tokio::test]
async fn a_refund_counts_once_it_has_succeeded() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    for (event, status) in
        [("evt_1", "pending"), ("evt_2", "requires_action"), ("evt_3", "failed"), ("evt_4", "canceled")]
    {
        heard(&owner, &refund(event, "refund.updated", "re_1", &of, 4_000, status)).await.expect(200);
        assert_eq!((refunded(&owner).await, state(&owner, &id).await), (vec![0], paid()), "{status}");
    }
    heard(&owner, &refund("evt_5", "refund.updated", "re_1", &of, 4_000, "succeeded")).await.expect(200);
    assert_eq!(refunded(&owner).await, [4_000]);
}

#[tokio::test]
async fn a_refund_that_was_asked_for_here_is_not_booked_twice() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    let payment = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let back = json!({ "amount": { "minor": 4_000, "currency": "EUR" }, "invoice": id });
    owner.post(&format!("/v1/payments/{payment}/refunds")).key(&key()).json(&back).send().await.expect(200);
    let mut own = refund("evt_1", "refund.created", "re_1", &of, 4_000, "succeeded");
    own["data"]["object"]["metadata"] = json!({ "tenant": owner.tenant, "refund": format!("{payment}-refund-1") });
    heard(&owner, &own).await.expect(200);
    assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![4_000], json!(4_000)));
    is_right(&owner).await;
}

#[tokio::test]
async fn what_was_paid_too_much_on_a_page_goes_back_from_the_clients_credit() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 60, 14).await;
    let url = owner.get(&format!("/v1/invoices/{id}/pay-link")).await.expect(200)["url"].clone();
    let page = url.as_str().unwrap().rsplit_once("/local/pay/").unwrap().1.to_owned();
    for _ in 0..2 {
        owner.stack.app.pay(&page).await.expect("a page");
    }
    owner.stack.app.settle().await;
    let twice = owner.stack.items(MAIN).into_iter().map(|item| item["v"]["M"].clone());
    let twice = twice.filter(|v| v["kept"]["M"]["minor"]["N"] == "6000").map(|v| v["provider_key"]["S"].clone());
    let of: Vec<Value> = twice.collect();
    assert_eq!(of.len(), 1, "the second payment is all kept");
    heard(&owner, &refund("evt_1", "refund.created", "re_1", of[0].as_str().unwrap(), 6_000, "succeeded"))
        .await
        .expect(200);
    assert_eq!(state(&owner, &id).await, paid(), "the invoice stays paid");
    let mut back = refunded(&owner).await;
    back.sort_unstable();
    assert_eq!(back, [0, 6_000]);
    let left = owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200);
    assert_eq!(left["balances"], json!([{ "minor": 0, "currency": "EUR" }]));
    is_right(&owner).await;
}

#[tokio::test]
async fn what_is_heard_before_its_payment_is_sent_again_and_what_is_nobodys_is_forgotten() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let attempt = charge(&owner, &id).await.expect(200)["attempts"][0]["key"].as_str().unwrap().to_owned();
    let early = refund("evt_1", "refund.created", "re_1", &format!("pi_{attempt}"), 10_000, "succeeded");
    assert_eq!(heard(&owner, &early).await.with(503).problem(), "outside");
    owner.stack.app.clock().advance(SignedDuration::from_hours(1)).unwrap();
    owner.stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
    assert_eq!(state(&owner, &id).await, paid());
    heard(&owner, &early).await.expect(200);
    assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![10_000], json!(10_000)));
    for event in [
        refund("evt_2", "refund.created", "re_2", "pi_of_somebody_else", 100, "succeeded"),
        dispute("evt_3", "created", "pi_of_somebody_else", "needs_response"),
        json!({ "id": "evt_4", "type": "refund.created", "data": { "object": { "id": "re_3", "status": "succeeded" } } }),
    ] {
        heard(&owner, &event).await.expect(200);
    }
    assert_eq!(refunded(&owner).await, [10_000]);
}

#[tokio::test]
async fn a_dispute_lets_the_dunning_wait_and_a_lost_one_takes_the_payment_back_whatever_is_heard_first() {
    let opened = |of: &str| dispute("evt_1", "created", of, "needs_response");
    let lost = |of: &str| dispute("evt_2", "closed", of, "lost");
    for created_first in [true, false] {
        let (owner, client) = desk().await;
        let (id, of) = charged(&owner, &client).await;
        let (opened, lost) = (opened(&of), lost(&of));
        let events = if created_first {
            [&opened, &opened, &lost, &opened, &lost]
        } else {
            [&lost, &opened, &lost, &opened, &lost]
        };
        for (n, event) in events.into_iter().enumerate() {
            heard(&owner, event).await.expect(200);
            if created_first && n < 2 {
                assert_eq!((state(&owner, &id).await, pauses(&owner, &id).await.len()), (paid(), 1));
                assert_eq!(letters(&owner), ["A payment of 100.00 EUR is disputed"]);
            }
        }
        assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![10_000], json!(10_000)));
        let waiting = pauses(&owner, &id).await;
        assert_eq!((waiting.len(), &waiting[0]["why"], &waiting[0]["until"]), (1, &json!("dispute"), &Value::Null));
        let told = letters(&owner);
        assert_eq!(told.last().map(String::as_str), Some("A payment of 100.00 EUR went back"));
        assert_eq!(told.len(), if created_first { 2 } else { 1 }, "{told:?}");
        mornings(&owner, 30).await;
        assert_eq!(steps(&owner, &id).await, 0, "nobody is dunned for what is disputed");
        let resume = owner.post(&format!("/v1/invoices/{id}/dunning/resume")).key(&key());
        resume.json(&json!({ "why": "dispute" })).send().await.expect(200);
        mornings(&owner, 30).await;
        assert!(steps(&owner, &id).await > 0);
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn a_dispute_that_is_won_moves_no_money_and_ends_its_pause() {
    for (status, created_first) in [("won", true), ("warning_closed", true), ("won", false)] {
        let (owner, client) = desk().await;
        let (id, of) = charged(&owner, &client).await;
        let opened = dispute("evt_1", "created", &of, "warning_needs_response");
        let won = dispute("evt_2", "closed", &of, status);
        let events = if created_first { [&opened, &won, &opened] } else { [&won, &opened, &won] };
        for event in events {
            heard(&owner, event).await.expect(200);
        }
        assert_eq!((refunded(&owner).await, state(&owner, &id).await), (vec![0], paid()));
        assert_eq!(pauses(&owner, &id).await, Vec::<Value>::new(), "{status}, created first: {created_first}");
        assert_eq!(letters(&owner).last().map(String::as_str), Some("A payment of 100.00 EUR stays"));
    }
}

#[tokio::test]
async fn a_pause_that_somebody_set_outlives_the_dispute() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    let pause = owner.post(&format!("/v1/invoices/{id}/dunning/pause")).key(&key());
    pause.json(&json!({ "why": "dispute" })).send().await.expect(200);
    heard(&owner, &dispute("evt_1", "created", &of, "needs_response")).await.expect(200);
    heard(&owner, &dispute("evt_2", "closed", &of, "won")).await.expect(200);
    let left = pauses(&owner, &id).await;
    assert_eq!((left.len(), &left[0]["until"]), (1, &Value::Null));
}
