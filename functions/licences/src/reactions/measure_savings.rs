//! Measure, as a client is billed, which of its accepted findings came true. It looks at what its licences are now, so that
//! events in any order, however often, come to the same; what came true is not measured again.

use contract::findings::MEASURE;
use domain::events::Event;
use domain::ids::ClientId;
use domain::licences::findings::{Finding, Measured, State, measure, yearly};
use domain::zone::Zone;
use jiff::civil::Date;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::{Commit, Versioned};

/// Findings that one transaction writes.
const A_PART: usize = 80;
/// Most findings of one client that are looked at.
const MOST_FINDINGS: usize = 20_000;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(MEASURE, measure_savings)
}

async fn measure_savings(cx: ReactionCx) -> Result<Commit> {
    let Event::InvoiceIssued { client, .. } = cx.envelope.event else { return Ok(cx.store.commit()) };
    let zone: Zone = match cx.store.tenant_record().await {
        Ok(tenant) => tenant.value.zone,
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        Err(error) => return Err(error.into()),
    };
    let today = zone.date(cx.now);
    while !cx.reconcile(|| part(&cx, client, today)).await? {}
    Ok(cx.store.commit())
}

/// Measures some of the findings, and says whether that was all of them.
async fn part(cx: &ReactionCx, client: ClientId, today: Date) -> Result<(bool, Option<Commit>)> {
    let review = match cx.store.review(client).await {
        Ok(review) => review,
        Err(store::Error::NotFound) => return Ok((true, None)),
        Err(error) => return Err(error.into()),
    };
    let mut accepted: Vec<Versioned<Finding>> = cx.store.all_findings(client, MOST_FINDINGS).await?;
    accepted.retain(|finding| matches!(finding.value.state, State::Accepted { .. }));
    // Who was accepted first comes true first.
    accepted.sort_by_key(|finding| match finding.value.state {
        State::Accepted { at, .. } => (Some(at), finding.value.id),
        _ => (None, finding.value.id),
    });
    let mut after = review.value.clone();
    let mut came_true: Vec<(&Versioned<Finding>, Finding)> = Vec::new();
    for finding in &accepted {
        let Some(id) = finding.value.key.licence else { continue };
        let licence = cx.store.licence(id).await?.value.licence;
        let claimed = after.claimed.get(&id).copied().unwrap_or(0);
        let now = Measured { seats: licence.seats_on(today), yearly: yearly(&licence, today)?, claimed };
        if let Some((realised, claims)) = measure(&finding.value, now, today)? {
            if claims > 0 {
                after.claimed.insert(id, claimed.saturating_add(claims));
            }
            came_true.push((finding, realised));
        }
        if came_true.len() == A_PART {
            break;
        }
    }
    let all = came_true.len() < A_PART;
    if came_true.is_empty() {
        return Ok((all, None));
    }
    let written = came_true.iter().map(|(before, after)| (Some(*before), after));
    Ok((all, Some(cx.store.commit().keep_findings(&review, after, written))))
}
