//! The PDF of a report of licences.

use domain::ids::{ClientId, LicenceAuditId};
use domain::licences::audit::{Audit, AuditFile, LicenceAudit, PrintedAudit};
use runtime::{Error, ReactionCx, Result};
use store::Commit;

use crate::making::Made;

/// Sets what the report says, as it was kept.
pub(crate) async fn render(cx: &ReactionCx, client: ClientId, id: LicenceAuditId) -> Result<Commit> {
    let read = match cx.store.licence_audit(client, id).await {
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        read => read?,
    };
    let Some(facts) = read.value.facts.as_ref().filter(|_| read.value.pdf.is_none()) else {
        return Ok(cx.store.commit());
    };
    let says = cx.store.kept_file(&facts.kept).await?;
    let says: Audit = serde_json::from_slice(&says).map_err(|e| Error::Internal(format!("the report {id}: {e}")))?;
    let letterhead = cx.store.document_settings().await?.value.letterhead;
    let Made { bytes, pages, missing } = set(id, says.printed(&letterhead)).await?;
    let length = bytes.len() as u64;
    let kept = cx.store.keep_file("application/pdf", bytes).await?;
    let pdf = Some(AuditFile { kept, bytes: length });
    let made = LicenceAudit { pdf, pages: Some(pages), missing, ..read.value };
    Ok(cx.store.commit().update(&made, read.rev))
}

#[cfg(feature = "pdf")]
async fn set(id: LicenceAuditId, printed: PrintedAudit) -> Result<Made> {
    crate::making::aside(move || crate::typeset::audit_pdf(id, &printed)).await
}

#[cfg(not(feature = "pdf"))]
async fn set(_: LicenceAuditId, _: PrintedAudit) -> Result<Made> {
    Err(crate::making::without())
}
