//! Every function as it is deployed: its binary under a Runtime API, over the embedded services on sockets, with its
//! sample event. Needs the binaries (`cargo lambda build --release`), so it runs only when asked: `.ci/run` does.
//! `STEWARD_BIN_DIR` names another folder of binaries; functions that it does not hold are left out then.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use local::app::{BLOBS, MASTER_SECRET};
use local::embedded::{ACCESS_KEY, SECRET_KEY, s3};
use local::lambda_api::{Outcome, RunningFunction};
use serde_json::Value;
use tests::Stack;
use tokio::net::TcpListener;

/// How long a function may take, its start included.
const PATIENCE: Duration = Duration::from_secs(20);
/// Cold starts of each function, of which the middle one counts.
const STARTS: usize = 3;

#[tokio::test]
#[ignore = "needs the binaries: cargo lambda build --release"]
async fn every_binary_answers_its_sample_event() {
    let stack = Stack::start().await;
    let environment = serve(&stack).await;
    let mut failed = Vec::new();
    let mut starts: Vec<(Duration, String)> = Vec::new();
    let events = std::fs::read_dir(xtask::root().join("events")).unwrap().map(|entry| entry.unwrap().path());
    let mut events: Vec<PathBuf> = events.collect();
    events.sort();
    for file in events {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(binary) = binary(&name) else { continue };
        let event: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        match cold_start(&binary, &environment, &event).await {
            Ok(took) => starts.push((took, name)),
            Err(why) => failed.push(format!("{name}: {why}")),
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(!starts.is_empty(), "there is no binary: cargo lambda build --release");
    starts.sort();
    for (took, name) in &starts {
        println!("{:>7.1} ms  {name}", took.as_secs_f64() * 1_000.0);
    }
    println!("{:>7.1} ms  cold start, median of {}", starts[starts.len() / 2].0.as_secs_f64() * 1_000.0, starts.len());
}

/// Starts a function some times anew and gives it the event; says the middle time.
async fn cold_start(binary: &Path, environment: &[(String, String)], event: &Value) -> Result<Duration, String> {
    let mut took = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let variables = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut function = RunningFunction::start(binary, variables).await.map_err(|error| error.to_string())?;
        let answer = function.invoke(event, PATIENCE).await.map_err(|failed| failed.to_string())?;
        match answer.outcome {
            Outcome::Error(error) => return Err(format!("{error}; it wrote:\n{}", function.output())),
            Outcome::Response(response) if response["statusCode"].as_u64().is_some_and(|status| status >= 500) => {
                return Err(format!("{response}; it wrote:\n{}", function.output()));
            }
            Outcome::Response(_) => took.push(answer.took),
        }
    }
    took.sort();
    Ok(took[STARTS / 2])
}

/// A function's binary. It is missing only where a folder of some binaries was named.
#[allow(clippy::disallowed_methods, reason = "where the binaries are is said by whoever runs the test")]
fn binary(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STEWARD_BIN_DIR") {
        return Some(Path::new(&folder).join(name)).filter(|file| file.is_file());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| xtask::root().join("target"), PathBuf::from);
    let lambda = target.join("lambda").join(name).join("bootstrap");
    if lambda.is_file() {
        return Some(lambda);
    }
    let cargo = target.join("release").join(name);
    assert!(cargo.is_file(), "neither {} nor {}: cargo lambda build --release", lambda.display(), cargo.display());
    Some(cargo)
}

/// Serves what the functions stand on, and says what they are told about it, as the template names it.
async fn serve(stack: &Stack) -> Vec<(String, String)> {
    let app = stack.app.clone();
    let (dynamo, dynamo_at) = socket().await;
    let (objects, objects_at) = socket().await;
    let (bus, bus_at) = socket().await;
    // They end with the test's runtime.
    let database = app.dynamo().clone();
    tokio::spawn(async move { database.serve(dynamo, std::future::pending::<()>()).await });
    let router = s3::router(app.objects().clone());
    tokio::spawn(async move { axum::serve(objects, router).await });
    let router = app.bus().router();
    tokio::spawn(async move { axum::serve(bus, router).await });
    let settings = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ("AWS_ENDPOINT_URL_DYNAMODB", &dynamo_at),
        ("AWS_ENDPOINT_URL_S3", &objects_at),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", &bus_at),
        ("STEWARD_STAGE", "dev"),
        ("STEWARD_MAIN_TABLE", "Main"),
        ("STEWARD_AUDIT_TABLE", "Audit"),
        ("STEWARD_BLOBS_BUCKET", BLOBS),
        ("STEWARD_BUS", "default"),
        ("STEWARD_SECRET", MASTER_SECRET),
        ("STEWARD_MAIL_FROM", "Steward <desk@steward.example>"),
        ("STEWARD_APP_URL", "http://localhost:8080"),
        ("STEWARD_RATE_BURST", "120"),
        ("STEWARD_RATE_PER_MINUTE", "60"),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn socket() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    (listener, at)
}
