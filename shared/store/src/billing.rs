//! How the tenant bills, and how each client is billed.

use domain::billing::client::ClientBilling;
use domain::billing::settings::BillingSettings;
use domain::ids::ClientId;

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for BillingSettings {
    fn place(&self) -> Place {
        Place::at(keys::billing())
    }
}

impl Record for ClientBilling {
    fn place(&self) -> Place {
        Place::at(keys::client_billing(self.client))
    }
}

impl TenantStore {
    /// How the tenant bills: as everybody starts, at revision 0, while nobody has set it.
    pub async fn billing_settings(&self) -> Result<Versioned<BillingSettings>> {
        let found = self.find(&keys::billing()).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: BillingSettings::default(), rev: 0 }))
    }

    /// How a client is billed: as the tenant bills, at revision 0, while nobody has set it.
    pub async fn client_billing(&self, client: ClientId) -> Result<Versioned<ClientBilling>> {
        let found = self.find(&keys::client_billing(client)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: ClientBilling::new(client), rev: 0 }))
    }
}
