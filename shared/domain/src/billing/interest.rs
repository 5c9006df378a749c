//! Interest on what is overdue: what bore it, day by day, and what it comes to.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::invoice::{Invoice, Moved};
use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// Interest is reckoned by actual days over 365.
const DAYS_A_YEAR: u32 = 365;

/// What was owed from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// The first day, at whose end this was left to pay.
    pub from: Date,
    /// How much.
    pub balance: Money,
}

impl Invoice {
    /// What bore interest, day by day. A day counts with what was owed when it began, so that of a payment the day on which it
    /// came in still counts; late fees and interest bear none, and what is paid goes to them first. What was paid before its
    /// days were noted counts as paid from the start.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn owed(&self) -> Result<Vec<Owed>, Refusal> {
        let (Some(issued_on), true) = (self.issued_on, self.bears_fees()) else { return Ok(Vec::new()) };
        let bearing = self.totals.total.minus(self.fees.unwrap_or(Money::zero(self.currency)))?;
        let moved = Money::sum(self.currency, self.moved.iter().map(|moved| moved.less))?;
        let mut left = self.totals.total.minus(self.paid.plus(self.credited)?.minus(moved)?)?;
        let mut owed = vec![Owed { from: issued_on, balance: left.at_most(bearing)? }];
        for Moved { on, less } in &self.moved {
            left = left.minus(*less)?;
            let balance = left.at_most(bearing)?;
            match on.saturating_add(1.day()) {
                from if from > issued_on => owed.push(Owed { from, balance }),
                _ => owed = vec![Owed { from: issued_on, balance }],
            }
        }
        Ok(owed)
    }
}

/// The interest to be charged up to and with the day `until`: what all days after the due date come to, rounded once,
/// less what was charged before. So it does not matter how often it is charged. `owed` is sorted by its days; before
/// its first there was nothing owed.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub fn interest(percent: Decimal, due_on: Date, owed: &[Owed], until: Date, charged: Money) -> Result<Money, Refusal> {
    let mut amount_days = Decimal::ZERO;
    for (index, part) in owed.iter().enumerate() {
        charged.compare(part.balance)?;
        let ends = owed.get(index + 1).map_or(until, |next| next.from.yesterday().unwrap_or(next.from).min(until));
        let last_before = part.from.yesterday().unwrap_or(part.from).max(due_on);
        let days = (ends - last_before).get_days().max(0);
        let product = part.balance.major().checked_mul(days.into());
        amount_days = product.and_then(|product| amount_days.checked_add(product)).ok_or_else(too_large)?;
    }
    let year = Decimal::from(100 * DAYS_A_YEAR);
    let exact = amount_days.checked_mul(percent).ok_or_else(too_large)? / year;
    let left = Money::rounded(exact, charged.currency())?.minus(charged)?;
    Ok(if left.is_negative() { Money::zero(charged.currency()) } else { left })
}

fn too_large() -> Refusal {
    MoneyError::TooLarge.into()
}
