//! What a job has to look at: the sparse, sharded index `by_due`. The index is the job's checkpoint.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::TenantId;
use domain::parked::Reason;
use jiff::Timestamp;

use crate::Store;
use crate::error::{Error, Result, from_sdk};
use crate::item::{DUE_SHARDS, Item, due_partition, number, text};
use crate::keys::{self, Scope, instant};

/// Most items that one query of a shard returns.
const PAGE: i32 = 100;
/// What an item has as long as it is parked.
pub(crate) const PARKED_AT: &str = "parked_at";
/// Longest reason for which an item is parked.
const LONGEST_WHY: usize = 500;

/// A record that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// Whose it is.
    pub tenant: TenantId,
    /// The record's partition without its scope, as `TICKET#tkt_…`.
    pub pk: String,
    /// Since when.
    pub at: Timestamp,
    key: Item,
}

impl Due {
    /// The kind in the key.
    fn kind(&self) -> &str {
        self.pk.split_once('#').map_or(self.pk.as_str(), |(kind, _)| kind)
    }

    /// The id behind the kind in the key.
    pub fn id<T: std::str::FromStr>(&self) -> Result<T> {
        let id = self.pk.split_once('#').and_then(|(_, id)| id.parse().ok());
        id.ok_or_else(|| Error::Corrupt(format!("no id in the due key {}", self.pk)))
    }
}

impl Store {
    /// The shards of a job's due items.
    pub fn due_shards() -> impl Iterator<Item = u32> {
        0..DUE_SHARDS
    }

    /// What is due of one shard up to `now`, longest due first, after the item `after`: at most one page.
    pub async fn due(&self, job: &str, shard: u32, now: Timestamp, after: Option<&Due>) -> Result<Vec<Due>> {
        let from = after.map_or_else(|| "0".to_owned(), |due| sort_of(&due.key) + "!");
        let found = self
            .dynamo
            .query()
            .table_name(&self.names.main)
            .index_name("by_due")
            .key_condition_expression("dpk = :job AND dsk BETWEEN :from AND :to")
            .expression_attribute_values(":job", text(due_partition(job, shard)))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(format!("{}~", instant(now))))
            .limit(PAGE)
            .send()
            .await
            .map_err(from_sdk)?;
        found.items.unwrap_or_default().into_iter().map(read).collect()
    }

    /// Looks at an item again later, without touching its value: its work failed this time.
    pub async fn put_off(&self, due: &Due, until: Timestamp) -> Result<u32> {
        let full = attribute(&due.key, "pk")?;
        let updated = self
            .dynamo
            .update_item()
            .table_name(&self.names.main)
            .set_key(Some(primary(&due.key)?))
            .update_expression("SET dsk = :later ADD due_failures :one")
            .condition_expression("dsk = :seen")
            .expression_attribute_values(":later", text(format!("{}#{full}", instant(until))))
            .expression_attribute_values(":seen", text(sort_of(&due.key)))
            .expression_attribute_values(":one", number(1))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(from_sdk)?;
        let failures = updated.attributes().and_then(|all| all.get("due_failures")).and_then(|n| n.as_n().ok());
        Ok(failures.and_then(|n| n.parse().ok()).unwrap_or(1))
    }

    /// Takes an item out of the index, with the reason, and what the job said: it blocks nobody until the next write to it puts it back. Until then
    /// it stands in the list of its kind's parked ones, unless it stands in another.
    pub async fn park(&self, due: &Due, now: Timestamp, reason: Reason, why: &str) -> Result<()> {
        let list = Scope::Tenant(due.tenant).prefix(&keys::list::parked(due.kind()));
        self.dynamo
            .update_item()
            .table_name(&self.names.main)
            .set_key(Some(primary(&due.key)?))
            .update_expression(
                "SET parked_at = :now, parked_code = :code, parked_why = :why, lpk = if_not_exists(lpk, :list), \
                 lsk = if_not_exists(lsk, :sort) REMOVE dpk, dsk, due_failures",
            )
            .condition_expression("attribute_exists(dpk)")
            .expression_attribute_values(":now", text(instant(now)))
            .expression_attribute_values(":code", text(reason.name()))
            .expression_attribute_values(":why", text(why.chars().take(LONGEST_WHY).collect::<String>()))
            .expression_attribute_values(":list", text(list))
            .expression_attribute_values(":sort", text(format!("{}#{}", instant(now), due.pk)))
            .send()
            .await
            .map(|_| ())
            .map_err(from_sdk)
    }
}

fn read(key: Item) -> Result<Due> {
    let full = attribute(&key, "pk")?;
    let corrupt = || Error::Corrupt(format!("the due key {full}"));
    let (tenant, pk) = full.split_once('#').ok_or_else(corrupt)?;
    let sort = sort_of(&key);
    let at = sort.split_once('#').and_then(|(at, _)| at.parse().ok()).ok_or_else(corrupt)?;
    Ok(Due { tenant: tenant.parse().map_err(|_| corrupt())?, pk: pk.to_owned(), at, key })
}

fn sort_of(key: &Item) -> String {
    key.get("dsk").and_then(|v| v.as_s().ok()).cloned().unwrap_or_default()
}

fn attribute(key: &Item, name: &str) -> Result<String> {
    key.get(name)
        .and_then(|v| v.as_s().ok())
        .cloned()
        .ok_or_else(|| Error::Corrupt(format!("a due key without {name}")))
}

fn primary(key: &Item) -> Result<Item> {
    let of = |name: &str| attribute(key, name).map(AttributeValue::S);
    Ok(Item::from([("pk".into(), of("pk")?), ("sk".into(), of("sk")?)]))
}
