//! How much of what was found would be saved if all of it were done: nothing twice, and nothing that is needed elsewhere.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::facts::{Licence, Whose};
use super::finding::{Finding, Kind, State};
use crate::error::Refusal;
use crate::ids::{FindingId, LicenceId};
use crate::money::Money;

/// Why the totals take less of a finding than it is worth by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Uncounted {
    /// The same seat is counted by another finding that is worth as much or more.
    SameSeat {
        /// Which one.
        finding: FindingId,
    },
    /// The seat fills one that is missing, or one that is kept free on purpose, so it cannot be given up.
    SeatNeeded {},
    /// What is free was counted where it was taken back.
    CountedWhenTakenBack {
        /// So many seats of it.
        seats: u32,
    },
    /// The seat was given to somebody else in the meantime.
    GivenOn {},
    /// The licence is not in force any more, or its cost changed its currency.
    NotPaid {},
    /// It is counted with the next review, in the night.
    NotYet {},
}

impl Uncounted {
    /// For people.
    pub fn sentence(&self) -> String {
        match self {
            Self::SameSeat { finding } => format!("The same seat is counted by {finding}."),
            Self::SeatNeeded {} => "The seat fills one that is missing, or one that is kept free.".into(),
            Self::CountedWhenTakenBack { seats } => {
                format!("{seats} of these seats are counted where they were taken back.")
            }
            Self::GivenOn {} => "The seat was given to somebody else in the meantime.".into(),
            Self::NotPaid {} => "The licence is not paid for any more.".into(),
            Self::NotYet {} => "It is counted with the next review, in the night.".into(),
        }
    }
}

/// A part of a licence's saving: which finding, and what a seat of it is worth.
type Part = (usize, Money);

/// Writes on each finding of a client what of it counts. Only what is open or accepted does. For each licence it comes to
/// exactly what all of it together would save:
///
/// * of several findings for one seat only the largest counts;
/// * seats that are taken back first fill what is missing, and what is kept free on purpose; only what is left can be given
///   up at renewal;
/// * a seat that was taken back already counts with the finding that said so, and not again as one that nobody holds.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn count(findings: &mut [Finding], licences: &BTreeMap<LicenceId, &Licence>) -> Result<(), Refusal> {
    let mut by_licence: BTreeMap<LicenceId, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter_mut().enumerate() {
        (finding.counted, finding.uncounted) = (None, None);
        if let (true, Some(licence), Some(_)) = (finding.state.is_live(), finding.key.licence, finding.worth.saves()) {
            by_licence.entry(licence).or_default().push(at);
        }
    }
    for (licence, all) in by_licence {
        match licences.get(&licence) {
            Some(licence) => of_licence(findings, licence, &all)?,
            None => all.into_iter().for_each(|at| nothing(&mut findings[at], Uncounted::NotPaid {})),
        }
    }
    Ok(())
}

fn nothing(finding: &mut Finding, why: Uncounted) {
    finding.counted = finding.worth.saves().map(|(worth, _)| Money::zero(worth.currency()));
    finding.uncounted = Some(why);
}

fn of_licence(findings: &mut [Finding], licence: &Licence, all: &[usize]) -> Result<(), Refusal> {
    let currency = licence.cost.yearly().map(|yearly| yearly.currency());
    let (mut freed, mut back, mut smaller, mut surplus) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (at, worth) in largest_of_each_seat(findings, all) {
        let finding = &findings[at];
        if Some(worth.currency()) != currency {
            nothing(&mut findings[at], Uncounted::NotPaid {});
        } else if finding.key.kind == Kind::OverBought {
            surplus = Some(at);
        } else if is_done(finding) {
            freed.push((at, worth));
        } else if finding.key.kind.takes_back() {
            back.push((at, worth));
        } else {
            smaller.push((at, worth));
        }
    }
    let seats = licence.settled_seats.min(licence.seats);
    let (needed, free) = {
        let needed = licence.holders().saturating_add(licence.spare);
        (needed.saturating_sub(seats), seats.saturating_sub(needed))
    };
    let gone = take(findings, &freed, free);
    if let Some(at) = surplus {
        of_surplus(&mut findings[at], free - gone, gone)?;
    }
    // Those who are worth most fill up what is missing: what is left of them is what a smaller bill saves.
    let filled = skip(findings, &back, needed);
    let still_needed = needed - filled;
    let filled = skip(findings, &smaller, still_needed);
    settle_smaller_seats(findings, licence, &smaller, filled)
}

/// Whether the seat was taken back, or changed, already.
fn is_done(finding: &Finding) -> bool {
    matches!(finding.state, State::Accepted { done_on: Some(_), .. })
}

/// Of each seat the finding that is worth most; what was accepted before what was not. The others count nothing.
fn largest_of_each_seat(findings: &mut [Finding], all: &[usize]) -> Vec<Part> {
    let mut order: Vec<Part> = all.iter().filter_map(|at| Some((*at, findings[*at].worth.saves()?.0))).collect();
    order.sort_by_key(|(at, worth)| {
        let finding = &findings[*at];
        (-worth.minor(), !matches!(finding.state, State::Accepted { .. }), finding.key.kind, finding.id)
    });
    let mut seats: BTreeMap<Option<Whose>, FindingId> = BTreeMap::new();
    order.retain(|(at, _)| match seats.get(&findings[*at].key.whose) {
        Some(first) => {
            let finding = *first;
            nothing(&mut findings[*at], Uncounted::SameSeat { finding });
            false
        }
        None => {
            seats.insert(findings[*at].key.whose.clone(), findings[*at].id);
            true
        }
    });
    order
}

/// Counts the first so many in full; the rest was given on. How many it counted.
fn take(findings: &mut [Finding], parts: &[Part], most: u32) -> u32 {
    let mut counted = 0;
    for (at, worth) in parts {
        if counted < most {
            findings[*at].counted = Some(*worth);
            counted += 1;
        } else {
            nothing(&mut findings[*at], Uncounted::GivenOn {});
        }
    }
    counted
}

/// Leaves out the first so many, whose seats are needed, and counts the rest in full. How many it left out.
fn skip(findings: &mut [Finding], parts: &[Part], needed: u32) -> u32 {
    let mut skipped = 0;
    for (at, worth) in parts {
        if skipped < needed {
            nothing(&mut findings[*at], Uncounted::SeatNeeded {});
            skipped += 1;
        } else {
            findings[*at].counted = Some(*worth);
        }
    }
    skipped
}

/// What nobody holds, without what was counted where it was taken back.
fn of_surplus(finding: &mut Finding, free: u32, gone: u32) -> Result<(), Refusal> {
    let Some((worth, seats)) = finding.worth.saves() else { return Ok(()) };
    let counts = seats.min(free);
    finding.counted = Some(worth.times(Decimal::from(counts) / Decimal::from(seats.max(1)))?);
    if counts < seats {
        finding.uncounted = Some(if gone > 0 {
            Uncounted::CountedWhenTakenBack { seats: seats - counts }
        } else {
            Uncounted::GivenOn {}
        });
    }
    Ok(())
}

/// A holder who moves to a smaller edition needs a seat there, even when the larger seat cannot be given up: what these
/// cost goes off what the others save.
fn settle_smaller_seats(
    findings: &mut [Finding],
    licence: &Licence,
    smaller: &[Part],
    filled: u32,
) -> Result<(), Refusal> {
    let Some(seat) = licence.cost.yearly() else { return Ok(()) };
    let filled = usize::try_from(filled).unwrap_or(usize::MAX).min(smaller.len());
    let (needed, counted) = smaller.split_at(filled);
    let mut owed = Money::zero(seat.currency());
    for (_, saved) in needed {
        owed = owed.plus(seat.minus(*saved)?)?;
    }
    for (at, saved) in counted {
        let off = owed.at_most(*saved)?;
        if !off.is_zero() {
            findings[*at].counted = Some(saved.minus(off)?);
            findings[*at].uncounted = Some(Uncounted::SeatNeeded {});
            owed = owed.minus(off)?;
        }
    }
    Ok(())
}
