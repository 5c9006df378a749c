//! What the dates of licences bring: words to owners, renewals, counted seats, a calendar.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::contracts::{seats, signed, with};
use crate::licences::{at, contact, licence};

/// A licence that renews by itself in a month and a half: its last lead times and its notice are still to come.
async fn renewing(owner: &Person, client: &str, more: Value) -> Value {
    let mut body = json!({ "renews_on": "2026-03-15", "auto_renew": true, "notice_days": 14, "lead_days": [30, 7] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    licence(owner, client, body).await
}

/// The job looks at what is due, at this instant and again, and what happened is carried on.
async fn look(owner: &Person, time: &str) {
    let input = JobInput { time: Some(time.parse().unwrap()), dry_run: false };
    for _ in 0..2 {
        owner.stack.app.run_job("licences-notify-renewals", input.clone()).await.expect("the job runs");
        owner.stack.app.settle().await;
    }
}

fn letters(owner: &Person, to: &str) -> Vec<String> {
    let letters = owner.stack.app.mailbox().letters();
    letters.into_iter().filter(|letter| letter.to == to).map(|letter| letter.subject).collect()
}

#[tokio::test]
async fn the_owner_of_a_licence_is_told_of_each_lead_time_once() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let maya = contact(&owner, &client, "Maya Okafor").await;
    let named = json!({ "kind": "contact", "contact": maya });
    let added = renewing(&owner, &client, json!({ "owner": named, "lead_days": [30, 7, 1] })).await;
    for day in ["2026-02-12", "2026-02-13", "2026-02-14", "2026-02-22", "2026-03-08", "2026-03-14", "2026-03-15"] {
        look(&owner, &format!("{day}T00:00:00Z")).await;
    }
    let subject = |days: &str| format!("Contoso Office Premium: renews by itself {days} (Acme)");
    // 15 March less 30, 7 and 1; notice by 1 March, and a week before it.
    let told = ["in 30 days", "in 21 days", "in 7 days", "tomorrow"].map(subject);
    assert_eq!(letters(&owner, "maya.okafor@acme.example"), told);
    let texts: Vec<String> = owner.stack.app.mailbox().letters().into_iter().map(|letter| letter.text).collect();
    let of = |days: u32| texts.iter().find(|text| text.contains(&format!("in {days} days"))).expect("a letter");
    assert!(of(21).contains("gives notice by 1 March 2026"), "{}", of(21));
    assert!(of(7).contains("The last day of notice was 1 March 2026"), "{}", of(7));
    assert!(!of(7).contains("gives notice"), "{}", of(7));
    let read = owner.get(&at(&added)).await.expect(200);
    assert_eq!(read["renews_on"], "2027-03-15", "and on its day it renewed");
}

#[tokio::test]
async fn the_msps_owners_are_told_when_nobody_else_can_be_reached() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let maya = contact(&owner, &client, "Maya Okafor").await;
    let named = json!({ "kind": "contact", "contact": maya });
    renewing(&owner, &client, json!({ "owner": named, "lead_days": [30], "notice_days": 0 })).await;
    renewing(&owner, &client, json!({ "name": "Nobody's", "lead_days": [30], "notice_days": 0 })).await;
    owner.change(&format!("/v1/clients/{client}/contacts/{maya}"), json!({ "active": false })).await;
    look(&owner, "2026-02-13T00:00:00Z").await;
    let mut told = letters(&owner, &owner.email);
    told.sort();
    let subject = |name: &str| format!("{name}: renews by itself in 30 days (Acme)");
    assert_eq!(told, [subject("Contoso Office Premium"), subject("Nobody's")]);
}

#[tokio::test]
async fn what_comes_is_listed_by_its_day_and_the_client_sees_its_own() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let late = renewing(&owner, &acme, json!({ "renews_on": "2026-06-01" })).await;
    let early = renewing(&owner, &zeta, json!({})).await;
    licence(&owner, &acme, json!({ "name": "For ever" })).await;
    let listed = |found: Value| -> Vec<Value> {
        found["items"].as_array().unwrap().iter().map(|entry| entry["licence"].clone()).collect()
    };
    let all = owner.get("/v1/licence-renewals").await.expect(200);
    assert_eq!(listed(all.clone()), [early["id"].clone(), late["id"].clone()]);
    let first = json!({
        "licence": early["id"], "client": zeta, "product": early["product"], "product_name": "Contoso Office",
        "name": "Contoso Office Premium",
        "on": "2026-03-15", "what": "renews", "notice_by": "2026-03-01",
    });
    assert_eq!(all["items"][0], first);
    let before = owner.get("/v1/licence-renewals?before=2026-06-01").await.expect(200);
    assert_eq!(listed(before), [early["id"].clone()]);
    let customer = owner.colleague("client_admin", json!({ "client": acme })).await;
    assert_eq!(listed(customer.get("/v1/licence-renewals").await.expect(200)), [late["id"].clone()]);
    customer.get(&format!("/v1/licence-renewals?client={zeta}")).await.expect(404);
    customer.get(&format!("/v1/licence-renewals/link?client={zeta}")).await.expect(404);
}

#[tokio::test]
async fn the_calendar_is_read_by_its_address_alone_and_ends_with_its_owners_access() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    renewing(&owner, &acme, json!({})).await;
    renewing(&owner, &zeta, json!({ "name": "Theirs, alone" })).await;
    let link = |found: Value| found["path"].as_str().unwrap().to_owned();
    let all = link(owner.get("/v1/licence-renewals/link").await.expect(200));
    let read = stack.nobody().get(&all).await;
    assert_eq!((read.status, read.header("content-type")), (200, Some("text/calendar; charset=utf-8")));
    let read = read.body.as_str().unwrap();
    assert!(read.starts_with("BEGIN:VCALENDAR\r\n") && read.ends_with("END:VCALENDAR\r\n"), "{read}");
    assert_eq!(read.matches("BEGIN:VEVENT").count(), 4, "two renewals, two last days of notice");
    assert!(read.contains("SUMMARY:Theirs\\, alone (Zeta) renews by itself\r\n"), "{read}");

    let customer = owner.colleague("client_admin", json!({ "client": acme })).await;
    let own = link(customer.get("/v1/licence-renewals/link").await.expect(200));
    let read = stack.nobody().get(&own).await;
    let read = read.body.as_str().unwrap();
    assert!(read.contains("(Acme)") && !read.contains("Zeta"), "{read}");

    // Every other address than the one that was given shows nothing.
    let token = own.split_once("token=").unwrap().1;
    for (at, byte) in token.bytes().enumerate() {
        let mut other = token.as_bytes().to_vec();
        other[at] = if byte == b'a' { b'b' } else { b'a' };
        let other = String::from_utf8(other).unwrap();
        let answer = stack.nobody().get(&format!("/v1/licence-renewals.ics?token={other}")).await;
        assert_eq!(answer.status, 404, "{other}");
    }
    let of_all = own.replace(&acme, "-");
    assert_eq!(stack.nobody().get(&of_all).await.status, 404);

    owner.post(&format!("/v1/users/{}/deactivate", customer.id)).send().await.expect(200);
    assert_eq!(stack.nobody().get(&own).await.status, 404, "who has no access has no calendar");
}

#[tokio::test]
async fn seats_feed_what_contracts_bill() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let counted = licence(&owner, &client, json!({ "counted": true })).await;
    licence(&owner, &client, json!({ "seats": 100 })).await;
    let line = json!({
        "text": "Licence care", "kind": "per_seat", "timing": "arrears", "unit": "licence",
        "price": { "pricing": { "model": "per_unit", "price": "1.00" } },
        "quantity": { "kind": "counted", "what": "active_licences" }, "proration": "full_period",
    });
    let contract = with(seats(&client), json!({ "lines": [line] }));
    signed(&owner, contract).await;
    owner.stack.app.settle().await;
    let counts = || async {
        let store = owner.stack.app.world().store.for_tenant(owner.tenant.parse().unwrap());
        let what = domain::billing::contract::Counted::ActiveLicences;
        let counts = store.counts(client.parse().unwrap(), what, None).await.unwrap();
        counts.into_iter().map(|count| (count.from.to_string(), count.quantity.to_string())).collect::<Vec<_>>()
    };
    let today = counts().await.last().cloned().unwrap();
    assert_eq!(today, ("2026-02-02".to_owned(), "10".to_owned()), "those that count, and no others");
    owner.change(&at(&counted), json!({ "seats": { "from": "2026-02-10", "value": 14 } })).await;
    owner.stack.app.settle().await;
    assert_eq!(counts().await.last(), Some(&today), "not before its day");
    look(&owner, "2026-02-10T00:00:00Z").await;
    assert_eq!(counts().await.last().unwrap(), &("2026-02-10".to_owned(), "14".to_owned()));
    owner.change(&at(&counted), json!({ "terminates_on": "2026-02-12" })).await;
    look(&owner, "2026-02-12T00:00:00Z").await;
    assert_eq!(counts().await.last().unwrap(), &("2026-02-12".to_owned(), "0".to_owned()));
}

#[tokio::test]
async fn lines_that_follow_two_products_bill_each_its_own_seats() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let client = owner.client("Acme").await;
    let office = licence(&owner, &client, json!({ "counted": true })).await;
    let design = licence(&owner, &client, json!({ "counted": true, "seats": 4 })).await;
    licence(&owner, &client, json!({ "seats": 100 })).await;
    let line = |what: Value, price: &str| {
        json!({
            "text": "Licences", "kind": "per_seat", "timing": "arrears", "quantity": what,
            "price": { "pricing": { "model": "per_unit", "price": price } },
        })
    };
    let of = |licence: &Value| json!({ "kind": "counted", "what": "active_licences", "product": licence["product"] });
    let all = json!({ "kind": "counted", "what": "active_licences" });
    let lines = json!([line(of(&office), "10"), line(of(&design), "20"), line(all, "1")]);
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let body = with(seats(&client), json!({ "lines": lines, "schedule": schedule }));
    let proposed = owner.create("/v1/contracts", body.clone()).await;
    let path = format!("/v1/contracts/{}", proposed["id"].as_str().unwrap());
    // A proposal is simulated with what will be counted as it is signed.
    let nets = |bill: &Value| -> Vec<Value> {
        bill["lines"].as_array().unwrap().iter().map(|line| line["net"]["minor"].clone()).collect()
    };
    let bills = owner.post(&format!("{path}/simulation")).json(&json!({})).send().await.expect(200);
    assert_eq!(nets(&bills["bills"][0]), [json!(100_00), json!(80_00), json!(14_00)]);
    let read = owner.get(&path).await.expect(200);
    assert_eq!(read["lines"][0]["quantity"][0]["value"], of(&office), "what is read is what was sent");
    owner.post(&format!("{path}/sign")).send().await.expect(200);
    stack.app.settle().await;
    owner.change(&at(&office), json!({ "seats": { "from": "2026-02-15", "value": 24 } })).await;
    look(&owner, "2026-02-15T00:00:00Z").await;
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    stack.app.settle().await;
    let report = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
    let invoices = owner.get("/v1/invoices").await.expect(200);
    let invoice = invoices["items"][0]["id"].as_str().unwrap();
    let billed = owner.get(&format!("/v1/invoices/{invoice}/lines")).await.expect(200);
    let billed: Vec<(&Value, &Value)> =
        billed["items"].as_array().unwrap().iter().map(|line| (&line["quantity"], &line["net"]["minor"])).collect();
    // Half of February with ten and half with 24; four all the time; 14 and then 28 of both.
    let expected = [
        (&json!("10"), &json!(50_00)),
        (&json!("24"), &json!(120_00)),
        (&json!("4"), &json!(80_00)),
        (&json!("14"), &json!(7_00)),
        (&json!("28"), &json!(14_00)),
    ];
    assert_eq!(billed, expected);

    // A product is counted by hand like all of them, and a line can follow another one from a day on.
    let other = crate::licences::product(&owner).await;
    let follow = json!({ "kind": "counted", "what": "active_licences", "product": other["id"] });
    let lines = read["lines"].as_array().unwrap();
    let amendment = |quantity: &Value| {
        let change = json!({ "kind": "set_quantity", "line": lines[2]["id"], "quantity": quantity });
        json!({ "effective_on": "2026-04-01", "changes": [change] })
    };
    let simulated = |quantity: &Value| {
        owner.post(&format!("{path}/simulation")).json(&json!({ "amendment": amendment(quantity) })).send()
    };
    let refused = simulated(&follow).await.with(409);
    assert_eq!(refused.problem(), "count-missing");
    let count = json!({ "what": "active_licences", "product": other["id"], "on": "2026-03-01", "quantity": "9" });
    let counted = owner.post(&format!("/v1/clients/{client}/counts")).json(&count).send().await.expect(200);
    assert_eq!(counted["product"], other["id"]);
    let bills = simulated(&follow).await.expect(200);
    assert_eq!(nets(&bills["bills"][1]), [json!(240_00), json!(80_00), json!(9_00)], "April");

    // What names no product is refused where it names it.
    let nobody = "prd_01970000000070008000000000000009";
    let unknown = json!({ "kind": "counted", "what": "active_licences", "product": nobody });
    let devices = json!({ "kind": "counted", "what": "devices", "product": other["id"] });
    for wrong in [&unknown, &devices] {
        let lines = json!([line(json!({ "kind": "fixed", "quantity": "1" }), "1"), line(wrong.clone(), "1")]);
        let body = with(body.clone(), json!({ "lines": lines }));
        let refused = owner.post("/v1/contracts").json(&body).send().await.with(400);
        assert_eq!(refused.pointers(), ["/lines/1/quantity/product"], "{wrong}");
        assert_eq!(simulated(wrong).await.with(400).pointers(), ["/amendment/changes/0/quantity/product"], "{wrong}");
        let amended = owner.post(&format!("{path}/amendments")).key(&crate::contracts::key()).json(&amendment(wrong));
        assert_eq!(amended.send().await.with(400).pointers(), ["/changes/0/quantity/product"], "{wrong}");
        let mut count = json!({ "on": "2026-03-01", "quantity": "9" });
        for name in ["what", "product"] {
            count[name] = wrong[name].clone();
        }
        let refused = owner.post(&format!("/v1/clients/{client}/counts")).json(&count).send().await.with(400);
        assert_eq!(refused.pointers(), ["/product"], "{wrong}");
    }
}

#[tokio::test]
async fn a_history_that_is_entered_later_changes_no_day_that_was_counted() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let first = licence(&owner, &client, json!({ "counted": true })).await;
    let line = json!({
        "text": "Licence care", "kind": "per_seat", "timing": "arrears", "unit": "licence",
        "price": { "pricing": { "model": "per_unit", "price": "1.00" } },
        "quantity": { "kind": "counted", "what": "active_licences" }, "proration": "full_period",
    });
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-01-01" });
    let contract = with(seats(&client), json!({ "lines": [line], "schedule": schedule }));
    signed(&owner, contract.clone()).await;
    owner.stack.app.settle().await;
    let counts = || async {
        let store = owner.stack.app.world().store.for_tenant(owner.tenant.parse().unwrap());
        let what = domain::billing::contract::Counted::ActiveLicences;
        let counts = store.counts(client.parse().unwrap(), what, None).await.unwrap();
        counts.into_iter().map(|count| (count.from.to_string(), count.quantity.to_string())).collect::<Vec<_>>()
    };
    let count = |day: &str, quantity: &str| (day.to_owned(), quantity.to_owned());
    owner.change(&at(&first), json!({ "seats": { "value": 11 } })).await;
    owner.stack.app.settle().await;
    assert_eq!(counts().await, [count("2026-01-01", "10"), count("2026-02-02", "11")]);
    let history = json!([{ "from": "2025-01-01", "value": 3 }, { "from": "2026-01-10", "value": 4 }]);
    let more = json!({ "counted": true, "starts_on": "2025-01-01", "seats": null, "seat_history": history });
    licence(&owner, &client, more).await;
    owner.stack.app.settle().await;
    assert_eq!(counts().await, [count("2026-01-01", "10"), count("2026-02-02", "15")], "January is what it was");
    // Nor does another contract that bills them from then on.
    signed(&owner, contract).await;
    owner.stack.app.settle().await;
    assert_eq!(counts().await, [count("2026-01-01", "10"), count("2026-02-02", "15")]);
}

#[tokio::test]
async fn a_calendar_that_is_read_again_takes_up_what_renewed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = renewing(&owner, &client, json!({})).await;
    let link = owner.get("/v1/licence-renewals/link").await.expect(200)["path"].as_str().unwrap().to_owned();
    let stamp = || async {
        let feed = owner.stack.nobody().get(&link).await.body.as_str().unwrap().to_owned();
        feed.lines().find(|line| line.starts_with("DTSTAMP:")).unwrap().to_owned()
    };
    let entered = stamp().await;
    look(&owner, "2026-02-13T00:00:00Z").await;
    assert_eq!(stamp().await, entered, "that somebody was told is no change");
    look(&owner, "2026-03-15T00:00:00Z").await;
    assert_eq!(stamp().await, "DTSTAMP:20260315T000000Z");
    assert_eq!(owner.get(&at(&added)).await.expect(200)["updated_at"], "2026-03-15T00:00:00Z");
}
