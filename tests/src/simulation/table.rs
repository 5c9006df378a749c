//! The main table as the invariants read it. What was written since the last look is read again, past the seam, and
//! nothing else: so each step can be looked at, and a look costs what the step did.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::invoice::Invoice;
use domain::billing::ledger::Posting;
use domain::billing::number::Series;
use domain::billing::payments::{ClientCredit, Payment};
use domain::billing::recognition::Recognition;
use local::embedded::dynamo::MAIN;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Stack;

/// The table, by primary key.
pub(super) struct Table(BTreeMap<(String, String), Record>);

/// An item, and what of the books it is.
pub(super) struct Record {
    pub(super) item: Value,
    pub(super) what: What,
}

/// What the checker of the books takes.
pub(super) enum What {
    Invoice(Box<Invoice>),
    Recognition(Recognition),
    Posting(Posting),
    Series(Series),
    Credit(ClientCredit),
    Payment(Payment),
    Other,
}

pub(super) fn s<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]["S"].as_str().unwrap_or_default()
}

/// A stored value as the JSON that it was made of.
fn plain(value: &Value) -> Value {
    let Some((kind, inside)) = value.as_object().and_then(|only| only.iter().next()) else { return Value::Null };
    match (kind.as_str(), inside) {
        ("M", Value::Object(map)) => {
            map.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
        }
        ("L", Value::Array(list)) => list.iter().map(plain).collect(),
        ("N", Value::String(number)) => serde_json::from_str(number).unwrap_or(Value::Null),
        ("NULL", _) => Value::Null,
        (_, other) => other.clone(),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(plain(value)).unwrap_or_else(|error| panic!("{error} in {value:#}"))
}

/// The kind of a partition and the rest of its key, without whose it is.
fn parts(pk: &str) -> (&str, &str) {
    let rest = pk.split_once('#').map_or("", |(_, rest)| rest);
    rest.split_once('#').unwrap_or((rest, ""))
}

impl Record {
    fn new(item: Value) -> Self {
        let (kind, id) = parts(s(&item, "pk"));
        let value = &item["v"];
        let what = match (kind, s(&item, "sk").split('#').next().unwrap_or_default()) {
            ("INVOICE", "@") => What::Invoice(read(&value["M"]["invoice"])),
            ("INVOICE", "RECOGNITION") => What::Recognition(read(&value["M"]["recognition"])),
            ("LEDGER", _) => What::Posting(read(value)),
            ("COUNTER", _) if id.contains("INVOICES") || id.contains("CREDITS") => What::Series(read(value)),
            ("CREDIT", _) => What::Credit(read(value)),
            ("PAYMENT", "@") => What::Payment(read(value)),
            _ => What::Other,
        };
        Record { item, what }
    }

    /// The value as it is stored.
    pub(super) fn value(&self) -> &Value {
        &self.item["v"]["M"]
    }
}

fn key_of(item: &Value) -> (String, String) {
    (s(item, "pk").to_owned(), s(item, "sk").to_owned())
}

impl Table {
    /// The whole of it.
    pub(super) fn whole(stack: &Stack) -> Self {
        Table(stack.items(MAIN).into_iter().map(|item| (key_of(&item), Record::new(item))).collect())
    }

    /// Reads again what was written since this was last called. Says which partitions that touched.
    pub(super) fn catch_up(&mut self, stack: &Stack) -> BTreeSet<String> {
        let written = stack.app.seam().take_written();
        let written: BTreeMap<(String, String), Value> = written.into_iter().map(|key| (key_of(&key), key)).collect();
        for (at, key) in &written {
            let get = json!({ "TableName": MAIN, "Key": key, "ConsistentRead": true });
            match stack.app.dynamo().execute("GetItem", &get).expect("the table can be read")["Item"].take() {
                Value::Null => drop(self.0.remove(at)),
                item => drop(self.0.insert(at.clone(), Record::new(item))),
            }
        }
        written.into_keys().map(|(pk, _)| pk).collect()
    }

    /// One tenant's records: the kind of the partition, the rest of its key, the sort key, and the record.
    pub(super) fn of<'a>(&'a self, tenant: &'a str) -> impl Iterator<Item = (&'a str, &'a str, &'a str, &'a Record)> {
        let from = (format!("{tenant}#"), String::new());
        let theirs = self.0.range(from..).take_while(move |((pk, _), _)| pk.starts_with(tenant));
        theirs.map(|((pk, sk), record)| {
            let (kind, id) = parts(pk);
            (kind, id, sk.as_str(), record)
        })
    }

    /// Every item.
    pub(super) fn items(&self) -> impl Iterator<Item = &Value> {
        self.0.values().map(|record| &record.item)
    }
}
