//! The release binaries: how large they are, and how long one takes from its start to its first answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use local::Settings;
use local::app::MASTER_SECRET;
use local::clock::MovableClock;
use local::embedded::dynamo::{AUDIT, MAIN};
use local::embedded::{ACCESS_KEY, SECRET_KEY};
use local::lambda_api::{Outcome, RunningFunction};
use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::numbers::{Samples, ratio};

/// Those that are started: a read, a list, a write, and a job.
const STARTED: [&str; 4] = ["tickets-get", "tickets-list", "tickets-open", "tickets-sla-breach-scan"];
const PATIENCE: Duration = Duration::from_secs(30);
/// The ticket of the sample events.
const SAMPLE_TICKET: &str = "tkt_01970000000070008000000000000001";

pub(crate) async fn measure(given: Option<PathBuf>, starts: usize) {
    let Some((folder, found)) = given.into_iter().chain(usual()).find_map(|folder| {
        let found = binaries(&folder);
        (!found.is_empty()).then_some((folder, found))
    }) else {
        println!("## Release binaries\n\nNot measured: none are built (`cargo lambda build --release`).");
        return;
    };
    sizes(&folder, &found);
    cold_starts(&found, starts).await;
}

/// Where cargo, and cargo lambda, put binaries: beside this program, or in the repository.
fn usual() -> Vec<PathBuf> {
    let program = std::env::current_exe().unwrap_or_default();
    let beside = program.ancestors().nth(2).map(Path::to_owned);
    let targets: Vec<PathBuf> = beside.into_iter().chain([root().join("target")]).collect();
    let lambda = targets.iter().map(|target| target.join("lambda"));
    lambda.chain(targets.iter().map(|target| target.join("release"))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every function has a sample event of its name.
fn names() -> Vec<String> {
    let events = std::fs::read_dir(root().join("events")).expect("the sample events");
    let stem = |file: std::fs::DirEntry| Some(file.path().file_stem()?.to_string_lossy().into_owned());
    let mut names: Vec<String> = events.filter_map(|file| stem(file.ok()?)).collect();
    names.sort();
    names
}

fn binaries(folder: &Path) -> Vec<(String, PathBuf)> {
    let binary = |name: String| {
        let places = [folder.join(&name).join("bootstrap"), folder.join(&name)];
        let path = places.into_iter().find(|path| path.is_file())?;
        Some((name, path))
    };
    names().into_iter().filter_map(binary).collect()
}

fn sizes(folder: &Path, found: &[(String, PathBuf)]) {
    let mut sizes: Vec<(u64, &str)> =
        found.iter().map(|(name, path)| (std::fs::metadata(path).expect("a binary").len(), name.as_str())).collect();
    sizes.sort_unstable();
    println!("## Release binaries: {} of {} in {}\n", found.len(), names().len(), folder.display());
    println!("| | function | bytes | MiB | to the smallest |\n|---|---|---|---|---|");
    let smallest = sizes[0].0 as f64;
    for (which, at) in [("smallest", 0), ("median", sizes.len() / 2), ("largest", sizes.len() - 1)] {
        let (bytes, name) = sizes[at];
        let mib = bytes as f64 / f64::from(1 << 20);
        println!("| {which} | {name} | {bytes} | {mib:.1} | {} |", ratio(bytes as f64, smallest));
    }
    println!();
}

async fn cold_starts(found: &[(String, PathBuf)], starts: usize) {
    println!("## From a binary's start to its first answer, median of {starts}\n");
    // A function's clock is the machine's.
    let settings = Settings { clock: MovableClock::real(), ..Settings::for_test(Timestamp::UNIX_EPOCH) };
    let stack = Stack::with(settings).await;
    let owner = stack.msp("Bench").await;
    let client = owner.client("Acme Tools").await;
    let ticket = owner.ticket(&client, json!({})).await["id"].as_str().unwrap().to_owned();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let dynamo = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn({
        let database = stack.app.dynamo().clone();
        async move { database.serve(listener, std::future::pending()).await }
    });
    let environment = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo.as_str()),
        ("STEWARD_STAGE", "bench"),
        ("STEWARD_MAIN_TABLE", MAIN),
        ("STEWARD_AUDIT_TABLE", AUDIT),
        ("STEWARD_SECRET", MASTER_SECRET),
    ];
    println!("| function | start to first answer, ms | second answer, ms | first to second |\n|---|---|---|---|");
    for name in STARTED {
        let Some((_, binary)) = found.iter().find(|(found, _)| found == name) else {
            println!("| {name} | not built | | |");
            continue;
        };
        let event = event(name, &owner, &client, &ticket);
        let (mut first, mut second) = (Samples::default(), Samples::default());
        for _ in 0..starts {
            let mut function = RunningFunction::start(binary, environment).await.expect("the binary starts");
            for samples in [&mut first, &mut second] {
                let answer = function.invoke(&event, PATIENCE).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert!(is_good(&answer.outcome), "{name}: {:?}\n{}", answer.outcome, function.output());
                samples.push(answer.took);
            }
        }
        let (first, second) = (first.median(), second.median());
        println!("| {name} | {first:.1} | {second:.1} | {} |", ratio(first, second));
    }
    server.abort();
    println!();
}

fn is_good(outcome: &Outcome) -> bool {
    match outcome {
        // A job reports, a route has a status.
        Outcome::Response(answer) if answer["done"].is_u64() => true,
        Outcome::Response(answer) => answer["statusCode"].as_u64().is_some_and(|status| (200..300).contains(&status)),
        Outcome::Error(_) => false,
    }
}

/// The sample event, for what there is in this stack.
fn event(name: &str, owner: &Person, client: &str, ticket: &str) -> Value {
    let sample = std::fs::read_to_string(root().join(format!("events/{name}.json"))).expect("a sample event");
    let mut event: Value = serde_json::from_str(&sample.replace(SAMPLE_TICKET, ticket)).expect("JSON");
    if event.get("requestContext").is_some() {
        let claims = owner.claims();
        event["requestContext"]["authorizer"]["lambda"] = json!({
            "tenant": claims.tenant, "user": claims.user, "role": claims.role,
            "name": claims.name, "session": claims.session,
        });
        let body = json!({ "client": client, "subject": "Printer is offline", "description": "It says E-302." });
        if event["body"].is_string() {
            event["body"] = body.to_string().into();
        }
        // Each time a call of its own, and not the first one's answer again.
        if let Some(headers) = event["headers"].as_object_mut() {
            headers.remove("idempotency-key");
        }
        event["rawQueryString"] = "".into();
        if let Some(event) = event.as_object_mut() {
            event.remove("queryStringParameters");
        }
    }
    event
}
