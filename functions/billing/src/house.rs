//! What the bills of a tenant have in common: where it is and which day it is there, its settings and its rates.

use std::collections::HashMap;
use std::sync::Arc;

use domain::billing::client::ClientBilling;
use domain::billing::ledger::Stamp;
use domain::billing::settings::BillingSettings;
use domain::billing::work::RateBook;
use domain::calendar::Calendar;
use domain::ids::{CalendarId, ClientId, InvoiceId, PostingId};
use domain::zone::Zone;
use futures::try_join;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::{Error, Result};
use store::TenantStore;
use tokio::sync::Mutex;

/// What the bills of a tenant have in common.
pub(crate) struct House {
    pub(crate) zone: Zone,
    /// The tenant's local date.
    pub(crate) today: Date,
    pub(crate) settings: BillingSettings,
    pub(crate) rates: RateBook,
    /// The tenant's business hours.
    pub(crate) calendar: Option<CalendarId>,
    /// Clients of whom nothing is open, with how they are billed.
    quiet: Mutex<HashMap<ClientId, ClientBilling>>,
    calendars: Mutex<HashMap<CalendarId, Arc<Calendar>>>,
}

impl House {
    /// As it is at an instant.
    pub(crate) async fn of(store: &TenantStore, now: Timestamp) -> Result<Self> {
        let (tenant, settings, rates) = try_join!(store.tenant_record(), store.billing_settings(), store.rate_book())?;
        let zone = tenant.value.zone;
        let today = zone.date(now);
        let (settings, rates, calendar) = (settings.value, rates.value, tenant.value.calendar);
        let (quiet, calendars) = (Mutex::default(), Mutex::default());
        Ok(House { zone, today, settings, rates, calendar, quiet, calendars })
    }

    /// As it is at an instant; none of a tenant that is not there.
    pub(crate) async fn find(store: &TenantStore, now: Timestamp) -> Result<Option<Self>> {
        match Self::of(store, now).await {
            Err(Error::Store(store::Error::NotFound)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// The stamp of a posting of which there is one for ever, on the tenant's day.
    pub(crate) fn stamp(&self, store: &TenantStore, invoice: InvoiceId, what: &str, now: Timestamp) -> Stamp {
        let id = PostingId::from_uuid(store.id_of(&format!("{invoice}#{what}")));
        Stamp { id, at: now, on: self.today }
    }

    /// How a client is billed of whom no time, charge or sold block was open when it was last looked at. What comes in
    /// while a run goes on joins the next one, as what an index shows too late does.
    pub(crate) async fn quiet(&self, client: ClientId) -> Option<ClientBilling> {
        self.quiet.lock().await.get(&client).cloned()
    }

    /// Remembers that nothing is open of a client.
    pub(crate) async fn is_quiet(&self, client: &ClientBilling) {
        self.quiet.lock().await.insert(client.client, client.clone());
    }

    /// The business hours by which a client's work is priced. A calendar is read once.
    pub(crate) async fn calendar_of(&self, store: &TenantStore, client: ClientId) -> Result<Option<Arc<Calendar>>> {
        let own = store.client(client).await?.value.calendar;
        let Some(id) = own.or(self.calendar) else { return Ok(None) };
        let mut known = self.calendars.lock().await;
        if let Some(calendar) = known.get(&id) {
            return Ok(Some(calendar.clone()));
        }
        let calendar = Arc::new(store.calendar(id).await?.value);
        known.insert(id, calendar.clone());
        Ok(Some(calendar))
    }
}
