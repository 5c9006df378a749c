//! Indexes that lag behind their table, as DynamoDB's do: "eventually consistent" made true on purpose.
//!
//! A second database gets every write to an indexed item after a while, and the queries of the indexes go to it.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use dynoxide::DynoxideError;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::call::Call;
use super::dynamo::{Answer, Dynamo, MAIN};
use super::faults::draw;

/// The attributes that place an item in an index.
const PLACES: [&str; 3] = ["lpk", "rpk", "dpk"];

/// The main table as its indexes see it.
pub(super) struct Lag {
    behind: Dynamo,
    /// Written and not seen yet, the oldest first: when, the primary key, and the item, if it is still there.
    unseen: VecDeque<(Instant, Value, Option<Value>)>,
    /// What is, or will be, in the copy.
    known: HashSet<String>,
    /// The primary keys of what was written since somebody asked.
    pub(super) written: Vec<Value>,
    seed: u64,
    up_to: Duration,
    reads: u64,
}

impl Lag {
    /// A copy of the table as it is, which will from now on be up to so long behind it.
    pub(super) fn start(table: &Dynamo, seed: u64, up_to: Duration) -> Result<Self, DynoxideError> {
        let (unseen, known) = (VecDeque::new(), HashSet::new());
        let mut lag = Lag { behind: Dynamo::in_memory()?, unseen, known, written: Vec::new(), seed, up_to, reads: 0 };
        let mut page = json!({ "TableName": MAIN });
        loop {
            let found = table.execute("Scan", &page)?;
            for item in found["Items"].as_array().into_iter().flatten().filter(|item| is_placed(item)) {
                lag.known.insert(key_of(item).to_string());
                lag.behind.execute("PutItem", &json!({ "TableName": MAIN, "Item": item }))?;
            }
            if found["LastEvaluatedKey"].is_null() {
                return Ok(lag);
            }
            page["ExclusiveStartKey"] = found["LastEvaluatedKey"].clone();
        }
    }

    /// A write was applied to the table: the indexes will see it.
    pub(super) fn note(&mut self, table: &Dynamo, written: &[Value]) -> Result<(), DynoxideError> {
        self.written.extend_from_slice(written);
        for key in written {
            let found = table.execute("GetItem", &json!({ "TableName": MAIN, "Key": key, "ConsistentRead": true }))?;
            let item = found.get("Item").filter(|item| is_placed(item)).cloned();
            let name = key.to_string();
            if item.is_none() && !self.known.contains(&name) {
                continue;
            }
            self.known.insert(name);
            self.unseen.push_back((Instant::now(), key.clone(), item));
        }
        Ok(())
    }

    /// Answers a query of an index as of some moment within the lag.
    pub(super) fn query(&mut self, body: &[u8]) -> Result<Answer, DynoxideError> {
        let share = u32::from(draw(self.seed, self.reads, 1001));
        self.reads += 1;
        let seen = Instant::now().checked_sub(self.up_to * share / 1000);
        while let Some((at, ..)) = self.unseen.front() {
            if seen.is_none_or(|seen| *at > seen) {
                break;
            }
            let Some((_, key, item)) = self.unseen.pop_front() else { break };
            match item {
                Some(item) => self.behind.execute("PutItem", &json!({ "TableName": MAIN, "Item": item }))?,
                None => self.behind.execute("DeleteItem", &json!({ "TableName": MAIN, "Key": key }))?,
            };
        }
        Ok(self.behind.answer("Query", body))
    }
}

fn is_placed(item: &Value) -> bool {
    PLACES.iter().any(|place| item.get(place).is_some())
}

fn key_of(item: &Value) -> Value {
    json!({ "pk": item["pk"], "sk": item["sk"] })
}

/// The primary keys in the main table that a request writes.
pub(super) fn written(operation: &str, body: &[u8]) -> Vec<Value> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let of = |part: &Value| {
        let keyed = if part["Key"].is_object() { &part["Key"] } else { &part["Item"] };
        (part["TableName"] == MAIN && keyed.is_object()).then(|| key_of(keyed))
    };
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => of(&body).into_iter().collect(),
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().into_iter().flatten();
            parts.filter_map(|item| item.as_object()?.values().next()).filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a call asks an index.
pub(super) fn asks_an_index(call: &Call) -> bool {
    call.is("Query") && call.touches.iter().any(|touch| touch.resource.contains("/index/"))
}
