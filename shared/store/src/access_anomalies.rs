//! What was unusual about people's use of products, and which hours somebody said are usual for whom.

use std::collections::BTreeMap;

use domain::ids::{AccessAnomalyId, ClientId, ContactId};
use domain::insights::access_anomalies::{AccessAnomaly, UsualHours};
use domain::insights::sign_ins::Unusual;
use jiff::civil::Date;

use crate::item::{Place, Record, text};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for AccessAnomaly {
    fn place(&self) -> Place {
        let sort = format!("{}#{}", self.on, self.id);
        Place {
            list: Some((keys::list::ACCESS.to_owned(), sort.clone())),
            refers: Some((keys::refers::client_access(self.client), sort)),
            ..Place::at(keys::access_anomaly(self.id))
        }
    }
}

impl Record for UsualHours {
    fn place(&self) -> Place {
        Place::at(keys::usual_hours(self.client, self.contact))
    }
}

impl TenantStore {
    /// The id of something unusual about somebody who left on this day, or did not: the same one every night.
    pub fn access_anomaly_id(&self, unusual: &Unusual, left: Option<Date>) -> AccessAnomalyId {
        AccessAnomalyId::from_uuid(self.id_of(&unusual.identity(left)))
    }

    /// What was unusual about somebody's use.
    pub async fn access_anomaly(&self, id: AccessAnomalyId) -> Result<Versioned<AccessAnomaly>> {
        self.get(&keys::access_anomaly(id)).await
    }

    /// The same, if it was found before.
    pub async fn access_anomaly_if(&self, id: AccessAnomalyId) -> Result<Option<Versioned<AccessAnomaly>>> {
        self.find(&keys::access_anomaly(id)).await
    }

    /// A page of what was unusual about the use of a client's people, or of all people, the latest first; of all of it, or of
    /// what nobody has answered yet.
    pub async fn access_anomalies(
        &self,
        client: Option<ClientId>,
        unanswered: bool,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<AccessAnomaly>>> {
        let (by, partition) = match client {
            Some(client) => (By::Ref, keys::refers::client_access(client)),
            None => (By::List, keys::list::ACCESS.to_owned()),
        };
        let query = format!("{partition}{}", if unanswered { "?unanswered" } else { "" });
        let wanted = |anomaly: &AccessAnomaly| !unanswered || anomaly.judged.is_none();
        self.page(&Listing { by, partitions: vec![partition], newest_first: true, query }, page, wanted).await
    }

    /// The hours that somebody said are usual for a person; none, at revision 0, while nobody has.
    pub async fn usual_hours(&self, client: ClientId, contact: ContactId) -> Result<Versioned<UsualHours>> {
        let found = self.find(&keys::usual_hours(client, contact)).await?;
        Ok(found.unwrap_or(Versioned { value: UsualHours { client, contact, hours: 0 }, rev: 0 }))
    }

    /// The same of all people of a client of whom somebody said so.
    pub async fn all_usual_hours(&self, client: ClientId) -> Result<BTreeMap<ContactId, u32>> {
        let partition = keys::client(client).pk;
        let found: Vec<Versioned<UsualHours>> =
            self.children(&partition, text("HOURS#"), text("HOURS#~"), true, usize::MAX).await?;
        Ok(found.into_iter().map(|found| (found.value.contact, found.value.hours)).collect())
    }
}
