//! The tenant's own record.

use domain::tenants::Tenant;

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for Tenant {
    fn place(&self) -> Place {
        Place::at(keys::tenant())
    }
}

impl TenantStore {
    /// The tenant.
    pub async fn tenant_record(&self) -> Result<Versioned<Tenant>> {
        self.get(&keys::tenant()).await
    }
}
