//! The ledger read by dates, for exports: over months, in order, from where the file before stopped.

use domain::billing::ledger::Posting;
use domain::ids::PostingId;
use iso_currency::Currency;
use jiff::civil::Date;

use crate::error::{Error, Result, from_sdk};
use crate::item::{from_item, text};
use crate::ledger::IssuedOverNothing;
use crate::{TenantStore, Versioned, keys};

/// Postings that are read at once: some 1 KB each, they stay well under DynamoDB's 1 MB a page.
const AT_ONCE: i32 = 250;

/// Most invoices over nothing that an export counts: a hundred a working day, for a year.
pub const MOST_OVER_NOTHING: usize = 25_000;

/// The days of an export, in one currency; both are in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Days {
    /// In what.
    pub currency: Currency,
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

impl TenantStore {
    /// Some postings of these days, oldest first, behind `after`: none only when there are no more.
    pub async fn postings_of(&self, days: Days, after: Option<&str>) -> Result<Vec<Posting>> {
        let mut month = match after {
            Some(after) => after.get(..10).and_then(|date| date.parse().ok()).ok_or(Error::Cursor)?,
            None => days.from,
        };
        while month.first_of_month() <= days.to {
            // A posting's sort key is its date and its id; '!' sorts behind the end of a text and '~' behind every id.
            let from = after.map_or_else(|| days.from.to_string(), |after| format!("{after}!"));
            let found = self
                .store
                .dynamo
                .query()
                .table_name(&self.store.names.main)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", text(self.scope.prefix(&keys::ledger_month(days.currency, month))))
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(format!("{}~", days.to)))
                .limit(AT_ONCE)
                .send()
                .await
                .map_err(from_sdk)?;
            let read: Result<Vec<Posting>> =
                found.items().iter().map(|item| from_item(item).map(|read: Versioned<Posting>| read.value)).collect();
            let read = read?;
            if !read.is_empty() {
                return Ok(read);
            }
            let Ok(next) = month.first_of_month().checked_add(jiff::Span::new().months(1)) else { break };
            month = next;
        }
        Ok(Vec::new())
    }

    /// How many invoices were issued over nothing on these days; at most [`MOST_OVER_NOTHING`] are counted.
    pub async fn issued_over_nothing(&self, days: Days) -> Result<u64> {
        let (from, to) = (text(days.from.to_string()), text(format!("{}~", days.to)));
        let partition = keys::over_nothing(days.currency);
        let found: Vec<Versioned<IssuedOverNothing>> =
            self.children(&partition, from, to, true, MOST_OVER_NOTHING).await?;
        Ok(found.len() as u64)
    }

    /// Where an export goes on that stops behind this posting.
    ///
    /// # Errors
    /// A defect: the function did not declare `Need::Secret`.
    pub fn export_cursor(&self, query: &str, behind: (Date, PostingId)) -> Result<String> {
        let cursors = self.store.cursors()?;
        Ok(cursors.seal(self.scope, query, &keys::posting_sort(behind.0, behind.1)))
    }

    /// Where an export goes on.
    ///
    /// # Errors
    /// [`Error::Cursor`] for a cursor of something else.
    pub fn export_after(&self, query: &str, cursor: &str) -> Result<String> {
        self.store.cursors()?.open(self.scope, query, cursor)
    }
}
