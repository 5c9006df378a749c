//! What holds from a date on: the past of a price never changes, a new value is appended.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::invalid::Check;

/// More changes than this of one value are a mistake: a change a week for ten years.
pub const MOST_DATED: usize = 520;

/// A value that holds from a local date on, until the next one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Dated<T> {
    /// The first day on which it holds.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// What holds.
    pub value: T,
}

impl<T> Dated<T> {
    /// A value from a date on.
    pub const fn new(from: Date, value: T) -> Self {
        Self { from, value }
    }
}

/// What holds on a day; nothing before the first date. Of a list that is not in order, the latest date still wins, and
/// of two with one date the later in the list.
pub fn in_force<T>(history: &[Dated<T>], on: Date) -> Option<&T> {
    history.iter().filter(|dated| dated.from <= on).max_by_key(|dated| dated.from).map(|dated| &dated.value)
}

/// Notes what is wrong with the dates: at least one, in order, no date twice.
pub fn check_dates<T>(field: &str, history: &[Dated<T>], check: &mut Check) {
    check.that(!history.is_empty(), field, "required", "must hold at least one value with the date it holds from");
    check.count(field, history.len(), MOST_DATED);
    for (index, pair) in history.windows(2).enumerate() {
        check.that(
            pair[0].from < pair[1].from,
            &format!("{field}/{}/from", index + 1),
            "not_in_order",
            "must be after the date before it; sort the values by date and give each date once",
        );
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_value_holds_from_its_date_until_the_next_one() {
        let history = [Dated::new(date(2026, 1, 1), 'a'), Dated::new(date(2026, 3, 1), 'b')];
        assert_eq!(in_force(&history, date(2025, 12, 31)), None);
        assert_eq!(in_force(&history, date(2026, 1, 1)), Some(&'a'));
        assert_eq!(in_force(&history, date(2026, 2, 28)), Some(&'a'));
        assert_eq!(in_force(&history, date(2026, 3, 1)), Some(&'b'));
    }

    #[test]
    fn dates_that_are_missing_twice_or_out_of_order_are_named() {
        let fields = |history: &[Dated<u8>]| {
            let mut check = Check::new();
            check_dates("/prices", history, &mut check);
            check.done().is_ok()
        };
        let (first, second) = (Dated::new(date(2026, 1, 1), 1), Dated::new(date(2026, 1, 2), 2));
        assert!(fields(&[first, second]));
        assert!(!fields(&[]));
        assert!(!fields(&[second, first]));
        assert!(!fields(&[first, first]));
    }
}
