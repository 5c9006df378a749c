//! What documents look like, what they say, and which files were made of them.

use domain::billing::documents::facts::{Corrected, Document, Look, Parties};
use domain::billing::documents::settings::DocumentSettings;
use domain::ids::InvoiceId;
use futures::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::invoices::KeptInvoice;
use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

/// Media type of a document's facts.
pub const JSON: &str = "application/json";

impl Record for DocumentSettings {
    fn place(&self) -> Place {
        Place::at(keys::document_settings())
    }
}

/// The files of a document. What was issued, or voided, has one for ever; a draft's is the latest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDocument {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// How it looks.
    pub look: Look,
    /// The file with what it says.
    pub facts: String,
    /// The file with the PDF.
    pub pdf: String,
    /// Bytes of the PDF.
    pub bytes: u64,
    /// Pages of the PDF.
    pub pages: u32,
    /// Characters that the PDF was to print and has no letters for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub missing: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Record for KeptDocument {
    fn place(&self) -> Place {
        Place::at(keys::document(self.invoice, self.look))
    }
}

impl TenantStore {
    /// How documents are made: as everybody starts, at revision 0, while nobody has set it.
    pub async fn document_settings(&self) -> Result<Versioned<DocumentSettings>> {
        let found = self.find(&keys::document_settings()).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: DocumentSettings::default(), rev: 0 }))
    }

    /// The files of a document, if they were made.
    pub async fn document(&self, invoice: InvoiceId, look: Look) -> Result<Option<Versioned<KeptDocument>>> {
        self.find(&keys::document(invoice, look)).await
    }

    /// What an invoice's document says, as it stands. What was issued says what it said when its document was made; before
    /// that, and on a draft, it says what holds now. `pay_at` is where it can be paid, if it is to be.
    pub async fn document_facts(&self, kept: &KeptInvoice, pay_at: &str) -> Result<Document> {
        let look = Look::of(&kept.invoice);
        let frozen = match look {
            Look::Draft => None,
            Look::Issued | Look::Void => self.document(kept.invoice.id, Look::Issued).await?,
        };
        let Some(frozen) = frozen else { return self.gather(kept, pay_at).await };
        let facts = self.kept_file(&frozen.value.facts).await?;
        let document: Document = serde_json::from_slice(&facts).map_err(|e| Error::Corrupt(e.to_string()))?;
        Ok(if look == Look::Void { document.voided() } else { document })
    }

    async fn gather(&self, kept: &KeptInvoice, pay_at: &str) -> Result<Document> {
        let invoice = &kept.invoice;
        let corrects = async {
            let Some(id) = invoice.corrects else { return Ok(None) };
            let corrected = self.invoice(id).await?.value.invoice;
            let number = corrected.number.map(|number| number.to_string()).unwrap_or_default();
            Ok(Some(Corrected { id, number, issued_on: corrected.issued_on }))
        };
        let (tenant, settings, client, billing, lines, corrects) = try_join!(
            self.tenant_record(),
            self.document_settings(),
            self.client(invoice.client),
            self.client_billing(invoice.client),
            self.invoice_lines(kept),
            corrects
        )?;
        let parties = Parties {
            tenant: &tenant.value.name,
            letterhead: &settings.value.letterhead,
            client: &client.value.name,
            billing: &billing.value,
        };
        Ok(Document::of(invoice, lines, &parties, corrects, pay_at))
    }
}
