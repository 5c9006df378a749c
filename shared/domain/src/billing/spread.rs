//! Spreading an amount that was rounded once over the parts that it was reckoned from.

use rust_decimal::Decimal;

use crate::money::{Money, exponent};

/// Parts of `whole` that add up to it exactly, each less than a minor unit from its `exact` value, in major units. Like
/// [`Money::split`] by largest remainders, the first of equals first, but for parts of either sign; the parts of what is
/// owed the other way are the same, owed the other way.
///
/// `whole` must be the sum of `exact`, rounded to minor units.
pub(super) fn spread(whole: Money, exact: &[Decimal]) -> Vec<Money> {
    let sign = if whole.is_negative() { -Decimal::ONE } else { Decimal::ONE };
    let scale = sign * Decimal::from(10_i64.pow(exponent(whole.currency())));
    let units: Vec<Decimal> = exact.iter().map(|part| part * scale).collect();
    let mut parts: Vec<Decimal> = units.iter().map(Decimal::floor).collect();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(units[*at] - parts[*at]));
    let mut left = whole.major() * scale - parts.iter().sum::<Decimal>();
    for at in by_remainder {
        if left <= Decimal::ZERO {
            break;
        }
        parts[at] += Decimal::ONE;
        left -= Decimal::ONE;
    }
    let minor = |part: Decimal| i64::try_from(part * sign).unwrap_or_default();
    parts.into_iter().map(|part| Money::new(minor(part), whole.currency())).collect()
}

/// Cells of a table whose row and column sums are given, each at or just above its `exact` value rounded down: the units
/// that are left in a row go to the columns that still lack most.
///
/// `rows` and `columns` must have been spread from one whole by [`spread`], from the sums of `exact[row][column]`.
pub(super) fn spread_table(rows: &[Money], columns: &[Money], exact: &[Vec<Decimal>]) -> Vec<Vec<Money>> {
    let Some(currency) = columns.first().map(|column| column.currency()) else {
        return rows.iter().map(|_| Vec::new()).collect();
    };
    let scale = Decimal::from(10_i64.pow(exponent(currency)));
    let floor = |part: &Decimal| i64::try_from((part * scale).floor()).unwrap_or_default();
    let mut cells: Vec<Vec<i64>> = exact.iter().map(|row| row.iter().map(floor).collect()).collect();
    let lacking = |column: usize| columns[column].minor() - cells.iter().map(|row| row[column]).sum::<i64>();
    let mut lacks: Vec<i64> = (0..columns.len()).map(lacking).collect();
    for (row, cells) in rows.iter().zip(&mut cells) {
        let left = row.minor() - cells.iter().sum::<i64>();
        let mut most_lacking: Vec<usize> = (0..columns.len()).collect();
        most_lacking.sort_by_key(|column| std::cmp::Reverse(lacks[*column]));
        for column in most_lacking.into_iter().cycle().take(usize::try_from(left).unwrap_or_default()) {
            cells[column] += 1;
            lacks[column] -= 1;
        }
    }
    cells.into_iter().map(|row| row.into_iter().map(|minor| Money::new(minor, currency)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    fn parts(whole: i64, exact: &[&str]) -> Vec<i64> {
        let exact: Vec<Decimal> = exact.iter().map(|part| part.parse().unwrap()).collect();
        spread(Money::new(whole, Currency::EUR), &exact).into_iter().map(Money::minor).collect()
    }

    #[test]
    fn units_that_are_left_go_to_the_largest_remainders_first_of_equals_first() {
        assert_eq!(parts(2, &["0.005", "0.005", "0.005"]), [1, 1, 0]);
        assert_eq!(parts(3, &["0.012", "0.019"]), [1, 2]);
        assert_eq!(parts(-2, &["-0.005", "-0.005", "-0.005"]), [-1, -1, 0]);
        assert_eq!(parts(1, &["0.025", "-0.013"]), [2, -1]);
        assert_eq!(parts(0, &[]), [0; 0]);
    }
}
