//! Departments, cost centres, and who carries how much.

use domain::budgets::Weighted;
use domain::cost_centres::CostCode;
use domain::ids::UnitId;

use super::uuid;

pub fn unit(n: u128) -> UnitId {
    UnitId::from_uuid(uuid(n))
}

pub fn code(text: &str) -> CostCode {
    text.parse().expect("a code")
}

pub fn weights(of: &[(u128, u64)]) -> Vec<Weighted> {
    of.iter().map(|(n, weight)| Weighted { unit: Some(unit(*n)), weight: *weight }).collect()
}
