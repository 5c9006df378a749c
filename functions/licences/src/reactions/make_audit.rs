//! Make the report of a client's licences that somebody wants: what it says, and its workbook. What it says is kept before
//! the PDF is made of it, so that both say the same.

use std::collections::BTreeMap;

use contract::licence_audits::MAKE;
use domain::events::Event;
use domain::ids::ProductId;
use domain::licences::audit::{AuditFile, LicenceAudit, Sources, audit};
use domain::licences::findings::Finding;
use runtime::{Error, ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::documents::JSON;

use crate::facts::Known;

/// Most findings that a report names.
const MOST_FINDINGS: usize = 20_000;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(MAKE, make_audit)
}

async fn make_audit(cx: ReactionCx) -> Result<Commit> {
    let Event::LicenceAuditWanted { audit: id, client } = cx.envelope.event else { return Ok(cx.store.commit()) };
    let read = match cx.store.licence_audit(client, id).await {
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        read => read?,
    };
    // It was made in between.
    if read.value.facts.is_some() {
        return Ok(cx.store.commit());
    }
    let tenant = cx.store.tenant_record().await?.value;
    let on = tenant.zone.date(cx.now);
    let client = cx.store.client(client).await?.value;
    let known = Known::of(&cx.store, client.id, on).await?;
    let review = match cx.store.review(client.id).await {
        Ok(review) => Some(review.value),
        Err(store::Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let findings: Vec<Finding> =
        cx.store.all_findings(client.id, MOST_FINDINGS).await?.into_iter().map(|finding| finding.value).collect();
    let products: BTreeMap<ProductId, String> =
        known.facts.products.iter().map(|(id, product)| (*id, product.name.clone())).collect();
    let totals = review.as_ref().map(|review| review.totals.clone()).unwrap_or_default();
    let says = audit(Sources {
        msp: &tenant.name,
        client: &client,
        facts: &known.facts,
        licences: &known.licences,
        products: &products,
        findings: &findings,
        totals: &totals,
        reviewed_on: review.and_then(|review| review.reviewed_on),
    })?;
    let title = format!("Licence audit: {}, {on}", client.name);
    let workbook = sheets::workbook(&title, cx.now, &says.sheets()).map_err(|e| Error::Internal(e.to_string()))?;
    let facts = serde_json::to_vec(&says).map_err(|e| Error::Internal(e.to_string()))?;
    let made = LicenceAudit {
        on: Some(on),
        facts: Some(keep(&cx, JSON, facts).await?),
        workbook: Some(keep(&cx, sheets::XLSX, workbook).await?),
        ..read.value
    };
    let event = Event::LicenceAuditMade { audit: id, client: client.id };
    Ok(cx.store.commit().update(&made, read.rev).emit([event]))
}

async fn keep(cx: &ReactionCx, media_type: &str, file: Vec<u8>) -> Result<AuditFile> {
    let bytes = file.len() as u64;
    Ok(AuditFile { kept: cx.store.keep_file(media_type, file).await?, bytes })
}
