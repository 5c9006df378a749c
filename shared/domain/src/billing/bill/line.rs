//! What a line of a contract costs in a period, whatever was billed of it before.

use std::collections::BTreeSet;

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::discounted;
use super::facts::{BookPeriod, Count};
use crate::billing::contract::{Contract, Followed, Line, Quantity};
use crate::billing::cycle::Period;
use crate::billing::dated::in_force;
use crate::billing::discounts::Discounted;
use crate::billing::pricing::{Price, Pricing, price, price_transactions};
use crate::billing::proration::{Segment, prorate};
use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// A period whose quantity changed more often than this is billed in one line, so that a bill can be read.
pub const MOST_PARTS: usize = 6;
/// From so many rows on every further period is billed in one line: with two rows more for settling and the minimum, a
/// contract of 500 lines then fits into one invoice ([`crate::billing::lines::MOST_LINES`]).
pub const PARTS_UP_TO_ROW: usize = 500;

/// What a line costs in a period.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Due {
    /// By days of equal quantity and price.
    pub parts: Vec<Part>,
    /// All parts, after the line's discounts and the maximum.
    pub net: Money,
    /// What took how much off.
    pub discounted: Discounted,
    /// What the period costs at least.
    pub minimum: Money,
}

/// Days of equal quantity and price.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub service: Period,
    pub quantity: Decimal,
    pub unit_price: Option<Decimal>,
    pub gross: Money,
    pub net: Money,
}

/// What the quantity of a day depends on: counts that were known on a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub counts: &'a [Count],
    pub on: Date,
}

impl Known<'_> {
    fn until_known(&self, of: Followed) -> impl Iterator<Item = &Count> {
        let on = self.on;
        self.counts.iter().filter(move |count| count.of() == of && count.from <= on)
    }

    /// The count on a day; zero on days before the first count.
    fn count(&self, of: Followed, day: Date) -> Decimal {
        let last = self.until_known(of).filter(|count| count.from <= day).max_by_key(|count| count.from);
        last.map_or(Decimal::ZERO, |count| count.quantity)
    }
}

/// What a line whose quantity is agreed or counted costs in a period; `None` when it is not in force on any day of it.
///
/// Each day costs the price of the whole period at its quantity, divided by the days of the whole period; the sum is
/// rounded once, and the parts add up to it.
///
/// # Errors
/// [`Refusal::Conflict`] `count_missing` when nothing was ever counted, `price_missing` when no price is in force, and
/// for amounts that are too large.
pub(super) fn recurring(
    contract: &Contract,
    line: &Line,
    full: &Period,
    known: Known<'_>,
) -> Result<Option<Due>, Refusal> {
    let Some(served) = contract.life(line).and_then(|life| life.intersect(full)) else { return Ok(None) };
    let days = days_of_change(line, served, known)?;
    let mut segments: Vec<(Period, Decimal, &Price)> = Vec::new();
    for (at, from) in days.iter().enumerate() {
        let to = days.get(at + 1).copied().unwrap_or(served.to);
        let (quantity, price) = (quantity_on(line, *from, known), price_on(line, *from)?);
        match segments.last_mut() {
            Some((service, before, same)) if *before == quantity && *same == price => service.to = to,
            _ => segments.push((Period { from: *from, to }, quantity, price)),
        }
    }
    let mode = contract.proration_of(line);
    let cost = |of: &dyn Fn(&Price, Decimal) -> Result<Decimal, Refusal>| -> Result<Vec<Money>, Refusal> {
        let segment = |(service, quantity, price): &(Period, Decimal, &Price)| {
            let price_of_full_period = of(price, *quantity)?;
            Ok(Segment { from: service.from, to: service.to, price_of_full_period })
        };
        let segments: Vec<Segment> = segments.iter().map(segment).collect::<Result<_, Refusal>>()?;
        prorate(*full, &segments, contract.currency, mode)
    };
    let gross = cost(&|of, quantity| Ok(price(of, quantity)?.before_limits))?;
    let minimum = sum(contract.currency, &cost(&|of, _| Ok(of.minimum.unwrap_or_default()))?)?;
    let limited = segments.iter().all(|(_, _, price)| price.maximum.is_some());
    let maximum = limited.then(|| cost(&|of, _| Ok(of.maximum.unwrap_or_default()))).transpose()?;
    let maximum = maximum.map(|parts| sum(contract.currency, &parts)).transpose()?;
    let discounted = discounted(contract, line, full, sum(contract.currency, &gross)?, maximum)?;
    let net = discounted.net;
    let nets = spread(net, &gross);
    let parts = segments.into_iter().zip(gross).zip(nets).map(|(((service, quantity, price), gross), net)| Part {
        service,
        quantity,
        unit_price: unit_price(price),
        gross,
        net,
    });
    Ok(Some(Due { parts: parts.collect(), net, discounted, minimum }))
}

/// What was used in a period, priced as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Metered {
    /// One part: the days on which the line is in force.
    pub due: Due,
    /// All that was used in the period, what was billed before included.
    pub quantity: Decimal,
    /// How many records that was.
    pub records: u32,
    /// What it costs exactly, before discounts and limits, in major units.
    pub exact: Decimal,
}

/// What a line of usage costs in a period with what was used of it in addition to what was billed. The price is the one
/// of the first day on which the line is in force; the minimum is divided by days like a price, the maximum is not.
///
/// # Errors
/// As for [`recurring`].
pub(super) fn metered(
    contract: &Contract,
    line: &Line,
    full: &Period,
    before: Option<&BookPeriod>,
    used: &[Decimal],
) -> Result<Option<Metered>, Refusal> {
    let Some(served) = contract.life(line).and_then(|life| life.intersect(full)) else { return Ok(None) };
    let by = price_on(line, served.from)?;
    let quantity = used.iter().try_fold(before.map_or(Decimal::ZERO, |before| before.quantity), |sum, more| {
        sum.checked_add(*more).ok_or(MoneyError::TooLarge)
    })?;
    let records =
        before.map_or(0, |before| before.records).saturating_add(u32::try_from(used.len()).unwrap_or(u32::MAX));
    let exact = match &by.pricing {
        Pricing::Percentage(_) => {
            let more = price_transactions(&without_what_was_free(by, before), used)?.before_limits;
            more.checked_add(before.map_or(Decimal::ZERO, |before| before.exact)).ok_or(MoneyError::TooLarge)?
        }
        _ => price(by, quantity)?.before_limits,
    };
    let gross = Money::rounded(exact, contract.currency)?;
    let share = contract.proration_of(line).share(*full, served);
    let minimum = share.of_amount(by.minimum.unwrap_or_default(), contract.currency)?;
    let maximum = by.maximum.map(|maximum| Money::rounded(maximum, contract.currency)).transpose()?;
    let discounted = discounted(contract, line, full, gross, maximum)?;
    let net = discounted.net;
    let part = Part { service: served, quantity, unit_price: unit_price(by), gross, net };
    Ok(Some(Metered { due: Due { parts: vec![part], net, discounted, minimum }, quantity, records, exact }))
}

/// What a percentage leaves free in a period is used up by what was billed of it before.
fn without_what_was_free(price: &Price, before: Option<&BookPeriod>) -> Price {
    let mut price = price.clone();
    if let (Pricing::Percentage(percentage), Some(before)) = (&mut price.pricing, before) {
        percentage.free_amount = (percentage.free_amount - before.quantity).max(Decimal::ZERO);
        percentage.free_transactions = percentage.free_transactions.saturating_sub(before.records);
    }
    price
}

/// The days of a period on which quantity or price may change, its first included; ascending.
fn days_of_change(line: &Line, served: Period, known: Known<'_>) -> Result<Vec<Date>, Refusal> {
    let mut days = BTreeSet::from([served.from]);
    days.extend(line.price.iter().map(|price| price.from));
    for quantity in &line.quantity {
        days.insert(quantity.from);
        if let Some(of) = quantity.value.follows() {
            if known.until_known(of).next().is_none() {
                let detail = format!("\"{}\" bills {of}, which were never counted; count them first", line.text);
                return Err(Refusal::conflict("count_missing", detail));
            }
            days.extend(known.until_known(of).map(|count| count.from));
        }
    }
    Ok(days.into_iter().filter(|day| served.contains(*day)).collect())
}

/// How many on a day; one where nothing was agreed.
pub(super) fn quantity_on(line: &Line, day: Date, known: Known<'_>) -> Decimal {
    match in_force(&line.quantity, day) {
        Some(Quantity::Fixed { quantity }) => *quantity,
        Some(Quantity::Counted { what, product }) => known.count(Followed { what: *what, product: *product }, day),
        None => Decimal::ONE,
    }
}

pub(super) fn price_on(line: &Line, day: Date) -> Result<&Price, Refusal> {
    in_force(&line.price, day).ok_or_else(|| {
        Refusal::conflict("price_missing", format!("\"{}\" has no price on {day}; amend the contract", line.text))
    })
}

/// The price of one, where there is such a thing.
fn unit_price(price: &Price) -> Option<Decimal> {
    match &price.pricing {
        Pricing::Flat { amount } => Some(*amount),
        Pricing::PerUnit { price, free_units } if free_units.is_zero() => Some(*price),
        _ => None,
    }
}

/// An amount in the proportions of others.
fn spread(amount: Money, like: &[Money]) -> Vec<Money> {
    let weights: Vec<u64> = like.iter().map(|part| part.minor().unsigned_abs()).collect();
    amount.split(&weights)
}

fn sum(currency: Currency, parts: &[Money]) -> Result<Money, Refusal> {
    Ok(Money::sum(currency, parts.iter().copied())?)
}
