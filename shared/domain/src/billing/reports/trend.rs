//! The trend of a series of months: a guess, and called one.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// Fewer months than this have no trend.
pub const FEWEST_MONTHS: usize = 3;
/// More months than this are not looked at: the newest count.
pub const MOST_PAST: usize = 24;
/// How much a new month moves the level.
pub const LEVEL: Decimal = Decimal::from_parts(3, 0, 0, false, 1);
/// How much a new month moves the slope.
pub const SLOPE: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// What is left of the slope with every month.
pub const DAMPING: Decimal = Decimal::from_parts(9, 0, 0, false, 1);
/// Decimal places that a step keeps.
const PLACES: u32 = 8;

/// A trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// How many months it was made of.
    pub months: usize,
    /// The months to come, none below nothing.
    pub ahead: Vec<Money>,
}

/// The months to come by the damped trend of the months that were, oldest first: exponential smoothing of level and
/// slope, the slope fading month by month (Gardner and McKenzie, "Forecasting trends in time series", 1985), with fixed
/// weights: [`LEVEL`], [`SLOPE`], [`DAMPING`]. It starts from the first month, and from the mean of the first two steps.
/// Nothing is fitted, so the same months give the same answer; none of fewer than [`FEWEST_MONTHS`].
///
/// # Errors
/// [`Refusal::Conflict`] for two currencies.
pub fn trend(past: &[Money], ahead: usize) -> Result<Option<Trend>, Refusal> {
    let past = &past[past.len().saturating_sub(MOST_PAST)..];
    let [first, _, third, ..] = past else { return Ok(None) };
    let currency = first.currency();
    if let Some(other) = past.iter().find(|month| month.currency() != currency) {
        return Err(MoneyError::Currencies(currency, other.currency()).into());
    }
    let kept = |value: Decimal| value.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero);
    let mut level = first.major();
    let mut slope = kept((third.major() - first.major()) / Decimal::TWO);
    for month in &past[1..] {
        let before = level;
        level = kept(LEVEL * month.major() + (Decimal::ONE - LEVEL) * (level + DAMPING * slope));
        slope = kept(SLOPE * (level - before) + (Decimal::ONE - SLOPE) * DAMPING * slope);
    }
    let mut fades = Decimal::ONE;
    let mut value = level;
    let mut months = Vec::with_capacity(ahead);
    for _ in 0..ahead {
        fades = kept(fades * DAMPING);
        value = kept(value + fades * slope);
        months.push(Money::rounded(value.max(Decimal::ZERO), currency)?);
    }
    Ok(Some(Trend { months: past.len(), ahead: months }))
}
