//! The tenant's book of rates.

use domain::billing::work::RateBook;

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for RateBook {
    fn place(&self) -> Place {
        Place::at(keys::rates())
    }
}

impl TenantStore {
    /// The book of rates: as everybody starts, at revision 0, while nobody has written one.
    pub async fn rate_book(&self) -> Result<Versioned<RateBook>> {
        if let Some(found) = self.find(&keys::rates()).await? {
            return Ok(found);
        }
        let currency = self.tenant_record().await?.value.currency;
        Ok(Versioned { value: RateBook::new(currency), rev: 0 })
    }
}
