//! What an invoice costs in calls to the store: what holds for the whole run is read once, and a contract that was billed is
//! not read again to learn that.

use std::collections::BTreeMap;

use local::embedded::{BESIDE, Recorded};
use runtime::jobs::JobInput;
use serde_json::json;
use tests::Stack;

/// The calls of a run over so many contracts, each of its own client or all of one, by their names.
async fn calls(contracts: usize, of_one_client: bool) -> BTreeMap<String, usize> {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    owner.change("/v1/billing/settings", json!({ "issue": "at_once" })).await;
    let mut client = String::new();
    for n in 0..contracts {
        if n == 0 || !of_one_client {
            client = owner.client(&format!("Acme {n}")).await;
        }
        let line = json!({
            "text": "Care", "kind": "fixed", "timing": "advance",
            "price": { "pricing": { "model": "flat", "amount": "100" } },
        });
        let schedule = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
        let body = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
        let contract = owner.create("/v1/contracts", body).await;
        owner.post(&format!("/v1/contracts/{}/sign", contract["id"].as_str().unwrap())).send().await.expect(200);
    }
    stack.app.settle().await;
    stack.app.seam().recorder().start();
    let report = stack.app.run_job("billing-invoice-run", JobInput::default()).await.unwrap();
    let recorded = stack.app.seam().recorder().take();
    stack.app.seam().recorder().stop();
    assert_eq!((report.done, report.failed), (contracts as u64, 0), "{report:?}");
    let mut parts: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    // What is due is asked for by shard, and how many of those have something is chance.
    let of_contracts = |part: &Recorded| part.call != BESIDE && !part.touch.resource.ends_with("by_due");
    for part in recorded.into_iter().filter(of_contracts) {
        parts.entry(part.call).or_default().push(part.touch.action);
    }
    let mut calls = BTreeMap::new();
    for parts in parts.into_values() {
        let name = if parts.len() == 1 { parts[0].clone() } else { "a transaction".to_owned() };
        *calls.entry(name).or_default() += 1;
    }
    calls
}

#[tokio::test]
async fn a_further_contract_is_billed_with_eight_gets_four_queries_and_a_transaction() {
    for (of_one_client, gets, queries) in [(false, 8, 4), (true, 7, 1)] {
        let (few, many) = (calls(2, of_one_client).await, calls(6, of_one_client).await);
        let more = |operation: &str| many[operation] - few[operation];
        let expected = (4 * gets, 4 * queries, 4);
        let found = (more("dynamodb:GetItem"), more("dynamodb:Query"), more("a transaction"));
        assert!(found.0 <= expected.0 && found.1 <= expected.1 && found.2 == expected.2, "{of_one_client}: {found:?}");
    }
}
