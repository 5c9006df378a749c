//! What happens to the bills of a random desk.

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use runtime::jobs::JobInput;
use serde_json::{Value, json};

use super::chance::Chance;
use super::desk::Tenant;
use super::operations::{SCAN, patch, post, some_ticket, text};
use crate::Stack;

/// The job that bills.
pub(super) const RUN: &str = "billing-invoice-run";
/// Most days that go by at once.
const DAYS: u16 = 9;

/// One operation about money.
pub(super) async fn one(stack: &Stack, tenant: &Tenant, chance: &Chance) {
    match chance.below(16) {
        0..4 => report_use(stack, tenant, chance).await,
        4..6 => charge(stack, tenant, chance).await,
        6..8 => work(tenant, chance).await,
        8..9 => change_seats(stack, tenant, chance).await,
        9..10 => approve(tenant, chance).await,
        10..12 => write_by_hand(tenant, chance).await,
        12..14 => act_on_invoice(tenant, chance, "issue", json!({})).await,
        14..15 => correct(tenant, chance).await,
        _ => run(stack, chance).await,
    }
}

/// Some days go by, and the jobs do what has come due. Nothing else happens meanwhile: who waits for an answer does not
/// wait for days.
pub(super) async fn days_pass(stack: &Stack, chance: &Chance) {
    let days = i64::from(1 + chance.below(DAYS));
    stack.app.clock().advance(SignedDuration::from_hours(24 * days)).expect("time moves");
    let _ = stack.app.run_job(SCAN, JobInput::default()).await;
    run(stack, chance).await;
}

/// A run, or two of them. One that fails as a whole is for the next one.
async fn run(stack: &Stack, chance: &Chance) {
    let run = || stack.app.run_job(RUN, JobInput::default());
    if chance.below(3) == 0 {
        let _ = futures::join!(run(), run());
    } else {
        let _ = run().await;
    }
}

/// The date where the tenants are.
fn today(stack: &Stack) -> Date {
    stack.now().to_zoned(TimeZone::get("Europe/Berlin").expect("a zone")).date()
}

async fn report_use(stack: &Stack, tenant: &Tenant, chance: &Chance) {
    let Some(contract) = chance.one(&tenant.cast.contracts) else { return };
    let key = tenant.tally.borrow().next_key;
    let ids: Vec<String> = (0..=chance.below(3)).map(|n| format!("{}-use-{key}-{n}", tenant.keys)).collect();
    let record = |id: &String| {
        let quantity = chance.below(900);
        json!({ "id": id, "line": contract.usage, "on": today(stack).to_string(), "quantity": quantity.to_string() })
    };
    let body = json!({ "records": ids.iter().map(record).collect::<Vec<_>>() });
    let answer = post(tenant, &tenant.cast.owner, &format!("/v1/contracts/{}/usage", contract.id), body).await;
    answer.clone().expect(200);
    tenant.tally.borrow_mut().used.extend(ids);
}

async fn charge(stack: &Stack, tenant: &Tenant, chance: &Chance) {
    let Some(client) = chance.one(&tenant.cast.clients) else { return };
    let price = format!("{}.{:02}", chance.below(200), chance.below(100));
    let on = today(stack).to_string();
    let body = json!({ "text": "Cable", "quantity": "2", "unit_price": price, "taxes": ["vat"], "on": on });
    let path = format!("/v1/clients/{client}/charges");
    let added = post(tenant, &tenant.cast.owner, &path, body).await.expect(201);
    tenant.tally.borrow_mut().charged.insert(text(&added["id"]));
    if chance.below(5) == 0 {
        // It may have been billed meanwhile.
        let withdraw = format!("{path}/{}/withdraw", text(&added["id"]));
        post(tenant, &tenant.cast.owner, &withdraw, json!({})).await;
    }
}

async fn work(tenant: &Tenant, chance: &Chance) {
    let Some(ticket) = some_ticket(tenant, chance) else { return };
    let body = json!({ "minutes": 1 + chance.below(240), "work_type": "remote", "note": "Looked at it." });
    let path = format!("/v1/tickets/{ticket}/time");
    let logged = post(tenant, &tenant.cast.owner, &path, body).await.expect(201);
    tenant.tally.borrow_mut().worked.insert(text(&logged["id"]));
    if chance.below(4) == 0 {
        let at = format!("{path}/{}", text(&logged["id"]));
        patch(tenant, &tenant.cast.owner, &at, &json!({ "minutes": 1 + chance.below(240) })).await;
    }
}

async fn change_seats(stack: &Stack, tenant: &Tenant, chance: &Chance) {
    let Some(contract) = chance.one(&tenant.cast.contracts) else { return };
    let quantity = json!({ "kind": "fixed", "quantity": (5 + chance.below(10)).to_string() });
    let change = json!({ "kind": "set_quantity", "line": contract.seats, "quantity": quantity });
    let body = json!({ "effective_on": today(stack).to_string(), "changes": [change] });
    post(tenant, &tenant.cast.owner, &format!("/v1/contracts/{}/amendments", contract.id), body).await;
}

/// What the run leaves for somebody to look at goes on.
async fn approve(tenant: &Tenant, chance: &Chance) {
    let Some(contract) = chance.one(&tenant.cast.contracts) else { return };
    post(tenant, &tenant.cast.owner, &format!("/v1/contracts/{}/approval", contract.id), json!({})).await;
}

async fn write_by_hand(tenant: &Tenant, chance: &Chance) {
    let Some(client) = chance.one(&tenant.cast.clients) else { return };
    let price = format!("{}.{:02}", 1 + chance.below(900), chance.below(100));
    let mut line = json!({ "text": "Firewall", "quantity": "3", "unit_price": price, "taxes": ["vat"] });
    if chance.below(2) == 0 {
        line["service"] = json!({ "from": "2026-02-01", "to": "2027-02-01" });
    }
    let body = json!({ "client": client, "lines": [line] });
    let written = post(tenant, &tenant.cast.owner, "/v1/invoices", body).await.expect(201);
    tenant.tally.borrow_mut().invoices.insert(text(&written["id"]));
}

async fn act_on_invoice(tenant: &Tenant, chance: &Chance, act: &str, body: Value) {
    let invoice = {
        let tally = tenant.tally.borrow();
        let all: Vec<&String> = tally.invoices.iter().collect();
        chance.one(&all).map(|id| (*id).clone())
    };
    let Some(invoice) = invoice else { return };
    post(tenant, &tenant.cast.owner, &format!("/v1/invoices/{invoice}/{act}"), body).await;
}

async fn correct(tenant: &Tenant, chance: &Chance) {
    match chance.below(5) {
        0 => act_on_invoice(tenant, chance, "void", json!({})).await,
        1 => act_on_invoice(tenant, chance, "write-off", json!({})).await,
        2 => act_on_invoice(tenant, chance, "credit", json!({ "reason": "Returned.", "lines": [{ "n": 1 }] })).await,
        _ => {
            let total = json!({ "minor": 1 + chance.below(5_000), "currency": "EUR" });
            act_on_invoice(tenant, chance, "credit", json!({ "reason": "Late.", "total": total })).await;
        }
    }
}
