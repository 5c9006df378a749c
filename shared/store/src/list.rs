//! Reading lists: pages over one or several partitions of an index, newest or oldest first.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use crate::error::{Result, from_sdk};
use crate::item::{Item, from_item, text};
use crate::{Record, TenantStore, Versioned};

/// Most items that one page looks at while its filter drops them. The cursor stands behind the last one looked at, so a
/// page can come back short, or empty, and still have a next.
pub const MAX_EXAMINED: usize = 1_000;
/// A page ends before it grows over this: Lambda answers with 6 MB at most, and a view can be longer than its record.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;
/// Most items that one query asks for: some 2 KB each, it stays well under DynamoDB's 1 MB a page.
const MAX_STRIDE: usize = 250;

/// Which index answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum By {
    /// `by_list`.
    List,
    /// `by_ref`.
    Ref,
    /// The children of a record, in the table itself; with the prefix of their sort keys.
    Children(&'static str),
}

/// What to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Which index.
    pub by: By,
    /// Partitions, without their scope; their entries are merged by sort key.
    pub partitions: Vec<String>,
    /// Descending sort keys.
    pub newest_first: bool,
    /// The query's identity: a cursor of one query is refused by another.
    pub query: String,
}

impl Listing {
    /// All of a kind, by name.
    pub(crate) fn by_name(partition: &str) -> Self {
        Listing { by: By::List, partitions: vec![partition.into()], newest_first: false, query: partition.into() }
    }
}

/// Which page.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// Entries wanted.
    pub limit: u32,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where to go on.
    pub next: Option<String>,
}

/// What one query of one partition found.
struct Part {
    rows: Vec<(String, Item)>,
    goes_on: bool,
}

impl TenantStore {
    /// One page of a list, of those entries that `keep` wants.
    pub(crate) async fn page<T: Record>(
        &self,
        listing: &Listing,
        page: &PageRequest,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Slice<Versioned<T>>> {
        let cursors = self.store.cursors()?;
        let mut after = page.cursor.as_deref().map(|c| cursors.open(self.scope, &listing.query, c)).transpose()?;
        let limit = page.limit as usize;
        let mut items = Vec::with_capacity(limit);
        let (mut examined, mut bytes) = (0, 0);
        // One more than is wanted tells whether there is a next page. A filter that drops much gets longer strides.
        let mut stride = limit + 1;
        loop {
            let reads = listing.partitions.iter().map(|pk| self.read(listing, pk, after.as_deref(), stride));
            let found = try_join_all(reads).await?;
            let before = |a: &str, b: &str| if listing.newest_first { a > b } else { a < b };
            // Behind the nearest end of a partition that goes on, rows of that partition may be missing.
            let ends = found.iter().filter(|part| part.goes_on).filter_map(|part| part.rows.last());
            let horizon = ends.map(|(sort, _)| sort.clone()).reduce(|a, b| if before(&a, &b) { a } else { b });
            let mut rows: Vec<(String, Item)> = found.into_iter().flat_map(|part| part.rows).collect();
            rows.retain(|(sort, _)| horizon.as_ref().is_none_or(|horizon| !before(horizon, sort)));
            rows.sort_by(|a, b| if listing.newest_first { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
            for (sort, item) in rows {
                let entry: Versioned<T> = from_item(&item)?;
                let wanted = keep(&entry.value);
                let more = if wanted { entry.value.bytes() } else { 0 };
                let too_large = !items.is_empty() && bytes + more > MAX_BYTES;
                if items.len() == limit || examined == MAX_EXAMINED || too_large {
                    let next = after.map(|last| cursors.seal(self.scope, &listing.query, &last));
                    return Ok(Slice { items, next });
                }
                examined += 1;
                bytes += more;
                after = Some(sort);
                if wanted {
                    items.push(entry);
                }
            }
            if horizon.is_none() {
                return Ok(Slice { items, next: None });
            }
            stride = (stride * 2).min(MAX_STRIDE);
        }
    }

    async fn read(&self, listing: &Listing, partition: &str, after: Option<&str>, limit: usize) -> Result<Part> {
        let (pk, sk, index, prefix) = match listing.by {
            By::List => ("lpk", "lsk", Some("by_list"), None),
            By::Ref => ("rpk", "rsk", Some("by_ref"), None),
            By::Children(prefix) => ("pk", "sk", None, Some(prefix)),
        };
        // A range on the sort key takes the place of ExclusiveStartKey: it needs nothing but the last sort key.
        let (condition, bounds): (&str, Vec<(&str, AttributeValue)>) = match (after, prefix, listing.newest_first) {
            (None, None, _) => ("#pk = :pk", vec![]),
            (None, Some(prefix), _) => ("#pk = :pk AND begins_with(#sk, :from)", vec![(":from", text(prefix))]),
            (Some(after), None, true) => ("#pk = :pk AND #sk < :from", vec![(":from", text(after))]),
            (Some(after), None, false) => ("#pk = :pk AND #sk > :from", vec![(":from", text(after))]),
            // Children are read oldest first; '~' sorts behind every id.
            (Some(after), Some(prefix), _) => (
                "#pk = :pk AND #sk BETWEEN :from AND :to",
                vec![(":from", text(format!("{after}!"))), (":to", text(format!("{prefix}~")))],
            ),
        };
        let mut query = self
            .store
            .dynamo
            .query()
            .table_name(&self.store.names.main)
            .set_index_name(index.map(Into::into))
            .key_condition_expression(condition)
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", text(self.scope.prefix(partition)))
            .scan_index_forward(!listing.newest_first)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        if condition.contains("#sk") {
            query = query.expression_attribute_names("#sk", sk);
        }
        for (name, value) in bounds {
            query = query.expression_attribute_values(name, value);
        }
        let found = query.send().await.map_err(from_sdk)?;
        let sort_of = |item: &Item| item.get(sk).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
        let goes_on = found.last_evaluated_key.is_some();
        let rows: Vec<_> = found.items.unwrap_or_default().into_iter().map(|item| (sort_of(&item), item)).collect();
        Ok(Part { goes_on: goes_on && !rows.is_empty(), rows })
    }
}
