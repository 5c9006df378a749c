//! The ledger's postings, the series that number what is issued, and what clients have to their credit.

use domain::billing::ledger::Posting;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::ClientCredit;
use domain::ids::{ClientId, InvoiceId};
use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for Posting {
    fn place(&self) -> Place {
        Place::at(keys::posting(self.currency, self.on, self.id))
    }
}

/// That an invoice was issued over nothing. It moved nothing, so the ledger does not know of it; exports name it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IssuedOverNothing {
    /// Which one.
    pub invoice: InvoiceId,
    /// In what.
    pub currency: Currency,
    /// The tenant's local date on which it was issued.
    pub on: Date,
}

impl Record for IssuedOverNothing {
    fn place(&self) -> Place {
        Place::at(keys::issued_over_nothing(self.currency, self.on, self.invoice))
    }
}

impl Record for Series {
    fn place(&self) -> Place {
        Place::at(keys::series(self.kind))
    }
}

impl Record for ClientCredit {
    fn place(&self) -> Place {
        let currency = self.balance.currency();
        Place {
            list: Some((keys::list::CREDITS.into(), format!("{}#{}", self.client, currency.code()))),
            refers: Some((keys::refers::client_credits(self.client), currency.code().into())),
            ..Place::at(keys::client_credit(self.client, currency))
        }
    }
}

impl TenantStore {
    /// A series; one that has not begun, at revision 0, before the first document.
    pub async fn series(&self, kind: SeriesKind) -> Result<Versioned<Series>> {
        let found = self.find(&keys::series(kind)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: Series::new(kind), rev: 0 }))
    }

    /// What a client has to its credit; nothing, at revision 0, before the first.
    pub async fn client_credit(&self, client: ClientId, currency: Currency) -> Result<Versioned<ClientCredit>> {
        let found = self.find(&keys::client_credit(client, currency)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: ClientCredit::none(client, currency), rev: 0 }))
    }
}
