//! Faults on purpose: what AWS does on a bad day, from a script or from a seed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::call::{Call, Service};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused for load; nothing was applied.
    Throttled,
    /// Another transaction was at the same item; nothing was applied. Reads do not meet this.
    Conflict,
    /// The connection failed before the request left; nothing was applied.
    NotSent,
    /// The request was applied and the answer never came.
    AnswerLost,
}

/// How often each fault strikes, in thousandths of the calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Of [`Fault::Throttled`].
    pub throttled: u16,
    /// Of [`Fault::Conflict`].
    pub conflict: u16,
    /// Of [`Fault::NotSent`].
    pub not_sent: u16,
    /// Of [`Fault::AnswerLost`].
    pub answer_lost: u16,
}

/// Where a process stands still until somebody opens it, or forever: then it is dead. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Doors>);

#[derive(Debug, Default)]
struct Doors {
    reached: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

/// On which side of a call a process stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nothing of the call was applied.
    Before,
    /// It was applied, and the answer has not come.
    After,
}

impl Gate {
    /// A gate that is shut.
    #[must_use]
    pub fn shut() -> Self {
        Gate(Arc::default())
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.0.open.send_replace(true);
    }

    /// Waits until a call stands at the gate.
    pub async fn reached(&self) {
        // The sender lives in this very gate, so the wait ends with the event and not with an error.
        let _ = self.0.reached.subscribe().wait_for(|reached| *reached).await;
    }

    async fn pass(&self) {
        self.0.reached.send_replace(true);
        let _ = self.0.open.subscribe().wait_for(|open| *open).await;
    }
}

/// Which calls fail, and how. Calls are numbered from 0 when the plan is injected.
#[derive(Debug)]
pub struct Faults {
    plan: Plan,
    only: Option<String>,
    held: Option<(u64, Side, Gate)>,
    slow: Option<(u64, u16)>,
    seen: u64,
}

/// What is to become of one call.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) fault: Option<Fault>,
    /// How long the request is on its way, and the answer again.
    on_the_way: Duration,
    gate: Option<(Side, Gate)>,
}

impl Fate {
    /// The way to the service, or back: as long as it is, and through the gate on this side.
    pub(super) async fn travel(&self, side: Side) {
        if !self.on_the_way.is_zero() {
            tokio::time::sleep(self.on_the_way).await;
        }
        if let Some((_, gate)) = self.gate.as_ref().filter(|(at, _)| *at == side) {
            gate.pass().await;
        }
    }
}

type Chooser = Box<dyn FnMut(&Call) -> Option<Fault> + Send>;

enum Plan {
    Script(BTreeMap<u64, Fault>),
    Seeded(u64, Rates),
    By(Chooser),
}

impl Default for Faults {
    fn default() -> Self {
        Self::none()
    }
}

impl Faults {
    /// A good day.
    #[must_use]
    pub fn none() -> Self {
        Self::script([])
    }

    /// Fails exactly the calls named.
    #[must_use]
    pub fn script(faults: impl IntoIterator<Item = (u64, Fault)>) -> Self {
        Self::planned(Plan::Script(faults.into_iter().collect()))
    }

    /// The same faults for the same seed and the same order of calls.
    #[must_use]
    pub fn seeded(seed: u64, rates: Rates) -> Self {
        Self::planned(Plan::Seeded(seed, rates))
    }

    /// Whatever `choose` says for each call.
    #[must_use]
    pub fn by(choose: impl FnMut(&Call) -> Option<Fault> + Send + 'static) -> Self {
        Self::planned(Plan::By(Box::new(choose)))
    }

    fn planned(plan: Plan) -> Self {
        Self { plan, only: None, held: None, slow: None, seen: 0 }
    }

    /// The process stands still at this call, on this side of it, and reaches nothing more until the gate is opened.
    /// Whoever drops it while it stands there has killed it.
    #[must_use]
    pub fn held_from(mut self, call: u64, side: Side, gate: &Gate) -> Self {
        self.held = Some((call, side, gate.clone()));
        self
    }

    /// Every call is up to so many milliseconds of tokio's clock on its way, and its answer again, as the seed draws:
    /// what runs at once meets in ever other orders, and in the same one for the same seed.
    #[must_use]
    pub fn slow(mut self, seed: u64, up_to_ms: u16) -> Self {
        self.slow = Some((seed, up_to_ms));
        self
    }

    /// Counts and fails the calls of this function alone.
    #[must_use]
    pub fn only_for(mut self, function: impl Into<String>) -> Self {
        self.only = Some(function.into());
        self
    }

    /// Calls that the plan has judged: a run without faults tells how many there are to fail.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn next(&mut self, function: &str, call: &Call) -> Fate {
        if self.only.as_deref().is_some_and(|only| only != function) {
            return Fate::default();
        }
        let number = self.seen;
        self.seen += 1;
        let fault = match &mut self.plan {
            Plan::Script(faults) => faults.get(&number).copied(),
            Plan::Seeded(seed, rates) => rates.fault(draw(*seed, number, 1000)),
            Plan::By(choose) => choose(call),
        };
        let fault = fault.filter(|fault| *fault != Fault::Conflict || conflict(call).is_some());
        let on_the_way = self.slow.map_or(0, |(seed, up_to_ms)| draw(!seed, number, up_to_ms + 1));
        let gate = self.held.as_ref().filter(|(from, ..)| number >= *from).map(|(from, side, gate)| {
            let side = if number == *from { *side } else { Side::Before };
            (side, gate.clone())
        });
        Fate { fault, on_the_way: Duration::from_millis(on_the_way.into()), gate }
    }
}

impl Rates {
    fn fault(self, drawn: u16) -> Option<Fault> {
        let mut above = 0;
        let kinds = [
            (self.throttled, Fault::Throttled),
            (self.conflict, Fault::Conflict),
            (self.not_sent, Fault::NotSent),
            (self.answer_lost, Fault::AnswerLost),
        ];
        kinds.into_iter().find_map(|(rate, fault)| {
            above += rate;
            (drawn < above).then_some(fault)
        })
    }
}

/// A number below a bound from a seed and a position: SplitMix64, which needs no state.
pub fn draw(seed: u64, position: u64, below: u16) -> u16 {
    let mut z = seed.wrapping_add(position.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    u16::try_from((z ^ (z >> 31)) % u64::from(below.max(1))).unwrap_or_default()
}

/// The answer in place of the service's, for a fault that strikes before anything is applied.
pub(super) fn answer(fault: Fault, call: &Call) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::NotSent | Fault::AnswerLost => Err(lost()),
        Fault::Throttled => Ok(throttled(call)),
        Fault::Conflict => conflict(call).ok_or_else(lost),
    }
}

/// A connection that broke.
pub(super) fn lost() -> ConnectorError {
    ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())
}

fn throttled(call: &Call) -> HttpResponse {
    match call.service {
        Service::S3 => xml(503, "SlowDown", "Please reduce your request rate."),
        _ => refusal("ThrottlingException", "Rate exceeded"),
    }
}

fn conflict(call: &Call) -> Option<HttpResponse> {
    let Service::DynamoDb(operation) = &call.service else {
        let puts = call.touches.iter().any(|touch| touch.action == "s3:PutObject");
        let message = "A conflicting operation is in progress on this key.";
        return puts.then(|| xml(409, "ConditionalRequestConflict", message));
    };
    match operation.as_str() {
        "TransactWriteItems" | "TransactGetItems" => {
            let none = std::iter::repeat_n(json!({"Code": "None"}), call.touches.len().saturating_sub(1));
            let reasons = std::iter::once(json!({"Code": "TransactionConflict"})).chain(none);
            Some(json(
                400,
                &json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
                    "CancellationReasons": reasons.collect::<Value>(),
                }),
            ))
        }
        "PutItem" | "UpdateItem" | "DeleteItem" => {
            Some(refusal("TransactionConflictException", "Transaction is ongoing for the item"))
        }
        _ => None,
    }
}

/// A 400 of the JSON protocols.
pub(super) fn refusal(kind: &str, message: &str) -> HttpResponse {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    json(400, &json!({"__type": kind, "message": message}))
}

pub(super) fn json(status: u16, body: &Value) -> HttpResponse {
    response(status, "application/x-amz-json-1.0", body.to_string())
}

pub(super) fn xml(status: u16, code: &str, message: &str) -> HttpResponse {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    response(status, "application/xml", body)
}

pub(super) fn response(status: u16, kind: &'static str, body: impl Into<SdkBody>) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("statuses here are constants or came from http");
    let mut response = HttpResponse::new(status, body.into());
    response.headers_mut().insert("content-type", kind);
    response
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(faults) => write!(f, "{faults:?}"),
            Self::Seeded(seed, rates) => write!(f, "seed {seed} {rates:?}"),
            Self::By(_) => f.write_str("by a function"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put() -> Call {
        Call { service: Service::DynamoDb("PutItem".into()), touches: Vec::new() }
    }

    fn get() -> Call {
        Call { service: Service::DynamoDb("GetItem".into()), touches: Vec::new() }
    }

    #[test]
    fn a_seed_repeats_itself_and_keeps_its_rates() {
        let rates = Rates { throttled: 100, conflict: 50, not_sent: 0, answer_lost: 50 };
        let run = |seed| {
            let mut faults = Faults::seeded(seed, rates);
            (0..10_000).map(|_| faults.next("f", &put()).fault).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let throttled = run(7).iter().filter(|fault| **fault == Some(Fault::Throttled)).count();
        assert!((850..1150).contains(&throttled), "{throttled} of 10000");
    }

    #[test]
    fn a_plan_for_one_function_leaves_the_others_alone() {
        let mut faults = Faults::script([(0, Fault::Throttled)]).only_for("scan");
        assert_eq!(faults.next("other", &put()).fault, None);
        assert_eq!(faults.next("scan", &put()).fault, Some(Fault::Throttled));
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_stands_still_at_its_call_and_goes_on_when_the_gate_is_opened() {
        const AN_HOUR: Duration = Duration::from_secs(3600);
        let gate = Gate::shut();
        let mut faults = Faults::none().held_from(1, Side::After, &gate);
        let calls: Vec<Fate> = (0..3).map(|_| faults.next("f", &put())).collect();
        calls[0].travel(Side::Before).await;
        calls[0].travel(Side::After).await;
        calls[1].travel(Side::Before).await;
        tokio::time::timeout(AN_HOUR, gate.reached()).await.expect_err("nobody stands there");
        tokio::time::timeout(AN_HOUR, calls[1].travel(Side::After)).await.expect_err("held behind its effect");
        gate.reached().await;
        tokio::time::timeout(AN_HOUR, calls[2].travel(Side::Before)).await.expect_err("held before it has any");
        gate.open();
        calls[1].travel(Side::After).await;
        calls[2].travel(Side::Before).await;
    }

    #[test]
    fn ways_are_as_long_as_the_seed_draws_and_no_longer_than_said() {
        let run = |seed| {
            let mut faults = Faults::none().slow(seed, 20);
            (0..1_000).map(|_| faults.next("f", &get()).on_the_way.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert_eq!((run(7).iter().min(), run(7).iter().max()), (Some(&0), Some(&20)));
    }

    #[test]
    fn reads_do_not_conflict() {
        let mut faults = Faults::by(|_| Some(Fault::Conflict));
        assert_eq!(faults.next("f", &get()).fault, None);
        assert_eq!(faults.next("f", &put()).fault, Some(Fault::Conflict));
    }
}
