//! What the stories of a year's invoices share: when it was, who says so, and how it is written.

use domain::billing::invoice::Invoice;
use domain::billing::ledger::Stamp;
use domain::billing::payments::Method;
use domain::ids::{InvoiceId, PostingId};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::{Result, World};
use store::Stamp as Written;
use store::invoices::KeptInvoice;
use store::{Commit, TenantStore};

use super::agreed::{hour, midday};
use crate::demo::house::House;

/// What has happened to the invoices of a year. What tells of one says whether it is open still.
pub(super) struct Past<'a> {
    pub(super) world: &'a World,
    pub(super) store: TenantStore,
    pub(super) house: &'a House,
    pub(super) today: Date,
}

/// Money that came in for an invoice.
pub(super) struct Came {
    /// What there is one payment of.
    pub(super) what: String,
    pub(super) method: Method,
    pub(super) amount: Money,
    pub(super) at: Timestamp,
    /// What the bank statement says, or what the provider calls it.
    pub(super) named: Option<String>,
}

impl Past<'_> {
    pub(super) fn stamp(&self, invoice: InvoiceId, what: &str, on: Date) -> Stamp {
        let id = PostingId::from_uuid(self.store.id_of(&format!("{invoice}#{what}")));
        Stamp { id, at: midday(on, &self.house.tenant.zone), on }
    }

    pub(super) async fn write(&self, commit: Commit) -> Result<()> {
        let stamp = Written {
            now: self.world.now(),
            ids: self.world.ids.clone(),
            actor: "demo".to_owned(),
            function: "demo",
            request: "demo".to_owned(),
        };
        Ok(self.world.store.write(commit, &stamp).await?)
    }

    /// An invoice as it was after it went out, in the morning on which it was made.
    pub(super) fn sent(&self, kept: &KeptInvoice) -> Result<Invoice> {
        let on = kept.invoice.issued_on.unwrap_or(self.today);
        Ok(kept.invoice.clone().sent(hour(on, 1, &self.house.tenant.zone))?)
    }
}
