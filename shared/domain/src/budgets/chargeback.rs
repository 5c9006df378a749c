//! Who carries a cost: parts for departments that add up to the whole.

use crate::ids::UnitId;
use crate::money::Money;

/// A department's weight in a cost: its seats, its days of use, or its agreed share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighted {
    /// Which department; none for what belongs to none.
    pub unit: Option<UnitId>,
    /// How much of the cost is its.
    pub weight: u64,
}

/// A department's part of a cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which department; none for what nobody carries.
    pub unit: Option<UnitId>,
    /// How much.
    pub amount: Money,
}

/// A cost by department, by weights: seats, use, or a fixed split. The parts add up to the cost exactly (largest
/// remainders, [`Money::split`]); a credit is split like the cost that it takes back. Where nobody has a weight, nobody
/// carries it, and it is one part without a department: it is shown and not lost.
pub fn chargeback(cost: Money, weights: &[Weighted]) -> Vec<Part> {
    let carriers: Vec<&Weighted> = weights.iter().filter(|weighted| weighted.weight > 0).collect();
    if carriers.is_empty() {
        return vec![Part { unit: None, amount: cost }];
    }
    let weights: Vec<u64> = carriers.iter().map(|weighted| weighted.weight).collect();
    let parts = cost.split(&weights);
    carriers.iter().zip(parts).map(|(weighted, amount)| Part { unit: weighted.unit, amount }).collect()
}
