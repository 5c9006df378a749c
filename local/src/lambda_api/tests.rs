//! The "function" here is this very test binary, started again to run the ignored test below.

use std::env;

use serde_json::json;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);
const ACT: &str = "STEWARD_TEST_FUNCTION_ACTS";

/// A runtime of the smallest kind: it speaks the protocol over a plain socket.
mod function {
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::net::TcpStream;

    pub(super) fn call(api: &str, method: &str, path: &str, body: &str) -> io::Result<(String, String)> {
        let mut stream = TcpStream::connect(api)?;
        let length = body.len();
        write!(
            stream,
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: {api}\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut reader = BufReader::new(stream);
        let mut id = String::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if let Some(found) = line.strip_prefix("lambda-runtime-aws-request-id: ") {
                id = found.trim().to_owned();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut answer = String::new();
        reader.read_to_string(&mut answer)?;
        Ok((id, answer))
    }
}

#[test]
#[ignore = "is the child process of the tests below"]
#[allow(clippy::disallowed_methods, reason = "a Lambda function reads where its runtime is")]
fn acts_as_a_function() {
    let (Ok(api), Ok(act)) = (env::var("AWS_LAMBDA_RUNTIME_API"), env::var(ACT)) else { return };
    if act == "dies" {
        eprintln!("the last words");
        std::process::exit(7);
    }
    if act == "cannot start" {
        function::call(&api, "POST", "init/error", r#"{"errorMessage":"no table"}"#).expect("told");
        return;
    }
    loop {
        let (id, payload) = function::call(&api, "GET", "invocation/next", "").expect("a payload");
        let (kind, body) = match act.as_str() {
            "fails" => ("error", r#"{"errorMessage":"no"}"#.to_owned()),
            "sleeps" => return std::thread::sleep(PATIENCE),
            _ => ("response", payload),
        };
        function::call(&api, "POST", &format!("invocation/{id}/{kind}"), &body).expect("answered");
    }
}

/// A test binary takes its arguments from the command line, a function has none: a script stands
/// between them.
async fn start(act: &str) -> (RunningFunction, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("function");
    let this = env::current_exe().expect("a path");
    let run = "lambda_api::tests::acts_as_a_function --exact --ignored --nocapture";
    std::fs::write(&script, format!("#!/bin/sh\nexec '{}' {run}\n", this.display())).expect("written");
    let mut rights = std::fs::metadata(&script).expect("there").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o755);
    std::fs::set_permissions(&script, rights).expect("executable");
    (RunningFunction::start(&script, [(ACT, act)]).await.expect("started"), folder)
}

#[tokio::test]
async fn a_function_answers_one_payload_after_the_other() {
    let (mut function, _folder) = start("answers").await;
    for number in 0..3 {
        let payload = json!({"n": number});
        let answer = function.invoke(&payload, PATIENCE).await.expect("an answer");
        assert_eq!(answer.outcome, Outcome::Response(payload));
    }
}

#[tokio::test]
async fn an_error_of_the_function_is_an_answer() {
    let (mut function, _folder) = start("fails").await;
    let answer = function.invoke(&json!({}), PATIENCE).await.expect("an answer");
    assert_eq!(answer.outcome, Outcome::Error(json!({"errorMessage": "no"})));
}

#[tokio::test]
async fn a_function_that_cannot_start_says_why() {
    let (mut function, _folder) = start("cannot start").await;
    let answer = function.invoke(&json!({}), PATIENCE).await.expect("an answer");
    assert_eq!(answer.outcome, Outcome::Error(json!({"errorMessage": "no table"})));
}

#[tokio::test]
async fn a_function_that_dies_leaves_its_last_words() {
    let (mut function, _folder) = start("dies").await;
    match function.invoke(&json!({}), PATIENCE).await {
        Err(Failed::Exited { status, output }) => {
            assert!(status.contains('7'), "{status}");
            assert!(output.contains("the last words"), "{output}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_silent_function_is_given_up() {
    let (mut function, _folder) = start("sleeps").await;
    let answer = function.invoke(&json!({}), Duration::from_millis(500)).await;
    assert!(matches!(answer, Err(Failed::TimedOut { .. })), "{answer:?}");
}
