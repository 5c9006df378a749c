//! What came true: an accepted finding whose licence has become smaller, or cheaper.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::count::{Claimed, OfEachSeat, of_each_seat};
use super::facts::Whose;
use super::finding::{Finding, Kind, State, Uncounted, Worth};
use crate::error::Refusal;
use crate::ids::LicenceId;
use crate::money::Money;

/// An accepted finding that was done waits so long for a smaller bill: a yearly renewal, and a month for the vendor.
pub const LONGEST_WAIT_DAYS: u32 = 396;

/// What a licence is on the day of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Seats that are paid for; none when it is over.
    pub seats: u32,
    /// A year of a seat; none when it is over.
    pub yearly: Option<Money>,
    /// Seats of the licence that findings which came true have claimed so far, ever.
    pub claimed: u32,
}

/// What came true of a client's findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameTrue {
    /// The findings that change, by their places, in the order in which they came true.
    pub findings: Vec<(usize, Finding)>,
    /// Seats that are claimed by now, of each licence that was looked at.
    pub claimed: Claimed,
}

/// Whose seat is to be looked up before an accepted finding can be measured: no review has seen yet that it was given back, and
/// its licence has fewer seats than when it was accepted.
pub fn asks_for(finding: &Finding, now: Measured) -> Option<&Whose> {
    match &finding.state {
        State::Accepted { baseline, done_on: None, .. } if now.seats < baseline.seats => finding.key.whose.as_ref(),
        _ => None,
    }
}

/// A finding whose seat was seen to be given back: it is done.
#[must_use]
pub fn given_back(finding: Finding, today: Date) -> Finding {
    let state = match finding.state {
        State::Accepted { by, at, baseline, done_on: None } => {
            State::Accepted { by, at, baseline, done_on: Some(today) }
        }
        other => other,
    };
    Finding { state, ..finding }
}

/// What came true of a client's findings, who was accepted first before who was later. Of each seat that is the one by which it
/// is counted, so that what the totals promised for a seat and what is measured of it are the same, and never both of two
/// findings: when the seat is gone, what else was accepted for it is gone too; when it is cheaper, that is worth so much less.
///
/// With what changes by it, it stops after so many: what is left comes true when it is called again with what it gave.
///
/// # Errors
/// As [`measure`].
pub fn measure_all(
    findings: &[Finding],
    licences: &BTreeMap<LicenceId, Measured>,
    today: Date,
    most: usize,
) -> Result<CameTrue, Refusal> {
    let mut by_licence: BTreeMap<LicenceId, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.state.is_live()) {
        if let Some(licence) = finding.key.licence.filter(|licence| licences.contains_key(licence)) {
            by_licence.entry(licence).or_default().push(at);
        }
    }
    let (mut first, mut others) = (Vec::new(), BTreeMap::<usize, Vec<usize>>::new());
    for (licence, all) in &by_licence {
        let paid = licences.get(licence).and_then(|now| now.yearly);
        let seats: OfEachSeat = of_each_seat(findings, all, paid.map(|yearly| yearly.currency()));
        first.extend(seats.first.into_iter().map(|(at, _)| at));
        for (at, stands) in seats.others {
            others.entry(stands).or_default().push(at);
        }
    }
    first.sort_by_key(|at| match findings[*at].state {
        State::Accepted { at: accepted_at, .. } => (Some(accepted_at), findings[*at].id),
        _ => (None, findings[*at].id),
    });
    let mut claimed: Claimed = licences.iter().map(|(licence, now)| (*licence, now.claimed)).collect();
    let mut came_true: Vec<(usize, Finding)> = Vec::new();
    for at in first {
        let Some((licence, now)) = findings[at].key.licence.and_then(|id| Some((id, licences.get(&id)?))) else {
            continue;
        };
        let so_far = claimed.entry(licence).or_default();
        let Some((after, claims)) = measure(&findings[at], Measured { claimed: *so_far, ..*now }, today)? else {
            continue;
        };
        *so_far = so_far.saturating_add(claims);
        for other in others.remove(&at).unwrap_or_default() {
            let left = left_beside(&findings[other], &after, claims, today)?;
            came_true.extend(left.map(|left| (other, left)));
        }
        came_true.push((at, after));
        if came_true.len() >= most {
            break;
        }
    }
    Ok(CameTrue { findings: came_true, claimed })
}

/// What is left of another finding that was accepted for the same seat, once one came true; `None` for what does not change.
fn left_beside(other: &Finding, came_true: &Finding, claims: u32, today: Date) -> Result<Option<Finding>, Refusal> {
    let (State::Accepted { .. }, State::Realised { yearly: less, .. }) = (&other.state, &came_true.state) else {
        return Ok(None);
    };
    let left = match other.worth.saves() {
        Some((worth, seats)) if claims == 0 => {
            if worth.currency() != less.currency() {
                return Ok(None);
            }
            Some((worth.minus(*less)?, seats)).filter(|(left, _)| !left.is_zero() && !left.is_negative())
        }
        _ => None,
    };
    Ok(Some(match left {
        // The night counts it anew.
        Some((yearly, seats)) => Finding {
            worth: Worth::Saves { yearly, seats },
            counted: Some(Money::zero(yearly.currency())),
            uncounted: Some(Uncounted::NotYet {}),
            ..other.clone()
        },
        None => Finding { state: State::Gone { on: today }, counted: None, uncounted: None, ..other.clone() },
    }))
}

/// The finding as it came true, and how many of the licence's seats it claims; `None` while nothing did. It is what the
/// seats that are gone since it was accepted are worth by what was found, and never more. A seat that is gone is claimed by
/// one finding: what others claimed since is not there any more. A smaller edition comes true by a lower cost per seat too.
///
/// Where fewer seats are gone than were found, what is left of it stays accepted, with what is left of its worth.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn measure(finding: &Finding, now: Measured, today: Date) -> Result<Option<(Finding, u32)>, Refusal> {
    let (State::Accepted { baseline, done_on, .. }, Some((worth, seats))) = (&finding.state, finding.worth.saves())
    else {
        return Ok(None);
    };
    // Of a licence that is paid for in another currency by now, or not by the year, nothing is counted either. One that is over
    // is worth what it was.
    let counts = now.yearly.map_or(now.seats == 0, |yearly| yearly.currency() == worth.currency());
    if !counts || now.seats == 0 && baseline.has_ended(today) {
        return Ok(None);
    }
    let fewer = baseline.given_up(now.seats, now.claimed).min(seats);
    let surplus = finding.key.kind == Kind::OverBought;
    if !surplus && done_on.is_none() {
        return Ok(None);
    }
    let (yearly, claims) = if fewer > 0 {
        (worth.times(Decimal::from(fewer) / Decimal::from(seats.max(1)))?, fewer)
    } else {
        match finding.cheaper(now.yearly.filter(|_| now.seats > 0))? {
            Some(less) => (less, 0),
            None => return Ok(None),
        }
    };
    let before = finding.came_true.filter(|before| before.currency() == yearly.currency());
    let came_true = Some(before.map_or(Ok(yearly), |before| before.plus(yearly))?);
    if claims > 0 && claims < seats {
        let left = worth.minus(yearly)?;
        // The night counts it anew; until then it is less by what came true.
        let counted = finding.counted.map(|counted| counted.minus(yearly)).transpose()?;
        let counted = counted.map(|left| if left.is_negative() { Money::zero(left.currency()) } else { left });
        let worth = Worth::Saves { yearly: left, seats: seats - claims };
        return Ok(Some((Finding { worth, counted, came_true, ..finding.clone() }, claims)));
    }
    let state = State::Realised { on: today, yearly };
    let after = Finding { state, came_true, counted: None, uncounted: None, ..finding.clone() };
    Ok(Some((after, claims)))
}
