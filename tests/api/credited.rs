//! What was credited is not owed, whatever becomes of what was paid before: it is not opened again, not dunned and not charged.

use local::embedded::dynamo::MAIN;
use local::provider::VISA;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Answer, Person};

use crate::charging::{charge, charged, desk, invoice, is_right, key, paid, payments, retry_after, save, state};
use crate::webhooks::signed;

fn eur(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "EUR" })
}

/// Credits an invoice by so much.
async fn credit(owner: &Person, invoice: &str, minor: i64) {
    let note = json!({ "reason": "A complaint", "total": eur(minor) });
    owner.post(&format!("/v1/invoices/{invoice}/credit")).key(&key()).json(&note).send().await.expect(201);
}

/// An invoice of 100.00 that was paid by bank and then credited by so much: its id, and the payment's.
async fn credited(owner: &Person, client: &str, minor: i64) -> (String, String) {
    let id = invoice(owner, client, 100, 7).await;
    let bank = json!({ "client": client, "method": "bank_transfer", "amount": eur(10_000) });
    let payment = owner.post("/v1/payments").key(&key()).json(&bank).send().await.expect(201);
    credit(owner, &id, minor).await;
    (id, payment["id"].as_str().unwrap().to_owned())
}

async fn back(owner: &Person, payment: &str, body: &Value) -> Answer {
    owner.post(&format!("/v1/payments/{payment}/refunds")).key(&key()).json(body).send().await
}

async fn has(owner: &Person, client: &str) -> i64 {
    let view = owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200);
    view["balances"][0]["minor"].as_i64().unwrap_or_default()
}

/// The bank takes this payment back.
async fn lost(owner: &Person, of: &str, minor: i64) {
    let event = json!({
        "id": "evt_1", "type": "charge.dispute.closed",
        "data": { "object": {
            "id": "du_1", "object": "dispute", "amount": minor, "currency": "eur", "payment_intent": of,
            "status": "lost", "reason": "fraudulent", "metadata": {},
        } },
    });
    signed(owner, &event.to_string()).await.expect(200);
    owner.stack.app.settle().await;
}

/// The texts of letters to the MSP's owner with this subject.
fn letters(owner: &Person, subject: &str) -> Vec<String> {
    let letters = owner.stack.app.mailbox().letters();
    let mine = letters.iter().filter(|letter| letter.to == owner.email && letter.subject == subject);
    mine.map(|letter| letter.text.clone()).collect()
}

#[tokio::test]
async fn money_of_an_invoice_that_was_credited_goes_back_from_the_credit_and_nothing_more_is_opened() {
    // What was credited and is given back, and what is left to pay and to the client's credit.
    for (noted, amount, open, left) in [
        (10_000, 10_000, 0, 0),
        (10_000, 2_500, 0, 7_500),
        (4_000, 4_000, 0, 0),
        (4_000, 7_000, 3_000, 0),
        (4_000, 10_000, 6_000, 0),
    ] {
        let (owner, client) = desk().await;
        let (id, payment) = credited(&owner, &client, noted).await;
        let after = back(&owner, &payment, &json!({ "amount": eur(amount), "invoice": id })).await.expect(200);
        assert_eq!(after["refunded"], eur(amount), "{amount} of {noted}");
        assert_eq!(
            (state(&owner, &id).await.1, has(&owner, &client).await),
            (json!(open), left),
            "{amount} of {noted}"
        );
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn what_was_credited_is_not_taken_off_charged_or_dunned() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    let (id, payment) = credited(&owner, &client, 10_000).await;
    let off = json!({ "amount": eur(10_000), "invoice": id, "to": "credit" });
    let refused = back(&owner, &payment, &off).await.with(409);
    assert_eq!(refused.problem(), "over-refunded");
    assert!(refused.body["detail"].as_str().unwrap().contains("is the client's credit already"), "{:#}", refused.body);
    // The credit pays something else: nothing of the invoice is owed, and nothing is there that could go back.
    invoice(&owner, &client, 100, 30).await;
    let from = json!({ "amount": eur(10_000), "invoice": id });
    let refused = back(&owner, &payment, &from).await.with(409);
    assert_eq!(refused.problem(), "over-refunded");
    assert!(refused.body["detail"].as_str().unwrap().contains("the client's credit is 0.00 EUR"), "{:#}", refused.body);
    assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 0));
    // What the books had opened before this was so is not charged or dunned either, and the check finds it.
    let root = |name: &str| json!({ "S": format!("{}#{name}#{id}", owner.tenant) });
    let opened = json!({
        "TableName": MAIN, "Key": { "pk": root("INVOICE"), "sk": { "S": "@" } },
        "UpdateExpression": "SET v.invoice.paid.minor = :nothing, v.invoice.#state = :sent",
        "ExpressionAttributeNames": { "#state": "state" }, "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": { ":nothing": { "N": "0" }, ":sent": { "S": "sent" } },
    });
    owner.stack.app.dynamo().execute("UpdateItem", &opened).unwrap();
    assert_eq!(state(&owner, &id).await.1, json!(10_000));
    for _ in 0..20 {
        retry_after(&owner, 24).await;
        owner.stack.app.run_job("billing-dunning", JobInput::default()).await.expect("the job runs");
    }
    let dunning = owner.get(&format!("/v1/invoices/{id}/dunning")).await.expect(200);
    assert_eq!((&dunning["taken"], charged(&owner)), (&json!([]), 0));
    owner.stack.app.run_job("billing-check-ledger", JobInput::default()).await.expect("the check runs");
    let check = owner.get("/v1/ledger/check").await.expect(200);
    let wanted = json!({ "kind": "balance", "invoice": id });
    assert!(check["findings"].as_array().unwrap().contains(&wanted), "{check:#}");
}

#[tokio::test]
async fn a_lost_dispute_of_a_credited_invoice_takes_the_credit_and_opens_what_is_owed() {
    for (noted, open) in [(10_000, 0), (4_000, 6_000)] {
        let (owner, client) = desk().await;
        save(&owner, &client, VISA, false).await;
        let id = invoice(&owner, &client, 100, 14).await;
        let tried = charge(&owner, &id).await.expect(200);
        credit(&owner, &id, noted).await;
        lost(&owner, &format!("pi_{}", tried["attempts"][0]["key"].as_str().unwrap()), 10_000).await;
        assert_eq!((state(&owner, &id).await.1, has(&owner, &client).await), (json!(open), 0), "{noted}");
        assert_eq!(payments(&owner).await[0]["refunded"], eur(10_000), "{noted}");
        let told = letters(&owner, "A payment of 100.00 EUR went back");
        assert_eq!(told[0].contains("open again"), open > 0, "{}", told[0]);
        assert!(told[0].contains(&format!("{}.00 EUR came from the client's credit.", noted / 100)), "{}", told[0]);
        assert!(!told[0].contains("missing"), "{}", told[0]);
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn one_of_two_payments_of_a_credited_invoice_opens_what_the_note_leaves_and_the_letter_says_so() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let bank = json!({ "client": client, "method": "bank_transfer", "amount": eur(5_000) });
    let bank = owner.post("/v1/payments").key(&key()).json(&bank).send().await.expect(201);
    let tried = charge(&owner, &id).await.expect(200);
    assert_eq!(state(&owner, &id).await, paid());
    credit(&owner, &id, 6_000).await;
    // What the note gave pays something else.
    invoice(&owner, &client, 100, 30).await;
    assert_eq!(has(&owner, &client).await, 0);
    let bank = bank["id"].as_str().unwrap();
    let refused = back(&owner, bank, &json!({ "amount": eur(4_001), "invoice": id })).await.with(409);
    assert!(refused.body["detail"].as_str().unwrap().contains("at most 40.00 EUR can go back"), "{:#}", refused.body);
    lost(&owner, &format!("pi_{}", tried["attempts"][0]["key"].as_str().unwrap()), 5_000).await;
    assert_eq!(state(&owner, &id).await.1, json!(4_000));
    let told = letters(&owner, "A payment of 50.00 EUR went back");
    assert_eq!((told.len(), letters(&owner, "10.00 EUR is missing in the books").len()), (1, 1));
    for said in ["40.00 EUR is open again on the invoices that it paid", "10.00 EUR is missing in the books"] {
        assert!(told[0].contains(said), "{}", told[0]);
    }
    assert!(!told[0].contains("from the client's credit"), "{}", told[0]);
    // Nothing more of it can be open, by whatever payment.
    let off = json!({ "amount": eur(1), "invoice": id, "to": "credit" });
    assert_eq!(back(&owner, bank, &off).await.with(409).problem(), "over-refunded");
    is_right(&owner).await;
}

#[tokio::test]
async fn what_the_provider_gives_back_of_a_credited_invoice_waits_with_the_credit_and_comes_back_to_it() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let tried = charge(&owner, &id).await.expect(200);
    let of = format!("pi_{}", tried["attempts"][0]["key"].as_str().unwrap());
    credit(&owner, &id, 4_000).await;
    let name = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "amount": eur(7_000), "invoice": id });
    owner.stack.app.provider().refuses_refunds(true);
    assert_eq!(back(&owner, &name, &body).await.with(409).problem(), "provider-refused");
    assert_eq!(
        (state(&owner, &id).await, has(&owner, &client).await),
        (paid(), 4_000),
        "nothing is held for it any more"
    );
    owner.stack.app.provider().refuses_refunds(false);
    back(&owner, &name, &body).await.expect(200);
    assert_eq!((state(&owner, &id).await.1, has(&owner, &client).await), (json!(3_000), 0));
    let failed = json!({
        "id": "evt_1", "type": "refund.failed",
        "data": { "object": {
            "id": "re_1", "object": "refund", "amount": 7_000, "currency": "eur", "status": "failed",
            "payment_intent": of, "metadata": { "refund": format!("{name}-refund-2") },
        } },
    });
    signed(&owner, &failed.to_string()).await.expect(200);
    owner.stack.app.settle().await;
    assert_eq!((state(&owner, &id).await, has(&owner, &client).await), (paid(), 4_000));
    is_right(&owner).await;
}

#[tokio::test]
async fn credit_without_a_payment_is_paid_out_by_hand_once_and_never_more_than_there_is() {
    let (owner, client) = desk().await;
    let below = json!({ "client": client, "lines": [{ "text": "Hours back", "quantity": "1", "unit_price": "-150" }] });
    let draft = owner.post("/v1/invoices").key(&key()).json(&below).send().await.expect(201);
    let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap());
    owner.post(&issue).key(&key()).send().await.expect(200);
    assert_eq!(has(&owner, &client).await, 15_000);
    let path = format!("/v1/clients/{client}/credit/allocations");
    let (owner, path) = (&owner, &path);
    let out = |key: String, body: Value| async move { owner.post(path).key(&key).json(&body).send().await };
    let part = json!({ "amount": eur(10_000), "paid_out": "bank_transfer", "reference": "Credit of March" });
    let same = key();
    for _ in 0..2 {
        let paid = out(same.clone(), part.clone()).await.expect(201);
        assert_eq!(paid["method"], json!({ "kind": "paid_out", "by": "bank_transfer" }));
        assert_eq!(
            (&paid["refunded"], &paid["state"], &paid["allocations"]),
            (&eur(10_000), &json!("refunded"), &json!([]))
        );
        assert_eq!(has(owner, &client).await, 5_000);
    }
    for (body, status, problem) in [
        (json!({ "amount": eur(5_001), "paid_out": "cash" }), 409, "credit-too-small"),
        (json!({ "amount": eur(0), "paid_out": "cash" }), 400, "invalid-input"),
        (json!({ "amount": eur(1), "paid_out": "card" }), 400, "invalid-input"),
        (json!({ "amount": eur(1), "paid_out": "cash", "allocations": [] }), 400, "invalid-input"),
        (json!({ "amount": eur(1), "reference": "Of nothing" }), 400, "invalid-input"),
    ] {
        assert_eq!(out(key(), body.clone()).await.with(status).problem(), problem, "{body}");
    }
    let postings = owner.get("/v1/ledger/postings?month=2026-02").await.expect(200)["items"].clone();
    let by_bank = json!({ "kind": "cash", "via": "bank_transfer" });
    let entries = postings.as_array().unwrap().iter().flat_map(|posting| posting["entries"].as_array().unwrap());
    let cash: Vec<&Value> = entries.filter(|entry| entry["account"] == by_bank).collect();
    assert_eq!(
        cash.iter().map(|entry| (&entry["side"], &entry["amount"])).collect::<Vec<_>>(),
        [(&json!("credit"), &eur(10_000))]
    );
    // What was paid out is gone: it is no payment that could go back.
    let paid = payments(owner).await[0]["id"].as_str().unwrap().to_owned();
    let refused = back(owner, &paid, &json!({ "amount": eur(1) })).await.with(409);
    assert_eq!(refused.problem(), "no-money");
    assert!(refused.body["detail"].as_str().unwrap().contains("it was paid out to the client"), "{:#}", refused.body);
    let rest: Vec<Answer> =
        futures::future::join_all((0..3).map(|_| out(key(), json!({ "amount": eur(5_000), "paid_out": "cheque" }))))
            .await;
    let mut answers: Vec<u16> = rest.iter().map(|answer| answer.status).collect();
    answers.sort_unstable();
    assert_eq!((answers, has(owner, &client).await), (vec![201, 409, 409], 0));
    is_right(owner).await;
}
