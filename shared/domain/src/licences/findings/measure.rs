//! What came true: an accepted finding whose licence has become smaller, or cheaper.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::finding::{Finding, Kind, State, Worth};
use crate::error::Refusal;
use crate::money::Money;

/// An accepted finding that was done waits so long for a smaller bill: a yearly renewal, and a month for the vendor.
pub const LONGEST_WAIT_DAYS: u32 = 396;

/// What a licence is on the day of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Seats that are paid for; none when it is over.
    pub seats: u32,
    /// A year of a seat.
    pub yearly: Option<Money>,
    /// Seats of the licence that findings which came true have claimed so far, ever.
    pub claimed: u32,
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
    let fewer = baseline.given_up(now.seats, now.claimed).min(seats);
    let surplus = finding.key.kind == Kind::OverBought;
    if !surplus && done_on.is_none() {
        return Ok(None);
    }
    let (yearly, claims) = if fewer > 0 {
        (worth.times(Decimal::from(fewer) / Decimal::from(seats.max(1)))?, fewer)
    } else {
        match cheaper(finding.key.kind, baseline.yearly, now)? {
            Some(less) if less.currency() == worth.currency() => (less.at_most(worth)?, 0),
            _ => return Ok(None),
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

/// What a seat of another edition costs less, where the whole licence became one of it.
fn cheaper(kind: Kind, before: Option<Money>, now: Measured) -> Result<Option<Money>, Refusal> {
    let (Some(before), Some(after)) = (before, now.yearly) else { return Ok(None) };
    if kind != Kind::WrongEdition || now.seats == 0 || before.currency() != after.currency() {
        return Ok(None);
    }
    Ok(Some(before.minus(after)?).filter(|less| !less.is_zero() && !less.is_negative()))
}
