//! Send an invoice or a credit note to who pays it.

use contract::notifications::SEND_INVOICE;
use domain::billing::documents::delivery::{cover, goes_out, may_go_out};
use domain::billing::documents::facts::Look;
use domain::events::Event;
use domain::ids::InvoiceId;
use runtime::mail::{Enclosure, Letter};
use runtime::paying::pay_at;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::documents::KeptDocument;
use store::invoices::KeptInvoice;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(SEND_INVOICE, send_invoice)
}

async fn send_invoice(cx: ReactionCx) -> Result<Commit> {
    let nothing = || Ok(cx.store.commit());
    let (id, by_itself) = match cx.envelope.event {
        Event::InvoiceDocumentMade { invoice, look, send: false, .. } => (invoice, Some(look)),
        Event::InvoiceDocumentMade { invoice, .. } | Event::InvoiceSendWanted { invoice, .. } => (invoice, None),
        _ => return nothing(),
    };
    let kept = match cx.store.invoice(id).await {
        Err(store::Error::NotFound) => return nothing(),
        read => read?.value,
    };
    let goes = match by_itself {
        Some(look) => goes_out(&kept.invoice, look, cx.store.document_settings().await?.value.delivery),
        None => may_go_out(Look::of(&kept.invoice)).is_ok(),
    };
    if !goes {
        return nothing();
    }
    let Some(document) = cx.store.document(id, Look::Issued).await? else {
        // Somebody was faster than the function that makes it, or it failed: it asks for the letter when it is done.
        let wanted = Event::InvoiceDocumentWanted { invoice: id, client: kept.invoice.client, send: true };
        return Ok(cx.store.commit().emit([wanted]));
    };
    let Some(letter) = letter(&cx, &kept, &document.value).await? else { return nothing() };
    let addresses = u32::try_from(letter.cc.len() + 1).unwrap_or(u32::MAX);
    cx.world.mail.send(&letter).await?;
    // On its own, for the letter is gone: whoever writes the invoice meanwhile must not make it go out again.
    cx.reconcile(|| noted(&cx, id, addresses)).await?;
    nothing()
}

/// The letter; none to a client without billing addresses.
async fn letter(cx: &ReactionCx, kept: &KeptInvoice, document: &KeptDocument) -> Result<Option<Letter>> {
    let emails = cx.store.client_billing(kept.invoice.client).await?.value.emails;
    let Some((to, cc)) = emails.split_first() else { return Ok(None) };
    let pay_at = pay_at(&cx.world, cx.store.tenant(), kept.invoice.id)?;
    let facts = cx.store.document_facts(kept, &pay_at).await?;
    let words = cover(&facts);
    let pdf = Enclosure {
        name: format!("{}.pdf", facts.file_name()),
        media_type: "application/pdf".to_owned(),
        data: cx.store.kept_file(&document.pdf).await?,
    };
    Ok(Some(Letter {
        to: to.to_string(),
        cc: cc.iter().map(ToString::to_string).collect(),
        subject: words.subject,
        text: words.text,
        attachments: vec![pdf],
    }))
}

/// Notes on the invoice that it went out.
async fn noted(cx: &ReactionCx, id: InvoiceId, addresses: u32) -> Result<((), Option<Commit>)> {
    let read = cx.store.invoice(id).await?;
    let client = read.value.invoice.client;
    // What was voided in this very moment stays void; the letter is gone.
    let Ok(after) = read.value.invoice.clone().sent(cx.now) else { return Ok(((), None)) };
    let commit = cx.store.commit().emit([Event::InvoiceSent { invoice: id, client, addresses }]);
    let changed = after != read.value.invoice;
    Ok(((), Some(if changed { commit.update_invoice(&read, &after) } else { commit })))
}
