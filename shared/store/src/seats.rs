//! Seats of licences. A seat is an item of its own, found by its licence and, while it is held, by its holder.

use domain::ids::{ClientId, LicenceId};
use domain::licences::{Holder, Seat};
use futures::future::try_join_all;

use crate::item::{Place, Record, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Seats that are looked up at once.
const SIDE_BY_SIDE: usize = 25;

impl Record for Seat {
    fn place(&self) -> Place {
        let held = self.held_since().is_some();
        let refers = held.then(|| (keys::refers::holder_seats(self.client, &self.holder), self.licence.to_string()));
        Place { refers, ..Place::at(keys::seat(self.licence, &self.holder)) }
    }
}

impl TenantStore {
    /// What a holder has, or had, of a licence.
    pub async fn seat(&self, licence: LicenceId, holder: &Holder) -> Result<Option<Versioned<Seat>>> {
        self.find(&keys::seat(licence, holder)).await
    }

    /// The same of several holders, in their order.
    pub async fn seats_of(&self, licence: LicenceId, holders: &[&Holder]) -> Result<Vec<Option<Versioned<Seat>>>> {
        let mut found = Vec::with_capacity(holders.len());
        for some in holders.chunks(SIDE_BY_SIDE) {
            found.extend(try_join_all(some.iter().map(|holder| self.seat(licence, holder))).await?);
        }
        Ok(found)
    }

    /// A page of the seats of a licence; those that are held, or all.
    pub async fn seats(&self, licence: LicenceId, held: bool, page: &PageRequest) -> Result<Slice<Versioned<Seat>>> {
        let partition = keys::licence(licence).pk;
        let query = format!("{partition}#SEATS?{held}");
        let listing = Listing { by: By::Children("SEAT#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |seat: &Seat| !held || seat.held_since().is_some()).await
    }

    /// All seats of a licence, held and released, as they are at this moment; at most `most`.
    pub async fn all_seats(&self, licence: LicenceId, most: usize) -> Result<Vec<Seat>> {
        let partition = keys::licence(licence).pk;
        let found: Vec<Versioned<Seat>> = self.children(&partition, text("SEAT#"), text("SEAT#~"), true, most).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// A page of the seats that somebody holds.
    pub async fn held_seats(
        &self,
        client: ClientId,
        holder: &Holder,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<Seat>>> {
        let partition = keys::refers::holder_seats(client, holder);
        let query = partition.clone();
        let listing = Listing { by: By::Ref, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }
}

impl Commit {
    /// The next states of seats of a licence, each with what was read of it, and how many of them are held now.
    pub fn keep_seats<'a>(
        self,
        licence: LicenceId,
        seats: impl IntoIterator<Item = (Option<&'a Versioned<Seat>>, &'a Seat)>,
    ) -> Self {
        let (mut commit, mut more) = (self, 0);
        for (before, after) in seats {
            let held = |seat: &Seat| i64::from(seat.held_since().is_some());
            more += held(after) - before.map_or(0, |before| held(&before.value));
            commit = commit.update(after, before.map_or(0, |before| before.rev));
        }
        if more == 0 { commit } else { commit.count(&keys::assigned(licence), more, None) }
    }
}
