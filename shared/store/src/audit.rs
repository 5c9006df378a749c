//! The audit trail, read newest first: a month is a few partitions. Entries are written by [`Commit`](crate::Commit) alone.

use domain::ids::TenantId;
use futures::future::try_join_all;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::error::{Error, Result, from_sdk};
use crate::item::text;
use crate::keys::{self, instant};
use crate::list::MAX_EXAMINED;
use crate::{PageRequest, Slice, TenantStore};

/// Most months that one page looks into: a tenant that did nothing for years gets an empty page with a next.
const MAX_MONTHS: usize = 24;
/// Most entries that one query asks for: an entry names at most a hundred records, some 10 KB, and DynamoDB reads 1 MB.
const MAX_STRIDE: i32 = 25;
/// A request may take this long from its time until it makes a tenant's id, which tells when the trail begins.
const SPARE: SignedDuration = SignedDuration::from_hours(1);

/// What one commit did.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who: a user's id, or a function's name.
    pub actor: String,
    /// Which function.
    pub function: String,
    /// Which request or invocation.
    pub request: String,
    /// The keys of the records that were written or removed.
    pub subjects: Vec<String>,
    /// The names of the events that came of it.
    pub events: Vec<String>,
}

/// Which entries to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditFilter {
    /// About the record with this id.
    pub subject: Option<String>,
    /// By this user or function.
    pub actor: Option<String>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub to: Option<Timestamp>,
}

impl AuditFilter {
    fn wants(&self, entry: &Entry) -> bool {
        let names = |id: &str| entry.subjects.iter().any(|key| key.split(['#', '/']).any(|part| part == id));
        self.actor.as_ref().is_none_or(|actor| entry.actor == *actor)
            && self.subject.as_ref().is_none_or(|subject| names(subject))
    }
}

impl TenantStore {
    /// A page of the audit trail, newest first. Filters by instant bound what is read; the others drop what was read, so
    /// that a page can come back short, or empty, and still have a next.
    pub async fn audit(&self, filter: &AuditFilter, page: &PageRequest, now: Timestamp) -> Result<Slice<Entry>> {
        let cursors = self.store.cursors()?;
        let query = format!("AUDIT?{filter:?}");
        let opened = page.cursor.as_deref().map(|cursor| cursors.open(self.scope, &query, cursor)).transpose()?;
        let next = |before: &str| Some(cursors.seal(self.scope, &query, before));
        // Everything in front of this text is still to be read: a sort key, or the start of one.
        let end = now.checked_add(SignedDuration::from_millis(1)).unwrap_or(now);
        let mut before = opened.unwrap_or_else(|| instant(filter.to.map_or(end, |to| to.min(end))));
        let began = first_instant(self.tenant());
        let floor = instant(filter.from.map_or(began, |from| from.max(began)));
        let mut month = keys::month(&before).to_owned();
        let mut items = Vec::new();
        let (mut examined, mut months) = (0, 1);
        loop {
            let (rows, goes_on) = self.audit_rows(&month, &before).await?;
            for (sort, entry) in rows {
                if sort < floor {
                    return Ok(Slice { items, next: None });
                }
                if items.len() == page.limit as usize || examined == MAX_EXAMINED {
                    return Ok(Slice { items, next: next(&before) });
                }
                before = sort;
                examined += 1;
                if filter.wants(&entry) {
                    items.push(entry);
                }
            }
            if goes_on {
                continue;
            }
            if month.as_str() <= keys::month(&floor) {
                return Ok(Slice { items, next: None });
            }
            if months == MAX_MONTHS {
                return Ok(Slice { items, next: next(&month) });
            }
            month = month_before(&month)?;
            months += 1;
        }
    }

    /// Entries of a month in front of a sort key, the latest first, and whether there are more.
    async fn audit_rows(&self, month: &str, before: &str) -> Result<(Vec<Row>, bool)> {
        let lanes = (0..keys::AUDIT_LANES).map(|lane| self.audit_lane(keys::audit_lane(month, lane), before));
        let lanes = try_join_all(lanes).await?;
        // What a lane has not told yet is older than the last that it told; so far, and no further, all of them agree.
        let told =
            lanes.iter().filter(|(_, goes_on)| *goes_on).filter_map(|(rows, _)| rows.last()).map(|(sort, _)| sort);
        let told = told.max().cloned();
        let rows = lanes.into_iter().flat_map(|(rows, _)| rows);
        let mut rows: Vec<Row> = rows.filter(|(sort, _)| told.as_ref().is_none_or(|told| sort >= told)).collect();
        rows.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        Ok((rows, told.is_some()))
    }

    /// The same of one of its partitions.
    async fn audit_lane(&self, lane: String, before: &str) -> Result<(Vec<Row>, bool)> {
        let found = self
            .store
            .dynamo
            .query()
            .table_name(&self.store.names.audit)
            .key_condition_expression("pk = :pk AND sk < :before")
            .expression_attribute_values(":pk", text(self.scope.prefix(&lane)))
            .expression_attribute_values(":before", text(before))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(MAX_STRIDE)
            .send()
            .await
            .map_err(from_sdk)?;
        let goes_on = found.last_evaluated_key.is_some();
        let rows = found.items.unwrap_or_default().into_iter().map(|item| {
            let sort = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
            let entry = serde_dynamo::from_item(item).map_err(|e| Error::Corrupt(format!("audit {sort}: {e}")))?;
            Ok((sort, entry))
        });
        Ok((rows.collect::<Result<_>>()?, goes_on))
    }
}

/// An entry and its sort key.
type Row = (String, Entry);

/// When a tenant's trail begins, as its id tells.
fn first_instant(tenant: TenantId) -> Timestamp {
    let made = tenant.uuid().get_timestamp().and_then(|made| i64::try_from(made.to_unix().0).ok());
    let made = made.and_then(|second| Timestamp::from_second(second).ok());
    made.and_then(|made| made.checked_sub(SPARE).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn month_before(month: &str) -> Result<String> {
    let first: Result<Date, _> = format!("{month}-01").parse();
    let last = first.and_then(|first| first.yesterday());
    last.map(|last| last.strftime("%Y-%m").to_string()).map_err(|_| Error::Cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_stepped_over_backwards() {
        assert_eq!(month_before("2026-03").ok().as_deref(), Some("2026-02"));
        assert_eq!(month_before("2026-01").ok().as_deref(), Some("2025-12"));
    }

    #[test]
    fn a_record_is_found_by_its_own_id_and_by_its_parents() {
        let entry = Entry {
            at: Timestamp::UNIX_EPOCH,
            actor: "usr_1".into(),
            function: "tickets-note".into(),
            request: "req_1".into(),
            subjects: vec!["TICKET#tkt_12/ENTRY#msg_3".into()],
            events: Vec::new(),
        };
        let wants =
            |subject: &str| AuditFilter { subject: Some(subject.into()), ..AuditFilter::default() }.wants(&entry);
        assert!(wants("tkt_12") && wants("msg_3"));
        assert!(!wants("tkt_1") && !wants("tkt_123"));
    }
}
