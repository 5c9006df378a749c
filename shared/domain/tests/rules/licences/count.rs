//! How many licences contracts bill.

use domain::billing::dated::Dated;
use domain::licences::count::{Counting, changes_between, counted_on};
use jiff::ToSpan;
use proptest::prelude::*;

use super::day;

#[test]
fn those_that_hold_on_a_day_are_counted_and_others_are_not() {
    let ten = [Dated::new(day("2026-01-01"), 10), Dated::new(day("2026-03-01"), 12)];
    let all = [
        Counting { seats: &ten, starts_on: day("2026-01-01"), ends_on: Some(day("2026-04-01")) },
        Counting { seats: &ten, starts_on: day("2026-02-01"), ends_on: None },
        Counting { seats: &[], starts_on: day("2026-01-01"), ends_on: None },
    ];
    for (on, count) in
        [("2025-12-31", 0), ("2026-01-01", 10), ("2026-02-01", 20), ("2026-03-01", 24), ("2026-04-01", 12)]
    {
        assert_eq!(counted_on(all.into_iter(), day(on)), count, "{on}");
    }
    let days = changes_between(all.into_iter(), day("2026-01-15"), day("2026-03-31"));
    assert_eq!(days, ["2026-01-15", "2026-02-01", "2026-03-01"].map(day));
}

proptest! {
    /// Between two of the days on which the number may change it does not.
    #[test]
    fn no_change_is_left_out(
        licences in prop::collection::vec((prop::collection::btree_map(0_i64..60, 0_u32..9, 0..4), 0_i64..60, 0_i64..60), 1..5),
    ) {
        let on = |days: i64| day("2026-01-01").saturating_add(days.days());
        let seats: Vec<Vec<Dated<u32>>> = licences
            .iter()
            .map(|(seats, ..)| seats.iter().map(|(days, seats)| Dated::new(on(*days), *seats)).collect())
            .collect();
        let all: Vec<Counting> = licences
            .iter()
            .zip(&seats)
            .map(|((_, starts, lasts), seats)| Counting { seats, starts_on: on(*starts), ends_on: Some(on(starts + lasts)) })
            .collect();
        let changes = changes_between(all.iter().copied(), on(0), on(70));
        for days in 1..=70 {
            let (before, now) = (counted_on(all.iter().copied(), on(days - 1)), counted_on(all.iter().copied(), on(days)));
            prop_assert!(before == now || changes.contains(&on(days)), "{}", on(days));
        }
    }
}
