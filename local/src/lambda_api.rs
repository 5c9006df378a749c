//! Runs a function's release binary as Lambda would: a Runtime API on loopback, the binary as a
//! child process that asks it for work.
//! The protocol: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderName, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::embedded::REGION;

/// What a function says about an invocation.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It answered.
    Response(Value),
    /// It reported an error of the invocation, or of its start.
    Error(Value),
}

/// An answer and how long it took.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the function said.
    pub outcome: Outcome,
    /// From handing the payload over to the answer. For the first invocation: from the start of
    /// the process, so this is the cold start.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failed {
    /// Nothing came in time.
    TimedOut {
        /// The end of what the process wrote.
        output: String,
    },
    /// The process ended instead.
    Exited {
        /// How, e.g. `exit status: 101`.
        status: String,
        /// The end of what the process wrote.
        output: String,
    },
    /// The operating system refused something.
    Io(io::Error),
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TimedOut { output } => write!(f, "no answer in time; it wrote:\n{output}"),
            Self::Exited { status, output } => write!(f, "{status} instead of an answer; it wrote:\n{output}"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Failed {}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A running function. Dropping it kills the process.
#[derive(Debug)]
pub struct RunningFunction {
    child: Child,
    started: Option<Instant>,
    payloads: mpsc::Sender<Payload>,
    answers: mpsc::Receiver<(String, Outcome)>,
    output: tempfile::NamedTempFile,
    server: JoinHandle<()>,
    invoked: u64,
}

#[derive(Debug)]
struct Payload {
    id: String,
    body: String,
    deadline_ms: i64,
}

/// What the Runtime API's handlers share.
struct Api {
    name: String,
    payloads: Mutex<mpsc::Receiver<Payload>>,
    answers: mpsc::Sender<(String, Outcome)>,
}

impl RunningFunction {
    /// Starts `binary` with these environment variables and no others but Lambda's own.
    ///
    /// # Errors
    /// When it cannot be started.
    #[allow(clippy::disallowed_methods, reason = "a cold start is measured in real time")]
    pub async fn start<'a>(
        binary: &Path,
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> io::Result<Self> {
        let name = binary.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (payloads, to_function) = mpsc::channel(1);
        let (from_function, answers) = mpsc::channel(1);
        let api = Api { name: name.clone(), payloads: Mutex::new(to_function), answers: from_function };
        let server = tokio::spawn(async move {
            // Ends when the task is aborted; an error would show as a timeout of the invocation.
            let _ = axum::serve(listener, router(api)).await;
        });

        let output = tempfile::NamedTempFile::new()?;
        // One handle, copied: two would each write from the start of the file.
        let written = output.reopen()?;
        let started = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "local")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_REGION", REGION)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(written.try_clone()?)
            .stderr(written)
            .kill_on_drop(true)
            .spawn();
        let child = child.inspect_err(|_| server.abort())?;
        let started = Some(started);
        Ok(Self { child, started, payloads, answers, output, server, invoked: 0 })
    }

    /// Hands `payload` over and waits for the answer.
    ///
    /// # Errors
    /// When the process ends or stays silent for `patience`.
    #[allow(clippy::disallowed_methods, reason = "deadlines and durations are real time here, whatever the clock says")]
    pub async fn invoke(&mut self, payload: &Value, patience: Duration) -> Result<Answer, Failed> {
        self.invoked += 1;
        let id = format!("00000000-0000-0000-0000-{:012}", self.invoked);
        let deadline_ms = (jiff::Timestamp::now() + patience).as_millisecond();
        let begun = self.started.take().unwrap_or_else(Instant::now);
        let payload = Payload { id: id.clone(), body: payload.to_string(), deadline_ms };

        let exchange = async {
            // The receiver lives as long as the server, which lives as long as `self`.
            let _ = self.payloads.send(payload).await;
            loop {
                match self.answers.recv().await {
                    // An answer to an invocation that was given up is nobody's.
                    Some((of, outcome)) if of == id || of == INIT => return Some(outcome),
                    Some(_) => {}
                    None => return None,
                }
            }
        };
        tokio::select! {
            biased;
            answered = tokio::time::timeout(patience, exchange) => match answered {
                Ok(Some(outcome)) => Ok(Answer { outcome, took: begun.elapsed() }),
                Ok(None) | Err(_) => Err(Failed::TimedOut { output: self.output() }),
            },
            status = self.child.wait() => {
                let status = status?.to_string();
                // It may have said why before it went.
                match self.answers.try_recv() {
                    Ok((_, outcome)) => Ok(Answer { outcome, took: begun.elapsed() }),
                    Err(_) => Err(Failed::Exited { status, output: self.output() }),
                }
            }
        }
    }

    /// The last lines that the process wrote.
    #[must_use]
    pub fn output(&self) -> String {
        const LINES: usize = 30;
        let written = std::fs::read(self.output.path()).unwrap_or_default();
        let written = String::from_utf8_lossy(&written);
        let lines: Vec<_> = written.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

impl Drop for RunningFunction {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// In place of an invocation's id: the start itself failed.
const INIT: &str = "init";

fn router(api: Api) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(Arc::new(api))
}

async fn next(State(api): State<Arc<Api>>) -> Result<([(HeaderName, String); 4], String), StatusCode> {
    let payload = api.payloads.lock().await.recv().await.ok_or(StatusCode::GONE)?;
    let arn = format!("arn:aws:lambda:{REGION}:000000000000:function:{}", api.name);
    let trace = "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0";
    let headers = [
        (HeaderName::from_static("lambda-runtime-aws-request-id"), payload.id),
        (HeaderName::from_static("lambda-runtime-deadline-ms"), payload.deadline_ms.to_string()),
        (HeaderName::from_static("lambda-runtime-invoked-function-arn"), arn),
        (HeaderName::from_static("lambda-runtime-trace-id"), trace.to_owned()),
    ];
    Ok((headers, payload.body))
}

async fn response(State(api): State<Arc<Api>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    answered(&api, id, Outcome::Response(json(&body))).await
}

async fn error(State(api): State<Arc<Api>>, UrlPath(id): UrlPath<String>, body: Bytes) -> StatusCode {
    answered(&api, id, Outcome::Error(json(&body))).await
}

async fn init_error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    answered(&api, INIT.to_owned(), Outcome::Error(json(&body))).await
}

async fn answered(api: &Api, id: String, outcome: Outcome) -> StatusCode {
    match api.answers.send((id, outcome)).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}

/// What is not JSON is shown as text: a test should see it and not fail to.
fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

#[cfg(test)]
mod tests;
