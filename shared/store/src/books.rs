//! A tenant's books, read whole: query page by query page, so that no more than one of them is in memory at once.

use domain::billing::checker::Finding;
use domain::billing::ledger::Posting;
use domain::billing::payments::{ClientCredit, Payment};
use domain::ids::PostingId;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::from_sdk;
use crate::invoices::{KeptInvoice, KeptRecognition};
use crate::item::{Place, Record, from_item, text};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that proves the books.
pub const CHECK: &str = "billing-check-ledger";
/// Most findings that are kept of a check: the first hundred show what is wrong, and an item has 400 KB.
pub const MOST_FINDINGS: usize = 100;

/// What the last check of a tenant's books found, and when the next one is due. There from the sign-up on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerCheck {
    /// When the books were last proved or found wrong.
    pub checked_at: Option<Timestamp>,
    /// How many records were looked at.
    pub records: u64,
    /// How much was found.
    pub found: u64,
    /// The first of it; see [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// When the next check is due.
    pub due_at: Timestamp,
}

impl LedgerCheck {
    /// Before the first check.
    pub const fn first(due_at: Timestamp) -> Self {
        LedgerCheck { checked_at: None, records: 0, found: 0, findings: Vec::new(), due_at }
    }
}

impl Record for LedgerCheck {
    fn place(&self) -> Place {
        Place { due: Some((CHECK, self.due_at)), ..Place::at(keys::ledger_check()) }
    }
}

impl TenantStore {
    /// What the last check of the books found.
    pub async fn ledger_check(&self) -> Result<Versioned<LedgerCheck>> {
        self.get(&keys::ledger_check()).await
    }

    /// A page of the postings of the month that a date lies in, by date.
    pub async fn postings(
        &self,
        currency: Currency,
        on: Date,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<Posting>>> {
        let partition = keys::posting(currency, on, PostingId::from_uuid(uuid::Uuid::nil())).pk;
        let query = partition.clone();
        // Sort keys begin with their date, and so with the millennium.
        let listing = Listing { by: By::Children("2"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// Shows every invoice and credit note, drafts too. One that is paid or opened again meanwhile may be shown twice or
    /// not at all; there is a posting of that time.
    pub async fn each_invoice(&self, mut look: impl FnMut(KeptInvoice) + Send) -> Result<()> {
        for open in [true, false] {
            let list = keys::list::invoices(open);
            self.each(Some("by_list"), &list, |kept: Versioned<KeptInvoice>| look(kept.value)).await?;
        }
        Ok(())
    }

    /// Shows every payment.
    pub async fn each_payment(&self, mut look: impl FnMut(Payment) + Send) -> Result<()> {
        self.each(Some("by_list"), keys::list::PAYMENTS, |payment: Versioned<Payment>| look(payment.value)).await
    }

    /// Shows every client's credit.
    pub async fn each_credit(&self, mut look: impl FnMut(ClientCredit) + Send) -> Result<()> {
        self.each(Some("by_list"), keys::list::CREDITS, |credit: Versioned<ClientCredit>| look(credit.value)).await
    }

    /// Shows all deferred revenue of which something is left.
    pub async fn each_recognition(&self, mut look: impl FnMut(KeptRecognition) + Send) -> Result<()> {
        let list = keys::list::RECOGNITIONS;
        self.each(Some("by_list"), list, |kept: Versioned<KeptRecognition>| look(kept.value)).await
    }

    /// Shows every posting in a currency of the month that a date lies in.
    pub async fn each_posting(&self, currency: Currency, on: Date, mut look: impl FnMut(Posting) + Send) -> Result<()> {
        let partition = keys::posting(currency, on, PostingId::from_uuid(uuid::Uuid::nil())).pk;
        self.each(None, &partition, |posting: Versioned<Posting>| look(posting.value)).await
    }

    /// Shows every record of a partition, of an index or of the table itself.
    pub(crate) async fn each<T: DeserializeOwned>(
        &self,
        index: Option<&str>,
        partition: &str,
        mut look: impl FnMut(Versioned<T>) + Send,
    ) -> Result<()> {
        let key = match index {
            Some("by_ref") => "rpk",
            Some(_) => "lpk",
            None => "pk",
        };
        let mut read = self
            .store
            .dynamo
            .query()
            .table_name(&self.store.names.main)
            .set_index_name(index.map(Into::into))
            .consistent_read(index.is_none())
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", key)
            .expression_attribute_values(":pk", text(self.scope.prefix(partition)))
            .into_paginator()
            .send();
        while let Some(page) = read.next().await {
            for item in page.map_err(from_sdk)?.items() {
                look(from_item(item)?);
            }
        }
        Ok(())
    }
}
