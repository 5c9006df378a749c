//! Days between two dates, and what part of a year they are.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// How many days from one until the other; nothing when that is before.
pub(super) fn days(from: Date, until: Date) -> u32 {
    u32::try_from((until - from).get_days()).unwrap_or(0)
}

/// So many days of the year that ends on this day.
pub(super) fn part_of_year(of: u32, until: Date) -> Decimal {
    let year = days(until.saturating_sub(1.year()), until).max(1);
    Decimal::from(of) / Decimal::from(year)
}
