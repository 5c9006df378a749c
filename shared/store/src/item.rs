//! How a record becomes an item and comes back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::keys::{Key, Scope, instant};
use crate::{Store, TenantStore};

/// An item as the SDK has it.
pub type Item = HashMap<String, AttributeValue>;

/// Where a record lives and by which indexes it is found. Keys are given without their scope; the commit puts it in front.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Primary key.
    pub key: Key,
    /// Partition and sort key in `by_list`.
    pub list: Option<(String, String)>,
    /// Partition and sort key in `by_ref`.
    pub refers: Option<(String, String)>,
    /// Job, and the instant from which it is due.
    pub due: Option<(&'static str, jiff::Timestamp)>,
    /// When DynamoDB may delete it.
    pub expires: Option<jiff::Timestamp>,
}

impl Place {
    /// A record that is only found by its key.
    pub fn at(key: Key) -> Self {
        Place { key, list: None, refers: None, due: None, expires: None }
    }
}

/// A record of the main table.
pub trait Record: Serialize + DeserializeOwned {
    /// Where it lives, from its own values.
    fn place(&self) -> Place;

    /// About how many bytes of JSON it adds to a page.
    fn bytes(&self) -> usize {
        json_bytes(self)
    }
}

/// How long a value is as JSON.
pub(crate) fn json_bytes<T: Serialize + ?Sized>(value: &T) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// A value and the revision that was read. A write names the revision that it is based on.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// Counts writes, from 1; the `ETag`.
    pub rev: u64,
}

impl<T> Versioned<T> {
    /// The same revision of another value.
    pub fn map<U>(self, of: impl FnOnce(T) -> U) -> Versioned<U> {
        Versioned { value: of(self.value), rev: self.rev }
    }
}

/// Number of partitions that a job's due items are spread over.
pub const DUE_SHARDS: u32 = 8;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The primary key as attributes.
pub(crate) fn key_of(scope: Scope, key: &Key) -> Item {
    HashMap::from([("pk".into(), text(scope.prefix(&key.pk))), ("sk".into(), text(key.sk.clone()))])
}

/// The whole item of a record at a revision.
pub(crate) fn to_item<T: Record>(scope: Scope, value: &T, rev: u64) -> Result<Item> {
    let place = value.place();
    let mut item = key_of(scope, &place.key);
    item.insert("rev".into(), number(rev));
    item.insert("v".into(), serde_dynamo::to_attribute_value(value).map_err(|e| Error::Corrupt(e.to_string()))?);
    if let Some((pk, sk)) = place.list {
        item.insert("lpk".into(), text(scope.prefix(&pk)));
        item.insert("lsk".into(), text(sk));
    }
    if let Some((pk, sk)) = place.refers {
        item.insert("rpk".into(), text(scope.prefix(&pk)));
        item.insert("rsk".into(), text(sk));
    }
    if let Some((job, at)) = place.due {
        let full = scope.prefix(&place.key.pk);
        item.insert("dpk".into(), text(due_partition(job, shard_of(&full))));
        item.insert("dsk".into(), text(format!("{}#{full}", instant(at))));
    }
    if let Some(at) = place.expires {
        item.insert("ttl".into(), number(at.as_second()));
    }
    Ok(item)
}

/// The partition of `by_due` in which a job looks for one shard of its work. The one key that names no tenant: only jobs query it.
pub(crate) fn due_partition(job: &str, shard: u32) -> String {
    format!("{job}#{shard}")
}

/// Which shard an item belongs to: FNV-1a over its key, so that it never moves.
fn shard_of(key: &str) -> u32 {
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % DUE_SHARDS
}

/// A record and its revision from an item.
pub(crate) fn from_item<T: DeserializeOwned>(item: &Item) -> Result<Versioned<T>> {
    let corrupt = |why: String| Error::Corrupt(format!("{:?}: {why}", item.get("pk")));
    let rev = item
        .get("rev")
        .and_then(|rev| rev.as_n().ok())
        .and_then(|rev| rev.parse().ok())
        .ok_or_else(|| corrupt("no revision".into()))?;
    let value = item.get("v").cloned().ok_or_else(|| corrupt("no value".into()))?;
    Ok(Versioned { value: serde_dynamo::from_attribute_value(value).map_err(|e| corrupt(e.to_string()))?, rev })
}

impl Store {
    /// Reads one record with the latest state, or `None`.
    pub(crate) async fn find_in<T: DeserializeOwned>(&self, scope: Scope, key: &Key) -> Result<Option<Versioned<T>>> {
        let found = self
            .dynamo
            .get_item()
            .table_name(&self.names.main)
            .set_key(Some(key_of(scope, key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(crate::error::from_sdk)?;
        found.item.as_ref().map(from_item).transpose()
    }
}

impl TenantStore {
    /// Reads one record of this tenant, or `None`.
    pub(crate) async fn find<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<Versioned<T>>> {
        self.store.find_in(self.scope, key).await
    }

    /// Reads one record of this tenant.
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Versioned<T>> {
        self.find(key).await?.ok_or(Error::NotFound)
    }
}
