//! What the tests have in common: a stack in memory, people who do things on it, and answers that are easy to read.

#![allow(clippy::missing_panics_doc, reason = "a test that cannot go on panics")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

pub mod costs;
pub mod simulation;
mod snapshot;

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use local::app::MASTER_SECRET;
use local::{App, Settings};
use runtime::JobReport;
use runtime::jobs::JobInput;
use runtime::secrets::Secrets;
use runtime::tokens::{self, Claims};
use serde_json::{Value, json};

pub use snapshot::Snapshot;

/// A password that the rules like.
pub const PASSWORD: &str = "harbour lantern violet tram";
/// Monday noon in Berlin, in winter: where every stack starts unless it says otherwise.
pub const MONDAY_NOON: &str = "2026-02-02T11:00:00Z";

/// A stack in memory.
#[derive(Clone)]
pub struct Stack {
    /// The stack itself.
    pub app: App,
}

/// Somebody with an access token; or nobody, without.
#[derive(Clone)]
pub struct Person {
    /// The stack that they call.
    pub stack: Stack,
    /// The access token that they signed in with.
    pub token: Option<String>,
    claims: Option<Claims>,
    /// Their id.
    pub id: String,
    /// Their tenant's id.
    pub tenant: String,
    /// Their address.
    pub email: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: http::HeaderMap,
    /// Body, `null` when empty; of a page its text.
    pub body: Value,
}

impl Answer {
    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The answer, when the status is this one.
    #[track_caller]
    pub fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// The last part of the problem's type.
    pub fn problem(&self) -> &str {
        self.body["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
    }

    /// The fields that a problem points at, in the order of the alphabet.
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        let mut found: Vec<&str> = errors.filter_map(|error| error["pointer"].as_str()).collect();
        found.sort_unstable();
        found
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `ETag`.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }
}

/// A request to be sent.
pub struct Asking {
    stack: Stack,
    builder: http::request::Builder,
    body: Bytes,
}

impl Asking {
    /// What is asked.
    pub(crate) fn what(&self) -> String {
        let method = self.builder.method_ref().map_or("", |method| method.as_str());
        format!("{method} {} {:?}", self.builder.uri_ref().map_or("", |uri| uri.path()), self.body)
    }

    /// With this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// With this `If-Match`.
    pub fn if_match(self, etag: &str) -> Self {
        self.header("if-match", etag)
    }

    /// With this `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With this JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.builder = self.builder.header("content-type", "application/json");
        self.body = body.to_string().into();
        self
    }

    /// With these bytes as its body.
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let request: Request<Bytes> = self.builder.body(self.body).expect("a request");
        let (parts, body) = self.stack.app.call(request).await.into_parts();
        let is_text = parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/"));
        let body = match (body.is_empty(), is_text) {
            (true, _) => Value::Null,
            (false, true) => String::from_utf8(body.to_vec()).expect("UTF-8").into(),
            (false, false) => serde_json::from_slice(&body).expect("JSON"),
        };
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Stack {
    /// A stack in memory whose clock stands at [`MONDAY_NOON`].
    pub async fn start() -> Self {
        Self::start_at(MONDAY_NOON).await
    }

    /// A stack in memory whose clock stands at an instant.
    pub async fn start_at(now: &str) -> Self {
        Self::with(Settings::for_test(now.parse::<Timestamp>().expect("an instant"))).await
    }

    /// A stack with other settings.
    pub async fn with(settings: Settings) -> Self {
        Stack { app: App::start(settings).await.expect("the stack starts") }
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Person {
        Person {
            stack: self.clone(),
            token: None,
            claims: None,
            id: String::new(),
            tenant: String::new(),
            email: String::new(),
        }
    }

    /// The keys of every local stack.
    pub fn secrets(&self) -> Secrets {
        Secrets::from_master(MASTER_SECRET).expect("a master secret")
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.app.clock().now()
    }

    /// Moves time and runs what falls due on the way.
    pub async fn advance(&self, by: &str) {
        self.app.advance(by.parse::<SignedDuration>().expect("a duration")).await.expect("time moves");
    }

    /// Runs the breach scan now.
    pub async fn scan(&self) -> JobReport {
        self.app.run_job("tickets-sla-breach-scan", JobInput::default()).await.expect("the scan runs")
    }

    /// An MSP signs up; its owner is signed in.
    pub async fn msp(&self, name: &str) -> Person {
        self.msp_of(name, &format!("owner.{}@msp.example", unique())).await
    }

    /// The same with an owner of this address.
    pub async fn msp_of(&self, name: &str, email: &str) -> Person {
        let body = json!({
            "name": name, "zone": "Europe/Berlin", "currency": "EUR",
            "owner": { "name": "Olga Owner", "email": email, "password": PASSWORD },
        });
        self.nobody().post("/v1/tenants").json(&body).send().await.expect(201);
        self.sign_in(email).await
    }

    /// Signs somebody in who has [`PASSWORD`].
    pub async fn sign_in(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        let session = self.nobody().post("/v1/sessions").json(&body).send().await.expect(201);
        let token = text(&session["access_token"]).expect("a token");
        let claims = tokens::verify(&self.secrets(), &token, self.now()).expect("a good token");
        let person = Person { token: Some(token), claims: Some(claims), email: email.to_owned(), ..self.nobody() };
        let me = person.get("/v1/me").await.expect(200);
        Person {
            id: me["user"]["id"].as_str().unwrap_or_default().into(),
            tenant: me["tenant"]["id"].as_str().unwrap_or_default().into(),
            ..person
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A number that no other test has.
pub fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Person {
    /// The same person with this very token.
    pub fn with_token(&self, token: &str) -> Person {
        Person { token: Some(token.to_owned()), claims: None, ..self.clone() }
    }

    /// Who they are, as their token says.
    pub fn claims(&self) -> Claims {
        self.claims.clone().expect("somebody who is signed in")
    }

    /// A request by this person.
    pub fn ask(&self, method: &str, path: &str) -> Asking {
        let mut builder = Request::builder().method(method).uri(path);
        // A fresh token, as after a refresh: the clock may have moved past the first one's end.
        let fresh = |claims| tokens::issue(&self.stack.secrets(), claims, self.stack.now()).expect("a token");
        if let Some(token) = self.claims.as_ref().map(fresh).or_else(|| self.token.clone()) {
            builder = builder.header("authorization", format!("Bearer {token}"));
        }
        Asking { stack: self.stack.clone(), builder, body: Bytes::new() }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    /// A POST to be filled in.
    pub fn post(&self, path: &str) -> Asking {
        self.ask("POST", path)
    }

    /// A PATCH to be filled in.
    pub fn patch(&self, path: &str) -> Asking {
        self.ask("PATCH", path)
    }

    /// Creates something and gives its view.
    #[track_caller]
    pub fn create(&self, path: &str, body: Value) -> impl Future<Output = Value> {
        let asking = self.post(path).json(&body);
        async move { asking.send().await.expect(201) }
    }

    /// Reads something, changes it, and gives its new view.
    pub async fn change(&self, path: &str, body: Value) -> Value {
        let etag = self.get(path).await.with(200).etag();
        self.patch(path).if_match(&etag).json(&body).send().await.expect(200)
    }

    /// Invites somebody, who accepts and is signed in; with an address of their own unless `more` gives one.
    pub async fn colleague(&self, role: &str, more: Value) -> Person {
        let own = || format!("{}.{}@people.example", role.replace('_', "."), unique());
        let email = text(&more["email"]).unwrap_or_else(own);
        let mut body = json!({ "email": email, "name": format!("{role} {}", unique()), "role": role });
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        self.create("/v1/users", body).await;
        self.stack.app.settle().await;
        let letters = self.stack.app.mailbox().letters();
        let letter = letters.iter().rev().find(|letter| letter.to == email).expect("an invitation");
        let token = invitation_in(&letter.text);
        let accept = json!({ "token": token, "password": PASSWORD });
        self.stack.nobody().post("/v1/invitations/accept").json(&accept).send().await.expect(200);
        self.stack.sign_in(&email).await
    }

    /// Adds a client, and gives its id.
    pub async fn client(&self, name: &str) -> String {
        let client = self.create("/v1/clients", json!({ "name": name })).await;
        client["id"].as_str().expect("an id").to_owned()
    }

    /// Opens a ticket for a client, and gives its view.
    pub async fn ticket(&self, client: &str, more: Value) -> Value {
        let mut body = json!({ "client": client, "subject": "Printer is offline", "description": "It says E-302." });
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        self.create("/v1/tickets", body).await
    }
}

/// The token in an invitation's text: what stands behind the `#` of its link.
pub fn invitation_in(text: &str) -> String {
    let token = text.split_whitespace().find_map(|word| word.split_once("/invitation#"));
    token.expect("an invitation's link").1.to_owned()
}
