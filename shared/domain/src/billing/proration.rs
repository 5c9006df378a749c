//! What a part of a period costs.
//!
//! The divisor is always the number of days of the whole period, also when somebody joins or leaves inside it: Lago
//! measured it from the first billed day and charged too much (getlago/lago-api #6194), others divide by the length of
//! whatever month the part happens to begin in (microsoft/BCApps #5718). The first day of a part is billed and its end
//! date is not, so a change of plan bills each day once.

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::cycle::Period;
use crate::error::Refusal;
use crate::money::{Money, MoneyError, exponent};

/// What is billed of a period that is not used as a whole at one price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Proration {
    /// Every day at its own price.
    #[default]
    ActualDays,
    /// Whoever has it on any day has it for the whole period: what is dearest in it is billed once, in full. Nothing
    /// is given back for leaving or for going down inside the period.
    FullPeriod,
    /// What is there on the period's first day counts for the whole period: who joins inside it starts with the next
    /// one, and who leaves or changes inside it gets nothing back and pays nothing more (Stripe, `proration_behavior`
    /// `none`).
    None,
}

/// A part of a period at one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The first day.
    pub from: Date,
    /// The end, which is not in the segment any more.
    pub to: Date,
    /// What the whole period costs at this price, in major units.
    pub price_of_full_period: Decimal,
}

/// So many days of so many: what is billed of a period, as it is printed on the invoice's line (`14/31`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Share {
    /// Billed days.
    pub days: u32,
    /// Days of the whole period; more than zero.
    pub of: u32,
}

impl Share {
    /// All of a period.
    pub const WHOLE: Self = Self { days: 1, of: 1 };

    /// So much of an amount for the whole period, in major units, rounded once.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when it is more than can be computed.
    pub fn of_amount(self, major: Decimal, currency: Currency) -> Result<Money, Refusal> {
        exactly(&[(major, i64::from(self.days))], i64::from(self.of), currency).map(|(whole, _)| whole)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.days, self.of)
    }
}

impl Proration {
    /// How much of a period is billed to who has `part` of it; what lies outside the period does not count.
    pub fn share(self, full: Period, part: Period) -> Share {
        let days = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
        let of = full.days().max(1);
        let within = full.intersect(&part);
        let billed = match self {
            Self::ActualDays => within.map_or(0, |within| within.days()),
            Self::FullPeriod => within.map_or(0, |_| of),
            Self::None => within.filter(|within| within.from == full.from).map_or(0, |_| of),
        };
        Share { days: days(billed), of: days(of) }
    }
}

/// What each segment of a period costs, in the segments' order. They add up to the rounded sum of all days at their
/// exact prices: a price that holds for the whole period gives exactly that price, however many segments it is cut
/// into. What rounding leaves goes to the largest remainders ([`Money::split`]); a segment is less than 1.5 minor units
/// away from its exact price. In the modes without proration one segment carries the period's price, the others nothing.
///
/// # Errors
/// [`Refusal::Invalid`] for segments that are empty, outside the period, out of order, over one another, or of a
/// negative price; [`Refusal::Conflict`] when the amount is more than can be computed.
pub fn prorate(full: Period, segments: &[Segment], currency: Currency, mode: Proration) -> Result<Vec<Money>, Refusal> {
    check(full, segments)?;
    let carrier = match mode {
        Proration::ActualDays => return by_days(full, segments, currency),
        Proration::FullPeriod => dearest(segments),
        Proration::None => segments.iter().position(|segment| segment.from == full.from),
    };
    let amount = |(index, segment): (usize, &Segment)| {
        if Some(index) == carrier {
            Ok(Money::rounded(segment.price_of_full_period, currency)?)
        } else {
            Ok(Money::zero(currency))
        }
    };
    segments.iter().enumerate().map(amount).collect()
}

fn check(full: Period, segments: &[Segment]) -> Result<(), Refusal> {
    let mut billed_to = full.from;
    for (index, segment) in segments.iter().enumerate() {
        if segment.from < billed_to || segment.to <= segment.from || segment.to > full.to {
            let detail = "must lie in the period, after the segment before it, and hold at least one day";
            return Err(Refusal::invalid(format!("/segments/{index}"), "not_in_order", detail));
        }
        if segment.price_of_full_period.is_sign_negative() && !segment.price_of_full_period.is_zero() {
            let at = format!("/segments/{index}/price_of_full_period");
            return Err(Refusal::invalid(at, "out_of_range", "must not be negative; give a discount instead"));
        }
        billed_to = segment.to;
    }
    Ok(())
}

/// The first of the dearest segments.
fn dearest(segments: &[Segment]) -> Option<usize> {
    let best = segments.iter().map(|segment| segment.price_of_full_period).max()?;
    segments.iter().position(|segment| segment.price_of_full_period == best)
}

fn by_days(full: Period, segments: &[Segment], currency: Currency) -> Result<Vec<Money>, Refusal> {
    let days = |segment: &Segment| Period { from: segment.from, to: segment.to }.days();
    let priced: Vec<(Decimal, i64)> =
        segments.iter().map(|segment| (segment.price_of_full_period, days(segment))).collect();
    let (whole, weights) = exactly(&priced, full.days(), currency)?;
    Ok(whole.split(&weights))
}

/// The sum of price × days, divided by the period's days and rounded once, and the terms' proportions.
///
/// Whole minor units are divided off in integers first, so that what is rounded is a fraction of one minor unit to 28
/// places: a third of a cent is never mistaken for a half, however large the amount.
fn exactly(priced: &[(Decimal, i64)], of: i64, currency: Currency) -> Result<(Money, Vec<u64>), Refusal> {
    let scale = priced.iter().map(|(price, _)| price.normalize().scale()).max().unwrap_or(0);
    let terms: Option<Vec<i128>> = priced.iter().map(|(price, days)| term(*price, *days, scale, currency)).collect();
    let terms = terms.ok_or(MoneyError::TooLarge)?;
    let sum = terms.iter().try_fold(0_i128, |sum, term| sum.checked_add(*term)).ok_or(MoneyError::TooLarge)?;
    let unit = 10_i128.checked_pow(scale).and_then(|unit| unit.checked_mul(of.into())).ok_or(MoneyError::TooLarge)?;

    let minor = (sum / unit).to_i64().ok_or(MoneyError::TooLarge)?;
    let decimal = |number: i128| Decimal::try_from_i128_with_scale(number, 0).map_err(|_| MoneyError::TooLarge);
    let fraction = decimal(sum % unit)?.checked_div(decimal(unit)?).ok_or(MoneyError::TooLarge)?;
    let major = fraction * Decimal::new(1, exponent(currency));
    let whole = Money::new(minor, currency).plus(Money::rounded(major, currency)?)?;

    // Proportions in 64 bits: beyond them a part is a ten-thousandth of a minor unit off at most.
    let excess = u64::BITS.saturating_sub(sum.leading_zeros());
    let weights = terms.iter().map(|term| (term >> excess).to_u64().unwrap_or(0)).collect();
    Ok((whole, weights))
}

/// price × days in minor units, scaled to an integer.
fn term(price: Decimal, days: i64, scale: u32, currency: Currency) -> Option<i128> {
    let price = price.normalize();
    let raised = 10_i128.checked_pow(scale - price.scale() + exponent(currency))?;
    price.mantissa().checked_mul(raised)?.checked_mul(days.into())
}
