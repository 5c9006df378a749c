//! Reports of what clients are licensed for.

use domain::ids::{ClientId, LicenceAuditId};
use domain::licences::audit::LicenceAudit;

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for LicenceAudit {
    fn place(&self) -> Place {
        Place::at(keys::licence_audit(self.client, self.id))
    }
}

impl TenantStore {
    /// A report of a client's licences.
    pub async fn licence_audit(&self, client: ClientId, id: LicenceAuditId) -> Result<Versioned<LicenceAudit>> {
        self.get(&keys::licence_audit(client, id)).await
    }

    /// A page of a client's reports, the latest first.
    pub async fn licence_audits(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<LicenceAudit>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#{}", keys::LICENCE_AUDITS);
        let by = By::Children(keys::LICENCE_AUDITS);
        self.page(&Listing { by, partitions: vec![partition], newest_first: true, query }, page, |_| true).await
    }
}
