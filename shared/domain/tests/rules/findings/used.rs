//! How much of what is licensed is used, and where that goes.

use domain::UnitId;
use domain::licences::utilisation::{Active, Cell, percent, trend, utilisation};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

#[test]
fn people_count_in_their_department_and_in_the_whole() {
    let sales = UnitId::from_uuid(Uuid::from_u128(1));
    let mut facts = facts(vec![licensed(1, 1, 5, &[1, 2, 3])]);
    for n in [1, 2] {
        facts.people.get_mut(&contact(n)).unwrap().unit = Some(sales);
    }
    facts.licences[0].held.push(Seat { whose: Whose::Device { device: "kiosk".into() }, since: ago(3) });
    let active = BTreeMap::from([
        ((contact(1), product(1)), Active { day: true, month: true }),
        ((contact(2), product(1)), Active { day: false, month: true }),
        ((contact(3), product(1)), Active { day: false, month: false }),
        ((contact(4), product(2)), Active { day: true, month: true }),
    ]);
    let all = utilisation(&facts, &active);
    assert_eq!(all[&product(1)].whole, Cell { seats: 5, assigned: 4, active_day: 1, active_month: 2 });
    assert_eq!(all[&product(1)].units[&sales], Cell { seats: 2, assigned: 2, active_day: 1, active_month: 2 });
    assert_eq!(all[&product(2)].whole, Cell { seats: 0, assigned: 0, active_day: 1, active_month: 1 });
    assert!(!all.contains_key(&product(9)), "it has no seats, and nobody used it");
}

#[test]
fn a_rate_has_one_decimal_place_and_nothing_has_none() {
    assert_eq!(percent(2, 3), Some(Decimal::new(667, 1)));
    assert_eq!(percent(0, 5), Some(Decimal::ZERO));
    assert_eq!(percent(1, 0), None);
}

fn line(days: i32, of: impl Fn(i32) -> u32) -> Vec<(Date, u32)> {
    (0..days).map(|n| (ago(days - 1 - n), of(n))).collect()
}

#[test]
fn a_trend_is_what_the_line_rises_in_per_cent_of_the_mean() {
    // From 100 to 189, the mean is 144.5: 89 / 144.5.
    assert_eq!(trend(&line(90, |n| 100 + n as u32), TODAY), Some(Decimal::new(616, 1)));
    assert_eq!(trend(&line(90, |n| 189 - n as u32), TODAY), Some(Decimal::new(-616, 1)));
    assert_eq!(trend(&line(90, |_| 7), TODAY), Some(Decimal::ZERO));
    assert_eq!(trend(&line(90, |n| if n < 10 { 6 } else { 0 }), TODAY), Some(Decimal::from(-100)), "no more than all");
    assert!(
        trend(&line(90, |n| if n < 80 { 0 } else { 6 }), TODAY) > Some(Decimal::from(100)),
        "what begins has no bound"
    );
    assert_eq!(trend(&line(13, |n| n as u32), TODAY), None);
    assert_eq!(trend(&line(90, |_| 0), TODAY), None);
    let mut longer = line(200, |n| if n < 110 { 5_000 } else { 7 });
    assert_eq!(trend(&longer, TODAY), Some(Decimal::ZERO), "what is longer ago does not count");
    longer.reverse();
    assert_eq!(trend(&longer, TODAY), Some(Decimal::ZERO));
}

proptest! {
    #[test]
    fn a_gap_in_a_straight_line_changes_no_trend_but_its_ends_do(from in 50_u32..500, gap in 2_usize..88) {
        let whole = line(90, |n| from + n as u32);
        let mut holed = whole.clone();
        holed.remove(gap);
        let (a, b) = (trend(&whole, TODAY).unwrap(), trend(&holed, TODAY).unwrap());
        prop_assert!((a - b).abs() <= Decimal::ONE, "{a} and {b}");
    }
}
