//! The amount of a quantity, by each model, exactly.

use rust_decimal::Decimal;

use super::{
    LARGEST_AMOUNT, LARGEST_QUANTITY, MOST_TRANSACTIONS, Part, PercentagePricing, Price, Priced, Pricing,
    QUANTITY_DECIMALS, Tier, What,
};
use crate::error::Refusal;
use crate::money::MoneyError;

/// What a quantity costs by the model alone. Of [`Pricing::Percentage`] the quantity is the amount of one transaction.
///
/// # Errors
/// [`Refusal::Invalid`] at `/quantity` unless it is from 0 to [`LARGEST_QUANTITY`] with at most [`QUANTITY_DECIMALS`]
/// places, [`Refusal::Conflict`] for more than [`LARGEST_AMOUNT`] and for a quantity above a last tier that is not open.
pub fn price(price: &Price, quantity: Decimal) -> Result<Priced, Refusal> {
    countable("/quantity", quantity)?;
    let parts = match &price.pricing {
        Pricing::Flat { amount } => vec![Part::of(What::Flat {}, Decimal::ONE, *amount, Decimal::ZERO)?],
        Pricing::PerUnit { price, free_units } => {
            let free = quantity.min(*free_units);
            vec![Part::free(free), Part::of(What::Units {}, quantity - free, *price, Decimal::ZERO)?]
        }
        Pricing::Graduated { tiers, flat_fee_at_zero } => graduated(tiers, *flat_fee_at_zero, quantity)?,
        Pricing::Volume { tiers, flat_fee_at_zero } => volume(tiers, *flat_fee_at_zero, quantity)?,
        Pricing::Package { size, price, free_units } => {
            let free = quantity.min(*free_units);
            let packages = packages(quantity - free, *size)?;
            vec![Part::free(free), Part::of(What::Packages {}, packages, *price, Decimal::ZERO)?]
        }
        Pricing::Percentage(pricing) => percentage(pricing, &[quantity])?,
    };
    Priced::of(parts)
}

/// What several transactions cost, in order of time: for [`Pricing::Percentage`] one after the other, for every other
/// model as one quantity, their sum.
///
/// # Errors
/// As [`price`], at `/transactions` and below.
pub fn price_transactions(price: &Price, amounts: &[Decimal]) -> Result<Priced, Refusal> {
    if amounts.len() > MOST_TRANSACTIONS {
        let detail = format!("holds {}; at most {MOST_TRANSACTIONS} are allowed", amounts.len());
        return Err(Refusal::invalid("/transactions", "too_many", detail));
    }
    for (index, amount) in amounts.iter().enumerate() {
        countable(&format!("/transactions/{index}"), *amount)?;
    }
    match &price.pricing {
        Pricing::Percentage(pricing) => Priced::of(percentage(pricing, amounts)?),
        _ => super::price(price, amounts.iter().sum()),
    }
}

fn graduated(tiers: &[Tier], flat_fee_at_zero: bool, quantity: Decimal) -> Result<Vec<Part>, Refusal> {
    let mut parts = Vec::new();
    let mut below = Decimal::ZERO;
    for (n, tier) in (1..).zip(tiers) {
        let reached = quantity > below || (n == 1 && flat_fee_at_zero);
        if !reached {
            return Ok(parts);
        }
        let within = tier.up_to.map_or(quantity, |up_to| quantity.min(up_to));
        parts.push(Part::of(What::Tier { n }, within - below, tier.unit_price, tier.flat_fee)?);
        below = within;
    }
    if quantity > below { Err(closed()) } else { Ok(parts) }
}

fn volume(tiers: &[Tier], flat_fee_at_zero: bool, quantity: Decimal) -> Result<Vec<Part>, Refusal> {
    if quantity.is_zero() && !flat_fee_at_zero {
        return Ok(Vec::new());
    }
    let holds = |tier: &Tier| tier.up_to.is_none_or(|up_to| quantity <= up_to);
    let (n, tier) = (1..).zip(tiers).find(|(_, tier)| holds(tier)).ok_or_else(closed)?;
    Ok(vec![Part::of(What::Tier { n }, quantity, tier.unit_price, tier.flat_fee)?])
}

/// How many packages are opened. Both numbers are millionths of at most [`LARGEST_QUANTITY`], so that the 28 digits of
/// the quotient tell a whole number from what lies just above it.
fn packages(units: Decimal, size: Decimal) -> Result<Decimal, Refusal> {
    units.checked_div(size).map(|packages| packages.ceil()).ok_or_else(|| MoneyError::TooLarge.into())
}

/// The earliest transactions use the allowances up; each allowance is for its own part of the price. (Lago ends both of
/// them with the first that is used up, so that what is free depends on the other one.)
fn percentage(pricing: &PercentagePricing, amounts: &[Decimal]) -> Result<Vec<Part>, Refusal> {
    let rate = pricing.percent * Decimal::new(1, 2);
    let mut free_amount = pricing.free_amount;
    let mut free_transactions = pricing.free_transactions;
    let (mut free, mut charged, mut with_fee) = (Decimal::ZERO, Decimal::ZERO, 0_u32);
    let (mut raised, mut cut) = (Decimal::ZERO, Decimal::ZERO);
    for amount in amounts {
        let free_of_this = free_amount.min(*amount);
        let charged_of_this = *amount - free_of_this;
        free_amount -= free_of_this;
        let fee_is_free = free_transactions > 0;
        free_transactions = free_transactions.saturating_sub(1);

        free += free_of_this;
        charged += charged_of_this;
        with_fee += u32::from(!fee_is_free);
        let fee = if fee_is_free { Decimal::ZERO } else { pricing.fixed };
        let due = bounded(times(charged_of_this, rate)?.checked_add(fee))?;
        let is_free = fee_is_free && charged_of_this.is_zero();
        let least = bounded(pricing.minimum.filter(|_| !is_free).or(Some(Decimal::ZERO)))?;
        let most = bounded(pricing.maximum.or(Some(LARGEST_AMOUNT)))?;
        raised += (least - due).max(Decimal::ZERO);
        cut += (most - due).min(Decimal::ZERO);
    }
    Ok(vec![
        Part::free(free),
        Part::of(What::Percentage {}, charged, rate, Decimal::ZERO)?,
        Part::of(What::Transactions {}, with_fee.into(), pricing.fixed, Decimal::ZERO)?,
        Part::of(What::TransactionMinimum {}, Decimal::ONE, raised, Decimal::ZERO)?,
        Part::of(What::TransactionMaximum {}, Decimal::ONE, cut, Decimal::ZERO)?,
    ])
}

impl Priced {
    /// What of these parts counts, and what they come to.
    fn of(mut parts: Vec<Part>) -> Result<Self, Refusal> {
        // A tier that was reached tells something even if it is free; an allowance or an adjustment of nothing does not.
        parts.retain(|part| !part.amount.is_zero() || !(part.quantity.is_zero() || part.adjusts()));
        let before_limits = parts.iter().try_fold(Decimal::ZERO, |sum, part| bounded(sum.checked_add(part.amount)))?;
        Ok(Self { before_limits, parts })
    }
}

impl Part {
    fn of(what: What, quantity: Decimal, unit_price: Decimal, flat_fee: Decimal) -> Result<Self, Refusal> {
        let amount = bounded(times(quantity, unit_price)?.checked_add(flat_fee))?;
        Ok(Self { what, quantity, unit_price, flat_fee, amount })
    }

    fn free(quantity: Decimal) -> Self {
        let nothing = Decimal::ZERO;
        Self { what: What::Free {}, quantity, unit_price: nothing, flat_fee: nothing, amount: nothing }
    }

    /// Whether it stands for no quantity of its own.
    fn adjusts(&self) -> bool {
        matches!(self.what, What::TransactionMinimum {} | What::TransactionMaximum {})
    }
}

fn times(quantity: Decimal, unit_price: Decimal) -> Result<Decimal, Refusal> {
    bounded(quantity.checked_mul(unit_price))
}

fn bounded(amount: Option<Decimal>) -> Result<Decimal, Refusal> {
    amount.filter(|amount| amount.abs() <= LARGEST_AMOUNT).ok_or_else(|| MoneyError::TooLarge.into())
}

fn countable(field: &str, quantity: Decimal) -> Result<(), Refusal> {
    let holds =
        (Decimal::ZERO..=LARGEST_QUANTITY).contains(&quantity) && quantity.normalize().scale() <= QUANTITY_DECIMALS;
    if holds {
        return Ok(());
    }
    let detail = format!("must be from 0 to {LARGEST_QUANTITY} with at most {QUANTITY_DECIMALS} decimal places");
    Err(Refusal::invalid(field, "out_of_range", detail))
}

/// What is above the last tier is never dropped; a price that would do so is refused when it is saved.
fn closed() -> Refusal {
    Refusal::conflict("last_tier_closed", "the quantity is above the last tier; leave out up_to of the last tier")
}
