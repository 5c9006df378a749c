//! Payments, and what of a client they may pay.

use domain::billing::invoice::Invoice;
use domain::billing::payments::{ClientCredit, MOST_ALLOCATIONS, Payment, paid_first};
use domain::ids::{ClientId, InvoiceId, PaymentId};
use iso_currency::Currency;

use crate::invoices::KeptInvoice;
use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Most invoices of a client that are looked at when there is a new way to pay them.
pub const MOST_CHARGED: usize = 500;

impl Record for Payment {
    fn place(&self) -> Place {
        let id = self.id.to_string();
        Place {
            list: Some((keys::list::PAYMENTS.into(), id.clone())),
            refers: Some((keys::refers::client_payments(self.client), id)),
            ..Place::at(keys::payment(self.id))
        }
    }
}

impl TenantStore {
    /// A payment.
    pub async fn payment(&self, id: PaymentId) -> Result<Versioned<Payment>> {
        self.get(&keys::payment(id)).await
    }

    /// A page of the payments, or of those of one client, newest first.
    pub async fn payments(&self, client: Option<ClientId>, page: &PageRequest) -> Result<Slice<Versioned<Payment>>> {
        let (by, partition) = match client {
            Some(client) => (By::Ref, keys::refers::client_payments(client)),
            None => (By::List, keys::list::PAYMENTS.to_owned()),
        };
        let query = partition.clone();
        let listing = Listing { by, partitions: vec![partition], newest_first: true, query };
        self.page(&listing, page, |_| true).await
    }

    /// Those invoices of a client in a currency that are paid first, of those that something is left to pay of: at most
    /// as many as one payment pays. Only what is open is read, page by page. It may be a moment behind: read each again
    /// before it is paid.
    pub async fn open_invoices(&self, client: ClientId, currency: Currency) -> Result<Vec<InvoiceId>> {
        self.first_open(client, MOST_ALLOCATIONS, |invoice| invoice.currency == currency).await
    }

    /// Those invoices of a client that are paid first, of those that something is left to pay of, in every currency: at most
    /// [`MOST_CHARGED`], page by page. It may be a moment behind: read each again before anything is done about it.
    pub async fn invoices_to_charge(&self, client: ClientId) -> Result<Vec<InvoiceId>> {
        self.first_open(client, MOST_CHARGED, |_| true).await
    }

    async fn first_open(
        &self,
        client: ClientId,
        most: usize,
        fits: impl Fn(&Invoice) -> bool + Send + Sync,
    ) -> Result<Vec<InvoiceId>> {
        let mut first = Vec::new();
        let partition = keys::refers::client_invoices(client, true);
        self.each(Some("by_ref"), &partition, |kept: Versioned<KeptInvoice>| {
            let invoice = kept.value.invoice;
            if fits(&invoice) {
                first.push((paid_first(&invoice), invoice.id));
                // Never more in memory than a page and what is asked for.
                first.sort_unstable();
                first.truncate(most);
            }
        })
        .await?;
        Ok(first.into_iter().map(|(_, id)| id).collect())
    }

    /// What a client has to its credit, in each currency that it ever had some in.
    pub async fn credits_of(&self, client: ClientId) -> Result<Vec<ClientCredit>> {
        let mut credits = Vec::new();
        let partition = keys::refers::client_credits(client);
        self.each(Some("by_ref"), &partition, |credit: Versioned<ClientCredit>| credits.push(credit.value)).await?;
        Ok(credits)
    }
}
