//! Time entries.

use domain::billing::work::TimeEntry;
use domain::ids::{ClientId, TicketId, TimeEntryId};

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for TimeEntry {
    fn place(&self) -> Place {
        let (unbilled, id) = (self.is_unbilled(), self.id.to_string());
        Place {
            list: Some((keys::list::time(unbilled), id.clone())),
            refers: Some((keys::refers::client_time(self.client, unbilled), id)),
            ..Place::at(keys::time(self.ticket, self.id))
        }
    }
}

/// Which time entries to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeFilter {
    /// Those that wait for an invoice, or all the rest; both when absent.
    pub unbilled: Option<bool>,
    /// For this client.
    pub client: Option<ClientId>,
    /// What else was asked for, in words: a cursor holds for these only.
    pub others: String,
}

impl TenantStore {
    /// A time entry of a ticket.
    pub async fn time_entry(&self, ticket: TicketId, id: TimeEntryId) -> Result<Versioned<TimeEntry>> {
        self.get(&keys::time(ticket, id)).await
    }

    /// A page of a ticket's time entries, in the order in which they were logged.
    pub async fn ticket_time(&self, ticket: TicketId, page: &PageRequest) -> Result<Slice<Versioned<TimeEntry>>> {
        let partition = keys::ticket(ticket).pk;
        let query = format!("{partition}#TIME");
        let listing = Listing { by: By::Children("TIME#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// A client's time that waits for an invoice: as much as a bill takes up, those logged first. It may be a moment
    /// behind: who bills an entry writes it at this revision.
    pub async fn open_time(&self, client: ClientId) -> Result<Vec<Versioned<TimeEntry>>> {
        self.open(&keys::refers::client_time(client, true)).await
    }

    /// A page of time entries, those logged last first, of those that `keep` wants. It may be a moment behind: read the
    /// entry itself before it is billed.
    pub async fn time_entries(
        &self,
        filter: &TimeFilter,
        page: &PageRequest,
        keep: impl Fn(&TimeEntry) -> bool,
    ) -> Result<Slice<Versioned<TimeEntry>>> {
        let halves = filter.unbilled.map_or_else(|| vec![true, false], |unbilled| vec![unbilled]);
        let (by, partitions): (By, Vec<String>) = match filter.client {
            Some(client) => (By::Ref, halves.into_iter().map(|half| keys::refers::client_time(client, half)).collect()),
            None => (By::List, halves.into_iter().map(keys::list::time).collect()),
        };
        let query = format!("{}?{}", partitions.join("+"), filter.others);
        self.page(&Listing { by, partitions, newest_first: true, query }, page, keep).await
    }
}
