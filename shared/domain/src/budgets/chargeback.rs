//! Who carries a cost: parts for departments that add up to the whole.

use std::collections::BTreeMap;

use crate::billing::reports::Month;
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

/// Who used something, by days of use in each month.
pub type UseByMonth = BTreeMap<Month, Vec<Weighted>>;

/// The use of several things, added up month by month and department by department.
pub fn together<'a>(of: impl Iterator<Item = &'a UseByMonth>) -> UseByMonth {
    let mut months: BTreeMap<Month, BTreeMap<Option<UnitId>, u64>> = BTreeMap::new();
    for (month, weights) in of.flatten() {
        let sums = months.entry(*month).or_default();
        for weighted in weights {
            *sums.entry(weighted.unit).or_default() += weighted.weight;
        }
    }
    let weighted = |(unit, weight)| Weighted { unit, weight };
    months.into_iter().map(|(month, sums)| (month, sums.into_iter().map(weighted).collect())).collect()
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
