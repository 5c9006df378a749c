//! What happens at the end of a term.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use super::model::{Contract, Line, LineKind, Renewed, Uplift};
use crate::billing::dated::{Dated, in_force};
use crate::billing::pricing::{Price, Pricing, Tier};

/// Most terms that are made up for at once: more than a century of years, for a contract that nobody looked at.
pub const MOST_RENEWALS: usize = 200;
/// Places to which a price is rounded, half away from zero, when it is multiplied on renewal.
pub const PRICE_PLACES: u32 = 6;

/// A renewal that comes, for the list of renewals and their notice dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upcoming {
    /// The last local date on which notice may be given: within the term, of which the day before its end is the last one.
    pub notice_by: Date,
    /// The first day after the term.
    pub ends_on: Date,
    /// Whether it goes on by itself if nobody gives notice.
    pub auto: bool,
    /// The end of the next term, exclusive, if it goes on.
    pub until: Option<Date>,
    /// What the prices are multiplied by then.
    pub factor: Decimal,
}

/// The contract as it is on a date: its term is extended for each last day of notice that has passed without one, and
/// the prices in force at the end of the term are uplifted from then on. A price that was agreed for the first day of
/// the new term or later stays as agreed. A contract without an end, or that does not renew by itself, stays as it is.
#[must_use]
pub fn renewed(mut contract: Contract, on: Date) -> Contract {
    for _ in 0..MOST_RENEWALS {
        match upcoming(&contract) {
            Some(Upcoming { notice_by, until: Some(until), ends_on, factor, .. }) if notice_by < on => {
                contract = renew(contract, ends_on, until, factor);
            }
            _ => break,
        }
    }
    contract
}

/// What comes at the end of the term; none without an end.
pub fn upcoming(contract: &Contract) -> Option<Upcoming> {
    let ends_on = contract.schedule.ends_on?;
    let renewal = &contract.renewal;
    let auto = contract.renews();
    Some(Upcoming {
        notice_by: ends_on.saturating_sub(i64::from(renewal.notice_days.max(1)).days()),
        ends_on,
        auto,
        until: auto.then(|| next_end(contract.schedule.starts_on, ends_on, renewal.months)),
        factor: factor(renewal.uplift),
    })
}

/// The end so many months later. A term of whole months is counted from the contract's start, so that a short month
/// does not pull its end along.
fn next_end(starts_on: Date, ends_on: Date, months: u16) -> Date {
    let number = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let term = number(ends_on) - number(starts_on);
    let whole = starts_on.saturating_add(term.months()) == ends_on;
    let months = i64::from(months.max(1));
    if whole { starts_on.saturating_add((term + months).months()) } else { ends_on.saturating_add(months.months()) }
}

fn factor(uplift: Uplift) -> Decimal {
    match uplift {
        Uplift::None {} | Uplift::Index { current: None, .. } => Decimal::ONE,
        Uplift::Percent { percent } => Decimal::ONE + percent / Decimal::ONE_HUNDRED,
        Uplift::Index { base, current: Some(current) } => current.checked_div(base).unwrap_or(Decimal::ONE),
    }
}

fn renew(mut contract: Contract, from: Date, until: Date, factor: Decimal) -> Contract {
    if factor != Decimal::ONE {
        contract.lines.iter_mut().for_each(|line| uplift(line, from, factor));
    }
    if let Uplift::Index { base, current } = contract.renewal.uplift {
        contract.renewal.uplift = Uplift::Index { base: current.unwrap_or(base), current: None };
    }
    contract.schedule.ends_on = Some(until);
    contract.renewals.push(Renewed { from, until, factor });
    contract
}

fn uplift(line: &mut Line, from: Date, factor: Decimal) {
    let goes_on = line.until.is_none_or(|until| from < until);
    let agreed = line.price.iter().any(|price| price.from == from);
    if line.kind == LineKind::OneOff || !goes_on || agreed {
        return;
    }
    if let Some(price) = in_force(&line.price, from) {
        let value = times(price, factor);
        let at = line.price.partition_point(|price| price.from < from);
        line.price.insert(at, Dated { from, value });
    }
}

/// A price with all its amounts multiplied. A percentage of a turnover stays: what it is taken of moves by itself.
fn times(price: &Price, factor: Decimal) -> Price {
    let by = |amount: Decimal| {
        let more = amount.checked_mul(factor).unwrap_or(amount);
        more.round_dp_with_strategy(PRICE_PLACES, RoundingStrategy::MidpointAwayFromZero).normalize()
    };
    let tiers = |tiers: &[Tier]| {
        tiers
            .iter()
            .map(|tier| Tier { unit_price: by(tier.unit_price), flat_fee: by(tier.flat_fee), ..*tier })
            .collect()
    };
    let mut pricing = price.pricing.clone();
    match &mut pricing {
        Pricing::Flat { amount } => *amount = by(*amount),
        Pricing::PerUnit { price, .. } | Pricing::Package { price, .. } => *price = by(*price),
        Pricing::Graduated { tiers: all, .. } | Pricing::Volume { tiers: all, .. } => *all = tiers(all),
        Pricing::Percentage(percentage) => {
            percentage.fixed = by(percentage.fixed);
            percentage.minimum = percentage.minimum.map(by);
            percentage.maximum = percentage.maximum.map(by);
        }
    }
    Price { pricing, minimum: price.minimum.map(by), maximum: price.maximum.map(by) }
}
