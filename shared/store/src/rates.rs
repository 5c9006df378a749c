//! The tenant's book of rates, and up to which day its prices are fixed.

use domain::billing::work::RateBook;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for RateBook {
    fn place(&self) -> Place {
        Place::at(keys::rates())
    }
}

/// The newest work that is on an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BilledWork {
    /// Its local day.
    pub until: Date,
}

impl Record for BilledWork {
    fn place(&self) -> Place {
        Place::at(keys::billed_work())
    }
}

impl TenantStore {
    /// The newest work that is on an invoice; none before the first.
    pub async fn billed_work(&self) -> Result<Option<Versioned<BilledWork>>> {
        self.find(&keys::billed_work()).await
    }

    /// The book of rates: as everybody starts, at revision 0, while nobody has written one.
    pub async fn rate_book(&self) -> Result<Versioned<RateBook>> {
        if let Some(found) = self.find(&keys::rates()).await? {
            return Ok(found);
        }
        let currency = self.tenant_record().await?.value.currency;
        Ok(Versioned { value: RateBook::new(currency), rev: 0 })
    }
}
