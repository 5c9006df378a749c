//! What is usual in a month, by those before it.

use crate::money::Money;

/// Months before one that say what is usual in it.
const USUAL_OF: usize = 3;

/// The middle one of the last months, of two the lesser.
pub(super) fn usual_of(before: &[Money]) -> Option<Money> {
    let minor: Vec<i64> = before.iter().map(|amount| amount.minor()).collect();
    Some(Money::new(middle_of(&minor)?, before.first()?.currency()))
}

/// The same in minor units.
pub(super) fn middle_of(before: &[i64]) -> Option<i64> {
    middle(&before[before.len().saturating_sub(USUAL_OF)..])
}

/// The middle one, of two the lesser.
pub(super) fn middle(of: &[i64]) -> Option<i64> {
    let mut all = of.to_vec();
    all.sort_unstable();
    all.get(all.len().saturating_sub(1) / 2).copied()
}
