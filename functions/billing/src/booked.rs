//! A document as it goes into sums: what its lines are for, and whether it brings that or takes it back.

use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine};
use domain::billing::reports::as_corrected;
use domain::events::Event;
use domain::ids::InvoiceId;
use futures::try_join;
use jiff::civil::Date;
use runtime::Result;
use store::TenantStore;

/// A document that was issued, and its lines.
pub(crate) struct Booked {
    /// The document.
    pub(crate) document: Invoice,
    /// Its lines; those of a credit note with the origins of what they correct.
    pub(crate) lines: Vec<InvoiceLine>,
    /// When it was issued.
    pub(crate) issued_on: Date,
    /// Whether it takes back what its lines say.
    pub(crate) takes_back: bool,
}

impl Booked {
    /// The document that an event tells of. A draft brings nothing, and one that was made void takes nothing back; nor
    /// does what is there no more.
    pub(crate) async fn of(store: &TenantStore, event: &Event) -> Result<Option<Self>> {
        let read = match *event {
            Event::InvoiceIssued { invoice, .. } => Self::invoice(store, invoice, false).await,
            Event::InvoiceVoided { invoice, .. } => Self::invoice(store, invoice, true).await,
            Event::InvoiceCredited { invoice, note, .. } => Self::note(store, note, invoice).await,
            _ => return Ok(None),
        };
        match read {
            Err(runtime::Error::Store(store::Error::NotFound)) => Ok(None),
            read => read,
        }
    }

    async fn invoice(store: &TenantStore, id: InvoiceId, voided: bool) -> Result<Option<Self>> {
        let (document, lines) = document(store, id).await?;
        // A bill below nothing is a note that corrects no invoice: what it says is owed to the client.
        let takes_back = voided != (document.kind == InvoiceKind::CreditNote);
        Ok(document.issued_on.map(|issued_on| Booked { document, lines, issued_on, takes_back }))
    }

    async fn note(store: &TenantStore, note: InvoiceId, invoice: InvoiceId) -> Result<Option<Self>> {
        let ((document, lines), (_, corrects)) = try_join!(document(store, note), document(store, invoice))?;
        let lines = as_corrected(lines, &corrects);
        Ok(document.issued_on.map(|issued_on| Booked { document, lines, issued_on, takes_back: true }))
    }

    /// An amount of its lines, the way it counts.
    pub(crate) const fn signed(&self, minor: i64) -> i64 {
        if self.takes_back { -minor } else { minor }
    }
}

async fn document(store: &TenantStore, id: InvoiceId) -> Result<(Invoice, Vec<InvoiceLine>)> {
    let kept = store.invoice(id).await?.value;
    let lines = store.invoice_lines(&kept).await?;
    Ok((kept.invoice, lines))
}
