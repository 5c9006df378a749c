//! How much of what was found would be saved if all of it were done: nothing twice, and nothing that is needed elsewhere.

use std::collections::BTreeMap;

use iso_currency::Currency;
use rust_decimal::Decimal;

use super::facts::{Licence, Whose};
use super::finding::{Finding, Kind, State, Uncounted};
use crate::error::Refusal;
use crate::ids::LicenceId;
use crate::money::Money;

/// Seats of each licence that findings which came true have claimed, ever.
pub type Claimed = BTreeMap<LicenceId, u32>;

/// A part of a licence's saving: which finding, and what it is worth.
pub(super) type Part = (usize, Money);

/// Writes on each finding of a client what of it counts. Only what is open or accepted does. For each licence it comes to
/// exactly what all of it together would save:
///
/// * of several findings for one seat one counts: what is done, before the one that is worth most;
/// * seats that are taken back first fill what is missing, and what is kept free on purpose; only what is left can be given
///   up at renewal;
/// * a seat that was taken back already counts with the finding that said so, and not again as one that nobody holds;
/// * what was accepted counts until it comes true, also where the licence was made smaller for it meanwhile, or will be from a
///   later day on: it is what the next bills will be less by.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn count(
    findings: &mut [Finding],
    licences: &BTreeMap<LicenceId, &Licence>,
    claimed: &Claimed,
) -> Result<(), Refusal> {
    let mut by_licence: BTreeMap<LicenceId, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter_mut().enumerate() {
        (finding.counted, finding.uncounted) = (None, None);
        if let (true, Some(licence), Some(_)) = (finding.state.is_live(), finding.key.licence, finding.worth.saves()) {
            by_licence.entry(licence).or_default().push(at);
        }
    }
    for (licence, all) in by_licence {
        let claimed = claimed.get(&licence).copied().unwrap_or(0);
        match licences.get(&licence) {
            Some(licence) => of_licence(findings, licence, claimed, &all)?,
            None => of_ended(findings, claimed, &all)?,
        }
    }
    Ok(())
}

fn nothing(finding: &mut Finding, why: Uncounted) {
    finding.counted = finding.worth.saves().map(|(worth, _)| Money::zero(worth.currency()));
    finding.uncounted = Some(why);
}

fn of_licence(findings: &mut [Finding], licence: &Licence, claimed: u32, all: &[usize]) -> Result<(), Refusal> {
    let currency = licence.cost.yearly().map(|yearly| yearly.currency());
    let (mut freed, mut back, mut smaller, mut surplus) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (at, worth) in largest_of_each_seat(findings, all, currency) {
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
    let parts = [&freed, &back, &smaller].into_iter().flatten().map(|(at, _)| *at).chain(surplus);
    let given_up = given_up(findings, parts.collect(), licence.planned_seats.min(licence.seats), claimed);
    let (needed, free) = {
        let needed = licence.holders().saturating_add(licence.spare);
        (needed.saturating_sub(seats), seats.saturating_sub(needed))
    };
    lower_cost(findings, licence, &mut freed, &given_up)?;
    let taken = take(findings, &freed, &given_up, free);
    if let Some(at) = surplus {
        let left = free - taken + given_up.get(&at).copied().unwrap_or(0);
        let short = match freed.iter().any(|(at, _)| findings[*at].uncounted.is_none()) {
            true => |seats| Uncounted::CountedWhenTakenBack { seats },
            false => |_| Uncounted::GivenOn {},
        };
        so_many(&mut findings[at], left, short)?;
    }
    // The licence was made smaller for these before the seat was taken back, which fills what is missing by that.
    let expected = in_full(findings, &mut back, &given_up) + in_full(findings, &mut smaller, &given_up);
    let needed = needed.saturating_sub(expected);
    // Those who are worth most fill up what is missing: what is left of them is what a smaller bill saves.
    let filled = skip(findings, &back, needed);
    let still_needed = needed - filled;
    let filled = skip(findings, &smaller, still_needed);
    settle_smaller_seats(findings, licence, &smaller, filled)
}

/// Of a licence that is over, all seats are given up: what was accepted comes true with the next bills.
fn of_ended(findings: &mut [Finding], claimed: u32, all: &[usize]) -> Result<(), Refusal> {
    let parts = largest_of_each_seat(findings, all, None);
    let given_up = given_up(findings, parts.iter().map(|(at, _)| *at).collect(), 0, claimed);
    for (at, _) in parts {
        let own = given_up.get(&at).copied().unwrap_or(0);
        so_many(&mut findings[at], own, |_| Uncounted::NotPaid {})?;
    }
    Ok(())
}

/// Whether the seat was taken back, or changed, already.
fn is_done(finding: &Finding) -> bool {
    matches!(finding.state, State::Accepted { done_on: Some(_), .. })
}

/// How many seats of each of these accepted findings its licence was given up since, or will be by what is planned: what is
/// done and a surplus first, and who was accepted first before who was later. `seats` is the least that the licence has or
/// will have: that seats are new gives none up. Of those that are done it is what [`measure_all`] will find with the bill.
///
/// [`measure_all`]: super::measure_all
fn given_up(findings: &[Finding], mut parts: Vec<usize>, seats: u32, claimed: u32) -> BTreeMap<usize, u32> {
    parts.sort_by_key(|at| {
        let finding = &findings[*at];
        let waits = !is_done(finding) && finding.key.kind != Kind::OverBought;
        let accepted_at = match finding.state {
            State::Accepted { at, .. } => Some(at),
            _ => None,
        };
        (waits, accepted_at, finding.id)
    });
    let mut claimed = claimed;
    let mut given_up = BTreeMap::new();
    for at in parts {
        let (State::Accepted { baseline, .. }, Some((_, of))) = (&findings[at].state, findings[at].worth.saves())
        else {
            continue;
        };
        let own = baseline.given_up(seats, claimed).min(of);
        claimed = claimed.saturating_add(own);
        given_up.insert(at, own);
    }
    given_up
}

/// The findings that stand for their seats, and the others, each with the one that stands for its seat.
pub(super) struct OfEachSeat {
    pub(super) first: Vec<Part>,
    pub(super) others: Vec<(usize, usize)>,
}

/// Of each seat of a licence the one finding by which it is counted, and measured: what is done before what is not, for that
/// is what the next bill will be less by; then the one that is worth most, and what was accepted before what was not. What is in
/// another currency than the licence is paid for in, where it is, comes last: nothing of it is counted, nor measured.
pub(super) fn of_each_seat(findings: &[Finding], all: &[usize], currency: Option<Currency>) -> OfEachSeat {
    let mut order: Vec<Part> = all.iter().filter_map(|at| Some((*at, findings[*at].worth.saves()?.0))).collect();
    order.sort_by_key(|(at, worth)| {
        let finding = &findings[*at];
        let accepted = matches!(finding.state, State::Accepted { .. });
        let is_other = currency.is_some_and(|currency| currency != worth.currency());
        (is_other, !is_done(finding), -worth.minor(), !accepted, finding.key.kind, finding.id)
    });
    let mut seats: BTreeMap<&Option<Whose>, usize> = BTreeMap::new();
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for (at, worth) in order {
        match seats.get(&findings[at].key.whose) {
            Some(stands) => others.push((at, *stands)),
            None => {
                seats.insert(&findings[at].key.whose, at);
                first.push((at, worth));
            }
        }
    }
    OfEachSeat { first, others }
}

/// The findings that stand for their seats. The others count nothing.
fn largest_of_each_seat(findings: &mut [Finding], all: &[usize], currency: Option<Currency>) -> Vec<Part> {
    let OfEachSeat { first, others } = of_each_seat(findings, all, currency);
    for (at, stands) in others {
        let finding = findings[stands].id;
        nothing(&mut findings[at], Uncounted::SameSeat { finding });
    }
    first
}

/// A smaller edition that is done and for which no seat is given up came true by a lower cost, if there is one: it counts what
/// that is less, and takes no free seat.
fn lower_cost(
    findings: &mut [Finding],
    licence: &Licence,
    freed: &mut Vec<Part>,
    given_up: &BTreeMap<usize, u32>,
) -> Result<(), Refusal> {
    let (mut left, seats) = (Vec::with_capacity(freed.len()), licence.seats);
    for (at, worth) in freed.drain(..) {
        let finding = &mut findings[at];
        let is_given_up = given_up.get(&at).is_some_and(|seats| *seats > 0);
        let less = if is_given_up { None } else { finding.cheaper(licence.cost.yearly().filter(|_| seats > 0))? };
        match less {
            Some(less) => {
                finding.counted = Some(less);
                finding.uncounted = (less != worth).then_some(Uncounted::LowerCost {});
            }
            None => left.push((at, worth)),
        }
    }
    *freed = left;
    Ok(())
}

/// Counts in full what the licence is given up for, and of the rest the first so many, whose seats are free; what is left was
/// given on. How many free ones it took.
fn take(findings: &mut [Finding], parts: &[Part], given_up: &BTreeMap<usize, u32>, free: u32) -> u32 {
    let mut taken = 0;
    for (at, worth) in parts {
        let is_given_up = given_up.get(at).is_some_and(|seats| *seats > 0);
        if is_given_up || taken < free {
            findings[*at].counted = Some(*worth);
            taken += u32::from(!is_given_up);
        } else {
            nothing(&mut findings[*at], Uncounted::GivenOn {});
        }
    }
    taken
}

/// Counts in full those for which the licence is given up, and leaves the others. How many it counted.
fn in_full(findings: &mut [Finding], parts: &mut Vec<Part>, given_up: &BTreeMap<usize, u32>) -> u32 {
    let before = parts.len();
    parts.retain(|(at, worth)| {
        let counts = given_up.get(at).is_some_and(|seats| *seats > 0);
        if counts {
            findings[*at].counted = Some(*worth);
        }
        !counts
    });
    u32::try_from(before - parts.len()).unwrap_or(u32::MAX)
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

/// Counts so many seats of a finding, and says why it is not all of them.
fn so_many(finding: &mut Finding, most: u32, short: fn(u32) -> Uncounted) -> Result<(), Refusal> {
    let Some((worth, seats)) = finding.worth.saves() else { return Ok(()) };
    let counts = seats.min(most);
    finding.counted = Some(worth.times(Decimal::from(counts) / Decimal::from(seats.max(1)))?);
    if counts < seats {
        finding.uncounted = Some(short(seats - counts));
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
    let Some(seat) = licence.cost_to_come().yearly() else { return Ok(()) };
    let filled = usize::try_from(filled).unwrap_or(usize::MAX).min(smaller.len());
    let (needed, counted) = smaller.split_at(filled);
    let mut owed = Money::zero(seat.currency());
    for (_, saved) in needed {
        let costs = seat.minus(*saved)?;
        // What was accepted before the licence was terminated is worth what it was then.
        owed = if costs.is_negative() { owed } else { owed.plus(costs)? };
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
