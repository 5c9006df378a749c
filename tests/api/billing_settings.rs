//! How the MSP bills, and how each of its clients is billed.

use serde_json::{Value, json};
use tests::Stack;

const SETTINGS: &str = "/v1/billing/settings";

fn vat(percent: &str) -> Value {
    let rates = json!([{ "from": "2007-01-01", "value": percent }]);
    json!({ "code": "vat", "name": "VAT", "percent": rates, "compound": false, "inclusive": false })
}

/// A step of dunning, by default without a fee and a message.
fn step(kind: &str, days: i32) -> Value {
    json!({ "kind": kind, "days": days, "late_fee": null, "message": null })
}

#[tokio::test]
async fn an_msp_bills_carefully_until_it_says_otherwise() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let start = owner.get(SETTINGS).await.with(200);
    assert_eq!(start.etag(), "\"0\"");
    let expected = json!({
        "taxes": [], "tax_rounding": "per_line",
        "invoice_numbers": { "prefix": "INV-", "digits": 6 }, "credit_numbers": { "prefix": "CN-", "digits": 6 },
        "issue": "draft", "terms": { "kind": "net_days", "days": 14 }, "proration": "actual_days",
        "grouping": "per_contract", "limits": { "lines_a_day": 15, "times_the_last": 3 }, "updated_at": null,
        "retry": { "tries": 4, "first_wait_hours": 72, "factor": 2, "jitter_percent": 10 },
        "dunning": { "interest_percent": null, "steps": [
            step("reminder", -3), step("overdue1", 1), step("overdue2", 8), step("overdue3", 15),
            step("suspend", 20), step("collection", 30),
        ] },
        "charge_messages": { "declined": null, "received": null, "voided": null }, "use_credit_first": true,
    });
    assert_eq!(start.body, expected);

    let body = json!({
        "taxes": [vat("19")], "tax_rounding": "per_invoice", "invoice_numbers": { "prefix": "RE-", "digits": 5 },
        "credit_numbers": { "prefix": "", "digits": 1 }, "issue": "at_once",
        "terms": { "kind": "end_of_month", "plus_days": 10 }, "proration": "full_period",
        "grouping": "per_client", "limits": { "lines_a_day": 40, "times_the_last": 5 },
        "retry": { "tries": 3, "first_wait_hours": 24, "factor": 3, "jitter_percent": 0 },
        "dunning": { "interest_percent": "9.5", "steps": [step("overdue1", 3), step("suspend", 10)] },
        "charge_messages": {
            "declined": null, "received": { "subject": "{number}: {amount}", "text": "Thanks, {client}." },
            "voided": { "subject": "{number} is void", "text": "Nothing of {amount} is to be paid: {pay_link}" },
        },
        "use_credit_first": false,
    });
    let mut changed = owner.change(SETTINGS, body.clone()).await;
    assert_eq!(owner.get(SETTINGS).await.expect(200), changed);
    assert_eq!(changed.as_object_mut().unwrap().remove("updated_at"), Some(json!("2026-02-02T11:00:00Z")));
    assert_eq!(changed, body);
    let etag = owner.get(SETTINGS).await.etag();
    let nothing = owner.patch(SETTINGS).if_match(&etag).json(&body).send().await.with(200);
    assert_eq!(nothing.etag(), etag, "a change of nothing keeps the ETag");
    owner.patch(SETTINGS).if_match("\"0\"").json(&body).send().await.with(412);
    owner.patch(SETTINGS).json(&body).send().await.with(428);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_where_they_are_wrong() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    owner.change(SETTINGS, json!({ "taxes": [vat("19")] })).await;
    let later = json!({ "from": "2020-01-01", "value": "16" });
    let mut unsorted = vat("19");
    unsorted["percent"] = json!([later, later]);
    for (body, pointers) in [
        (json!({ "taxes": [vat("101")] }), vec!["/taxes/0/percent/0/value"]),
        (json!({ "taxes": [vat("-1")] }), vec!["/taxes/0/percent/0/value"]),
        (json!({ "taxes": [unsorted] }), vec!["/taxes/0/percent/1/from"]),
        (json!({ "taxes": [vat("19"), vat("7")] }), vec!["/taxes/1/code"]),
        (json!({ "taxes": [] }), vec!["/taxes"]),
        (
            json!({ "invoice_numbers": { "prefix": "a prefix that is long", "digits": 5 } }),
            vec!["/invoice_numbers/prefix"],
        ),
        (json!({ "credit_numbers": { "prefix": "", "digits": 13 } }), vec!["/credit_numbers/digits"]),
        (json!({ "invoice_numbers": { "prefix": "RE2026", "digits": 5 } }), vec!["/invoice_numbers/prefix"]),
        (json!({ "invoice_numbers": { "prefix": "=RE", "digits": 5 } }), vec!["/invoice_numbers/prefix"]),
        (json!({ "credit_numbers": { "prefix": "inv-", "digits": 4 } }), vec!["/credit_numbers/prefix"]),
        (json!({ "terms": { "kind": "net_days", "days": 366 } }), vec!["/terms"]),
        (json!({ "limits": { "lines_a_day": 0, "times_the_last": 3 } }), vec!["/limits/lines_a_day"]),
        (json!({ "limits": { "lines_a_day": 15, "times_the_last": 0 } }), vec!["/limits/times_the_last"]),
        (json!({ "issue": "never" }), vec!["/issue"]),
    ] {
        let problem = owner.patch(SETTINGS).if_match("\"1\"").json(&body).send().await.with(400);
        assert_eq!(problem.pointers(), pointers, "{body}");
    }
    assert_eq!(owner.get(SETTINGS).await.etag(), "\"1\"", "nothing was changed");
}

#[tokio::test]
async fn the_desk_reads_the_settings_and_only_billing_changes_them() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let billing = owner.colleague("billing", json!({})).await;
    billing.change(SETTINGS, json!({ "issue": "at_once" })).await;
    for role in ["manager", "technician", "auditor"] {
        let person = owner.colleague(role, json!({})).await;
        person.get(SETTINGS).await.with(200);
        person.patch(SETTINGS).if_match("\"1\"").json(&json!({ "issue": "draft" })).send().await.with(403);
    }
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    customer.get(SETTINGS).await.with(403);
}

#[tokio::test]
async fn a_client_is_billed_as_the_msp_bills_until_it_is_said_otherwise() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    owner.change(SETTINGS, json!({ "taxes": [vat("19")] })).await;
    let at = format!("/v1/clients/{}/billing", owner.client("Acme").await);
    let start = owner.get(&at).await.with(200);
    assert_eq!((start.etag().as_str(), &start.body["emails"]), ("\"0\"", &json!([])));
    let body = json!({
        "emails": ["Accounts@Acme.example", "boss@acme.example"], "address": " Acme\nQueen Square ", "tax_id": "GB123456789",
        "exemption": { "certificate": "GB123456789", "note": "Reverse charge", "from": "2026-01-01", "taxes": ["vat"] },
        "terms": { "kind": "net_days", "days": 30 }, "currency": "GBP",
    });
    let changed = owner.change(&at, body).await;
    assert_eq!(owner.get(&at).await.expect(200), changed);
    assert_eq!(changed["emails"], json!(["accounts@acme.example", "boss@acme.example"]));
    assert_eq!((&changed["address"], &changed["currency"]), (&json!("Acme\nQueen Square"), &json!("GBP")));
    assert_eq!((&changed["exemption"]["taxes"], &changed["exemption"]["expires_on"]), (&json!(["vat"]), &Value::Null));
    let cleared = json!({ "address": null, "tax_id": null, "exemption": null, "terms": null, "currency": null });
    let cleared = owner.change(&at, cleared).await;
    for field in ["address", "tax_id", "exemption", "terms", "currency"] {
        assert_eq!(cleared[field], Value::Null, "{field}");
    }
    assert_eq!(cleared["emails"], changed["emails"], "what is absent stays");
    owner.patch(&at).json(&json!({})).send().await.with(428);
    owner.patch(&at).if_match("\"1\"").json(&json!({})).send().await.with(412);
}

#[tokio::test]
async fn what_a_client_cannot_be_billed_by_is_refused_where_it_is_wrong() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let at = format!("/v1/clients/{}/billing", owner.client("Acme").await);
    let exemption = |more: Value| {
        let mut body = json!({ "certificate": "X", "from": "2026-01-01" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "exemption": body })
    };
    for (body, pointer) in [
        (json!({ "emails": ["acme"] }), "/emails/0"),
        (json!({ "emails": ["a@acme.example", "A@acme.example"] }), "/emails/1"),
        (json!({ "emails": (0..11).map(|n| format!("a{n}@acme.example")).collect::<Vec<_>>() }), "/emails"),
        (json!({ "address": " " }), "/address"),
        (json!({ "tax_id": "1\n2" }), "/tax_id"),
        (exemption(json!({ "certificate": "" })), "/exemption/certificate"),
        (exemption(json!({ "expires_on": "2026-01-01" })), "/exemption/expires_on"),
        (exemption(json!({ "taxes": ["vat"] })), "/exemption/taxes/0"),
        (json!({ "terms": { "kind": "net_days", "days": 366 } }), "/terms"),
        (json!({ "currency": "EURO" }), "/currency"),
        (json!({ "client": "cli_01970000000070008000000000000009" }), "/client"),
    ] {
        let problem = owner.patch(&at).if_match("\"0\"").json(&body).send().await.with(400);
        assert_eq!(problem.pointers(), [pointer], "{body}");
    }
    assert_eq!(owner.get(&at).await.etag(), "\"0\"", "nothing was changed");
}

#[tokio::test]
async fn a_clients_side_reads_how_it_is_billed_itself_and_changes_nothing() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let (own, others) = (format!("/v1/clients/{acme}/billing"), format!("/v1/clients/{zeta}/billing"));
    owner.change(&others, json!({ "emails": ["accounts@zeta.example"] })).await;
    let admin = owner.colleague("client_admin", json!({ "client": acme })).await;
    admin.get(&own).await.with(200);
    admin.patch(&own).if_match("\"0\"").json(&json!({ "emails": ["me@acme.example"] })).send().await.with(403);
    admin.get(&others).await.with(404);
    let user = owner.colleague("client_user", json!({ "client": acme })).await;
    user.get(&own).await.with(403);
    owner.get("/v1/clients/cli_01970000000070008000000000000009/billing").await.with(404);
}
