//! What is done about invoices that are not paid: each step once, on business days that count.

use jiff::SignedDuration;
#[cfg(feature = "pdf")]
use local::Settings;
#[cfg(feature = "pdf")]
use local::embedded::dynamo::MAIN;
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::Person;
#[cfg(feature = "pdf")]
use tests::{MONDAY_NOON, Stack};

use crate::billed::{bill, story};
#[cfg(feature = "pdf")]
use crate::charging::desk_of;
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
    let billing = format!("/v1/clients/{client}/billing");
    assert_eq!(owner.get(&billing).await.expect(200)["suspended_since"], "2026-03-09");
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    assert_eq!(customer.get(&billing).await.expect(200)["suspended_since"], Value::Null, "for the MSP's own people");
    let lifted = owner.change(&format!("/v1/clients/{client}/billing"), json!({ "suspended_since": null })).await;
    assert_eq!(lifted["suspended_since"], Value::Null);
}

#[tokio::test]
async fn the_desk_sees_a_flagged_client_until_the_last_invoice_for_which_it_was_is_settled() {
    let (owner, client) = desk().await;
    let first = invoice(&owner, &client, 100, 7).await;
    let second = invoice(&owner, &client, 100, 7).await;
    days_go_by(&owner, 36).await;
    let technician = owner.colleague("technician", json!({})).await;
    let dispatcher = owner.colleague("dispatcher", json!({})).await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    let ticket = owner.ticket(&client, json!({})).await;
    let (at, ticket) = (format!("/v1/clients/{client}"), format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()));
    for (person, since) in
        [(&technician, json!("2026-03-09")), (&dispatcher, json!("2026-03-09")), (&customer, Value::Null)]
    {
        assert_eq!(person.get(&at).await.expect(200)["suspended_since"], since);
        assert_eq!(person.get(&ticket).await.expect(200)["client_suspended_since"], since);
    }
    let paid = json!({
        "client": client, "method": "cash", "amount": { "minor": 10_000, "currency": "EUR" },
        "allocations": [{ "invoice": first, "amount": { "minor": 10_000, "currency": "EUR" } }],
    });
    let paid = owner.post("/v1/payments").key(&key()).json(&paid).send().await.expect(201);
    assert_eq!(technician.get(&at).await.expect(200)["suspended_since"], "2026-03-09", "the second is open");
    owner.post(&format!("/v1/invoices/{second}/write-off")).key(&key()).send().await.expect(200);
    assert_eq!(technician.get(&at).await.expect(200)["suspended_since"], Value::Null);
    assert_eq!(technician.get(&ticket).await.expect(200)["client_suspended_since"], Value::Null);

    // What goes back brings the flag back, and it falls with the invoice once more.
    let back = json!({ "amount": { "minor": 10_000, "currency": "EUR" }, "invoice": first });
    let refunds = format!("/v1/payments/{}/refunds", paid["id"].as_str().unwrap());
    owner.post(&refunds).key(&key()).json(&back).send().await.expect(200);
    assert!(technician.get(&at).await.expect(200)["suspended_since"].is_string(), "it is open again");
    owner.post(&format!("/v1/invoices/{first}/write-off")).key(&key()).send().await.expect(200);
    assert_eq!(technician.get(&at).await.expect(200)["suspended_since"], Value::Null);

    // Somebody's own word stays.
    let billing = format!("/v1/clients/{client}/billing");
    owner.change(&billing, json!({ "suspended_since": "2026-03-01" })).await;
    let third = invoice(&owner, &client, 100, 7).await;
    owner.post(&format!("/v1/invoices/{third}/void")).key(&key()).json(&json!({})).send().await.expect(200);
    assert_eq!(technician.get(&at).await.expect(200)["suspended_since"], "2026-03-01");
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
async fn nobody_is_reminded_within_the_hour_of_the_invoice_itself() {
    for (days, first) in [(0, "overdue1 2026-02-03"), (1, "overdue1 2026-02-04"), (3, "overdue1 2026-02-06")] {
        let (owner, client) = desk().await;
        let id = invoice(&owner, &client, 100, days).await;
        let view = owner.get(&format!("/v1/invoices/{id}/dunning")).await.expect(200);
        let late = 2 + days + 1;
        assert!(view["next_at"].as_str().unwrap().starts_with(&format!("2026-02-0{}T23:30", late - 1)), "{view:#}");
        days_go_by(&owner, i64::from(days) + 2).await;
        assert_eq!(steps(&owner, &id).await, [first], "due in {days} days");
        assert_eq!(letters(&owner), ["overdue"], "due in {days} days");
    }
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
async fn a_promise_to_pay_has_a_day_within_half_a_year() {
    let (owner, client) = desk().await;
    let path = format!("/v1/invoices/{}/dunning/pause", invoice(&owner, &client, 100, 7).await);
    for (until, status) in [
        (Value::Null, 400),
        (json!("9999-12-31"), 400),
        // 180 days from the 2nd of February, and one more.
        (json!("2026-08-02"), 400),
        (json!("2026-08-01"), 200),
    ] {
        let promise = json!({ "why": "promise_to_pay", "until": until });
        let answer = owner.post(&path).key(&key()).json(&promise).send().await.with(status);
        if status == 400 {
            assert_eq!(answer.pointers(), ["/until"], "{until}");
        }
    }
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

/// 5.00 with the first step, and 9.125 % a year: of 1,000.00 that is 0.25 a day.
async fn fined(owner: &Person) {
    let fee = json!({ "minor": 500, "currency": "EUR" });
    let policy = json!({
        "steps": [{ "kind": "overdue1", "days": 1, "late_fee": fee }, { "kind": "overdue2", "days": 8 }],
        "interest_percent": "9.125",
    });
    owner.change("/v1/billing/settings", json!({ "dunning": policy })).await;
}

/// What a client was charged and is on no invoice, in order.
async fn charged(owner: &Person, client: &str) -> Vec<String> {
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    let told =
        |charge: &Value| format!("{} {}", charge["on"].as_str().unwrap(), charge["unit_price"].as_str().unwrap());
    let mut charges: Vec<String> = charges["items"].as_array().unwrap().iter().map(told).collect();
    charges.sort_unstable();
    charges
}

#[tokio::test]
async fn a_step_charges_its_fee_and_each_day_bears_interest_once_until_the_invoice_is_paid() {
    let (owner, client) = desk().await;
    fined(&owner).await;
    let id = invoice(&owner, &client, 1_000, 7).await;
    days_go_by(&owner, 30).await;
    // One day until the 10th and ten until the 19th, with the steps; and 19 until the end of the month, less what was charged.
    let mut wanted = vec!["2026-02-10 0.25", "2026-02-10 5.00", "2026-02-19 2.25", "2026-02-28 2.25"];
    assert_eq!(charged(&owner, &client).await, wanted);
    let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
    assert!(charges["items"].as_array().unwrap().iter().all(|charge| charge["late_for"] == id), "{charges:#}");

    // On the 4th of March it is noted that it came on the 3rd, which still counts: 22 days, and none after.
    let amount = json!({ "minor": 100_000, "currency": "EUR" });
    let paid = json!({ "client": client, "method": "cash", "amount": amount, "received_on": "2026-03-03" });
    owner.post("/v1/payments").key(&key()).json(&paid).send().await.expect(201);
    days_go_by(&owner, 30).await;
    wanted.push("2026-03-31 0.75");
    assert_eq!(charged(&owner, &client).await, wanted);
    assert_eq!(run_at(&owner, "2026-04-30T08").await, JobReport::default(), "nothing is left to be done");
    assert_eq!(charged(&owner, &client).await, wanted);
}

#[tokio::test]
async fn what_was_charged_for_being_late_goes_with_an_invoice_that_is_not_owed() {
    for (how, body) in [
        ("void", json!({})),
        ("credit", json!({ "reason": "A slip", "total": { "minor": 100_000, "currency": "EUR" } })),
        ("write-off", Value::Null),
    ] {
        let (owner, client) = desk().await;
        fined(&owner).await;
        let (id, other) = (invoice(&owner, &client, 1_000, 7).await, invoice(&owner, &client, 400, 7).await);
        days_go_by(&owner, 10).await;
        let before = ["2026-02-10 0.10", "2026-02-10 0.25", "2026-02-10 5.00", "2026-02-10 5.00"];
        assert_eq!(charged(&owner, &client).await, before, "{how}");
        if how == "credit" {
            let part = json!({ "reason": "A part", "total": { "minor": 1_00, "currency": "EUR" } });
            let credit = format!("/v1/invoices/{other}/credit");
            owner.post(&credit).key(&key()).json(&part).send().await.expect(201);
        }
        let ending = owner.post(&format!("/v1/invoices/{id}/{how}")).key(&key());
        let ended = if body.is_null() { ending.send().await } else { ending.json(&body).send().await };
        assert!(ended.status < 300, "{how}: {}", ended.body);
        owner.stack.app.settle().await;
        assert_eq!(charged(&owner, &client).await, ["2026-02-10 0.10", "2026-02-10 5.00"], "{how}: the other's stay");
        let view = owner.get(&format!("/v1/invoices/{id}/dunning")).await.expect(200);
        assert_eq!(view["next_at"], Value::Null, "{how}");
        days_go_by(&owner, 22).await;
        let charges = owner.get(&format!("/v1/clients/{client}/charges")).await.expect(200);
        let of_it = charges["items"].as_array().unwrap().iter().filter(|charge| charge["late_for"] == id).count();
        assert_eq!(of_it, 0, "{how}: {charges:#}");
    }
}

#[tokio::test]
async fn fees_on_another_invoice_are_named_when_what_they_are_for_is_not_owed_until_they_are_credited() {
    let credited = json!({ "reason": "A slip", "total": { "minor": 100_000, "currency": "EUR" } });
    for (how, body, forgiven) in [
        ("void", json!({}), false),
        ("void", json!({}), true),
        ("credit", credited, false),
        ("write-off", Value::Null, false),
    ] {
        let (owner, client) = desk().await;
        fined(&owner).await;
        owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
        let id = invoice(&owner, &client, 1_000, 7).await;
        days_go_by(&owner, 10).await;
        let bills = bill(&owner.stack, &owner, "2026-03-01T06:00:00Z").await;
        let fees = bills.iter().find(|bill| bill["id"] != id).expect("an invoice over the fees")["id"].clone();
        if forgiven {
            let all = json!({ "reason": "A gesture" });
            let credit = format!("/v1/invoices/{}/credit", fees.as_str().unwrap());
            let note = owner.post(&credit).key(&key()).json(&all).send().await.expect(201);
            assert_eq!(note["billed_fees"], Value::Null, "an invoice over fees has none");
        }
        let same = key();
        for _ in 0..2 {
            let ending = owner.post(&format!("/v1/invoices/{id}/{how}")).key(&same);
            let ended = if body.is_null() { ending.send().await } else { ending.json(&body).send().await };
            assert!(ended.status < 300, "{how}: {}", ended.body);
            if forgiven {
                assert_eq!(ended.body["billed_fees"], Value::Null, "{how}");
                continue;
            }
            let named = ended.body["billed_fees"].as_array().unwrap_or_else(|| panic!("{how}: {}", ended.body));
            let mut prices: Vec<&str> = named.iter().map(|fee| fee["unit_price"].as_str().unwrap()).collect();
            prices.sort_unstable();
            assert_eq!(prices, ["0.25", "5.00"], "{how}");
            let on = json!({ "kind": "billed", "invoice": fees });
            assert!(named.iter().all(|fee| fee["state"] == on && fee["late_for"] == id), "{how}: {named:?}");
        }
        let after = owner.get(&format!("/v1/invoices/{id}")).await.expect(200);
        assert_eq!(after["billed_fees"], Value::Null, "{how}");
    }
}

#[tokio::test]
async fn a_fee_that_comes_back_for_an_invoice_that_is_void_is_not_charged_again() {
    let (owner, client) = desk().await;
    fined(&owner).await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let id = invoice(&owner, &client, 1_000, 7).await;
    days_go_by(&owner, 10).await;
    let bills = bill(&owner.stack, &owner, "2026-03-01T06:00:00Z").await;
    let fees = bills.iter().find(|bill| bill["id"] != id).expect("an invoice over the fees");
    for of in [id.as_str(), fees["id"].as_str().unwrap()] {
        let voiding = format!("/v1/invoices/{of}/void");
        owner.post(&voiding).key(&key()).json(&json!({})).send().await.expect(200);
        owner.stack.app.settle().await;
    }
    assert_eq!(charged(&owner, &client).await, Vec::<String>::new());
}

#[tokio::test]
async fn late_fees_and_interest_bear_neither_and_are_told_apart_in_what_was_earned() {
    let (owner, client) = desk().await;
    fined(&owner).await;
    let terms = json!({ "kind": "net_days", "days": 7 });
    owner.change("/v1/billing/settings", json!({ "issue": "at_once", "terms": terms })).await;
    let id = invoice(&owner, &client, 1_000, 7).await;
    days_go_by(&owner, 26).await;
    let bills = bill(&owner.stack, &owner, "2026-03-01T06:00:00Z").await;
    let fees = bills.iter().find(|bill| bill["id"] != id).expect("an invoice over the fees");
    let lines = story(&owner, fees).await;
    assert_eq!(lines.iter().map(|(_, net)| net).sum::<i64>(), 5_00 + 25 + 2_25 + 2_25);
    assert!(lines.iter().all(|(kind, _)| kind == "late_fee"), "{lines:?}");
    let services = owner.get("/v1/reports/revenue?from=2026-02&until=2026-03&by=service").await.expect(200);
    let row = services["rows"].as_array().unwrap().iter().find(|row| row["service"] == "late_fee");
    assert_eq!(row.unwrap_or_else(|| panic!("{services:#}"))["net"]["minor"], 9_75);

    // It is due on the 8th of March: both steps are taken, and nothing is charged for it.
    days_go_by(&owner, 20).await;
    let dunned = ["overdue1 2026-03-09", "overdue2 2026-03-18"];
    assert_eq!(steps(&owner, fees["id"].as_str().unwrap()).await, dunned);
    assert_eq!(charged(&owner, &client).await, Vec::<String>::new());
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

#[tokio::test]
async fn a_message_that_cannot_be_filled_is_refused_with_what_can() {
    let (owner, _) = desk().await;
    let of = |message: Value| json!({ "steps": [{ "kind": "overdue1", "days": 1, "message": message }] });
    let bad = of(json!({ "subject": "Invoice {nr}", "text": "{late_fee} more." }));
    let body = json!({ "dunning": bad, "charge_messages": { "received": { "subject": "Thanks", "text": "" } } });
    let refused = owner.patch("/v1/billing/settings").if_match("\"0\"").json(&body).send().await.with(400);
    let step = "/dunning/steps/0/message";
    let pointers = ["/charge_messages/received/text".to_owned(), format!("{step}/subject"), format!("{step}/text")];
    assert_eq!(refused.pointers(), pointers);
    let known = "{nr} is not filled in here; write one of \
                 {client}, {company}, {number}, {balance}, {due_on}, {days_overdue}, {pay_link}";
    let errors = refused.body["errors"].as_array().unwrap();
    assert!(errors.iter().any(|error| error["detail"] == known), "{errors:#?}");
    let fine = json!({ "subject": "Invoice {number}", "text": "Pay {balance}." });
    let changed = owner.change("/v1/billing/settings", json!({ "dunning": of(fine.clone()) })).await;
    assert_eq!(changed["dunning"]["steps"][0]["message"], fine);
}

/// An MSP that writes German, on a stack that makes PDFs.
#[cfg(feature = "pdf")]
async fn german() -> (Person, String) {
    let now = MONDAY_NOON.parse().unwrap();
    let (owner, client) = desk_of(Stack::with(Settings { pdfs: true, ..Settings::for_test(now) }).await).await;
    let letterhead = json!({ "language": "de", "name": "Nordlicht GmbH" });
    owner.change("/v1/billing/documents", json!({ "letterhead": letterhead })).await;
    (owner, client)
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn letters_to_who_pays_speak_the_letterheads_language_or_the_msps_words_and_bring_the_invoice() {
    let (owner, client) = german().await;
    let own = |subject: &str| {
        let text = "{client}: {balance}, {days_overdue} Tage, Gebühr {late_fee}. {pay_link} {company}";
        json!({ "subject": subject, "text": text })
    };
    let fee = json!({ "minor": 500, "currency": "EUR" });
    let steps = json!([
        { "kind": "reminder", "days": -3 },
        { "kind": "overdue1", "days": 1 },
        { "kind": "overdue2", "days": 4, "late_fee": fee, "message": own("Mahnung zu {number}") },
        { "kind": "suspend", "days": 6, "late_fee": fee, "message": own("Sperre wegen {number}") },
    ]);
    owner.change("/v1/billing/settings", json!({ "dunning": { "steps": steps } })).await;
    let id = invoice(&owner, &client, 1_234, 7).await;
    days_go_by(&owner, 30).await;
    let letters = owner.stack.app.mailbox().letters();
    let (theirs, others): (Vec<_>, Vec<_>) = letters.iter().partition(|letter| letter.to == "accounts@acme.example");
    let subjects: Vec<&str> = theirs.iter().map(|letter| letter.subject.as_str()).collect();
    let wanted = [
        "Rechnung INV-000001 von Nordlicht GmbH",
        "Rechnung INV-000001: bald fällig",
        "Rechnung INV-000001: überfällig",
        "Mahnung zu INV-000001",
        "Sperre wegen INV-000001",
    ];
    assert_eq!(subjects, wanted, "each once");
    let sent = &theirs[0].attachments;
    assert_eq!((sent.len(), sent[0].name.as_str()), (1, "invoice-INV-000001.pdf"));
    assert!(theirs.iter().all(|letter| letter.attachments == *sent), "each brings the PDF that was sent");
    let reminder = &theirs[1].text;
    assert!(reminder.contains("bis zum 09.02.2026 noch 1.234,00\u{a0}EUR zu zahlen"), "{reminder}");
    let own = &theirs[3].text;
    assert!(own.starts_with("Acme: 1.234,00\u{a0}EUR, 4 Tage, Gebühr 5,00\u{a0}EUR. "), "{own}");
    assert!(own.ends_with(" Nordlicht GmbH"), "{own}");
    for letter in &theirs {
        let link = letter.text.find("/v1/pay/").and_then(|at| letter.text[at..].split_whitespace().next()).unwrap();
        assert!(owner.stack.nobody().get(link).await.expect(200).as_str().unwrap().contains("INV-000001"));
    }
    // The MSP's own people are told of the last step as ever, whoever else is.
    let told: Vec<_> = others.iter().filter(|letter| letter.subject.contains("INV-")).collect();
    assert_eq!((told.len(), told[0].subject.as_str()), (1, "Invoice INV-000001: the client is flagged"));
    assert!(told[0].attachments.is_empty() && told[0].text.contains(&format!("/invoices/{id}")), "{told:#?}");
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn a_letter_goes_without_a_pdf_that_was_lost() {
    let (owner, client) = german().await;
    let id = invoice(&owner, &client, 100, 7).await;
    let key = json!({ "pk": { "S": format!("{}#INVOICE#{id}", owner.tenant) }, "sk": { "S": "DOCUMENT#issued" } });
    let request = json!({
        "TableName": MAIN, "Key": key, "UpdateExpression": "SET v.pdf = :lost", "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": { ":lost": { "S": "0000" } },
    });
    owner.stack.app.dynamo().execute("UpdateItem", &request).unwrap();
    days_go_by(&owner, 3).await;
    let letters = owner.stack.app.mailbox().letters();
    let reminders: Vec<_> = letters.iter().filter(|letter| letter.subject.ends_with("bald fällig")).collect();
    assert_eq!(reminders.iter().map(|letter| letter.attachments.len()).collect::<Vec<_>>(), [0]);
}
