//! What was found today beside what was known: what is new, what is not so any more, what comes back.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::count::{Claimed, count};
use super::facts::{Cost, Facts, Licence, Whose};
use super::finding::{Baseline, Finding, Found, Kind, State};
use super::measure::LONGEST_WAIT_DAYS;
use crate::error::Refusal;
use crate::ids::{FindingId, LicenceId};
use crate::licences::days::days;

/// All findings of a client after a review, in order of their ids. `known` are those that are kept, `found` what is so
/// today; the same facts twice give the same findings, so a review that dies is simply done again. `claimed` is what findings
/// that came true have claimed of each licence.
///
/// * What somebody accepted keeps what it was worth then. When it is not found any more and its seat is not held, it is
///   done, and waits to be measured, at most [`LONGEST_WAIT_DAYS`]. When the holder has the seat still, it is gone: they
///   came back to it. So is what a licence that was paid for once was said to save, and what had not come true when a licence
///   ends that was terminated already when it was accepted.
/// * What was dismissed or snoozed stays so as long as it is found. What is found anew after that is open.
/// * A snooze is over on its day.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn review(
    known: Vec<Finding>,
    found: Vec<(FindingId, Found)>,
    facts: &Facts,
    claimed: &Claimed,
) -> Result<Vec<Finding>, Refusal> {
    let mut found: BTreeMap<FindingId, Found> = found.into_iter().collect();
    let mut after: Vec<Finding> = Vec::with_capacity(known.len() + found.len());
    for finding in known.into_iter().map(|finding| unless_withdrawn(finding, facts)) {
        after.push(match found.remove(&finding.id) {
            _ if was_paid_once(&finding, facts) => Finding { state: State::Gone { on: facts.today }, ..finding },
            Some(now) => seen(finding, now, facts.today),
            None => unseen(finding, facts),
        });
    }
    after.extend(found.into_iter().map(|(id, found)| open(id, found, facts.today)));
    after.sort_by_key(|finding| finding.id);
    // What is over stays in the department in which it came true.
    for finding in after.iter_mut().filter(|finding| !finding.state.is_over()) {
        let person = finding.key.whose.as_ref().and_then(Whose::contact);
        finding.unit = person.and_then(|person| facts.people.get(&person)).and_then(|person| person.unit);
    }
    let licences: BTreeMap<LicenceId, &Licence> = facts.licences.iter().map(|one| (one.id, one)).collect();
    count(&mut after, &licences, claimed)?;
    Ok(after)
}

fn open(id: FindingId, found: Found, today: Date) -> Finding {
    let Found { key, worth, evidence, action, notice_by } = found;
    Finding {
        id,
        key,
        worth,
        evidence,
        action,
        notice_by,
        state: State::Open {},
        found_on: today,
        unit: None,
        counted: None,
        uncounted: None,
        came_true: None,
    }
}

fn seen(known: Finding, now: Found, today: Date) -> Finding {
    if known.state.is_over() {
        return Finding { came_true: known.came_true, ..open(known.id, now, today) };
    }
    let state = match known.state {
        State::Snoozed { until, .. } if until <= today => State::Open {},
        // The seat was given back to its holder, or never taken.
        State::Accepted { by, at, baseline, done_on: Some(_) } => State::Accepted { by, at, baseline, done_on: None },
        other => other,
    };
    let (worth, action) = match state {
        State::Accepted { .. } => (known.worth, known.action),
        _ => (now.worth, now.action),
    };
    Finding { worth, action, evidence: now.evidence, notice_by: now.notice_by, state, ..known }
}

fn unseen(known: Finding, facts: &Facts) -> Finding {
    let today = facts.today;
    let gone = State::Gone { on: today };
    let state = match known.state {
        State::Accepted { by, at, baseline, done_on } => {
            let since = done_on.unwrap_or(today);
            let waits = days(since, today) <= LONGEST_WAIT_DAYS && known.worth.saves().is_some();
            let done = match known.key.kind {
                Kind::OverBought | Kind::WrongEdition => true,
                kind if kind.takes_back() => !is_held(&known, facts),
                _ => false,
            };
            let done = done && (known.key.kind != Kind::WrongEdition || !holds_same_edition(&known, facts));
            // What had not come true by then never will.
            let done = done && (is_in_force(&known, facts) || !baseline.has_ended(today));
            if waits && done { State::Accepted { by, at, baseline, done_on: Some(since) } } else { gone }
        }
        State::Gone { .. } | State::Realised { .. } => known.state,
        State::Open {} | State::Dismissed { .. } | State::Snoozed { .. } => gone,
    };
    Finding { state, ..known }
}

/// Whether it was accepted with a saving of a licence that was paid for once: no bill becomes smaller by it.
fn was_paid_once(finding: &Finding, facts: &Facts) -> bool {
    let saves = matches!(finding.state, State::Accepted { .. }) && finding.worth.saves().is_some();
    let licence = facts.licences.iter().find(|licence| Some(licence.id) == finding.key.licence);
    saves && licence.is_some_and(|licence| licence.cost == Cost::Perpetual)
}

/// Where a licence is not terminated any more, the end that was known when a finding was accepted says nothing of a later one.
fn unless_withdrawn(finding: Finding, facts: &Facts) -> Finding {
    let of = |licence: &&Licence| Some(licence.id) == finding.key.licence;
    let goes_on = facts.licences.iter().find(of).is_some_and(|licence| licence.ending.is_none());
    match finding.state {
        State::Accepted { by, at, baseline, done_on } if goes_on && baseline.ends_on.is_some() => {
            let baseline = Baseline { ends_on: None, ..baseline };
            Finding { state: State::Accepted { by, at, baseline, done_on }, ..finding }
        }
        _ => finding,
    }
}

fn is_in_force(finding: &Finding, facts: &Facts) -> bool {
    facts.licences.iter().any(|licence| Some(licence.id) == finding.key.licence)
}

fn is_held(finding: &Finding, facts: &Facts) -> bool {
    let of = |licence: &&Licence| Some(licence.id) == finding.key.licence;
    let holds = |licence: &Licence| licence.held.iter().any(|seat| Some(&seat.whose) == finding.key.whose.as_ref());
    facts.licences.iter().find(of).is_some_and(holds)
}

/// Whether the holder still has the seat, and the licence still costs what it did.
fn holds_same_edition(finding: &Finding, facts: &Facts) -> bool {
    let State::Accepted { baseline, .. } = finding.state else { return false };
    let licence = facts.licences.iter().find(|licence| Some(licence.id) == finding.key.licence);
    is_held(finding, facts) && licence.is_some_and(|licence| licence.cost.yearly() == baseline.yearly)
}
