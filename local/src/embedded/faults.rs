//! Faults on purpose: what AWS does on a bad day, from a script or from a seed.

use std::collections::BTreeMap;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

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

/// Which calls fail, and how. Calls are numbered from 0 when the plan is injected.
#[derive(Debug)]
pub struct Faults {
    plan: Plan,
    only: Option<String>,
    seen: u64,
}

type Chooser = Box<dyn FnMut(&Call) -> Option<Fault> + Send>;

enum Plan {
    Script(BTreeMap<u64, Fault>),
    DeadFrom(u64, Fault),
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

    /// The process dies at this call: it meets `last`, and no later call reaches anything.
    #[must_use]
    pub fn dead_from(call: u64, last: Fault) -> Self {
        Self::planned(Plan::DeadFrom(call, last))
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
        Self { plan, only: None, seen: 0 }
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

    pub(super) fn next(&mut self, function: &str, call: &Call) -> Option<Fault> {
        if self.only.as_deref().is_some_and(|only| only != function) {
            return None;
        }
        let number = self.seen;
        self.seen += 1;
        let fault = match &mut self.plan {
            Plan::Script(faults) => faults.get(&number).copied(),
            Plan::DeadFrom(first, last) => match number.cmp(first) {
                std::cmp::Ordering::Less => None,
                std::cmp::Ordering::Equal => Some(*last),
                std::cmp::Ordering::Greater => Some(Fault::NotSent),
            },
            Plan::Seeded(seed, rates) => rates.fault(draw(*seed, number)),
            Plan::By(choose) => choose(call),
        };
        fault.filter(|fault| *fault != Fault::Conflict || conflict(call).is_some())
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

/// A number below 1000 from a seed and a position: SplitMix64, which needs no state.
fn draw(seed: u64, position: u64) -> u16 {
    let mut z = seed.wrapping_add(position.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    u16::try_from((z ^ (z >> 31)) % 1000).unwrap_or_default()
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
            Self::DeadFrom(call, last) => write!(f, "dead from {call} with {last:?}"),
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
            (0..10_000).map(|_| faults.next("f", &put())).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let throttled = run(7).iter().filter(|fault| **fault == Some(Fault::Throttled)).count();
        assert!((850..1150).contains(&throttled), "{throttled} of 10000");
    }

    #[test]
    fn after_its_death_a_process_reaches_nothing() {
        let mut faults = Faults::dead_from(1, Fault::AnswerLost);
        let run: Vec<_> = (0..4).map(|_| faults.next("f", &put())).collect();
        let dead = Some(Fault::NotSent);
        assert_eq!(run, [None, Some(Fault::AnswerLost), dead, dead]);
    }

    #[test]
    fn a_plan_for_one_function_leaves_the_others_alone() {
        let mut faults = Faults::script([(0, Fault::Throttled)]).only_for("scan");
        assert_eq!(faults.next("other", &put()), None);
        assert_eq!(faults.next("scan", &put()), Some(Fault::Throttled));
    }

    #[test]
    fn reads_do_not_conflict() {
        let mut faults = Faults::by(|_| Some(Fault::Conflict));
        assert_eq!(faults.next("f", &get()), None);
        assert_eq!(faults.next("f", &put()), Some(Fault::Conflict));
    }
}
