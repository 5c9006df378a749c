//! What the lines of a contract that recur cost in a whole period, as they stand on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::{discounted, settled};
use super::facts::Count;
use super::line::{Known, price_on, quantity_on};
use super::period_of;
use crate::billing::contract::{Contract, Line, LineKind};
use crate::billing::pricing::price;
use crate::error::Refusal;
use crate::ids::LineId;
use crate::money::Money;

/// A line as it stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which line.
    pub line: LineId,
    /// How many on that day.
    pub quantity: Decimal,
    /// What a whole period of these costs, after the line's discounts and the percentages on the invoice, before taxes.
    pub net: Money,
}

/// What each fixed line, line of seats and line of blocks that is in force on a day costs in a whole period at the
/// day's price and quantity. What was never counted is none yet. Use, time and one-offs do not recur.
///
/// # Errors
/// [`Refusal::Conflict`] `price_missing`, and for amounts that are too large.
pub fn standing(contract: &Contract, counts: &[Count], on: Date) -> Result<Vec<Standing>, Refusal> {
    let recurs = |line: &&Line| matches!(line.kind, LineKind::Fixed | LineKind::PerSeat | LineKind::Block);
    let lives = |line: &&Line| contract.life(line).is_some_and(|life| life.contains(on));
    contract.lines.iter().filter(recurs).filter(lives).map(|line| of(contract, line, counts, on)).collect()
}

fn of(contract: &Contract, line: &Line, counts: &[Count], on: Date) -> Result<Standing, Refusal> {
    let period = period_of(contract, on);
    let quantity = quantity_on(line, on, Known { counts, on });
    let by = price_on(line, on)?;
    let money = |major: Decimal| Money::rounded(major, contract.currency);
    let maximum = by.maximum.map(money).transpose()?;
    let net = discounted(contract, line, &period, money(price(by, quantity)?.before_limits)?, maximum)?;
    let least = money(by.minimum.unwrap_or_default())?;
    let net = if net.compare(least)?.is_lt() { least } else { net };
    Ok(Standing { line: line.id, quantity, net: settled(contract, &period, net)? })
}
