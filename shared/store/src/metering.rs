//! What is reported for billing and waits for an invoice: use, charges; and counts, which invoices look up.
//!
//! What is billed stays where it is and says on which invoice it is: it leaves the index of what is open, and a repeat of
//! its report still finds it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::billing::bill::{Count, MOST_TAKEN};
use domain::billing::charges::{ChargeState, ClientCharge};
use domain::billing::contract::Followed;
use domain::billing::metering::{ClientCount, UsageRecord};
use domain::contacts::Contact;
use domain::ids::{ChargeId, ClientId, ContractId, UsageId};
use futures::future::try_join_all;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::error::from_sdk;
use crate::item::{Place, Record, from_item, text};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Records that are looked up at once.
const SIDE_BY_SIDE: usize = 25;
/// Most counts of one thing that a bill looks at: one a day for ten years, and the one before.
const MOST_COUNTS: usize = 3_700;

impl Record for UsageRecord {
    fn place(&self) -> Place {
        let open = self.is_open();
        let refers =
            open.then(|| (keys::refers::open_usage(self.contract), format!("{}#{}", self.usage.on, self.usage.id)));
        Place { refers, ..Place::at(keys::usage(self.contract, self.usage.id)) }
    }
}

impl Record for ClientCharge {
    fn place(&self) -> Place {
        let open = self.state == ChargeState::Open {};
        let refers =
            open.then(|| (keys::refers::open_charges(self.client), format!("{}#{}", self.charge.on, self.charge.id)));
        Place { refers, ..Place::at(keys::charge(self.client, self.charge.id)) }
    }
}

impl Record for ClientCount {
    fn place(&self) -> Place {
        Place::at(keys::count(self.client, self.count.of(), self.count.from))
    }
}

/// The record that a sender's reference names under a contract: the same one for ever.
pub fn usage_id(contract: ContractId, reference: &str) -> UsageId {
    let hash = Sha256::digest(format!("{contract}#{reference}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    UsageId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
}

impl TenantStore {
    /// Records of use by their ids, in their order; `None` for those that nobody reported.
    pub async fn usage_records(
        &self,
        contract: ContractId,
        ids: &[UsageId],
    ) -> Result<Vec<Option<Versioned<UsageRecord>>>> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(SIDE_BY_SIDE) {
            let keys: Vec<_> = some.iter().map(|id| keys::usage(contract, *id)).collect();
            found.extend(try_join_all(keys.iter().map(|key| self.find(key))).await?);
        }
        Ok(found)
    }

    /// A record of use.
    pub async fn usage_record(&self, contract: ContractId, id: UsageId) -> Result<Versioned<UsageRecord>> {
        self.get(&keys::usage(contract, id)).await
    }

    /// What was used under a contract and is on no invoice yet, oldest first: as much as a bill takes up. What was
    /// reported a moment ago may still be missing, and one that is billed just now may still be there: who bills it
    /// writes it at this revision.
    pub async fn open_usage(&self, contract: ContractId) -> Result<Vec<Versioned<UsageRecord>>> {
        self.open(&keys::refers::open_usage(contract)).await
    }

    /// What a client was charged and is on no invoice yet, oldest first: as much as a bill takes up. See
    /// [`TenantStore::open_usage`].
    pub async fn open_charges(&self, client: ClientId) -> Result<Vec<Versioned<ClientCharge>>> {
        self.open(&keys::refers::open_charges(client)).await
    }

    pub(crate) async fn open<T: serde::de::DeserializeOwned>(&self, partition: &str) -> Result<Vec<Versioned<T>>> {
        let query = self.store.dynamo.query().table_name(&self.store.names.main).index_name("by_ref");
        let mut read = query
            .key_condition_expression("rpk = :rpk")
            .expression_attribute_values(":rpk", text(self.scope.prefix(partition)))
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = read.next().await {
            found.push(from_item(&item.map_err(from_sdk)?)?);
            if found.len() == MOST_TAKEN {
                break;
            }
        }
        Ok(found)
    }

    /// A charge of a client.
    pub async fn charge(&self, client: ClientId, id: ChargeId) -> Result<Versioned<ClientCharge>> {
        self.get(&keys::charge(client, id)).await
    }

    /// A page of a client's charges that are on no invoice yet, by date.
    pub async fn charges(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<ClientCharge>>> {
        let partition = keys::refers::open_charges(client);
        let query = partition.clone();
        let listing = Listing { by: By::Ref, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// The count of a day, if there is one; at revision 0 when there is none.
    pub async fn count_rev(&self, client: ClientId, of: impl Into<Followed>, on: Date) -> Result<u64> {
        let found: Option<Versioned<ClientCount>> = self.find(&keys::count(client, of.into(), on)).await?;
        Ok(found.map_or(0, |found| found.rev))
    }

    /// What holds of a count from a date on: the last count on or before it, and all after it; all when there is no
    /// date. Ascending.
    pub async fn counts(&self, client: ClientId, of: impl Into<Followed>, from: Option<Date>) -> Result<Vec<Count>> {
        let of = of.into();
        let before = match from {
            Some(from) => self.query_counts(client, of, Date::MIN, from, false, 1).await?,
            None => Vec::new(),
        };
        let after = from.and_then(|from| from.tomorrow().ok());
        let start = after.unwrap_or(jiff::civil::date(1, 1, 1));
        let mut counts = before;
        counts.extend(self.query_counts(client, of, start, Date::MAX, true, MOST_COUNTS).await?);
        Ok(counts)
    }

    async fn query_counts(
        &self,
        client: ClientId,
        of: Followed,
        from: Date,
        to: Date,
        forward: bool,
        most: usize,
    ) -> Result<Vec<Count>> {
        let prefix = keys::counts(of);
        // Dates before the year 0 would sort behind those after it; nobody counted then.
        let from = from.max(jiff::civil::date(0, 1, 1));
        let between = |on: Date| text(format!("{prefix}{on}"));
        let found: Vec<Versioned<ClientCount>> =
            self.children(&keys::client(client).pk, between(from), between(to), forward, most).await?;
        Ok(found.into_iter().map(|found| found.value.count).collect())
    }

    /// How many contacts of a client work there. A client has some hundreds at most, and they are counted when one
    /// comes or goes.
    pub async fn active_contacts(&self, client: ClientId) -> Result<u32> {
        let partition = keys::client(client).pk;
        let contacts: Vec<Versioned<Contact>> =
            self.children(&partition, text("CONTACT#"), text("CONTACT#~"), true, usize::MAX).await?;
        let active = contacts.iter().filter(|contact| contact.value.active).count();
        Ok(u32::try_from(active).unwrap_or(u32::MAX))
    }

    /// What stands in a partition between two sort keys, as it is at this moment.
    pub(crate) async fn children<T: serde::de::DeserializeOwned>(
        &self,
        partition: &str,
        from: AttributeValue,
        to: AttributeValue,
        forward: bool,
        most: usize,
    ) -> Result<Vec<Versioned<T>>> {
        let query = self.store.dynamo.query().table_name(&self.store.names.main);
        let mut read = query
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(self.scope.prefix(partition)))
            .expression_attribute_values(":from", from)
            .expression_attribute_values(":to", to)
            .scan_index_forward(forward)
            .set_limit(i32::try_from(most).ok().filter(|most| *most < 100))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while found.len() < most
            && let Some(item) = read.next().await
        {
            found.push(from_item(&item.map_err(from_sdk)?)?);
        }
        Ok(found)
    }
}
