//! Get a link to a document.

use contract::NoBody;
use contract::documents::{DocumentFormat, DocumentQuery, DocumentState, DocumentView, FileView, GET};
use contract::invoices::AtInvoice;
use domain::billing::documents::facts::{Document, Look};
use domain::billing::documents::table::table;
use domain::billing::documents::unprinted;
use domain::events::Event;
use runtime::paying::pay_at;
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::blobs::{FileLabel, digest};
use store::documents::JSON;
use store::invoices::KeptInvoice;

use crate::issued::visible_invoice;
use runtime::files::{CSV, linked, made};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_document)
}

async fn get_document(cx: Cx, input: In<AtInvoice, DocumentQuery, NoBody>) -> Result<Answer<DocumentView>> {
    let kept = visible_invoice(&cx, input.path.invoice).await?.value;
    let pay_at = pay_at(&cx.world, cx.store.tenant(), kept.invoice.id)?;
    let document = cx.store.document_facts(&kept, &pay_at).await?;
    let name = document.file_name();
    let file = match input.query.format.unwrap_or_default() {
        DocumentFormat::Pdf => return pdf(&cx, &kept, &document, &name).await,
        DocumentFormat::Json => {
            made(&cx, FileLabel { name: &format!("{name}.json"), media_type: JSON }, facts(&document)?).await?
        }
        DocumentFormat::Csv => {
            let text = table(&document)?.into_text();
            made(&cx, FileLabel { name: &format!("{name}.csv"), media_type: CSV }, text.into_bytes()).await?
        }
    };
    Ok(Answer::of(ready(file, None)))
}

fn ready(file: FileView, pages: Option<u32>) -> DocumentView {
    DocumentView { state: DocumentState::Ready, file: Some(file), pages, warnings: Vec::new() }
}

fn facts(document: &Document) -> Result<Vec<u8>> {
    serde_json::to_vec(document).map_err(|e| Error::Internal(e.to_string()))
}

/// The PDF, or the word that it is being made: only one function can make it, and that one listens.
async fn pdf(cx: &Cx, kept: &KeptInvoice, document: &Document, name: &str) -> Result<Answer<DocumentView>> {
    let invoice = &kept.invoice;
    let found = cx.store.document(invoice.id, document.look).await?;
    // A draft's is good as long as the draft says the same.
    let said = if document.look == Look::Draft { Some(digest(&facts(document)?)) } else { None };
    let found = found.filter(|found| said.as_ref().is_none_or(|said| *said == found.value.facts));
    let Some(found) = found else {
        let wanted = Event::InvoiceDocumentWanted { invoice: invoice.id, client: invoice.client, send: false };
        let being_made =
            DocumentView { state: DocumentState::BeingMade, file: None, pages: None, warnings: Vec::new() };
        return Ok(Answer::after(cx.store.commit().emit([wanted]), being_made));
    };
    let label = FileLabel { name: &format!("{name}.pdf"), media_type: "application/pdf" };
    let file = linked(cx, &found.value.pdf, label, found.value.bytes).await?;
    let warnings = unprinted(&found.value.missing).into_iter().collect();
    Ok(Answer::of(DocumentView { warnings, ..ready(file, Some(found.value.pages)) }))
}
