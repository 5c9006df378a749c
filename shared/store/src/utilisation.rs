//! How much of each product a client used: the last day that was reviewed beside the client, and the days by month.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::ids::{ClientId, ProductId};
use domain::licences::utilisation::DayOfUse;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// A product on the last day that was reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatestUse {
    /// At which client.
    pub client: ClientId,
    /// Which product.
    pub product: ProductId,
    /// Which day.
    pub on: Date,
    /// How much of it was used.
    pub day: DayOfUse,
    /// How many people used it in the 30 days until each of the last days, for the trend.
    pub recent: BTreeMap<Date, u32>,
}

/// A month of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthOfUse {
    /// At which client.
    pub client: ClientId,
    /// Which product.
    pub product: ProductId,
    /// Which month.
    pub month: Month,
    /// Its days that were reviewed.
    pub days: BTreeMap<Date, DayOfUse>,
}

impl Record for LatestUse {
    fn place(&self) -> Place {
        Place::at(keys::latest_use(self.client, self.product))
    }
}

impl Record for MonthOfUse {
    fn place(&self) -> Place {
        Place::at(keys::month_of_use(self.client, self.product, self.month))
    }
}

impl TenantStore {
    /// A product on the last day that was reviewed.
    pub async fn latest_use(&self, client: ClientId, product: ProductId) -> Result<Option<Versioned<LatestUse>>> {
        self.find(&keys::latest_use(client, product)).await
    }

    /// A page of a client's products on the last day that was reviewed.
    pub async fn latest_uses(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<LatestUse>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#UTILISED");
        let by = By::Children("UTILISED#");
        let listing = Listing { by, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// A month of a product; without days, at revision 0, before its first.
    pub async fn month_of_use(
        &self,
        client: ClientId,
        product: ProductId,
        month: Month,
    ) -> Result<Versioned<MonthOfUse>> {
        let found = self.find(&keys::month_of_use(client, product, month)).await?;
        let none = || Versioned { value: MonthOfUse { client, product, month, days: BTreeMap::new() }, rev: 0 };
        Ok(found.unwrap_or_else(none))
    }
}
