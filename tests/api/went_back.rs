//! Money that went back at the provider without being asked for here: refunds made in its dashboard, and payments that a
//! bank disputes. Each is in the books once, in whatever order it is heard.

use jiff::SignedDuration;
use local::embedded::dynamo::MAIN;
use local::provider::{ANSWER_LOST, VISA};
use runtime::jobs::JobInput;
use runtime::provider::{Charge, PaymentProvider};
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
    disputed(event, kind, of, status, ("du_1", 10_000))
}

/// An event of a dispute with this name, of so much.
fn disputed(event: &str, kind: &str, of: &str, status: &str, (name, minor): (&str, i64)) -> Value {
    json!({
        "id": event, "type": format!("charge.dispute.{kind}"),
        "data": { "object": {
            "id": name, "object": "dispute", "amount": minor, "currency": "eur", "payment_intent": of, "status": status,
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
    letters_with(owner, "A payment of ")
}

/// Letters to the MSP with this in their subject.
fn letters_with(owner: &Person, subject: &str) -> Vec<String> {
    let letters = owner.stack.app.mailbox().letters();
    let mine = letters.iter().filter(|letter| letter.to == owner.email && letter.subject.contains(subject));
    mine.map(|letter| letter.subject.clone()).collect()
}

async fn credit(owner: &Person, client: &str) -> Value {
    owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200)["balances"].clone()
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
    // More than there ever was: nobody books it, and somebody is told, once.
    for event in ["evt_5", "evt_6"] {
        heard(&owner, &refund(event, "refund.created", "re_3", &of, 1, "succeeded")).await.expect(200);
        assert_eq!(refunded(&owner).await, [10_000]);
    }
    assert_eq!(letters_with(&owner, "missing"), ["0.01 EUR is missing in the books"]);
    is_right(&owner).await;
}

#[tokio::test]
async fn a_refund_counts_once_it_has_succeeded() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    let events = [
        ("evt_1", "re_1", "pending"),
        ("evt_2", "re_1", "requires_action"),
        ("evt_3", "re_2", "failed"),
        ("evt_4", "re_3", "canceled"),
        // What failed has failed, in whatever order it is heard.
        ("evt_5", "re_2", "succeeded"),
        ("evt_6", "re_3", "succeeded"),
    ];
    for (event, name, status) in events {
        heard(&owner, &refund(event, "refund.updated", name, &of, 4_000, status)).await.expect(200);
        assert_eq!((refunded(&owner).await, state(&owner, &id).await), (vec![0], paid()), "{name} {status}");
    }
    heard(&owner, &refund("evt_7", "refund.updated", "re_1", &of, 4_000, "succeeded")).await.expect(200);
    assert_eq!(refunded(&owner).await, [4_000]);
}

#[tokio::test]
async fn a_refund_that_fails_after_it_had_succeeded_is_booked_back_once() {
    for own in [false, true] {
        let (owner, client) = desk().await;
        let (id, of) = charged(&owner, &client).await;
        let payment = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
        let told = |event: &str, kind: &str, status: &str| {
            let mut told = refund(event, kind, "re_1", &of, 4_000, status);
            if own {
                told["data"]["object"]["metadata"] = json!({ "refund": format!("{payment}-refund-1") });
            }
            told
        };
        if own {
            let back = json!({ "amount": { "minor": 4_000, "currency": "EUR" }, "invoice": id });
            owner.post(&format!("/v1/payments/{payment}/refunds")).key(&key()).json(&back).send().await.expect(200);
        }
        heard(&owner, &told("evt_1", "refund.created", "succeeded")).await.expect(200);
        assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![4_000], json!(4_000)));
        let failed = told("evt_2", "refund.failed", "failed");
        let again = told("evt_3", "charge.refund.updated", "failed");
        let late = told("evt_4", "refund.updated", "succeeded");
        for event in [&failed, &failed, &again, &late] {
            heard(&owner, event).await.expect(200);
            assert_eq!((refunded(&owner).await, state(&owner, &id).await), (vec![0], paid()), "own: {own}");
        }
        let now = payments(&owner).await[0].clone();
        let allocations = json!([{ "invoice": id, "amount": { "minor": 10_000, "currency": "EUR" } }]);
        assert_eq!((&now["state"], &now["allocations"]), (&json!("received"), &allocations));
        assert_eq!(letters_with(&owner, "failed"), ["A refund of 40.00 EUR failed"]);
        mornings(&owner, 30).await;
        assert_eq!(steps(&owner, &id).await, 0, "nobody is dunned for what is paid");
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn what_comes_back_of_an_invoice_that_was_paid_otherwise_is_the_clients_credit() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    heard(&owner, &refund("evt_1", "refund.created", "re_1", &of, 4_000, "succeeded")).await.expect(200);
    let amount = json!({ "minor": 3_000, "currency": "EUR" });
    let body = json!({ "client": client, "method": "bank_transfer", "amount": amount });
    owner.post("/v1/payments").key(&key()).json(&body).send().await.expect(201);
    heard(&owner, &refund("evt_2", "refund.failed", "re_1", &of, 4_000, "failed")).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid());
    assert_eq!(credit(&owner, &client).await, json!([amount]));
    is_right(&owner).await;
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
    // Two pages, as there is one a day.
    let mut pages = Vec::new();
    for _ in 0..2 {
        let url = owner.get(&format!("/v1/invoices/{id}/pay-link")).await.expect(200)["url"].clone();
        pages.push(url.as_str().unwrap().rsplit_once("/local/pay/").unwrap().1.to_owned());
        owner.stack.app.clock().advance(SignedDuration::from_hours(24)).unwrap();
    }
    for page in &pages {
        owner.stack.app.pay(page).await.expect("a page");
        assert!(owner.stack.app.pay(page).await.is_none(), "a page is done with one payment");
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
async fn what_is_told_of_a_payment_that_never_comes_is_not_an_error_for_ever() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let attempt = charge(&owner, &id).await.expect(200)["attempts"][0]["key"].as_str().unwrap().to_owned();
    let now = owner.stack.now().as_second();
    let of = format!("pi_{attempt}");
    let told =
        [refund("evt_1", "refund.created", "re_1", &of, 10_000, "succeeded"), dispute("evt_2", "closed", &of, "lost")];
    for mut event in told {
        for (hours, status) in [(0, 503), (47, 503), (49, 200)] {
            event["created"] = json!(now - hours * 3_600);
            let answer = heard(&owner, &event).await;
            assert_eq!(answer.status, status, "{hours} hours after: {event}");
        }
    }
    // The provider knows of a payment for an invoice that the tenant does not have.
    let charge = Charge {
        key: "of-an-invoice-that-is-not-there".to_owned(),
        tenant: owner.tenant.parse().unwrap(),
        invoice: "inv_01970000000070008000000000000009".parse().unwrap(),
        text: "INV-9".to_owned(),
        customer: "cus_9".to_owned(),
        method: VISA.to_owned(),
        amount: domain::money::Money::new(10_000, iso_currency::Currency::EUR),
        at: owner.stack.now(),
    };
    owner.stack.app.provider().charge(&charge).await.unwrap();
    let stray = refund("evt_3", "refund.created", "re_9", &format!("pi_{}", charge.key), 10_000, "succeeded");
    heard(&owner, &stray).await.expect(200);
    assert_eq!(payments(&owner).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_lost_dispute_of_more_than_is_left_is_booked_as_far_as_it_goes_and_the_rest_is_told() {
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    heard(&owner, &refund("evt_1", "refund.created", "re_1", &of, 4_000, "succeeded")).await.expect(200);
    // The whole payment, and the fee of the dispute.
    for event in ["evt_2", "evt_3"] {
        heard(&owner, &disputed(event, "closed", &of, "lost", ("du_1", 11_500))).await.expect(200);
        assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![10_000], json!(10_000)));
        assert_eq!(pauses(&owner, &id).await.len(), 1, "the invoice was open before, and waits now");
    }
    assert_eq!(letters_with(&owner, "missing"), ["55.00 EUR is missing in the books"]);
    let other = disputed("evt_4", "closed", &of, "lost", ("du_2", 100));
    heard(&owner, &other).await.expect(200);
    assert_eq!(refunded(&owner).await, [10_000]);
    assert_eq!(letters_with(&owner, "missing").last().map(String::as_str), Some("1.00 EUR is missing in the books"));
    is_right(&owner).await;
}

#[tokio::test]
async fn the_dunning_waits_for_the_last_of_several_disputes_and_each_that_is_lost_is_booked_once() {
    let (first, second) = (("du_1", 4_000), ("du_2", 5_000));
    for (lost, won) in [(None, [first, second]), (None, [second, first]), (Some(first), [second, second])] {
        let (owner, client) = desk().await;
        let (id, of) = charged(&owner, &client).await;
        for (event, which) in [("evt_1", first), ("evt_2", second)] {
            heard(&owner, &disputed(event, "created", &of, "needs_response", which)).await.expect(200);
            assert_eq!(pauses(&owner, &id).await.len(), 1);
        }
        if let Some(which) = lost {
            for event in ["evt_3", "evt_4"] {
                heard(&owner, &disputed(event, "closed", &of, "lost", which)).await.expect(200);
                assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![4_000], json!(4_000)));
            }
        }
        heard(&owner, &disputed("evt_5", "closed", &of, "won", won[0])).await.expect(200);
        assert_eq!(pauses(&owner, &id).await.len(), 1, "another is open, or was lost");
        heard(&owner, &disputed("evt_6", "closed", &of, "won", won[1])).await.expect(200);
        let left = pauses(&owner, &id).await;
        assert_eq!(left.len(), usize::from(lost.is_some()), "{won:?}");
        assert!(left.iter().all(|pause| pause["until"].is_null()));
        is_right(&owner).await;
    }
    let (owner, client) = desk().await;
    let (id, of) = charged(&owner, &client).await;
    for (event, which) in [("evt_1", first), ("evt_2", second), ("evt_3", first), ("evt_4", second)] {
        heard(&owner, &disputed(event, "closed", &of, "lost", which)).await.expect(200);
    }
    assert_eq!((refunded(&owner).await, state(&owner, &id).await.1), (vec![9_000], json!(9_000)));
    assert_eq!(pauses(&owner, &id).await.len(), 1);
    is_right(&owner).await;
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
    for before in [true, false] {
        let (owner, client) = desk().await;
        let (id, of) = charged(&owner, &client).await;
        let pause = async || {
            let pause = owner.post(&format!("/v1/invoices/{id}/dunning/pause")).key(&key());
            pause.json(&json!({ "why": "dispute" })).send().await.expect(200);
        };
        if before {
            pause().await;
        }
        heard(&owner, &dispute("evt_1", "created", &of, "needs_response")).await.expect(200);
        if !before {
            pause().await;
        }
        heard(&owner, &dispute("evt_2", "closed", &of, "won")).await.expect(200);
        let left = pauses(&owner, &id).await;
        let last = left.last().map(|pause| &pause["until"]);
        assert_eq!(last, Some(&Value::Null), "before: {before}, {left:?}");
    }
}

/// A good card that is not the one that paid before.
const OTHER: &str = "pm_card_mastercard";

/// The charging of an invoice that was charged, and whose money went back: by a refund, or by a lost dispute.
async fn gone_back(owner: &Person, client: &str, lost: bool) -> String {
    let (id, of) = charged(owner, client).await;
    if lost {
        heard(owner, &dispute("evt_1", "created", &of, "needs_response")).await.expect(200);
        heard(owner, &dispute("evt_2", "closed", &of, "lost")).await.expect(200);
    } else {
        let payment = payments(owner).await[0]["id"].as_str().unwrap().to_owned();
        let back = json!({ "amount": { "minor": 10_000, "currency": "EUR" }, "invoice": id });
        owner.post(&format!("/v1/payments/{payment}/refunds")).key(&key()).json(&back).send().await.expect(200);
    }
    assert_eq!(state(owner, &id).await.1, json!(10_000));
    id
}

/// The job that charges, some days later.
async fn charges_after(owner: &Person, days: i64) {
    owner.stack.app.clock().advance(SignedDuration::from_hours(24 * days)).unwrap();
    owner.stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
    owner.stack.app.settle().await;
}

#[tokio::test]
async fn what_went_back_is_not_charged_again_by_itself_on_the_same_card_and_by_hand_it_is() {
    for lost in [false, true] {
        let (owner, client) = desk().await;
        let id = gone_back(&owner, &client, lost).await;
        save(&owner, &client, VISA, true).await;
        charges_after(&owner, 20).await;
        let view = owner.get(&format!("/v1/invoices/{id}/charging")).await.expect(200);
        assert_eq!((&view["stopped"], &view["next_at"]), (&json!("went_back"), &Value::Null), "lost: {lost}");
        assert_eq!((state(&owner, &id).await.1, payments(&owner).await.len()), (json!(10_000), 1), "lost: {lost}");
        let again = charge(&owner, &id).await.expect(200);
        assert_eq!((&again["succeeded"], &again["attempts"][1]["n"]), (&json!(true), &json!(2)), "lost: {lost}");
        assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 2), "lost: {lost}");
        charge(&owner, &id).await.expect(409);
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn a_new_card_pays_what_went_back() {
    let (owner, client) = desk().await;
    let id = gone_back(&owner, &client, false).await;
    save(&owner, &client, OTHER, true).await;
    charges_after(&owner, 15).await;
    assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 2));
    is_right(&owner).await;
}

#[tokio::test]
async fn after_a_lost_dispute_a_new_card_waits_until_somebody_lets_the_dunning_go_on() {
    let (owner, client) = desk().await;
    let id = gone_back(&owner, &client, true).await;
    save(&owner, &client, OTHER, true).await;
    charges_after(&owner, 20).await;
    assert_eq!((state(&owner, &id).await.1, payments(&owner).await.len()), (json!(10_000), 1));
    let settled = json!({ "why": "dispute" });
    owner.post(&format!("/v1/invoices/{id}/dunning/resume")).key(&key()).json(&settled).send().await.expect(200);
    charges_after(&owner, 1).await;
    assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 2));
}
