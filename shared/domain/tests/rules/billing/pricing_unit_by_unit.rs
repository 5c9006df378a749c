//! Prices against a counter that takes one unit at a time, and what holds of every price.

use domain::Refusal;
use domain::billing::pricing::{
    LARGEST_AMOUNT, PercentagePricing, Price, Priced, Pricing, Tier, price, price_transactions,
};
use domain::invalid::Check;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn model(pricing: Pricing) -> Price {
    Price { pricing, minimum: None, maximum: None }
}

fn faults(price: &Price) -> Vec<String> {
    let mut check = Check::new();
    price.validate("/price", &mut check);
    match check.done() {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|f| format!("{} {}", f.field, f.code)).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Quantities, sizes and ends of tiers are whole steps: units, tenths or hundredths of one.
fn step() -> impl Strategy<Value = Decimal> {
    (0_u32..=2).prop_map(|places| Decimal::new(1, places))
}

fn amounts() -> impl Strategy<Value = Decimal> {
    prop_oneof![(0_i64..10_000, 0_u32..=2), (0_i64..10_000_000_000, 4_u32..=9), Just((0, 0))]
        .prop_map(|(mantissa, places)| Decimal::new(mantissa, places))
}

/// Up to seven tiers with ends in steps.
fn tiers_in(step: Decimal) -> impl Strategy<Value = Vec<Tier>> {
    prop::collection::vec((1_i64..60, amounts(), amounts()), 1..7).prop_map(move |tiers| {
        let last = tiers.len() - 1;
        let mut end = Decimal::ZERO;
        let made = tiers.into_iter().enumerate().map(|(n, (width, unit_price, flat_fee))| {
            end += Decimal::from(width) * step;
            Tier { up_to: (n < last).then_some(end), unit_price, flat_fee }
        });
        made.collect()
    })
}

fn tiered() -> impl Strategy<Value = (Decimal, Vec<Tier>, i64, bool)> {
    step().prop_flat_map(|step| (Just(step), tiers_in(step), 0_i64..400, any::<bool>()))
}

/// In which tier the unit is that ends here.
fn tier_of(tiers: &[Tier], unit: Decimal) -> usize {
    tiers.iter().position(|tier| tier.up_to.is_none() || unit <= tier.up_to.unwrap()).unwrap()
}

fn check_parts(priced: &Priced) -> Result<(), TestCaseError> {
    for part in &priced.parts {
        prop_assert_eq!(part.quantity * part.unit_price + part.flat_fee, part.amount);
    }
    prop_assert_eq!(priced.parts.iter().map(|part| part.amount).sum::<Decimal>(), priced.before_limits);
    Ok(())
}

fn steps(range: std::ops::Range<i64>) -> impl Strategy<Value = Decimal> {
    (range, step()).prop_map(|(n, step)| Decimal::from(n) * step)
}

fn percentages() -> impl Strategy<Value = PercentagePricing> {
    let limits = (prop::option::of(amounts()), prop::option::of(amounts())).prop_map(|limits| match limits {
        (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
        either => either,
    });
    (0_i64..1_000_000_000, amounts(), steps(0..300), 0_u32..3, limits).prop_map(
        |(percent, fixed, free_amount, free_transactions, (minimum, maximum))| PercentagePricing {
            percent: Decimal::new(percent, 6),
            fixed,
            free_amount,
            free_transactions,
            minimum,
            maximum,
        },
    )
}

fn pricings() -> impl Strategy<Value = Pricing> {
    let tiers = || step().prop_flat_map(tiers_in);
    let size = steps(1..100);
    prop_oneof![
        amounts().prop_map(|amount| Pricing::Flat { amount }),
        (amounts(), steps(0..300)).prop_map(|(price, free_units)| Pricing::PerUnit { price, free_units }),
        (tiers(), any::<bool>()).prop_map(|(tiers, flat_fee_at_zero)| Pricing::Graduated { tiers, flat_fee_at_zero }),
        (tiers(), any::<bool>()).prop_map(|(tiers, flat_fee_at_zero)| Pricing::Volume { tiers, flat_fee_at_zero }),
        (size, amounts(), steps(0..300)).prop_map(|(size, price, free_units)| Pricing::Package {
            size,
            price,
            free_units
        }),
        percentages().prop_map(Pricing::Percentage),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn graduated_tiers_cost_what_their_units_cost_one_by_one((step, tiers, steps, at_zero) in tiered()) {
        let mut whole = Decimal::ZERO;
        let mut reached = vec![false; tiers.len()];
        reached[0] = at_zero;
        for n in 1..=steps {
            let tier = tier_of(&tiers, Decimal::from(n) * step);
            whole += step * tiers[tier].unit_price;
            reached[tier] = true;
        }
        whole += tiers.iter().zip(&reached).filter(|(_, reached)| **reached).map(|(tier, _)| tier.flat_fee).sum::<Decimal>();
        let quantity = Decimal::from(steps) * step;
        let pricing = Pricing::Graduated { tiers, flat_fee_at_zero: at_zero };
        prop_assert!(faults(&model(pricing.clone())).is_empty());
        let priced = price(&model(pricing), quantity).unwrap();
        prop_assert_eq!(priced.before_limits, whole);
        check_parts(&priced)?;
        prop_assert_eq!(priced.parts.iter().map(|part| part.quantity).sum::<Decimal>(), quantity, "nothing is dropped");
    }

    #[test]
    fn a_volume_costs_all_its_units_at_the_price_of_the_last_one((step, tiers, steps, at_zero) in tiered()) {
        let mut whole = Decimal::ZERO;
        if steps > 0 || at_zero {
            let last = tiers[tier_of(&tiers, Decimal::from(steps) * step)];
            whole = last.flat_fee;
            for _ in 0..steps {
                whole += step * last.unit_price;
            }
        }
        let priced = price(&model(Pricing::Volume { tiers, flat_fee_at_zero: at_zero }), Decimal::from(steps) * step).unwrap();
        prop_assert_eq!(priced.before_limits, whole);
        check_parts(&priced)?;
    }

    #[test]
    fn packages_are_opened_one_by_one(step in step(), size in 1_i64..50, free in 0_i64..100, steps in 0_i64..400, amount in amounts()) {
        let (mut left_free, mut left_in_package, mut opened) = (free, 0, 0_i64);
        for _ in 0..steps {
            if left_free > 0 {
                left_free -= 1;
                continue;
            }
            if left_in_package == 0 {
                opened += 1;
                left_in_package = size;
            }
            left_in_package -= 1;
        }
        let pricing = Pricing::Package { size: Decimal::from(size) * step, price: amount, free_units: Decimal::from(free) * step };
        let priced = price(&model(pricing), Decimal::from(steps) * step).unwrap();
        prop_assert_eq!(priced.before_limits, Decimal::from(opened) * amount);
        check_parts(&priced)?;
    }

    #[test]
    fn no_package_is_lost_or_opened_in_vain_at_any_size(size in 1_i64..=1_000_000_000_000_000, packages in 0_i64..1_000_000, off in -1_i64..=1) {
        let Some(units) = size.checked_mul(packages).and_then(|units| units.checked_add(off)) else { return Ok(()) };
        if !(0..=1_000_000_000_000_000).contains(&units) {
            return Ok(());
        }
        let pricing = Pricing::Package { size: Decimal::new(size, 6), price: Decimal::ONE, free_units: Decimal::ZERO };
        let priced = price(&model(pricing), Decimal::new(units, 6));
        let expected = (units + size - 1) / size;
        prop_assert_eq!(priced.unwrap().before_limits, Decimal::from(expected));
    }

    #[test]
    fn per_unit_costs_the_units_above_the_free_ones(step in step(), free in 0_i64..200, steps in 0_i64..400, amount in amounts()) {
        let mut whole = Decimal::ZERO;
        for n in 1..=steps {
            if n > free {
                whole += step * amount;
            }
        }
        let pricing = Pricing::PerUnit { price: amount, free_units: Decimal::from(free) * step };
        let priced = price(&model(pricing), Decimal::from(steps) * step).unwrap();
        prop_assert_eq!(priced.before_limits, whole);
        check_parts(&priced)?;
    }

    #[test]
    fn transactions_cost_what_they_cost_cent_by_cent(
        pricing in percentages(), percent in 0_i64..1_000_000, cents in prop::collection::vec(0_i64..120, 0..8), free_cents in 0_i64..300,
    ) {
        let pricing = PercentagePricing { percent: Decimal::new(percent, 4), free_amount: Decimal::new(free_cents, 2), ..pricing };
        let (mut whole, mut left_free) = (Decimal::ZERO, free_cents);
        for (n, cents) in (0..).zip(&cents) {
            let (mut due, mut free) = (Decimal::ZERO, n < pricing.free_transactions);
            if !free {
                due += pricing.fixed;
            }
            for _ in 0..*cents {
                if left_free > 0 {
                    left_free -= 1;
                } else {
                    free = false;
                    due += Decimal::new(1, 2) * pricing.percent / Decimal::ONE_HUNDRED;
                }
            }
            if !free && pricing.minimum.is_some_and(|minimum| due < minimum) {
                due = pricing.minimum.unwrap();
            }
            if pricing.maximum.is_some_and(|maximum| due > maximum) {
                due = pricing.maximum.unwrap();
            }
            whole += due;
        }
        let amounts: Vec<Decimal> = cents.iter().map(|cents| Decimal::new(*cents, 2)).collect();
        let priced = price_transactions(&model(Pricing::Percentage(pricing)), &amounts).unwrap();
        prop_assert_eq!(priced.before_limits, whole);
        check_parts(&priced)?;
    }

    #[test]
    fn more_never_costs_less_but_by_volume_in_another_tier(pricing in pricings(), one in 0_i64..100_000, other in 0_i64..100_000, places in 0_u32..=6) {
        let (less, more) = (Decimal::new(one.min(other), places), Decimal::new(one.max(other), places));
        if let Pricing::Volume { tiers, .. } = &pricing && tier_of(tiers, less) != tier_of(tiers, more) {
            return Ok(());
        }
        let price_of = |quantity| price(&model(pricing.clone()), quantity).unwrap().before_limits;
        prop_assert!(price_of(less) <= price_of(more), "{} at {}, {} at {}", less, price_of(less), more, price_of(more));
        prop_assert!(price_of(less) >= Decimal::ZERO);
    }

    #[test]
    fn an_amount_is_exact_to_its_last_digit_or_refused(price_mantissa in 0_i64..=1_000_000_000_000_000_000, quantity in 0_i64..=1_000_000_000_000_000, cut in 0_u32..15) {
        let quantity = quantity / 10_i64.pow(cut);
        let pricing = Pricing::PerUnit { price: Decimal::new(price_mantissa, 9), free_units: Decimal::ZERO };
        let exact = i128::from(price_mantissa) * i128::from(quantity);
        let got = price(&model(pricing), Decimal::new(quantity, 6));
        if exact > LARGEST_AMOUNT.mantissa() * 10_i128.pow(15) {
            let refused = matches!(got, Err(Refusal::Conflict { .. }));
            prop_assert!(refused);
        } else {
            prop_assert_eq!(got.unwrap().before_limits, Decimal::from_i128_with_scale(exact, 15));
        }
    }

    #[test]
    fn a_closed_last_tier_is_refused_at_its_own_pointer((step, mut tiers, ..) in tiered(), volume in any::<bool>(), flat_fee_at_zero in any::<bool>()) {
        let last = tiers.len() - 1;
        let below = if last == 0 { Decimal::ZERO } else { tiers[last - 1].up_to.unwrap() };
        let end = below + step;
        tiers[last].up_to = Some(end);
        let pricing = if volume { Pricing::Volume { tiers, flat_fee_at_zero } } else { Pricing::Graduated { tiers, flat_fee_at_zero } };
        prop_assert_eq!(faults(&model(pricing.clone())), vec![format!("/price/pricing/tiers/{last}/up_to last_tier_closed")]);
        prop_assert!(price(&model(pricing.clone()), end).is_ok());
        prop_assert!(price(&model(pricing), end + step).is_err());
    }
}
