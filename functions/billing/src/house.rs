//! What the bills of a tenant have in common: where it is and which day it is there, its settings and its rates.

use domain::billing::settings::BillingSettings;
use domain::billing::work::RateBook;
use domain::ids::CalendarId;
use domain::zone::Zone;
use futures::try_join;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::Result;
use store::TenantStore;

/// What the bills of a tenant have in common.
pub(crate) struct House {
    pub(crate) zone: Zone,
    /// The tenant's local date.
    pub(crate) today: Date,
    pub(crate) settings: BillingSettings,
    pub(crate) rates: RateBook,
    /// The tenant's business hours.
    pub(crate) calendar: Option<CalendarId>,
}

impl House {
    /// As it is at an instant.
    pub(crate) async fn of(store: &TenantStore, now: Timestamp) -> Result<Self> {
        let (tenant, settings, rates) = try_join!(store.tenant_record(), store.billing_settings(), store.rate_book())?;
        let zone = tenant.value.zone;
        let today = now.to_zoned(zone.rules().clone()).date();
        let (settings, rates, calendar) = (settings.value, rates.value, tenant.value.calendar);
        Ok(House { zone, today, settings, rates, calendar })
    }
}
