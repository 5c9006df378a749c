//! Read a report of a client's licences.

use contract::licence_audits::{AtLicenceAudit, GET, LicenceAuditView};
use contract::{NoBody, NoQuery};
use domain::licences::audit::LicenceAudit;
use runtime::files::linked;
use runtime::{Answer, Cx, Handler, In, Result};
use store::blobs::FileLabel;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_audit)
}

async fn get_audit(cx: Cx, input: In<AtLicenceAudit, NoQuery, NoBody>) -> Result<Answer<LicenceAuditView>> {
    cx.may_see(input.path.client)?;
    let read = cx.store.licence_audit(input.path.client, input.path.audit).await?;
    let LicenceAudit { on, facts, workbook, pdf, .. } = &read.value;
    let day = on.map_or_else(String::new, |on| on.to_string());
    let kinds =
        [(pdf, "pdf", "application/pdf"), (workbook, "xlsx", sheets::XLSX), (facts, "json", store::documents::JSON)];
    let mut files = Vec::new();
    for (file, ending, media_type) in kinds {
        let Some(file) = file else { continue };
        let name = format!("licence-audit-{day}.{ending}");
        files.push(linked(&cx, &file.kept, FileLabel { name: &name, media_type }, file.bytes).await?);
    }
    Ok(Answer::read(read.map(|audit| LicenceAuditView { files, ..audit.into() })))
}
