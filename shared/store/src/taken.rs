//! What an invoice took up of each of its contracts, so that its void can give it back.

use std::collections::BTreeSet;

use domain::billing::bill::{BookedUsage, Drawing};
use domain::ids::{BlockId, ChargeId, ClientId, ContractId, InvoiceId, LineId, TicketId, TimeEntryId, UsageId};
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

/// What an invoice took up of a contract. It is written with the invoice and never changes. At its fullest, with 2,000
/// records of use and 2,000 of time, it has some 250 KB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakenUp {
    /// Which invoice.
    pub invoice: InvoiceId,
    /// Of which contract.
    pub contract: ContractId,
    /// Whose.
    pub client: ClientId,
    /// Records of use.
    pub usage: BTreeSet<UsageId>,
    /// Time entries, each on its ticket.
    pub time: BTreeSet<(TicketId, TimeEntryId)>,
    /// Charges.
    pub charges: BTreeSet<ChargeId>,
    /// Blocks of prepaid hours that had been sold by hand.
    pub blocks: BTreeSet<BlockId>,
    /// Blocks that lines of the contract sold.
    pub sold: Vec<(LineId, BlockId)>,
    /// What its work drew from prepaid hours.
    pub drawings: Vec<Drawing>,
    /// What it booked of usage.
    pub booked: Vec<BookedUsage>,
}

impl TakenUp {
    /// Whether there is nothing to give back.
    pub fn is_empty(&self) -> bool {
        self.usage.is_empty()
            && self.time.is_empty()
            && self.charges.is_empty()
            && self.blocks.is_empty()
            && self.sold.is_empty()
            && self.drawings.is_empty()
            && self.booked.is_empty()
    }
}

impl Record for TakenUp {
    fn place(&self) -> Place {
        Place::at(keys::taken_up(self.invoice, self.contract))
    }
}

impl TenantStore {
    /// What an invoice took up of a contract.
    pub async fn taken_up(&self, invoice: InvoiceId, contract: ContractId) -> Result<Option<TakenUp>> {
        let found: Option<Versioned<TakenUp>> = self.find(&keys::taken_up(invoice, contract)).await?;
        Ok(found.map(|found| found.value))
    }
}
