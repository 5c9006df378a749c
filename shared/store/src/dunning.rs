//! What is done about invoices that are not paid.

use domain::billing::dunning::{Dunning, Owed};
use domain::ids::{ClientId, InvoiceId};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

/// The job that duns.
pub const DUN: &str = "billing-dunning";

/// What was left to pay from a day on, as the job saw it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The first day.
    pub from: Date,
    /// How much.
    pub balance: Money,
}

/// The dunning of an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDunning {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Who is to pay.
    pub client: ClientId,
    /// What was done.
    pub dunning: Dunning,
    /// What was left to pay, by day; for interest.
    pub seen: Vec<Seen>,
    /// The day on which the job looked at it last.
    pub looked_on: Date,
    /// The interest that was charged.
    pub interest: Money,
    /// When the job looks at it next.
    pub due_at: Option<Timestamp>,
    /// The disputes at the provider for which it waits, by their names: those that are open, and those that were lost. None
    /// before the first.
    #[serde(default)]
    pub disputes: Option<Vec<String>>,
}

impl KeptDunning {
    /// What was owed, as interest is reckoned on it.
    pub fn owed(&self) -> Vec<Owed> {
        self.seen.iter().map(|seen| Owed { from: seen.from, balance: seen.balance }).collect()
    }
}

impl Record for KeptDunning {
    fn place(&self) -> Place {
        Place { due: self.due_at.map(|at| (DUN, at)), ..Place::at(keys::dunning(self.invoice)) }
    }
}

impl TenantStore {
    /// The dunning of an invoice, if it was issued.
    pub async fn dunning(&self, invoice: InvoiceId) -> Result<Option<Versioned<KeptDunning>>> {
        self.find(&keys::dunning(invoice)).await
    }
}
