//! What the payment provider tells by itself: only when it is signed, once, and in any order (promise 11).

use contract::Secret;
use jiff::SignedDuration;
use local::app::WEBHOOK_SECRETS;
use local::provider::{ANSWER_LOST, INSUFFICIENT_FUNDS};
use runtime::webhooks::sign;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::charging::{charge, desk, invoice, is_right, key, paid, payments, save, state};

const PATH: &str = "/v1/webhooks/payments";

fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::from((*text).to_owned())).collect()
}

/// An event of a payment of an invoice; of a try when `attempt` names one.
fn event(owner: &Person, id: &str, kind: &str, invoice: &str, attempt: Option<&str>) -> String {
    let error = (kind == "payment_intent.payment_failed")
        .then(|| json!({ "code": "card_declined", "decline_code": "lost_card" }));
    json!({
        "id": id, "type": kind, "api_version": "2026-01-01",
        "data": { "object": {
            "id": format!("pi_of_{}", attempt.unwrap_or("a_page")), "amount": 10_000, "currency": "eur",
            "metadata": { "tenant": owner.tenant, "invoice": invoice, "attempt": attempt },
            "last_payment_error": error,
        } },
    })
    .to_string()
}

async fn send(stack: &Stack, header: &str, body: &[u8]) -> Answer {
    stack.nobody().post(PATH).header("stripe-signature", header).bytes(body.to_vec()).send().await
}

pub(crate) async fn signed(owner: &Person, body: &str) -> Answer {
    let header = sign(&secrets(&WEBHOOK_SECRETS[..1]), body.as_bytes(), owner.stack.now());
    send(&owner.stack, &header, body.as_bytes()).await
}

#[tokio::test]
async fn no_webhook_of_a_thousand_with_one_bit_flipped_is_accepted() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let body = event(&owner, "evt_1", "payment_intent.succeeded", &id, None);
    let header = sign(&secrets(&WEBHOOK_SECRETS[..1]), body.as_bytes(), owner.stack.now());
    let all = [header.as_bytes(), body.as_bytes()].concat();
    let step = all.len() * 8 / 1_400;
    let mut sent = 0;
    for bit in (0..all.len() * 8).step_by(step.max(1)) {
        let mut flipped = all.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (header, body) = flipped.split_at(header.len());
        // What cannot be a header's text never gets this far.
        let Some(header) = std::str::from_utf8(header).ok().filter(|h| h.bytes().all(|b| (32..127).contains(&b)))
        else {
            continue;
        };
        let answer = send(&owner.stack, header, body).await;
        assert_eq!((answer.status, answer.problem()), (400, "webhook-not-signed"), "bit {bit}");
        sent += 1;
    }
    assert!(sent >= 1_000, "{sent}");
    assert_eq!(payments(&owner).await.len(), 0);
    send(&owner.stack, &header, body.as_bytes()).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid(), "and the one that none was flipped of is");
}

#[tokio::test]
async fn a_webhook_is_good_for_299_seconds_both_ways_and_not_for_301() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let body = event(&owner, "evt_1", "payment_intent.succeeded", &id, None);
    for (off_s, status) in [(-301, 400), (301, 400), (-299, 200), (299, 200)] {
        let at = owner.stack.now() + SignedDuration::from_secs(off_s);
        let header = sign(&secrets(&WEBHOOK_SECRETS[..1]), body.as_bytes(), at);
        assert_eq!(send(&owner.stack, &header, body.as_bytes()).await.status, status, "{off_s} s off");
    }
}

#[tokio::test]
async fn while_secrets_rotate_either_signs_and_a_stranger_does_not() {
    let (owner, _) = desk().await;
    let body = json!({ "id": "evt_1", "type": "customer.created", "data": { "object": {} } }).to_string();
    let [new, old] = WEBHOOK_SECRETS;
    for (by, status) in [(vec![new], 200), (vec![old], 200), (vec!["stranger", old], 200), (vec!["stranger"], 400)] {
        let header = sign(&secrets(&by), body.as_bytes(), owner.stack.now());
        assert_eq!(send(&owner.stack, &header, body.as_bytes()).await.status, status, "{by:?}");
    }
    owner.stack.nobody().post(PATH).bytes(body.into_bytes()).send().await.expect(400);
    signed(&owner, "not json").await.expect(400);
}

#[tokio::test]
async fn an_event_counts_once_however_often_and_whenever_it_comes() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let attempt = charge(&owner, &id).await.expect(200)["attempts"][0]["key"].as_str().unwrap().to_owned();
    let failed = event(&owner, "evt_failed", "payment_intent.payment_failed", &id, Some(&attempt));
    let succeeded = event(&owner, "evt_succeeded", "payment_intent.succeeded", &id, Some(&attempt));
    // The order in which they happened is not the one in which they come.
    for body in [&succeeded, &failed, &succeeded, &failed] {
        signed(&owner, body).await.expect(200);
        assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 1));
    }
    let again = event(&owner, "evt_another_id", "payment_intent.succeeded", &id, Some(&attempt));
    signed(&owner, &again).await.expect(200);
    assert_eq!(payments(&owner).await.len(), 1);
    is_right(&owner).await;
}

#[tokio::test]
async fn a_webhook_and_an_answer_that_race_are_one_payment() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let attempt = charge(&owner, &id).await.expect(200)["attempts"][0]["key"].as_str().unwrap().to_owned();
    owner.stack.app.clock().advance_to(owner.stack.now() + SignedDuration::from_hours(1)).unwrap();
    let told = event(&owner, "evt_1", "payment_intent.succeeded", &id, Some(&attempt));
    owner.stack.app.seam().inject(local::embedded::Faults::none().slow(7, 20));
    let (answer, report) = tokio::join!(
        signed(&owner, &told),
        owner.stack.app.run_job(crate::charging::RETRY, runtime::jobs::JobInput::default())
    );
    answer.expect(200);
    report.expect("the job runs");
    assert_eq!((state(&owner, &id).await, payments(&owner).await.len()), (paid(), 1));
}

#[tokio::test]
async fn a_decline_that_is_told_stops_the_card() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let attempt = charge(&owner, &id).await.expect(200)["attempts"][0]["key"].as_str().unwrap().to_owned();
    let told = event(&owner, "evt_1", "payment_intent.payment_failed", &id, Some(&attempt));
    signed(&owner, &told).await.expect(200);
    let view = owner.get(&format!("/v1/invoices/{id}/charging")).await.expect(200);
    assert_eq!(view["stopped"], "needs_method", "lost_card is for ever");
}

#[tokio::test]
async fn what_was_paid_on_the_pay_page_pays_the_invoice_and_what_is_over_is_credit() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 60, 14).await;
    let url = owner.get(&format!("/v1/invoices/{id}/pay-link")).await.expect(200)["url"].clone();
    assert!(url.as_str().unwrap().starts_with("http"), "{url}");
    let told = event(&owner, "evt_1", "payment_intent.succeeded", &id, None);
    signed(&owner, &told).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid());
    let payment = payments(&owner).await[0].clone();
    assert_eq!((&payment["method"], &payment["kept"]["minor"]), (&json!({ "kind": "pay_page" }), &json!(4_000)));
    assert_eq!(owner.get(&format!("/v1/invoices/{id}/pay-link")).await.with(409).problem(), "not-open");
    is_right(&owner).await;
}

#[tokio::test]
async fn what_was_paid_on_the_page_of_an_invoice_that_was_given_up_pays_that_one() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let other = invoice(&owner, &client, 100, 14).await;
    owner.post(&format!("/v1/invoices/{id}/write-off")).key(&key()).json(&json!({})).send().await.expect(200);
    signed(&owner, &event(&owner, "evt_1", "payment_intent.succeeded", &id, None)).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid());
    assert_eq!(state(&owner, &other).await.1, json!(10_000));
    assert_eq!(payments(&owner).await[0]["kept"]["minor"], 0);
    is_right(&owner).await;
}

#[tokio::test]
async fn what_is_of_nobody_is_heard_and_forgotten() {
    let (owner, client) = desk().await;
    save(&owner, &client, INSUFFICIENT_FUNDS, false).await;
    let nobody = "inv_01970000000070008000000000000009";
    for body in [
        event(&owner, "evt_1", "payment_intent.succeeded", nobody, None),
        event(&owner, "evt_2", "charge.updated", nobody, None),
        json!({ "id": "evt_3", "type": "payment_intent.succeeded", "data": { "object": { "id": "pi_1" } } })
            .to_string(),
    ] {
        signed(&owner, &body).await.expect(200);
    }
    assert_eq!(payments(&owner).await, Vec::<Value>::new());
}
