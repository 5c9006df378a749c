//! The embedded EventBridge: `PutEvents` in, a queue out.
//!
//! EventBridge keeps what it accepted, so this does too: with a folder, every event is a file
//! there until its delivery is done, and a killed process finds it again.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::MovableClock;

/// EventBridge's limit for one call.
pub const MAX_ENTRIES: usize = 10;
/// EventBridge's limit for all entries of a call together, bytes.
pub const MAX_CALL_BYTES: usize = 1024 * 1024;
/// What `X-Amz-Target` says for the only operation here.
pub(super) const PUT_EVENTS: &str = "AWSEvents.PutEvents";

/// An event as a target receives it: EventBridge's envelope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BusEvent {
    /// Always `0`, as on AWS.
    pub version: String,
    /// Given by the bus.
    pub id: String,
    /// What happened, e.g. `ticket.opened`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// Who says so.
    pub source: String,
    /// The account, made up here.
    pub account: String,
    /// When, RFC 3339: the sender's word or else the local clock's.
    pub time: String,
    /// The region, made up here.
    pub region: String,
    /// Resources concerned, as the sender lists them.
    pub resources: Vec<String>,
    /// The sender's JSON.
    pub detail: Value,
}

/// The queue. Clones share it.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: Mutex<Queue>,
    changed: Notify,
    clock: MovableClock,
    spool: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Spooled>,
    in_flight: usize,
}

#[derive(Clone, Debug)]
struct Spooled {
    event: BusEvent,
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    /// Seconds since the epoch, as AWS JSON writes instants; kept as text so that no float is made.
    time: Option<Box<RawValue>>,
}

impl Bus {
    /// A bus that forgets with the process.
    #[must_use]
    pub fn in_memory(clock: MovableClock) -> Self {
        Self::starting(clock, None, VecDeque::new())
    }

    /// A bus that keeps undelivered events in `spool`, made when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be read or holds something that is not an event.
    pub fn in_folder(clock: MovableClock, spool: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&spool)?;
        let mut files: Vec<_> =
            fs::read_dir(&spool)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        // Names are time-ordered ids, so this is the order of acceptance.
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let mut waiting = VecDeque::new();
        for file in files {
            let event = serde_json::from_slice(&fs::read(&file)?)?;
            waiting.push_back(Spooled { event, file: Some(file) });
        }
        Ok(Self::starting(clock, Some(spool), waiting))
    }

    fn starting(clock: MovableClock, spool: Option<PathBuf>, waiting: VecDeque<Spooled>) -> Self {
        let queue = Mutex::new(Queue { waiting, in_flight: 0 });
        Self(Arc::new(Inner { queue, changed: Notify::new(), clock, spool }))
    }

    /// The next event, when there is one. Dropping the delivery without [`Delivery::done`] puts
    /// the event back: delivery is at least once, as on AWS.
    pub async fn next(&self) -> Delivery {
        loop {
            let changed = self.0.changed.notified();
            if let Some(delivery) = self.try_next() {
                return delivery;
            }
            changed.await;
        }
    }

    /// The next event, if one waits.
    #[must_use]
    pub fn try_next(&self) -> Option<Delivery> {
        let mut queue = self.queue();
        let spooled = queue.waiting.pop_front()?;
        queue.in_flight += 1;
        Some(Delivery { bus: self.clone(), spooled: Some(spooled) })
    }

    /// Events accepted and not yet delivered.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        let queue = self.queue();
        queue.waiting.len() + queue.in_flight
    }

    /// Accepts one event from inside, as if a function had put it.
    ///
    /// # Errors
    /// When it cannot be written to the spool.
    pub fn accept(&self, event: BusEvent) -> io::Result<()> {
        let file = self.0.spool.as_ref().map(|spool| spool.join(format!("{}.json", event.id)));
        if let Some(file) = &file {
            let beside = file.with_extension("new");
            fs::write(&beside, serde_json::to_vec(&event)?)?;
            fs::rename(beside, file)?;
        }
        self.queue().waiting.push_back(Spooled { event, file });
        self.0.changed.notify_waiters();
        Ok(())
    }

    /// Answers a `PutEvents` request body: entry by entry, like EventBridge, so one bad entry
    /// does not keep the others out.
    pub(super) fn put_events(&self, body: &[u8]) -> (u16, Value) {
        let refused = |message: &str| (400, json!({"__type": "ValidationException", "message": message}));
        if body.len() > MAX_CALL_BYTES {
            return refused("Total size of the entries in the request is over the limit.");
        }
        let entries = match serde_json::from_slice::<PutEvents>(body) {
            Ok(request) => request.entries,
            Err(error) => return refused(&error.to_string()),
        };
        if entries.is_empty() || entries.len() > MAX_ENTRIES {
            return refused("A request holds 1 to 10 entries.");
        }
        let answers: Vec<_> = entries.into_iter().map(|entry| self.put(entry)).collect();
        let failed = answers.iter().filter(|answer| answer.get("ErrorCode").is_some()).count();
        (200, json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    fn put(&self, entry: Entry) -> Value {
        let accepted = self.envelope(entry).and_then(|event| {
            let id = event.id.clone();
            match self.accept(event) {
                Ok(()) => Ok(id),
                Err(error) => Err(("InternalFailure", error.to_string())),
            }
        });
        match accepted {
            Ok(id) => json!({"EventId": id}),
            Err((code, message)) => json!({"ErrorCode": code, "ErrorMessage": message}),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "the bus gives events their ids, as AWS does")]
    fn envelope(&self, entry: Entry) -> Result<BusEvent, (&'static str, String)> {
        let missing = |name| ("InvalidArgument", format!("Parameter {name} is not valid."));
        let detail = entry.detail.unwrap_or_default();
        let detail: Value = serde_json::from_str(&detail)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
        let time = match entry.time {
            None => self.0.clock.now(),
            Some(seconds) => instant(seconds.get()).ok_or_else(|| missing("Time"))?,
        };
        Ok(BusEvent {
            version: "0".to_owned(),
            id: Uuid::now_v7().to_string(),
            detail_type: entry.detail_type.ok_or_else(|| missing("DetailType"))?,
            source: entry.source.ok_or_else(|| missing("Source"))?,
            account: "000000000000".to_owned(),
            time: time.to_string(),
            region: super::REGION.to_owned(),
            resources: entry.resources,
            detail,
        })
    }

    /// The same endpoint for processes outside, on a socket.
    pub fn router(&self) -> axum::Router {
        let bus = self.clone();
        axum::Router::new().fallback(move |headers: HeaderMap, body: axum::body::Bytes| {
            let bus = bus.clone();
            async move { bus.over_http(&headers, &body) }
        })
    }

    fn over_http(&self, headers: &HeaderMap, body: &[u8]) -> Response {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let (status, answer) = match target {
            Some(PUT_EVENTS) => self.put_events(body),
            _ => (400, json!({"__type": "UnknownOperationException"})),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
        (status, kind, answer.to_string()).into_response()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `1767225600.25`, the way AWS JSON writes an instant, without passing through a float.
fn instant(seconds: &str) -> Option<jiff::Timestamp> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    jiff::Timestamp::new(whole.parse().ok()?, nanos).ok()
}

/// One event on its way to its reactions.
#[derive(Debug)]
pub struct Delivery {
    bus: Bus,
    spooled: Option<Spooled>,
}

impl Delivery {
    /// The event.
    #[must_use]
    pub fn event(&self) -> &BusEvent {
        // Present until `done` consumes the delivery.
        &self.spooled.as_ref().expect("a delivery holds its event").event
    }

    /// Every reaction has run, or has given up for good: the event is forgotten.
    ///
    /// # Errors
    /// When its file cannot be removed; it would then be delivered again after a restart.
    pub fn done(mut self) -> io::Result<()> {
        let spooled = self.spooled.take();
        self.bus.queue().in_flight -= 1;
        self.bus.0.changed.notify_waiters();
        spooled.and_then(|spooled| spooled.file).map_or(Ok(()), fs::remove_file)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(spooled) = self.spooled.take() {
            let mut queue = self.bus.queue();
            queue.in_flight -= 1;
            queue.waiting.push_back(spooled);
            drop(queue);
            self.bus.0.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bus() -> Bus {
        Bus::in_memory(MovableClock::frozen(jiff::Timestamp::UNIX_EPOCH))
    }

    fn entry(detail: &str) -> Value {
        json!({"Source": "steward", "DetailType": "ticket.opened", "Detail": detail})
    }

    fn put(bus: &Bus, entries: &[Value]) -> (u16, Value) {
        bus.put_events(json!({"Entries": entries}).to_string().as_bytes())
    }

    #[tokio::test]
    async fn an_accepted_event_arrives_in_its_envelope() {
        let bus = bus();
        let (status, answer) = put(&bus, &[entry(r#"{"ticket":"tkt_1"}"#)]);
        assert_eq!((status, &answer["FailedEntryCount"]), (200, &json!(0)));
        let delivery = bus.next().await;
        let event = delivery.event();
        assert_eq!(answer["Entries"][0]["EventId"], json!(event.id));
        assert_eq!(event.detail["ticket"], "tkt_1");
        assert_eq!(event.time, "1970-01-01T00:00:00Z");
        delivery.done().expect("done");
        assert_eq!(bus.undelivered(), 0);
    }

    #[test]
    fn a_bad_entry_fails_alone() {
        let bus = bus();
        let (_, answer) = put(&bus, &[entry("{}"), entry("not json"), entry("[]")]);
        assert_eq!(answer["FailedEntryCount"], 2);
        assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
        assert_eq!(bus.undelivered(), 1);
    }

    #[test]
    fn eleven_entries_are_refused_as_a_whole() {
        let bus = bus();
        assert_eq!(put(&bus, &vec![entry("{}"); MAX_ENTRIES + 1]).0, 400);
        assert_eq!(bus.undelivered(), 0);
    }

    #[test]
    fn an_event_whose_delivery_failed_is_delivered_again() {
        let bus = bus();
        put(&bus, &[entry("{}")]);
        drop(bus.try_next());
        bus.try_next().expect("again").done().expect("done");
        assert!(bus.try_next().is_none());
    }

    #[test]
    fn undelivered_events_survive_the_process_and_delivered_ones_do_not_return() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || {
            let clock = MovableClock::frozen(jiff::Timestamp::UNIX_EPOCH);
            Bus::in_folder(clock, folder.path().join("bus")).expect("a bus")
        };
        let bus = open();
        for number in 0..3 {
            put(&bus, &[entry(&json!({"n": number}).to_string())]);
        }
        bus.try_next().expect("the first").done().expect("done");
        std::mem::forget(bus.try_next());
        drop(bus);
        let bus = open();
        let again: Vec<_> = (0..2)
            .map(|_| {
                let delivery = bus.try_next().expect("an event");
                let number = delivery.event().detail["n"].clone();
                delivery.done().expect("done");
                number
            })
            .collect();
        assert_eq!(again, [1, 2]);
    }

    #[test]
    fn an_instant_in_seconds_keeps_its_fraction() {
        let read = |text| instant(text).map(|at| at.to_string());
        assert_eq!(read("1767225600").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(read("1767225600.25").as_deref(), Some("2026-01-01T00:00:00.25Z"));
        assert_eq!(read("soon"), None);
    }
}
