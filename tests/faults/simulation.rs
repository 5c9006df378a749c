//! Random desks on bad days: throttling, lost answers, conflicts, old indexes, events twice and out of order.

use std::collections::BTreeMap;

use tests::simulation::{Report, Scene, run};

/// Seeds of a plain `cargo test`, in two halves that run side by side: what a minute holds without optimisation. CI and
/// whoever wants more take `cargo xtask simulate --seeds 200`.
const SEEDS: u64 = 8;

async fn half(first: u64) -> Vec<Report> {
    let scene = Box::pin(Scene::set_up()).await;
    let mut reports = Vec::new();
    for seed in (first..=SEEDS).step_by(2) {
        reports.push(Box::pin(run(&scene.anew(), seed)).await);
    }
    hold(&reports);
    reports
}

/// What is promised of all of it together.
fn hold(reports: &[Report]) {
    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    let (requests, turned_away) = (sum(|report| report.requests), sum(|report| report.turned_away));
    assert!(turned_away * 100 <= requests, "{turned_away} of {requests} requests were told to come back");
    assert!(sum(|report| report.tickets as u64) > 0 && sum(|report| report.breaches as u64) > 0, "{reports:#?}");
    for report in reports {
        let (actions, bytes) = report.largest;
        assert!((10..=100).contains(&actions), "a transaction of {actions} actions");
        assert!(bytes <= 4 * 1024 * 1024, "a transaction of {bytes} bytes");
        assert!((500..=400 * 1024).contains(&report.largest_item), "an item of {} bytes", report.largest_item);
    }
}

#[tokio::test(start_paused = true)]
async fn random_desks_keep_their_promises_on_bad_days() {
    let reports = Box::pin(half(1)).await;
    let first = Box::pin(run(&Box::pin(Scene::set_up()).await.anew(), 1)).await;
    assert_eq!(first.trace, reports[0].trace, "a seed does the same again");
}

#[tokio::test(start_paused = true)]
async fn other_random_desks_keep_their_promises_on_bad_days_and_no_partition_is_hot() {
    let reports = Box::pin(half(2)).await;
    let mut partitions: BTreeMap<String, u64> = BTreeMap::new();
    for (key, writes) in reports.into_iter().flat_map(|report| report.partitions) {
        *partitions.entry(key).or_default() += writes;
    }
    cold(&partitions);
}

/// No partition takes more than a tenth of the writes, but a tenant's own counters, and the month of its audit log, which
/// is a table of its own and as many partitions as there are tenants: there are two here.
fn cold(partitions: &BTreeMap<String, u64>) {
    let apart = |key: &str| key.contains("#COUNTER#") || key.rsplit('#').next().is_some_and(is_month);
    let all: u64 = partitions.values().sum();
    for (key, writes) in partitions.iter().filter(|(key, _)| !apart(key)) {
        assert!(writes * 10 <= all, "{key} takes {writes} of {all} writes");
    }
    let audit: u64 =
        partitions.iter().filter(|(key, _)| key.rsplit('#').next().is_some_and(is_month)).map(|(_, n)| n).sum();
    assert!(audit > 0 && audit * 4 <= all, "the audit log takes {audit} of {all} writes");
}

fn is_month(text: &str) -> bool {
    text.len() == 7 && text.starts_with("20") && text.as_bytes()[4] == b'-'
}
