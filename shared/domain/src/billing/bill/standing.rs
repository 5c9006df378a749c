//! What the lines of a contract that recur cost in a whole period, as they stand on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::{discounted, settled};
use super::facts::Count;
use super::line::{Known, price_on, quantity_on};
use super::period_of;
use crate::billing::contract::{Contract, Line, LineKind};
use crate::billing::pricing::price;
use crate::billing::taxes::{Taxable, Taxing};
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
    /// What a whole period of these costs, after the line's discounts and the percentages on the invoice, without taxes.
    pub net: Money,
}

/// What each fixed line, line of seats and line of blocks that is in force on a day costs in a whole period at the
/// day's price and quantity, by the taxes in force on that day. What was never counted is none yet. Use, time and one-offs do
/// not recur. What cannot be taxed stands as it is priced: the run parks the contract and says why.
///
/// # Errors
/// [`Refusal::Conflict`] `price_missing`, and for amounts that are too large.
pub fn standing(contract: &Contract, counts: &[Count], taxing: Taxing<'_>, on: Date) -> Result<Vec<Standing>, Refusal> {
    let recurs = |line: &&Line| matches!(line.kind, LineKind::Fixed | LineKind::PerSeat | LineKind::Block);
    let lives = |line: &&Line| contract.life(line).is_some_and(|life| life.contains(on));
    let (mut found, mut taxable) = (Vec::new(), Vec::new());
    for line in contract.lines.iter().filter(recurs).filter(lives) {
        let (quantity, amount) = of(contract, line, counts, on)?;
        found.push(Standing { line: line.id, quantity, net: amount });
        taxable.push(Taxable { amount, taxes: line.taxes.clone(), on: taxing.day(&line.taxes, on) });
    }
    if let Ok(nets) = taxing.nets(&taxable, contract.currency) {
        found.iter_mut().zip(nets).for_each(|(standing, net)| standing.net = net);
    }
    Ok(found)
}

/// How many, and what they cost with the taxes that are inside the price.
fn of(contract: &Contract, line: &Line, counts: &[Count], on: Date) -> Result<(Decimal, Money), Refusal> {
    let period = period_of(contract, on);
    let quantity = quantity_on(line, on, Known { counts, on });
    let by = price_on(line, on)?;
    let money = |major: Decimal| Money::rounded(major, contract.currency);
    let maximum = by.maximum.map(money).transpose()?;
    let net = discounted(contract, line, &period, money(price(by, quantity)?.before_limits)?, maximum)?.net;
    let least = money(by.minimum.unwrap_or_default())?;
    let net = if net.compare(least)?.is_lt() { least } else { net };
    Ok((quantity, settled(contract, &period, net)?.0))
}
