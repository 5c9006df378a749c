//! What the client's IT team is told, by jobs and reactions that die at any call or meet themselves: once.

use jiff::SignedDuration;
use jiff::civil::Date;
use runtime::jobs::JobInput;
use serde_json::json;
use tests::costs::{Row, days, file};
use tests::{Person, Snapshot, Stack, unique};

use crate::dying::{has_its_effect_once, reacts_once};

const BUDGETS: &str = "budgets-review";
const AUDIT: &str = "licences-make-audit";
const BILLED: &str = "billing-tell-billed";

fn key() -> String {
    format!("key-{}-of-the-it-team", unique())
}

/// A client that spent ten a day in January.
async fn spent() -> (Stack, Person, String) {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let row = |on: Date| Row { on, service: "Virtual Machines", account: "prod", team: "sales", cents: 10_00 };
    let rows: Vec<Row> = days("2026-01-01", "2026-01-31").map(row).collect();
    owner.import_costs(&client, "azure-main", &file(&rows)).await;
    (stack, owner, client)
}

/// Budgets of which one is over, one is on its way there, and one is far from it.
async fn budgets() -> Snapshot {
    let (stack, owner, client) = spent().await;
    for (month, actual) in [(10_000, 100), (200_000, 5), (900_000, 90)] {
        let body = json!({
            "name": format!("IT {month}"), "from": "2026-01",
            "months": vec![json!({ "minor": month, "currency": "EUR" }); 2],
            "alerts": { "actual": [actual], "forecast": [100] },
        });
        owner.post(&format!("/v1/clients/{client}/budgets")).key(&key()).json(&body).send().await.expect(201);
    }
    stack.app.settle().await;
    stack.app.clock().advance_to(stack.now() + SignedDuration::from_hours(24)).unwrap();
    stack.snapshot().await
}

#[tokio::test(start_paused = true)]
async fn budgets_looked_over_by_a_dying_job_or_by_three_are_warned_of_once() {
    let due = Box::pin(budgets()).await;
    let left = has_its_effect_once(async || due.restore().await, BUDGETS, 1).await;
    assert_eq!(left.letters, 2, "of the one that is over, and of the one of which five per cent are spent");
}

/// A client with a licence; gives where reports of it are asked for.
async fn licensed() -> (Snapshot, Person, String) {
    let (stack, owner, client) = spent().await;
    let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity" });
    let product = owner.create("/v1/products", product).await["id"].clone();
    let licence = json!({
        "client": client, "product": product, "kind": "subscription", "seats": 2, "cycle": "monthly",
        "cost_per_seat": { "minor": 20_00, "currency": "EUR" }, "starts_on": "2026-01-01",
    });
    owner.create("/v1/licences", licence).await;
    (stack.snapshot().await, owner, format!("/v1/clients/{client}/licence-audits"))
}

#[tokio::test(start_paused = true)]
async fn a_report_made_by_a_dying_reaction_is_made_once() {
    let (due, owner, audits) = Box::pin(licensed()).await;
    let wanted = async || {
        let stack = due.restore().await;
        owner.on(&stack).post(&audits).key("key-of-the-only-report").send().await.expect(201);
        stack
    };
    let left = reacts_once(wanted, AUDIT).await;
    let made = left.table.iter().filter(|item| item.contains("\"workbook\"")).count();
    assert_eq!(made, 1);
}

/// A contract of which a part of a month and a whole one are due, a line in advance and one in arrears.
async fn due() -> Snapshot {
    let (stack, owner, client) = spent().await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let line = |text: &str, timing: &str| json!({ "text": text, "kind": "fixed", "timing": timing, "price": { "pricing": { "model": "flat", "amount": "280" } } });
    let contract = json!({
        "client": client, "name": "Care", "lines": [line("Care", "advance"), line("Watch", "arrears")],
        "schedule": { "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-01-20" },
    });
    let contract = owner.create("/v1/contracts", contract).await;
    owner.post(&format!("/v1/contracts/{}/sign", contract["id"].as_str().unwrap())).send().await.expect(200);
    stack.snapshot().await
}

#[tokio::test(start_paused = true)]
async fn days_told_of_invoices_by_a_dying_reaction_are_told_once() {
    let due = Box::pin(due()).await;
    let issued = async || {
        let stack = due.restore().await;
        stack.app.run_job("billing-invoice-run", JobInput::default()).await.expect("the job runs");
        stack
    };
    let left = reacts_once(issued, BILLED).await;
    let series = left.table.iter().filter(|item| item.contains(", agreed\"")).count();
    assert_eq!(series, 1);
}
