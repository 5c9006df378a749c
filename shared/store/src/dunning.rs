//! What is done about invoices that are not paid.

use domain::billing::dunning::Dunning;
use domain::ids::{ChargeId, ClientId, InvoiceId};
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

/// The job that duns.
pub const DUN: &str = "billing-dunning";

/// The dunning of an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDunning {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Who is to pay.
    pub client: ClientId,
    /// What was done.
    pub dunning: Dunning,
    /// The interest that was charged.
    pub interest: Money,
    /// When the job looks at it next.
    pub due_at: Option<Timestamp>,
    /// The disputes at the provider for which it waits, by their names: those that are open, and those that were lost. None
    /// before the first.
    #[serde(default)]
    pub disputes: Option<Vec<String>>,
    /// The latest of its late fees and of the interest on it, oldest first.
    #[serde(default)]
    pub charges: Vec<ChargeId>,
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
