//! What one invoice run costs, with a thousand and with ten thousand contracts due.

use std::collections::BTreeMap;

use domain::ids::{ClientId, ContractId};
use local::embedded::dynamo::MAIN;
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::Stack;

use crate::numbers::timed;
use crate::scan::by_call;

/// The job.
const RUN: &str = "billing-invoice-run";
/// Most runs in a row: each stops in time and leaves the rest to the next.
const MOST_RUNS: usize = 100;

pub(crate) async fn measure(due: &[usize]) {
    println!("## One invoice run: a contract with two lines each, issued at once\n");
    println!("| contracts due | clients | invoices a second | store calls an invoice | of these |");
    println!("|---|---|---|---|---|");
    for (due, clients) in due.iter().flat_map(|due| [(*due, *due), (*due, 1)]) {
        let stack = Stack::start().await;
        eprintln!("writing {due} contracts of {clients} clients …");
        write(&stack, due, clients > 1).await;
        stack.app.settle().await;
        stack.app.seam().recorder().start();
        let (report, took) = timed(run(&stack)).await;
        let recorded = stack.app.seam().recorder().take();
        stack.app.seam().recorder().stop();
        assert_eq!((report.done, report.failed), (due as u64, 0), "{report:?}");
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for (action, _) in by_call(&recorded) {
            *calls.entry(action.rsplit(':').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        let of = |count: usize| count as f64 / due as f64;
        let each: Vec<String> = calls.iter().map(|(action, count)| format!("{:.2} {action}", of(*count))).collect();
        let rate = due as f64 / took.as_secs_f64();
        println!("| {due} | {clients} | {rate:.1} | {:.2} | {} |", of(calls.values().sum()), each.join(", "));
    }
    println!();
}

async fn run(stack: &Stack) -> JobReport {
    let mut all = JobReport::default();
    for _ in 0..MOST_RUNS {
        let report = stack.app.run_job(RUN, JobInput::default()).await.expect("the run runs");
        all.done += report.done;
        all.failed += report.failed;
        if !report.more {
            break;
        }
    }
    all
}

/// Contracts of one tenant like one that was signed over HTTP, each under its own id, and each with a client of its own or
/// all of them with the same.
async fn write(stack: &Stack, due: usize, of_many: bool) {
    let owner = stack.msp("Bench").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let client = owner.client("Acme Tools").await;
    let line = |text: &str, amount: &str| {
        json!({
            "text": text, "kind": "fixed", "timing": "advance",
            "price": { "pricing": { "model": "flat", "amount": amount } },
        })
    };
    let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let lines = [line("Care", "100"), line("Backup", "25")];
    let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": lines });
    let first = owner.create("/v1/contracts", body).await["id"].as_str().expect("an id").to_owned();
    owner.post(&format!("/v1/contracts/{first}/sign")).send().await.expect(200);
    stack.app.settle().await;
    let of_first: Vec<String> = stack
        .items(MAIN)
        .iter()
        .map(Value::to_string)
        .filter(|item| {
            let of_client = item.contains(&format!("#CLIENT#{client}\""));
            item.contains(&format!("#CONTRACT#{first}\"")) || of_many && of_client
        })
        .collect();
    for _ in 1..due {
        let id = ContractId::from_uuid((stack.app.world().ids)()).to_string();
        let another = ClientId::from_uuid((stack.app.world().ids)()).to_string();
        for item in &of_first {
            let copy = item.replace(&first, &id);
            let copy = if of_many { copy.replace(&client, &another) } else { copy };
            let copy: Value = serde_json::from_str(&copy).expect("an item");
            let put = json!({ "TableName": MAIN, "Item": copy });
            stack.app.dynamo().execute("PutItem", &put).expect("it is written");
        }
    }
}
