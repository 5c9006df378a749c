//! Make the PDF of an invoice, a credit note, or a report.

use contract::documents::RENDER;
use domain::billing::documents::facts::{Document, Look};
use domain::events::Event;
use runtime::paying::pay_at;
use runtime::{Error, ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::documents::{JSON, KeptDocument};

use crate::making::Made;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(RENDER, render)
}

async fn render(cx: ReactionCx) -> Result<Commit> {
    let nothing = || Ok(cx.store.commit());
    let (id, send) = match cx.envelope.event {
        Event::InvoiceIssued { invoice, .. } | Event::InvoiceVoided { invoice, .. } => (invoice, false),
        Event::InvoiceDocumentWanted { invoice, send, .. } => (invoice, send),
        Event::InvoiceCredited { note, .. } => (note, false),
        Event::LicenceAuditMade { audit, client } => return crate::audits::render(&cx, client, audit).await,
        _ => return nothing(),
    };
    let kept = match cx.store.invoice(id).await {
        Err(store::Error::NotFound) => return nothing(),
        read => read?.value,
    };
    let look = Look::of(&kept.invoice);
    let client = kept.invoice.client;
    let send = send && look == Look::Issued;
    let before = cx.store.document(id, look).await?;
    // What was issued, and what is void, has one document for ever.
    if before.is_some() && look != Look::Draft {
        // It was made in between.
        return Ok(cx.store.commit().emit(send.then_some(Event::InvoiceSendWanted { invoice: id, client })));
    }
    let pay_at = pay_at(&cx.world, cx.store.tenant(), id)?;
    let document = cx.store.document_facts(&kept, &pay_at).await?;
    let facts = serde_json::to_vec(&document).map_err(|e| Error::Internal(e.to_string()))?;
    let facts = cx.store.keep_file(JSON, facts).await?;
    if before.as_ref().is_some_and(|before| before.value.facts == facts) {
        return nothing();
    }
    let made = set(document).await?;
    let (bytes, pages, missing) = (made.bytes.len() as u64, made.pages, made.missing);
    let pdf = cx.store.keep_file("application/pdf", made.bytes).await?;
    let files = KeptDocument { invoice: id, look, facts, pdf, bytes, pages, missing, made_at: cx.now };
    let made = Event::InvoiceDocumentMade { invoice: id, client, look, send };
    let commit = cx.store.commit().update(&files, before.map_or(0, |before| before.rev));
    Ok(commit.emit([made]))
}

#[cfg(feature = "pdf")]
async fn set(document: Document) -> Result<Made> {
    crate::making::aside(move || crate::typeset::pdf(&document)).await
}

/// The binary is not even built without the feature, and the local stack hands it no events.
#[cfg(not(feature = "pdf"))]
async fn set(_: Document) -> Result<Made> {
    Err(crate::making::without())
}
