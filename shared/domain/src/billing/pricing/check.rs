//! What is wrong with a price.

use rust_decimal::Decimal;

use super::{
    HIGHEST_PERCENT, HIGHEST_PRICE, LARGEST_QUANTITY, MOST_TIERS, PERCENT_DECIMALS, PRICE_DECIMALS, PercentagePricing,
    Price, Pricing, QUANTITY_DECIMALS, Tier,
};
use crate::invalid::Check;

impl Price {
    /// Notes what is wrong with it.
    pub fn validate(&self, field: &str, check: &mut Check) {
        self.pricing.validate(&format!("{field}/pricing"), check);
        limits(field, self.minimum, self.maximum, check);
    }
}

impl Pricing {
    /// Notes what is wrong with it.
    pub fn validate(&self, field: &str, check: &mut Check) {
        let at = |name: &str| format!("{field}/{name}");
        match self {
            Self::Flat { amount } => money(&at("amount"), *amount, check),
            Self::PerUnit { price, free_units } => {
                money(&at("price"), *price, check);
                quantity(&at("free_units"), *free_units, check);
            }
            Self::Graduated { tiers, .. } | Self::Volume { tiers, .. } => check_tiers(&at("tiers"), tiers, check),
            Self::Package { size, price, free_units } => {
                quantity(&at("size"), *size, check);
                check.that(!size.is_zero(), &at("size"), "out_of_range", "must be more than zero units");
                money(&at("price"), *price, check);
                quantity(&at("free_units"), *free_units, check);
            }
            Self::Percentage(pricing) => pricing.validate(field, check),
        }
    }
}

impl PercentagePricing {
    fn validate(&self, field: &str, check: &mut Check) {
        number(&format!("{field}/percent"), self.percent, HIGHEST_PERCENT, PERCENT_DECIMALS, check);
        money(&format!("{field}/fixed"), self.fixed, check);
        quantity(&format!("{field}/free_amount"), self.free_amount, check);
        limits(field, self.minimum, self.maximum, check);
    }
}

fn check_tiers(field: &str, tiers: &[Tier], check: &mut Check) {
    check.that(!tiers.is_empty(), field, "required", "must hold at least one tier, the last one without up_to");
    check.count(field, tiers.len(), MOST_TIERS);
    let mut below = Decimal::ZERO;
    for (index, tier) in tiers.iter().enumerate() {
        money(&format!("{field}/{index}/unit_price"), tier.unit_price, check);
        money(&format!("{field}/{index}/flat_fee"), tier.flat_fee, check);
        let at = format!("{field}/{index}/up_to");
        let last = index + 1 == tiers.len();
        match tier.up_to {
            Some(_) if last => {
                let detail = "must be absent: the last tier is open, so that no usage above it is dropped";
                check.fault(&at, "last_tier_closed", detail);
            }
            Some(up_to) => {
                quantity(&at, up_to, check);
                let detail = format!("must be above {below}, where the tier before it ends");
                check.that(up_to > below, &at, "not_in_order", &detail);
                below = up_to;
            }
            None if !last => check.fault(&at, "required", "is missing; only the last tier may be open"),
            None => {}
        }
    }
}

fn limits(field: &str, minimum: Option<Decimal>, maximum: Option<Decimal>, check: &mut Check) {
    if let Some(minimum) = minimum {
        money(&format!("{field}/minimum"), minimum, check);
    }
    if let Some(maximum) = maximum {
        money(&format!("{field}/maximum"), maximum, check);
        let holds = minimum.is_none_or(|minimum| minimum <= maximum);
        check.that(holds, &format!("{field}/maximum"), "not_in_order", "must not be less than minimum");
    }
}

fn money(field: &str, amount: Decimal, check: &mut Check) {
    number(field, amount, HIGHEST_PRICE, PRICE_DECIMALS, check);
}

fn quantity(field: &str, quantity: Decimal, check: &mut Check) {
    number(field, quantity, LARGEST_QUANTITY, QUANTITY_DECIMALS, check);
}

fn number(field: &str, number: Decimal, highest: Decimal, places: u32, check: &mut Check) {
    let detail = format!("must be from 0 to {highest}");
    check.that((Decimal::ZERO..=highest).contains(&number), field, "out_of_range", &detail);
    let detail = format!("has too many decimal places; at most {places} are allowed");
    check.that(number.normalize().scale() <= places, field, "too_precise", &detail);
}
