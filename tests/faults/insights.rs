//! Both jobs of insights killed at every call that they make, three of them at once, and beside what nobody can read: each
//! day is judged once, and a file's days are in the series once.

use domain::ids::{ImportId, TenantId};
use jiff::SignedDuration;
use runtime::jobs::JobInput;
use serde_json::json;
use tests::costs::{Row, days, file, spiked, usual};
use tests::{Person, Snapshot, Stack};

use crate::dying::has_its_effect_once;

const READ: &str = "insights-read-costs";
const DETECT: &str = "insights-anomaly-detection";

/// What a run begins with. A snapshot has the tables alone: what was uploaded is uploaded again.
struct Due {
    snapshot: Snapshot,
    import: Option<(TenantId, ImportId)>,
}

impl Due {
    async fn restore(&self) -> Stack {
        let stack = self.snapshot.restore().await;
        if let Some((tenant, import)) = self.import {
            let store = stack.app.world().store.for_tenant(tenant);
            let import = store.cost_import(import).await.unwrap().value;
            let link = store.upload_link(&import).await.unwrap();
            assert_eq!(local::embedded::links::put(stack.app.objects(), &link, two().into()).await.unwrap(), 200);
        }
        stack
    }
}

/// A file of two services.
fn two() -> String {
    file(&rows())
}

fn rows() -> Vec<Row> {
    let mut rows = spiked("2026-01-29");
    let disk = |on| Row { on, service: "Disks", account: "prod", team: "works", cents: usual(on) / 2 };
    rows.extend(days("2025-12-20", "2026-01-31").map(disk));
    rows
}

/// A client with this file; gives the client and the import.
async fn clouds(owner: &Person) -> (String, ImportId) {
    let client = owner.client("Acme").await;
    let path = owner.send_costs(&client, "azure-main", &two()).await;
    (client, path.rsplit('/').next().unwrap().parse().unwrap())
}

/// A file that waits to be read.
async fn uploaded() -> Due {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (_, import) = clouds(&owner).await;
    stack.app.settle().await;
    Due { snapshot: stack.snapshot().await, import: Some((owner.claims().tenant, import)) }
}

/// Series that wait to be judged, one of which is judged anew.
async fn told() -> Due {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (client, _) = clouds(&owner).await;
    stack.read_costs().await;
    stack.detect().await;
    let right = |on| Row { on, service: "Virtual Machines", account: "prod", team: "sales", cents: usual(on) * 3 };
    let rows: Vec<Row> = days("2026-01-29", "2026-01-31").map(right).collect();
    owner.import_costs(&client, "azure-main", &file(&rows)).await;
    stack.app.settle().await;
    Due { snapshot: stack.snapshot().await, import: None }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_read_by_a_dying_job_or_by_three_is_in_the_series_once() {
    let due = Box::pin(uploaded()).await;
    let left = has_its_effect_once(async || due.restore().await, READ, 1).await;
    assert_eq!(left.letters, 0);
}

#[tokio::test(start_paused = true)]
async fn a_detection_killed_at_any_call_or_three_at_once_judges_each_day_once() {
    let due = Box::pin(told()).await;
    // What was told is not told again; that the disks came to nothing, by the corrected file, is new.
    let left = has_its_effect_once(async || due.restore().await, DETECT, 1).await;
    assert_eq!(left.letters, 1);
}

/// A source of two series from which nothing came for a week.
async fn silent() -> Due {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    // Two files of a day each: it tells each day.
    for (from, to) in [("2025-12-20", "2026-01-29"), ("2026-01-30", "2026-01-30"), ("2026-01-31", "2026-01-31")] {
        let span: Vec<_> = days(from, to).collect();
        let part: Vec<Row> = rows().into_iter().filter(|row| span.contains(&row.on)).collect();
        owner.import_costs(&client, "azure-main", &file(&part)).await;
    }
    stack.detect().await;
    stack.app.settle().await;
    stack.app.clock().advance(SignedDuration::from_hours(7 * 24)).unwrap();
    Due { snapshot: stack.snapshot().await, import: None }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_silent_is_told_once_by_a_dying_job_or_by_three() {
    let due = Box::pin(silent()).await;
    let left = has_its_effect_once(async || due.restore().await, DETECT, 1).await;
    assert_eq!(left.letters, 1, "of the source, and of none of its series");
}

#[tokio::test(start_paused = true)]
async fn a_series_that_nobody_can_read_is_parked_and_the_others_are_judged() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (client, _) = clouds(&owner).await;
    stack.read_costs().await;
    let all = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
    let id = all["items"][0]["id"].as_str().unwrap();
    assert_eq!(all["items"][0]["service"], json!("Disks"));
    crate::poison_item(&stack, &format!("{}#SERIES#{id}", owner.tenant), "STATE");
    let first = stack.detect().await;
    assert_eq!((first.done, first.failed, first.parked), (2, 1, 0), "the other one, and the source itself");
    let parked_now = async || owner.get(&format!("/v1/clients/{client}/cost-series?parked=true")).await.expect(200);
    assert_eq!(parked_now().await["items"], json!([]), "it is tried again first");
    assert_eq!(owner.get("/v1/anomalies").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let mut parked = 0;
    for _ in 0..4 {
        stack.app.clock().advance(SignedDuration::from_mins(15)).unwrap();
        parked += stack.detect().await.parked;
    }
    assert_eq!((parked, stack.detect().await.failed), (1, 0));
    let listed = parked_now().await["items"].as_array().unwrap().clone();
    assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["service"]), (1, &json!(id), &json!("Disks")));
    let why = json!("What is kept of this series cannot be read, so its days are not judged.");
    assert_eq!((&listed[0]["parked"]["code"], &listed[0]["parked"]["why"]), (&json!("unreadable"), &why));
    assert!(listed[0]["parked"]["since"].as_str().unwrap().starts_with("2026-02-02T1"), "{listed:?}");
    let all = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "it stays in its own list");
    let other = owner.client("Birch Lane").await;
    let others = owner.get(&format!("/v1/clients/{other}/cost-series?parked=true")).await.expect(200);
    assert_eq!(others["items"], json!([]), "another client's");
}

#[tokio::test(start_paused = true)]
async fn a_parked_series_is_listed_until_a_file_tells_of_it() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (client, _) = clouds(&owner).await;
    stack.read_costs().await;
    let list = format!("/v1/clients/{client}/cost-series?parked=true");
    let all = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
    for one in all["items"].as_array().unwrap() {
        let pk = format!("{}#SERIES#{}", owner.tenant, one["id"].as_str().unwrap());
        park(&stack, &pk);
    }
    let first = owner.get(&format!("{list}&limit=1")).await.expect(200);
    let next = first["next"].as_str().expect("a second page");
    let second = owner.get(&format!("{list}&limit=1&cursor={next}")).await.expect(200);
    let why = json!("The days of this series could not be judged, five times in a row.");
    assert_eq!((&first["items"][0]["parked"]["code"], &second["next"]), (&json!("failed"), &serde_json::Value::Null));
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    // The client's side reads the same, and nobody what the job itself said.
    let admin = owner.colleague("client_admin", json!({ "client": client })).await;
    let theirs = admin.get(&list).await.expect(200);
    assert_eq!((theirs["items"].as_array().unwrap().len(), &theirs["items"][0]["parked"]["why"]), (2, &why));
    assert_eq!(theirs, owner.get(&list).await.expect(200));
    assert!(!theirs.to_string().contains("it failed"));
    owner.import_costs(&client, "azure-main", &two().replace("2026-01-31", "2026-02-01")).await;
    assert_eq!(owner.get(&list).await.expect(200)["items"], json!([]));
    assert_eq!(stack.detect().await.failed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_parked_series_that_nobody_can_read_keeps_no_other_from_its_clients_list() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (client, _) = clouds(&owner).await;
    let other = owner.client("Birch Lane").await;
    owner.send_costs(&other, "azure-main", &two()).await;
    stack.read_costs().await;
    let parked = async |client: &str| {
        let listed = owner.get(&format!("/v1/clients/{client}/cost-series?parked=true")).await.expect(200);
        listed["items"].as_array().unwrap().len()
    };
    let (client, other) = (client.as_str(), other.as_str());
    for (client, readable) in [(client, true), (other, false)] {
        let all = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
        let pk = format!("{}#SERIES#{}", owner.tenant, all["items"][0]["id"].as_str().unwrap());
        park(&stack, &pk);
        assert_eq!(parked(client).await, 1);
        if !readable {
            crate::poison_root(&stack, &pk);
        }
    }
    assert_eq!((parked(client).await, parked(other).await), (1, 0), "of that one nobody knows whose it is");
}

/// As the job parks what keeps failing, without the five quarters of an hour.
fn park(stack: &Stack, pk: &str) {
    let request = json!({
        "TableName": local::embedded::dynamo::MAIN,
        "Key": { "pk": { "S": pk }, "sk": { "S": "STATE" } },
        "UpdateExpression": "SET parked_at = :at, parked_why = :why, lpk = :list, lsk = :sort REMOVE dpk, dsk",
        "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": {
            ":at": { "S": "2026-02-02T12:00:00.000Z" },
            ":why": { "S": "it failed" },
            ":list": { "S": format!("{}#PARKED#SERIES", pk.split('#').next().expect("a tenant")) },
            ":sort": { "S": format!("2026-02-02T12:00:00.000Z#{}", pk.split_once('#').expect("a kind").1) },
        },
    });
    stack.app.dynamo().execute("UpdateItem", &request).expect("the series is there");
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_find_and_writes_nothing() {
    let due = uploaded().await;
    let stack = due.restore().await;
    stack.read_costs().await;
    let before = stack.items(local::embedded::dynamo::MAIN);
    let dry = JobInput { time: None, dry_run: true };
    let report = stack.app.run_job(DETECT, dry).await.unwrap();
    assert_eq!((report.done, report.would.len()), (0, 3), "{report:?}");
    let report = json!(report.would).to_string();
    assert!(report.contains("sentence") || report.contains("\"days\":40"), "{report}");
    assert_eq!(stack.items(local::embedded::dynamo::MAIN), before);
}
