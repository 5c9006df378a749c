//! What the generators promise, whatever the contract says today.

use std::collections::BTreeMap;

use contract::{Method, Need};
use serde_json::{Value, json};
use xtask::generate::function::{Function, Trigger, functions};
use xtask::generate::template;

fn function(name: &'static str, trigger: Trigger, needs: &[Need]) -> Function {
    let area = name.split('-').next().unwrap_or(name);
    Function { name, area, summary: "Do it", trigger, timeout_s: 29, needs: needs.iter().copied().collect() }
}

fn get(path: &'static str, public: bool) -> Trigger {
    Trigger::Route { method: Method::Get, path, public }
}

#[test]
fn a_name_tells_the_resource_and_the_module() {
    let scan = function("tickets-sla-breach-scan", Trigger::Schedule("rate(15 minutes)"), &[]);
    assert_eq!(scan.logical_id(), "TicketsSlaBreachScan");
    assert_eq!(scan.module(), "sla_breach_scan");
}

#[test]
fn only_a_public_route_goes_without_the_authorizer() {
    let tail = template::tail(&[
        function("sla-open", get("/v1/open", true), &[]),
        function("sla-shut", get("/v1/shut", false), &[]),
    ]);
    let (open, shut) = tail.split_once("/v1/shut:").expect("both paths");
    assert!(!open.contains("security:"), "{open}");
    assert!(shut.contains("security: [{token: []}]"), "{shut}");
}

#[test]
fn a_role_holds_what_its_function_touches_and_no_more() {
    let tail = template::tail(&[function("sla-get", get("/v1/sla", false), &[Need::Get, Need::Audit])]);
    let actions: Vec<_> =
        tail.lines().filter(|line| line.trim_start().starts_with("Action: [")).map(str::trim).collect();
    assert_eq!(actions, ["Action: [\"dynamodb:PutItem\"]", "Action: [\"dynamodb:GetItem\"]"]);
}

#[test]
fn the_text_does_not_depend_on_the_order_of_needs() {
    let one = function("sla-get", get("/v1/sla", false), &[Need::Get, Need::Put]);
    let other = function("sla-get", get("/v1/sla", false), &[Need::Put, Need::Get]);
    assert_eq!(template::tail(&[one]), template::tail(&[other]));
}

#[test]
fn a_schema_name_means_one_schema() {
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    for route in contract::catalog().routes {
        for (name, schema) in route.schemas.iter().filter(|(name, _)| name != "Page") {
            let schema = json!(schema);
            let first = seen.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*first, schema, "two types are called {name}: rename one");
        }
    }
}

#[test]
fn a_function_belongs_to_one_route_job_or_reaction() {
    let all = functions(&contract::catalog());
    for pair in all.windows(2) {
        assert_ne!(pair[0].name, pair[1].name, "two functions have one name");
    }
}
