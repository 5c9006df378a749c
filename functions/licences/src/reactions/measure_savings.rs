//! Measure, as a client is billed, which of its accepted findings came true. It looks at what its licences are now, so that
//! events in any order, however often, come to the same; what came true is not measured again.

use std::collections::{BTreeMap, BTreeSet};

use contract::findings::MEASURE;
use domain::events::Event;
use domain::ids::{ClientId, LicenceId};
use domain::licences::Holder;
use domain::licences::findings::{
    CameTrue, Finding, Measured, State, Whose, asks_for, given_back, measure_all, yearly,
};
use domain::zone::Zone;
use jiff::civil::Date;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::{Commit, Versioned};

/// Findings that one transaction writes, and the others of the last one's seat: below DynamoDB's 100 with what is beside them.
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

/// Notes which seats were given back since the last review: their findings are done, and are measured with those of this bill.
async fn note_given_back(
    cx: &ReactionCx,
    findings: &mut [Finding],
    licences: &BTreeMap<LicenceId, Measured>,
    today: Date,
) -> Result<()> {
    let mut asked: BTreeMap<LicenceId, Vec<(usize, Holder)>> = BTreeMap::new();
    let mut given: Vec<usize> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(licence) = finding.key.licence else { continue };
        let Some(now) = licences.get(&licence) else { continue };
        if let Some(holder) = asks_for(finding, *now).and_then(Whose::holder) {
            // Of a licence that has no seats any more nobody holds one.
            if now.seats == 0 {
                given.push(at);
            } else {
                asked.entry(licence).or_default().push((at, holder));
            }
        }
    }
    for (licence, of) in asked {
        let holders: Vec<&Holder> = of.iter().map(|(_, holder)| holder).collect();
        let seats = cx.store.seats_of(licence, &holders).await?;
        let held = seats.into_iter().map(|seat| seat.is_some_and(|seat| seat.value.is_held_on(today)));
        given.extend(of.iter().zip(held).filter(|(_, held)| !held).map(|((at, _), _)| *at));
    }
    for at in given {
        findings[at] = given_back(findings[at].clone(), today);
    }
    Ok(())
}

/// Measures some of the findings, and says whether that was all of them.
async fn part(cx: &ReactionCx, client: ClientId, today: Date) -> Result<(bool, Option<Commit>)> {
    let review = match cx.store.review(client).await {
        Ok(review) => review,
        Err(store::Error::NotFound) => return Ok((true, None)),
        Err(error) => return Err(error.into()),
    };
    let known: Vec<Versioned<Finding>> = cx.store.all_findings(client, MOST_FINDINGS).await?;
    let accepted = known.iter().filter(|finding| matches!(finding.value.state, State::Accepted { .. }));
    let ids: BTreeSet<LicenceId> = accepted.filter_map(|finding| finding.value.key.licence).collect();
    let mut licences = BTreeMap::new();
    for id in ids {
        let licence = cx.store.licence(id).await?.value.licence;
        // Nothing is measured of what cannot be computed, and it stops no other licence.
        let Ok(a_year) = yearly(&licence, today) else { continue };
        let yearly = a_year.filter(|_| !licence.has_ended(today));
        let claimed = review.value.claimed.get(&id).copied().unwrap_or(0);
        licences.insert(id, Measured { seats: licence.seats_on(today), yearly, claimed });
    }
    let mut findings: Vec<Finding> = known.iter().map(|finding| finding.value.clone()).collect();
    note_given_back(cx, &mut findings, &licences, today).await?;
    let CameTrue { findings: came_true, claimed } = measure_all(&findings, &licences, today, A_PART)?;
    let all = came_true.len() < A_PART;
    if came_true.is_empty() {
        return Ok((all, None));
    }
    let mut after = review.value.clone();
    after.claimed.extend(claimed.into_iter().filter(|(_, claimed)| *claimed > 0));
    let written = came_true.iter().map(|(at, after)| (Some(&known[*at]), after));
    Ok((all, Some(cx.store.commit().keep_findings(&review, after, written))))
}
