//! SLA policies.

use domain::ids::PolicyId;
use domain::sla::Policy;

use crate::item::{Place, Record};
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for Policy {
    fn place(&self) -> Place {
        let list = (keys::list::POLICIES.to_owned(), keys::list::by_name(&self.name, self.id));
        Place { list: Some(list), ..Place::at(keys::policy(self.id)) }
    }
}

impl TenantStore {
    /// A policy.
    pub async fn policy(&self, id: PolicyId) -> Result<Versioned<Policy>> {
        self.get(&keys::policy(id)).await
    }

    /// A page of the policies, by name.
    pub async fn policies(&self, page: &PageRequest) -> Result<Slice<Versioned<Policy>>> {
        self.page(&Listing::by_name(keys::list::POLICIES), page, |_| true).await
    }
}
