//! What is charged by itself: what the client agreed to, on its day, unless the dunning waits.

use jiff::SignedDuration;
use local::provider::{EXPIRED, INSUFFICIENT_FUNDS, VISA};
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::Person;

use crate::charging::{
    RETRY, charge, charged, charging, desk, invoice, is_right, key, letters, paid, retry_after, save, state,
};

/// A good card, another than VISA.
const OTHER: &str = "pm_card_mastercard";

async fn remove(owner: &Person, client: &str, saved: &Value) {
    let path = format!("/v1/clients/{client}/payment-methods/{}/remove", saved["id"].as_str().unwrap());
    owner.post(&path).key(&key()).send().await.expect(200);
}

#[tokio::test]
async fn a_card_that_replaces_the_planned_one_before_the_day_is_charged_on_the_day() {
    for removed in [false, true] {
        let (owner, client) = desk().await;
        let old = save(&owner, &client, EXPIRED, true).await;
        let id = invoice(&owner, &client, 100, 3).await;
        save(&owner, &client, VISA, true).await;
        if removed {
            remove(&owner, &client, &old).await;
        }
        assert_eq!(retry_after(&owner, 24).await, JobReport::default(), "it is not due yet");
        assert_eq!(retry_after(&owner, 48).await.done, 1);
        let attempts = charging(&owner, &id).await["attempts"].clone();
        assert_eq!((attempts.as_array().unwrap().len(), state(&owner, &id).await), (1, paid()), "removed: {removed}");
        assert_eq!(letters(&owner, "declined"), 0);
    }
}

#[tokio::test]
async fn the_card_that_takes_a_removed_ones_place_is_charged_if_the_client_agreed_to_it() {
    for agreed in [false, true] {
        let (owner, client) = desk().await;
        save(&owner, &client, VISA, agreed).await;
        let default = save(&owner, &client, OTHER, true).await;
        let id = invoice(&owner, &client, 100, 1).await;
        remove(&owner, &client, &default).await;
        retry_after(&owner, 24).await;
        let stopped = charging(&owner, &id).await["stopped"].clone();
        if agreed {
            assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 1));
        } else {
            assert_eq!((charged(&owner), stopped, letters(&owner, "declined")), (0, json!("needs_method"), 1));
        }
    }
}

#[tokio::test]
async fn a_card_saved_again_without_consent_is_not_charged_and_with_it_on_the_day_once_more() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    let id = invoice(&owner, &client, 100, 3).await;
    save(&owner, &client, VISA, false).await;
    let view = charging(&owner, &id).await;
    assert_eq!((&view["stopped"], &view["next_at"]), (&json!("by_hand"), &Value::Null));
    assert_eq!(retry_after(&owner, 24).await, JobReport::default());
    save(&owner, &client, VISA, true).await;
    assert_eq!(retry_after(&owner, 24).await, JobReport::default(), "it is not due yet");
    save(&owner, &client, VISA, false).await;
    assert_eq!(retry_after(&owner, 48).await, JobReport::default());
    assert_eq!((charged(&owner), letters(&owner, "declined")), (0, 0));
    charge(&owner, &id).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid(), "by hand it is charged");
}

#[tokio::test]
async fn a_charge_by_hand_of_a_card_that_nobody_agreed_to_plans_no_other() {
    let (owner, client) = desk().await;
    save(&owner, &client, INSUFFICIENT_FUNDS, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let view = charge(&owner, &id).await.expect(200);
    assert_eq!(view["attempts"][0]["result"], json!({ "kind": "declined", "class": "soft" }));
    assert_eq!(
        (&view["stopped"], &view["next_at"], &view["attempts"][0]["by_hand"]),
        (&json!("by_hand"), &Value::Null, &json!(true))
    );
    assert_eq!(retry_after(&owner, 24 * 30).await, JobReport::default());
    owner.stack.app.provider().behaves(INSUFFICIENT_FUNDS, VISA);
    charge(&owner, &id).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid());
}

#[tokio::test]
async fn another_card_tried_by_hand_leaves_the_planned_one_for_the_day() {
    let (owner, client) = desk().await;
    let declined = save(&owner, &client, EXPIRED, false).await;
    let agreed = save(&owner, &client, VISA, true).await;
    let id = invoice(&owner, &client, 100, 3).await;
    let body = json!({ "method": declined["id"] });
    let path = format!("/v1/invoices/{id}/charge");
    let view = owner.post(&path).key(&key()).json(&body).send().await.expect(200);
    assert_eq!((&view["method"], &view["stopped"]), (&agreed["id"], &Value::Null));
    assert_eq!(retry_after(&owner, 24).await, JobReport::default());
    assert_eq!(retry_after(&owner, 48).await.done, 1);
    assert_eq!(state(&owner, &id).await, paid());
}

#[tokio::test]
async fn a_card_that_comes_after_the_invoices_pays_what_is_due_at_once_and_the_rest_on_its_day() {
    let (owner, client) = desk().await;
    let (soon, later) = (invoice(&owner, &client, 100, 1).await, invoice(&owner, &client, 100, 10).await);
    let done = invoice(&owner, &client, 100, 1).await;
    owner.post(&format!("/v1/invoices/{done}/void")).key(&key()).json(&json!({})).send().await.expect(200);
    let other = owner.client("Birch").await;
    let theirs = invoice(&owner, &other, 100, 1).await;
    assert_eq!(retry_after(&owner, 72).await, JobReport::default());
    save(&owner, &client, VISA, true).await;
    assert_eq!(retry_after(&owner, 1).await.done, 1);
    assert_eq!((state(&owner, &soon).await, charged(&owner)), (paid(), 1));
    assert_eq!(retry_after(&owner, 24 * 7).await.done, 1);
    assert_eq!((state(&owner, &later).await, charged(&owner)), (paid(), 2));
    owner.get(&format!("/v1/invoices/{theirs}/charging")).await.expect(404);
    is_right(&owner).await;
}

async fn pause(owner: &Person, invoice: &str, why: Value) {
    owner.post(&format!("/v1/invoices/{invoice}/dunning/pause")).key(&key()).json(&why).send().await.expect(200);
}

#[tokio::test]
async fn what_is_disputed_is_not_charged_by_itself_until_the_dispute_is_settled() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    let (id, by_hand) = (invoice(&owner, &client, 100, 1).await, invoice(&owner, &client, 200, 1).await);
    let dispute = json!({ "why": "dispute" });
    pause(&owner, &id, dispute.clone()).await;
    pause(&owner, &by_hand, dispute.clone()).await;
    owner.stack.app.clock().advance(SignedDuration::from_hours(24)).unwrap();
    let dry = owner.stack.app.run_job(RETRY, JobInput { time: None, dry_run: true }).await.unwrap();
    let why: Vec<_> = dry.would.iter().map(|would| (&would["next"], &would["why"], &would["until"])).collect();
    assert_eq!(why, [(&json!("wait"), &json!("dispute"), &Value::Null); 2]);
    for days in [0, 1, 5] {
        assert_eq!(retry_after(&owner, 24 * days).await.done, 0);
    }
    let view = charging(&owner, &id).await;
    assert_eq!((&view["attempts"], &view["next_at"]), (&json!([]), &Value::Null), "it is no attempt");
    assert_eq!((&view["held"]["why"], &view["stopped"]), (&json!("dispute"), &Value::Null));
    charge(&owner, &by_hand).await.expect(200);
    assert_eq!((state(&owner, &by_hand).await, charged(&owner)), (paid(), 1), "by hand it is charged");
    owner.post(&format!("/v1/invoices/{id}/dunning/resume")).key(&key()).json(&dispute).send().await.expect(200);
    assert_eq!(retry_after(&owner, 24).await.done, 1, "the morning after");
    assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 2));
}

#[tokio::test]
async fn who_promised_to_pay_is_charged_when_the_day_has_passed() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    let id = invoice(&owner, &client, 100, 1).await;
    pause(&owner, &id, json!({ "why": "promise_to_pay", "until": "2026-02-10" })).await;
    assert_eq!(retry_after(&owner, 24 * 7).await.done, 0);
    let view = charging(&owner, &id).await;
    assert_eq!(view["held"], json!({ "why": "promise_to_pay", "until": "2026-02-10" }));
    assert!(view["next_at"].as_str().unwrap().starts_with("2026-02-10T"), "{view:#}");
    assert_eq!(retry_after(&owner, 24).await.done, 1);
    assert_eq!(state(&owner, &id).await, paid());
}

#[tokio::test]
async fn a_new_card_is_not_planned_for_what_is_disputed_and_what_was_planned_waits_with_it() {
    let (owner, client) = desk().await;
    let never = invoice(&owner, &client, 100, 1).await;
    pause(&owner, &never, json!({ "why": "dispute" })).await;
    save(&owner, &client, EXPIRED, true).await;
    owner.get(&format!("/v1/invoices/{never}/charging")).await.expect(404);
    let planned = invoice(&owner, &client, 100, 1).await;
    assert_eq!(retry_after(&owner, 24).await.done, 1);
    pause(&owner, &planned, json!({ "why": "dispute" })).await;
    save(&owner, &client, VISA, true).await;
    assert_eq!(retry_after(&owner, 48).await.done, 0);
    assert_eq!((charged(&owner), &charging(&owner, &planned).await["held"]["why"]), (0, &json!("dispute")));
}

#[tokio::test]
async fn what_is_open_again_because_its_payment_belongs_elsewhere_is_charged_the_next_morning() {
    for planned in [true, false] {
        let (owner, client) = desk().await;
        if planned {
            save(&owner, &client, VISA, true).await;
        }
        let id = invoice(&owner, &client, 100, 2).await;
        let amount = json!({ "minor": 10_000, "currency": "EUR" });
        let cash = json!({ "client": client, "method": "cash", "amount": amount });
        let payment = owner.post("/v1/payments").key(&key()).json(&cash).send().await.expect(201);
        retry_after(&owner, 72).await;
        if !planned {
            save(&owner, &client, VISA, true).await;
        }
        assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 0), "planned: {planned}");
        let off = json!({ "amount": amount, "invoice": id, "to": "credit" });
        let path = format!("/v1/payments/{}/refunds", payment["id"].as_str().unwrap());
        owner.post(&path).key(&key()).json(&off).send().await.expect(200);
        assert!(charging(&owner, &id).await["next_at"].is_string(), "planned: {planned}");
        assert_eq!(retry_after(&owner, 0).await, JobReport::default(), "planned: {planned}");
        assert_eq!(retry_after(&owner, 36).await.done, 1, "planned: {planned}");
        assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 1), "planned: {planned}");
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn what_was_paid_by_bank_and_given_back_says_that_it_is_charged_by_hand() {
    // The payment came before the card was saved, or in the place of the charge.
    for card_first in [true, false] {
        let (owner, client) = desk().await;
        if card_first {
            save(&owner, &client, VISA, true).await;
        }
        let id = invoice(&owner, &client, 100, 2).await;
        let amount = json!({ "minor": 10_000, "currency": "EUR" });
        let bank = json!({ "client": client, "method": "bank_transfer", "amount": amount });
        let payment = owner.post("/v1/payments").key(&key()).json(&bank).send().await.expect(201);
        retry_after(&owner, 72).await;
        if !card_first {
            save(&owner, &client, VISA, true).await;
        }
        let back = json!({ "amount": amount, "invoice": id });
        let path = format!("/v1/payments/{}/refunds", payment["id"].as_str().unwrap());
        owner.post(&path).key(&key()).json(&back).send().await.expect(200);
        let view = charging(&owner, &id).await;
        let wanted = (&json!("went_back"), &Value::Null);
        assert_eq!((&view["stopped"], &view["next_at"]), wanted, "card first: {card_first}");
        retry_after(&owner, 72).await;
        assert_eq!((state(&owner, &id).await.1, charged(&owner)), (json!(10_000), 0), "card first: {card_first}");
        charge(&owner, &id).await.expect(200);
        assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 1), "card first: {card_first}");
        is_right(&owner).await;
    }
}
