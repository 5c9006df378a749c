//! Licences, and what others need to know of each: it stands beside the client, so that all of a client's are read at
//! once and as they are at this moment, which an index is not.
//!
//! Both are one thing: they are written together, and the licence's revision guards both.

use domain::billing::dated::Dated;
use domain::ids::{ClientId, LicenceId, ProductId};
use domain::licences::count::Counting;
use domain::licences::renewal::{coming, due_at};
use domain::licences::{Coming, Licence, LicenceState, Share};
use domain::zone::Zone;
use futures::future::try_join_all;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::from_sdk;
use crate::item::{Place, Record, key_of, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that sees to what the dates of licences bring.
pub const NOTIFY_RENEWALS: &str = "licences-notify-renewals";
/// Counters that are read at once.
const SIDE_BY_SIDE: usize = 25;

/// A licence as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptLicence {
    /// The licence.
    pub licence: Licence,
    /// When its dates are looked at next, in the tenant's zone as it was when this was written.
    due_at: Option<Timestamp>,
}

impl Record for KeptLicence {
    fn place(&self) -> Place {
        let Licence { id, client, .. } = self.licence;
        Place {
            list: Some((keys::list::LICENCES.into(), id.to_string())),
            refers: Some((keys::refers::client_licences(client), id.to_string())),
            due: self.due_at.map(|at| (NOTIFY_RENEWALS, at)),
            ..Place::at(keys::licence(id))
        }
    }
}

/// What others need to know of a client's licence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Licensed {
    /// Which licence.
    pub licence: LicenceId,
    /// Whose.
    pub client: ClientId,
    /// Of which product.
    pub product: ProductId,
    /// What people call it by.
    pub name: String,
    /// The seats that contracts bill, by the date from which they hold; empty when none are.
    pub counted: Vec<Dated<u32>>,
    /// The first day on which it holds.
    pub starts_on: Date,
    /// The first day on which it does not hold any more.
    pub ends_on: Option<Date>,
    /// What comes at the end of its term, as it was last looked at.
    pub coming: Option<Coming>,
    /// When the licence last changed.
    pub updated_at: Timestamp,
}

impl Licensed {
    fn of(licence: &Licence) -> Self {
        Licensed {
            licence: licence.id,
            client: licence.client,
            product: licence.product,
            name: licence.name.clone(),
            counted: if licence.counted { licence.seats.clone() } else { Vec::new() },
            starts_on: licence.term.starts_on,
            ends_on: licence.term.ends_on(),
            coming: coming(licence, licence.handled_until),
            updated_at: licence.updated_at,
        }
    }
}

impl Licensed {
    /// How it is counted.
    pub fn counting(&self) -> Counting<'_> {
        Counting { seats: &self.counted, starts_on: self.starts_on, ends_on: self.ends_on }
    }
}

impl Record for Licensed {
    fn place(&self) -> Place {
        let sort = self.coming.map(|coming| format!("{}#{}", coming.on, self.licence));
        Place {
            list: sort.clone().map(|sort| (keys::list::TERMS.into(), sort)),
            refers: sort.map(|sort| (keys::refers::client_terms(self.client), sort)),
            ..Place::at(keys::licensed(self.client, self.licence))
        }
    }
}

/// Which licences to list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LicenceFilter {
    /// Of this client.
    pub client: Option<ClientId>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// That stand there on a day.
    pub state: Option<(LicenceState, Date)>,
}

impl TenantStore {
    /// A licence.
    pub async fn licence(&self, id: LicenceId) -> Result<Versioned<KeptLicence>> {
        self.get(&keys::licence(id)).await
    }

    /// A page of the licences, newest first.
    pub async fn licences(&self, filter: LicenceFilter, page: &PageRequest) -> Result<Slice<Versioned<KeptLicence>>> {
        let (by, partition) = match filter.client {
            Some(client) => (By::Ref, keys::refers::client_licences(client)),
            None => (By::List, keys::list::LICENCES.to_owned()),
        };
        // Not the day: a page that is read after midnight goes on with the one before.
        let query = format!("{partition}?{:?}{:?}", filter.product, filter.state.map(|(state, _)| state));
        let listing = Listing { by, partitions: vec![partition], newest_first: true, query };
        let wanted = |KeptLicence { licence, .. }: &KeptLicence| {
            filter.product.is_none_or(|product| licence.product == product)
                && filter.state.is_none_or(|(state, day)| licence.state(day) == state)
        };
        self.page(&listing, page, wanted).await
    }

    /// All that a client is licensed for, as it is at this moment.
    pub async fn licensed(&self, client: ClientId) -> Result<Vec<Licensed>> {
        let partition = keys::client(client).pk;
        let found: Vec<Versioned<Licensed>> =
            self.children(&partition, text("LICENCE#"), text("LICENCE#~"), true, usize::MAX).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// The licences of a client that do not end before this day is over, by name, and how they are split.
    pub async fn splits(&self, client: ClientId, today: Date) -> Result<Vec<(String, Vec<Share>)>> {
        let mut licences = self.licensed(client).await?;
        licences.retain(|of| of.ends_on.is_none_or(|end| end > today));
        let mut splits = Vec::with_capacity(licences.len());
        for some in licences.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|of| self.licence(of.licence))).await?;
            splits.extend(read.into_iter().map(|read| (read.value.licence.name, read.value.licence.split)));
        }
        Ok(splits)
    }

    /// A page of what comes at the end of terms, by its day: of one client, or of all; up to and including a day.
    pub async fn licence_terms(
        &self,
        client: Option<ClientId>,
        until: Option<Date>,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<Licensed>>> {
        let (by, partition) = match client {
            Some(client) => (By::Ref, keys::refers::client_terms(client)),
            None => (By::List, keys::list::TERMS.to_owned()),
        };
        let query = format!("{partition}?{until:?}");
        let listing = Listing { by, partitions: vec![partition], newest_first: false, query };
        let wanted = |of: &Licensed| of.coming.is_some_and(|coming| until.is_none_or(|until| coming.on <= until));
        self.page(&listing, page, wanted).await
    }

    /// How many seats of each of these licences are held, in their order.
    pub async fn assigned(&self, licences: &[LicenceId]) -> Result<Vec<u32>> {
        let mut found = Vec::with_capacity(licences.len());
        for some in licences.chunks(SIDE_BY_SIDE) {
            found.extend(try_join_all(some.iter().map(|id| self.assigned_of(*id))).await?);
        }
        Ok(found)
    }

    async fn assigned_of(&self, licence: LicenceId) -> Result<u32> {
        let found = self
            .store
            .dynamo
            .get_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, &keys::assigned(licence))))
            .consistent_read(true)
            .send()
            .await
            .map_err(from_sdk)?;
        let number = found.item.as_ref().and_then(|item| item.get("n")?.as_n().ok());
        Ok(number.and_then(|number| number.parse().ok()).unwrap_or(0))
    }
}

impl Commit {
    /// A new licence. `zone` is the tenant's.
    pub fn create_licence(self, licence: &Licence, zone: &Zone) -> Self {
        self.keep_licence(licence, 0, zone)
    }

    /// The next state of a licence that was read. `zone` is the tenant's.
    pub fn update_licence(self, before: &Versioned<KeptLicence>, after: &Licence, zone: &Zone) -> Self {
        self.keep_licence(after, before.rev, zone)
    }

    fn keep_licence(self, licence: &Licence, rev: u64, zone: &Zone) -> Self {
        let kept = KeptLicence { licence: licence.clone(), due_at: due_at(licence, zone) };
        self.update(&kept, rev).part(&Licensed::of(licence), rev)
    }
}
