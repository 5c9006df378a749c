//! Tickets, their timelines, their numbers, and what each owner carries.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::ids::{ClientId, MessageId, TicketId, UserId};
use domain::tickets::Ticket;
use domain::timeline::{Entry, EntryKind, NewEntry};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, from_sdk};
use crate::item::{Item, Place, Record, json_bytes, key_of, number};
use crate::keys::{self, Key};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned};

/// The job that looks at tickets whose clocks have come to something.
pub const BREACH_SCAN: &str = "tickets-sla-breach-scan";
/// Texts longer than this many bytes are kept in S3, so that a page of a timeline stays under DynamoDB's 1 MB.
const MAX_INLINE_BYTES: usize = 8 * 1024;

/// A message of 200,000 characters at its longest, for entries that do not say how long theirs is.
const MAX_TEXT_BYTES: usize = 4 * 200_000;

impl Record for Ticket {
    fn place(&self) -> Place {
        let open = self.status.is_work();
        let id = self.id.to_string();
        Place {
            list: Some((keys::list::tickets(open), id.clone())),
            refers: Some((keys::refers::client_tickets(self.client, open), id)),
            due: self.sla.next_mark.map(|at| (BREACH_SCAN, at)),
            ..Place::at(keys::ticket(self.id))
        }
    }
}

/// A timeline entry as it is kept: a long text has its own place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptEntry {
    entry: Entry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// How long that text is as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text_bytes: Option<usize>,
}

impl Record for KeptEntry {
    fn place(&self) -> Place {
        Place::at(keys::entry(self.entry.ticket, self.entry.id))
    }

    fn bytes(&self) -> usize {
        let entry = json_bytes(&self.entry);
        if self.text.is_some() { entry + self.text_bytes.unwrap_or(MAX_TEXT_BYTES) } else { entry }
    }
}

/// Which tickets to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TicketFilter {
    /// Still worked on, or done; both when absent.
    pub open: Option<bool>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// What else was asked for, in words: a cursor holds for these only.
    pub others: String,
}

impl TenantStore {
    /// A ticket.
    pub async fn ticket(&self, id: TicketId) -> Result<Versioned<Ticket>> {
        self.get(&keys::ticket(id)).await
    }

    /// A page of tickets, newest first, of those that `keep` wants.
    pub async fn tickets(
        &self,
        filter: &TicketFilter,
        page: &PageRequest,
        keep: impl Fn(&Ticket) -> bool,
    ) -> Result<Slice<Versioned<Ticket>>> {
        let states = filter.open.map_or_else(|| vec![true, false], |open| vec![open]);
        let (by, partitions): (By, Vec<String>) = match filter.client {
            Some(client) => {
                (By::Ref, states.into_iter().map(|open| keys::refers::client_tickets(client, open)).collect())
            }
            None => (By::List, states.into_iter().map(keys::list::tickets).collect()),
        };
        let query = format!("{}?{}", partitions.join("+"), filter.others);
        self.page(&Listing { by, partitions, newest_first: true, query }, page, keep).await
    }

    /// The next number of this tenant's tickets. A number that is drawn and not used is lost, never given twice.
    pub async fn next_ticket_number(&self) -> Result<u64> {
        self.draw("TICKET").await
    }

    /// The next number of a counter.
    pub(crate) async fn draw(&self, counter: &str) -> Result<u64> {
        let drawn = self
            .store
            .dynamo
            .update_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, &keys::counter(counter))))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(from_sdk)?;
        drawn
            .attributes()
            .and_then(count_in)
            .ok_or_else(|| Error::Corrupt(format!("the counter {counter} has no number")))
    }

    /// How many open tickets somebody carries.
    pub async fn workload(&self, user: UserId) -> Result<u32> {
        Ok(u32::try_from(self.counted(&keys::workload(user)).await?).unwrap_or(u32::MAX))
    }

    async fn counted(&self, key: &Key) -> Result<u64> {
        let found = self
            .store
            .dynamo
            .get_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(from_sdk)?;
        Ok(found.item.as_ref().and_then(count_in).unwrap_or_default())
    }

    /// An entry ready for a commit. A long text is written first; the commit makes it visible.
    pub async fn keep_entry(&self, ticket: TicketId, new: NewEntry, id: Uuid) -> Result<KeptEntry> {
        let id = MessageId::from_uuid(dated(id, new.at));
        let mut entry = new.with_id(id, ticket);
        let (text, text_bytes) = match body_of(&mut entry.what) {
            Some(body) if body.len() > MAX_INLINE_BYTES => {
                let name = self.keep_text(body).await?;
                let text_bytes = json_bytes(body);
                body.clear();
                (Some(name), Some(text_bytes))
            }
            _ => (None, None),
        };
        Ok(KeptEntry { entry, text, text_bytes })
    }

    /// A page of a ticket's timeline, oldest first.
    pub async fn timeline(&self, ticket: TicketId, page: &PageRequest, public_only: bool) -> Result<Slice<Entry>> {
        let partition = keys::ticket(ticket).pk;
        let query = format!("{partition}#TIMELINE#{public_only}");
        let listing = Listing { by: By::Children("ENTRY#"), partitions: vec![partition], newest_first: false, query };
        let slice = self.page::<KeptEntry>(&listing, page, |kept| kept.entry.public || !public_only).await?;
        let items = try_join_all(slice.items.into_iter().map(|kept| self.whole(kept.value))).await?;
        Ok(Slice { items, next: slice.next })
    }

    async fn whole(&self, kept: KeptEntry) -> Result<Entry> {
        let mut entry = kept.entry;
        if let (Some(name), Some(body)) = (kept.text, body_of(&mut entry.what)) {
            *body = self.kept_text(&name).await?;
        }
        Ok(entry)
    }
}

impl Commit {
    /// Moves a ticket's weight from one owner to another. The new one takes it only while below their capacity.
    pub fn move_load(self, from: Option<UserId>, to: Option<UserId>, capacity: Option<u32>) -> Self {
        if from == to {
            return self;
        }
        let lighter = from.into_iter().fold(self, |commit, user| commit.count(&keys::workload(user), -1, None));
        to.into_iter().fold(lighter, |commit, user| commit.count(&keys::workload(user), 1, capacity.map(u64::from)))
    }
}

fn body_of(what: &mut EntryKind) -> Option<&mut String> {
    match what {
        EntryKind::Replied { body } | EntryKind::Noted { body } => Some(body),
        _ => None,
    }
}

/// An id with the time of what it names: a breach that is found late stands in the timeline where it happened.
fn dated(id: Uuid, at: jiff::Timestamp) -> Uuid {
    let mut bytes = *id.as_bytes();
    let ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

fn count_in(item: &Item) -> Option<u64> {
    item.get("n")?.as_n().ok()?.parse().ok()
}
