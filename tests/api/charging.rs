//! Saved ways to pay: charged now or on the day, tried again, asked for, given back. The provider moves no money and
//! behaves like Stripe's test cards.

use jiff::SignedDuration;
use local::embedded::{Call, Fault, Faults, Service};
use local::provider::{
    ANSWER_LOST, DECLINED_TWICE, Did, EXPIRED, INSUFFICIENT_FUNDS, NEEDS_AUTHENTICATION, NEVER_ARRIVES, VISA,
};
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack, unique};

pub(crate) const RETRY: &str = "billing-payment-retry";

pub(crate) fn key() -> String {
    format!("key-{}", unique())
}

pub(crate) async fn desk() -> (Person, String) {
    desk_of(Stack::start().await).await
}

/// An MSP on this stack, with a client that has a billing address.
pub(crate) async fn desk_of(stack: Stack) -> (Person, String) {
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let emails = json!({ "emails": ["accounts@acme.example"] });
    owner.change(&format!("/v1/clients/{client}/billing"), emails).await;
    (owner, client)
}

/// An issued invoice over so many euros; its id.
pub(crate) async fn invoice(owner: &Person, client: &str, euros: u32, days: u32) -> String {
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": days },
        "lines": [{ "text": "Firewall, installed", "quantity": "1", "unit_price": euros.to_string() }],
    });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let id = draft["id"].as_str().unwrap().to_owned();
    owner.post(&format!("/v1/invoices/{id}/issue")).key(&key()).send().await.expect(200);
    owner.stack.app.settle().await;
    id
}

pub(crate) async fn save(owner: &Person, client: &str, token: &str, automatic: bool) -> Value {
    let body = json!({ "token": token, "automatic": automatic });
    let path = format!("/v1/clients/{client}/payment-methods");
    let saved = owner.post(&path).key(&key()).json(&body).send().await.expect(201);
    owner.stack.app.settle().await;
    saved
}

pub(crate) async fn charge(owner: &Person, invoice: &str) -> Answer {
    owner.post(&format!("/v1/invoices/{invoice}/charge")).key(&key()).json(&json!({})).send().await
}

pub(crate) async fn charging(owner: &Person, invoice: &str) -> Value {
    owner.get(&format!("/v1/invoices/{invoice}/charging")).await.expect(200)
}

pub(crate) async fn state(owner: &Person, invoice: &str) -> (Value, Value) {
    let view = owner.get(&format!("/v1/invoices/{invoice}")).await.expect(200);
    (view["state"].clone(), view["balance"]["minor"].clone())
}

pub(crate) fn paid() -> (Value, Value) {
    (json!("paid"), json!(0))
}

pub(crate) async fn payments(owner: &Person) -> Vec<Value> {
    owner.get("/v1/payments").await.expect(200)["items"].as_array().unwrap().clone()
}

/// The job, some hours later.
pub(crate) async fn retry_after(owner: &Person, hours: i64) -> JobReport {
    owner.stack.app.settle().await;
    let at = owner.stack.now() + SignedDuration::from_hours(hours);
    owner.stack.app.clock().advance_to(at).unwrap();
    let report = owner.stack.app.run_job(RETRY, JobInput::default()).await.expect("the job runs");
    owner.stack.app.settle().await;
    report
}

pub(crate) fn charged(owner: &Person) -> usize {
    owner.stack.app.provider().done().iter().filter(|did| matches!(did, Did::Charged { .. })).count()
}

pub(crate) fn letters(owner: &Person, subject: &str) -> usize {
    let letters = owner.stack.app.mailbox().letters();
    letters.iter().filter(|letter| letter.to == "accounts@acme.example" && letter.subject.contains(subject)).count()
}

pub(crate) async fn is_right(owner: &Person) {
    let at = owner.stack.now() + SignedDuration::from_hours(24);
    owner.stack.app.clock().advance_to(at).unwrap();
    owner.stack.app.run_job("billing-check-ledger", JobInput::default()).await.expect("the check runs");
    let check = owner.get("/v1/ledger/check").await.expect(200);
    assert_ne!(check["checked_at"], Value::Null);
    assert_eq!(check["findings"], json!([]));
}

#[tokio::test]
async fn a_saved_way_to_pay_pays_an_invoice_once_however_often_it_is_asked_to() {
    let (owner, client) = desk().await;
    let saved = save(&owner, &client, VISA, false).await;
    assert_eq!((&saved["shown"]["brand"], &saved["default"]), (&json!("visa"), &json!(true)));
    let id = invoice(&owner, &client, 100, 14).await;
    let (path, same) = (format!("/v1/invoices/{id}/charge"), key());
    let first = owner.post(&path).key(&same).json(&json!({})).send().await.expect(200);
    assert_eq!((&first["succeeded"], &first["attempts"][0]["result"]), (&json!(true), &json!({ "kind": "succeeded" })));
    assert_eq!(owner.post(&path).key(&same).json(&json!({})).send().await.expect(200), first);
    assert_eq!(state(&owner, &id).await, paid());
    charge(&owner, &id).await.expect(409);
    let all = payments(&owner).await;
    assert_eq!((all.len(), charged(&owner)), (1, 1));
    assert_eq!(all[0]["method"], json!({ "kind": "saved", "method": saved["id"] }));
    owner.stack.app.settle().await;
    assert_eq!(letters(&owner, "received"), 1);
    is_right(&owner).await;
}

#[tokio::test]
async fn too_little_on_the_account_is_tried_again_by_the_policy_and_told() {
    let (owner, client) = desk().await;
    save(&owner, &client, INSUFFICIENT_FUNDS, true).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let declined = charge(&owner, &id).await.expect(200);
    assert_eq!(declined["attempts"][0]["result"], json!({ "kind": "declined", "class": "soft" }));
    assert_eq!(retry_after(&owner, 60).await, JobReport::default(), "the first wait is 72 hours less a tenth at most");
    owner.stack.app.provider().behaves(INSUFFICIENT_FUNDS, VISA);
    assert_eq!(retry_after(&owner, 13).await.done, 1);
    assert_eq!(state(&owner, &id).await, paid());
    assert_eq!((letters(&owner, "declined"), letters(&owner, "received")), (1, 1));
    is_right(&owner).await;
}

#[tokio::test]
async fn who_pays_is_told_of_charges_in_the_msps_words_or_in_its_language_and_bookkeepers_in_ours() {
    let (owner, client) = desk().await;
    let clerk = owner.colleague("billing", json!({})).await;
    owner.change("/v1/billing/documents", json!({ "letterhead": { "language": "fr" } })).await;
    let message =
        json!({ "subject": "{number}: non", "text": "{client}, {amount}. {what_next}\n{pay_link}\n{company}" });
    owner.change("/v1/billing/settings", json!({ "charge_messages": { "declined": message } })).await;
    save(&owner, &client, INSUFFICIENT_FUNDS, true).await;
    let id = invoice(&owner, &client, 1_000, 14).await;
    charge(&owner, &id).await.expect(200);
    owner.stack.app.provider().behaves(INSUFFICIENT_FUNDS, VISA);
    assert_eq!(retry_after(&owner, 73).await.done, 1);
    let letters = owner.stack.app.mailbox().letters();
    let theirs: Vec<_> = letters.iter().filter(|letter| letter.to == "accounts@acme.example").collect();
    assert_eq!(theirs.len(), 2, "each once: {theirs:#?}");
    assert_eq!(theirs[0].subject, "INV-000001: non");
    assert!(
        theirs[0].text.starts_with("Acme, 1\u{202f}000,00\u{a0}EUR. Nous réessaierons le 05/02/2026 à "),
        "{theirs:#?}"
    );
    assert!(theirs[0].text.ends_with("\nNordlicht IT") && theirs[0].text.contains("/v1/pay/"), "{theirs:#?}");
    assert_eq!(theirs[1].subject, "Facture INV-000001\u{a0}: 1\u{202f}000,00\u{a0}EUR reçus");
    let told: Vec<_> =
        letters.iter().filter(|letter| letter.to == clerk.email && letter.subject.contains("INV-")).collect();
    assert_eq!((told.len(), told[0].subject.as_str()), (1, "Invoice INV-000001: the charge was declined"));
    assert!(told[0].text.contains(&format!("/invoices/{id}")) && !told[0].text.contains("/v1/pay/"), "{told:#?}");
}

#[tokio::test]
async fn a_card_that_is_short_of_money_twice_pays_at_the_third_try() {
    let (owner, client) = desk().await;
    save(&owner, &client, DECLINED_TWICE, true).await;
    let id = invoice(&owner, &client, 100, 1).await;
    for (hours, tried) in [(24, 1), (72, 2), (144, 3)] {
        assert_ne!(state(&owner, &id).await, paid(), "before try {tried}");
        assert_eq!(retry_after(&owner, hours).await.done, 1, "try {tried}");
    }
    assert_eq!(state(&owner, &id).await, paid());
    assert_eq!((letters(&owner, "declined"), letters(&owner, "received")), (2, 1));
}

#[tokio::test]
async fn a_policy_of_the_msp_says_how_often_and_a_dry_run_lists_what_it_would_do() {
    let (owner, client) = desk().await;
    let retry = json!({ "tries": 2, "first_wait_hours": 24, "factor": 1, "jitter_percent": 0 });
    owner.change("/v1/billing/settings", json!({ "retry": retry })).await;
    save(&owner, &client, INSUFFICIENT_FUNDS, true).await;
    let id = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &id).await.expect(200);
    let later = owner.stack.now() + SignedDuration::from_hours(24);
    owner.stack.app.clock().advance_to(later).unwrap();
    let dry = owner.stack.app.run_job(RETRY, JobInput { time: None, dry_run: true }).await.unwrap();
    assert_eq!((dry.would.len(), &dry.would[0]["next"], &dry.would[0]["invoice"]), (1, &json!("charge"), &json!(id)));
    assert_eq!(charging(&owner, &id).await["attempts"].as_array().unwrap().len(), 1, "a dry run does nothing");
    assert_eq!(retry_after(&owner, 0).await.done, 1);
    let view = charging(&owner, &id).await;
    assert_eq!((&view["stopped"], &view["next_at"]), (&json!("tried_enough"), &Value::Null));
}

#[tokio::test]
async fn an_expired_card_waits_for_another_and_goes_on_with_it() {
    let (owner, client) = desk().await;
    save(&owner, &client, EXPIRED, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    assert_eq!(charge(&owner, &id).await.expect(200)["stopped"], "needs_method");
    assert_eq!(charge(&owner, &id).await.with(409).problem(), "needs-method");
    assert_eq!(retry_after(&owner, 24 * 30).await, JobReport::default());
    save(&owner, &client, VISA, false).await;
    assert_eq!(retry_after(&owner, 24).await, JobReport::default(), "nobody agreed that it is charged by itself");
    save(&owner, &client, VISA, true).await;
    assert_eq!(retry_after(&owner, 1).await.done, 1);
    assert_eq!(state(&owner, &id).await, paid());
}

#[tokio::test]
async fn what_the_payer_must_confirm_waits_for_them() {
    let (owner, client) = desk().await;
    save(&owner, &client, NEEDS_AUTHENTICATION, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    assert_eq!(charge(&owner, &id).await.expect(200)["stopped"], "needs_payer");
    assert_eq!(charge(&owner, &id).await.with(409).problem(), "needs-payer");
    // They do so on its page: nothing is waited for any more.
    let url = owner.get(&format!("/v1/invoices/{id}/pay-link")).await.expect(200)["url"].clone();
    let page = url.as_str().unwrap().rsplit_once("/local/pay/").unwrap().1;
    owner.stack.app.pay(page).await.expect("a page");
    owner.stack.app.settle().await;
    assert_eq!((state(&owner, &id).await, charging(&owner, &id).await["stopped"].clone()), (paid(), Value::Null));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_and_nothing_is_charged_twice() {
    let (owner, client) = desk().await;
    save(&owner, &client, ANSWER_LOST, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    let (path, same) = (format!("/v1/invoices/{id}/charge"), key());
    let unknown = owner.post(&path).key(&same).json(&json!({})).send().await.expect(200);
    assert_eq!(unknown["attempts"][0]["result"], json!({ "kind": "unknown" }));
    assert_eq!(owner.post(&path).key(&same).json(&json!({})).send().await.expect(200), unknown);
    assert_eq!(retry_after(&owner, 1).await.done, 1);
    assert_eq!((state(&owner, &id).await, charged(&owner), payments(&owner).await.len()), (paid(), 1, 1));
    assert_eq!(retry_after(&owner, 24).await, JobReport::default());
}

#[tokio::test]
async fn what_never_arrived_is_sent_again_as_the_same_try() {
    let (owner, client) = desk().await;
    save(&owner, &client, NEVER_ARRIVES, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    assert_eq!(charge(&owner, &id).await.expect(200)["attempts"][0]["result"], json!({ "kind": "unknown" }));
    assert_eq!(charge(&owner, &id).await.with(409).problem(), "charge-under-way");
    owner.stack.app.provider().behaves(NEVER_ARRIVES, VISA);
    assert_eq!(retry_after(&owner, 1).await.done, 1);
    let attempts = charging(&owner, &id).await["attempts"].clone();
    assert_eq!((attempts.as_array().unwrap().len(), &attempts[0]["n"]), (1, &json!(1)));
    assert_eq!((state(&owner, &id).await, charged(&owner)), (paid(), 1));
}

#[tokio::test]
async fn nobody_tries_a_ninth_time_in_sixty_days() {
    let (owner, client) = desk().await;
    save(&owner, &client, INSUFFICIENT_FUNDS, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    for _ in 0..8 {
        charge(&owner, &id).await.expect(200);
    }
    assert_eq!(charge(&owner, &id).await.with(409).problem(), "tried-enough");
    assert_eq!(owner.stack.app.provider().done().len(), 8);
    let later = owner.stack.now() + SignedDuration::from_hours(60 * 24);
    owner.stack.app.clock().advance_to(later).unwrap();
    charge(&owner, &id).await.expect(200);
}

#[tokio::test]
async fn who_agreed_is_charged_on_the_day_on_which_an_invoice_is_due() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    let id = invoice(&owner, &client, 100, 2).await;
    assert_eq!(retry_after(&owner, 24).await, JobReport::default(), "it is not due yet");
    assert_eq!(retry_after(&owner, 24).await.done, 1);
    assert_eq!(state(&owner, &id).await, paid());
}

#[tokio::test]
async fn what_a_client_has_to_its_credit_is_used_before_its_card() {
    for by_hand in [false, true] {
        let (owner, client) = desk().await;
        save(&owner, &client, VISA, true).await;
        let eur = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
        for currency in ["EUR", "USD"] {
            let amount = json!({ "minor": 5_000, "currency": currency });
            let paid = json!({ "client": client, "method": "bank_transfer", "amount": amount });
            owner.post("/v1/payments").key(&key()).json(&paid).send().await.expect(201);
        }
        let id = invoice(&owner, &client, 100, 0).await;
        assert_eq!(state(&owner, &id).await, (json!("partly_paid"), json!(5_000)));
        if by_hand {
            charge(&owner, &id).await.expect(200);
        } else {
            assert_eq!(retry_after(&owner, 48).await.done, 1);
        }
        assert_eq!(state(&owner, &id).await, paid());
        let mut all = payments(&owner).await;
        all.retain(|payment| payment["allocations"][0]["invoice"] == json!(id));
        let mut by: Vec<(&str, &Value)> =
            all.iter().map(|it| (it["method"]["kind"].as_str().unwrap(), &it["amount"])).collect();
        by.sort_unstable_by_key(|(kind, _)| *kind);
        assert_eq!(by, [("client_credit", &eur(5_000)), ("saved", &eur(5_000))]);
        let credit = owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200);
        let left = |currency: &str| {
            let balances = credit["balances"].as_array().unwrap();
            balances.iter().find(|balance| balance["currency"] == currency).unwrap()["minor"].clone()
        };
        assert_eq!((left("EUR"), left("USD")), (json!(0), json!(5_000)), "{credit:#}");
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn what_was_paid_otherwise_is_not_charged() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, true).await;
    invoice(&owner, &client, 100, 0).await;
    let cash = json!({ "client": client, "method": "cash", "amount": { "minor": 10_000, "currency": "EUR" } });
    owner.post("/v1/payments").key(&key()).json(&cash).send().await.expect(201);
    assert_eq!(retry_after(&owner, 48).await.done, 0);
    assert_eq!(charged(&owner), 0);
}

#[tokio::test]
async fn a_refund_goes_back_by_the_provider_and_once() {
    let (owner, client) = desk().await;
    save(&owner, &client, VISA, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &id).await.expect(200);
    let payment = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let (path, same) = (format!("/v1/payments/{payment}/refunds"), key());
    let back = json!({ "amount": { "minor": 4_000, "currency": "EUR" }, "invoice": id });
    let first = owner.post(&path).key(&same).json(&back).send().await.expect(200);
    assert_eq!(first["refunded"]["minor"], 4_000);
    assert_eq!(owner.post(&path).key(&same).json(&back).send().await.expect(200), first);
    let refunds = || owner.stack.app.provider().done().iter().filter(|did| matches!(did, Did::Refunded { .. })).count();
    assert_eq!((refunds(), state(&owner, &id).await.1), (1, json!(4_000)));
    let more = json!({ "amount": { "minor": 6_001, "currency": "EUR" }, "invoice": id });
    owner.post(&path).key(&key()).json(&more).send().await.expect(409);
    assert_eq!(refunds(), 1, "the books refuse before the provider is asked");
    is_right(&owner).await;
}

#[tokio::test]
async fn a_way_to_pay_that_was_removed_is_not_charged() {
    let (owner, client) = desk().await;
    let (saved, path) = (save(&owner, &client, VISA, true).await, format!("/v1/clients/{client}/payment-methods"));
    let id = invoice(&owner, &client, 100, 0).await;
    let remove = format!("{path}/{}/remove", saved["id"].as_str().unwrap());
    owner.post(&remove).key(&key()).send().await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["items"], json!([]));
    assert_eq!(charge(&owner, &id).await.with(409).problem(), "no-method");
    retry_after(&owner, 48).await;
    assert_eq!((charged(&owner), &charging(&owner, &id).await["stopped"]), (0, &json!("needs_method")));
    retry_after(&owner, 48).await;
    assert_eq!(letters(&owner, "declined"), 1, "whoever pays is told once that there is nothing to charge");
    let unknown = json!({ "method": saved["id"] });
    save(&owner, &client, EXPIRED, false).await;
    let charging = owner.post(&format!("/v1/invoices/{id}/charge")).key(&key()).json(&unknown).send().await;
    assert_eq!(charging.with(400).pointers(), ["/method"]);
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_and_nothing_is_saved() {
    let (owner, client) = desk().await;
    let refused = json!({ "token": "4242424242424242" });
    let path = format!("/v1/clients/{client}/payment-methods");
    let answer = owner.post(&path).key(&key()).json(&refused).send().await;
    assert_eq!(answer.with(409).problem(), "provider-refused");
    assert_eq!(owner.get(&path).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn credit_that_a_refund_is_under_way_of_pays_nothing_else_and_the_refund_resolves_itself() {
    let (owner, client) = desk().await;
    owner.change("/v1/billing/settings", json!({ "use_credit_first": false })).await;
    save(&owner, &client, VISA, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &id).await.expect(200);
    let payment = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let eur = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
    let note = json!({ "reason": "It never worked.", "total": eur(10_000) });
    owner.post(&format!("/v1/invoices/{id}/credit")).key(&key()).json(&note).send().await.expect(201);

    // The provider does not answer: nobody knows whether the money went back.
    let is_refund = |call: &Call| call.service == Service::Outside("refund".to_owned());
    owner.stack.app.seam().inject(Faults::by(move |call| is_refund(call).then_some(Fault::AnswerLost)));
    let back = json!({ "amount": eur(6_000) });
    let asked = owner.post(&format!("/v1/payments/{payment}/refunds")).key(&key()).json(&back).send().await;
    assert!(asked.status >= 500, "{asked:?}");
    owner.stack.app.seam().inject(Faults::none());

    let second = invoice(&owner, &client, 100, 14).await;
    let pay = async |minor: i64| {
        let wanted = json!({ "amount": eur(minor), "allocations": [{ "invoice": second, "amount": eur(minor) }] });
        owner.post(&format!("/v1/clients/{client}/credit/allocations")).key(&key()).json(&wanted).send().await
    };
    let refused = pay(4_001).await.with(409);
    assert_eq!(refused.problem(), "credit-too-small");
    assert!(refused.body["detail"].as_str().unwrap().contains("waits for a refund"), "{refused:?}");
    pay(4_000).await.expect(201);
    assert_eq!(retry_after(&owner, 1).await.parked, 0);
    let view = owner.get(&format!("/v1/payments/{payment}")).await.expect(200);
    assert_eq!(view["refunded"], eur(6_000));
    let credit = owner.get(&format!("/v1/clients/{client}/credit")).await.expect(200);
    assert!(credit["balances"].as_array().unwrap().iter().all(|balance| balance["minor"] == 0), "{credit:#}");
    is_right(&owner).await;
}

#[tokio::test]
async fn credit_is_free_again_when_the_provider_refuses_the_refund() {
    let (owner, client) = desk().await;
    owner.change("/v1/billing/settings", json!({ "use_credit_first": false })).await;
    save(&owner, &client, VISA, false).await;
    let id = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &id).await.expect(200);
    let payment = payments(&owner).await[0]["id"].as_str().unwrap().to_owned();
    let eur = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
    let note = json!({ "reason": "It never worked.", "total": eur(10_000) });
    owner.post(&format!("/v1/invoices/{id}/credit")).key(&key()).json(&note).send().await.expect(201);
    owner.stack.app.provider().refuses_refunds(true);
    let path = format!("/v1/payments/{payment}/refunds");
    let back = json!({ "amount": eur(6_000) });
    let refused = owner.post(&path).key(&key()).json(&back).send().await.with(409);
    assert_eq!(refused.problem(), "provider-refused");
    owner.stack.app.provider().refuses_refunds(false);
    let second = invoice(&owner, &client, 100, 14).await;
    let wanted = json!({ "amount": eur(10_000), "allocations": [{ "invoice": second, "amount": eur(10_000) }] });
    let all = owner.post(&format!("/v1/clients/{client}/credit/allocations")).key(&key()).json(&wanted).send().await;
    all.expect(201);
    is_right(&owner).await;
}

#[tokio::test]
async fn an_owner_alone_hears_of_a_decline_and_with_a_bookkeeper_that_one_does() {
    let (owner, client) = desk().await;
    save(&owner, &client, INSUFFICIENT_FUNDS, false).await;
    let first = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &first).await.expect(200);
    owner.stack.app.settle().await;
    let told = |email: &str| {
        let letters = owner.stack.app.mailbox().letters();
        letters.iter().filter(|letter| letter.to == email && letter.subject.contains("declined")).count()
    };
    assert_eq!((told(&owner.email), told("accounts@acme.example")), (1, 1));
    let clerk = owner.colleague("billing", json!({})).await;
    let second = invoice(&owner, &client, 100, 14).await;
    charge(&owner, &second).await.expect(200);
    owner.stack.app.settle().await;
    assert_eq!((told(&owner.email), told(&clerk.email), told("accounts@acme.example")), (1, 1, 2));
}

/// An issued invoice over less than the provider charges, due in a day.
async fn small(owner: &Person, client: &str) -> String {
    let body = json!({
        "client": client, "terms": { "kind": "net_days", "days": 1 },
        "lines": [{ "text": "A screw", "quantity": "1", "unit_price": "0.30" }],
    });
    let draft = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    let id = draft["id"].as_str().unwrap().to_owned();
    owner.post(&format!("/v1/invoices/{id}/issue")).key(&key()).send().await.expect(200);
    owner.stack.app.settle().await;
    id
}

#[tokio::test]
async fn an_amount_that_the_provider_does_not_take_is_told_to_the_msp_and_no_card_is_blamed() {
    let (owner, client) = desk().await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    save(&owner, &client, VISA, true).await;
    let id = small(&owner, &client).await;
    assert_eq!(retry_after(&owner, 24).await.done, 1);
    let view = charging(&owner, &id).await;
    assert_eq!((&view["stopped"], &view["next_at"]), (&json!("refused"), &Value::Null));
    assert_eq!(view["attempts"][0]["result"], json!({ "kind": "declined", "class": "not_taken" }));
    assert!(view["attempts"][0]["said"].as_str().unwrap().contains("no less than 0.50"), "{view:#}");
    let theirs = customer.get(&format!("/v1/invoices/{id}/charging")).await.expect(200);
    assert_eq!((&theirs["stopped"], &theirs["attempts"][0]["said"]), (&json!("refused"), &Value::Null));
    assert_eq!(retry_after(&owner, 24 * 30).await, JobReport::default(), "no retries");
    assert_eq!((charged(&owner), letters(&owner, "declined"), letters(&owner, "does not take")), (0, 0, 0));
    let letters = owner.stack.app.mailbox().letters();
    let told: Vec<_> = letters.iter().filter(|letter| letter.subject.contains("does not take the charge")).collect();
    assert_eq!((told.len(), told[0].to.as_str()), (1, owner.email.as_str()));
    assert!(told[0].text.contains("no less than 0.50"), "{told:#?}");
    // Who charges it by hand hears the same at once.
    assert_eq!(charge(&owner, &id).await.expect(200)["stopped"], "refused");
    is_right(&owner).await;
}
