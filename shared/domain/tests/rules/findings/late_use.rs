//! Use that is reported after a product's first night is made up for.

use domain::licences::utilisation::{Cell, DayOfUse, TREND_DAYS, before, first_untold};
use domain::licences::{ProductUse, Used};
use domain::{UnitId, Zone};
use proptest::prelude::*;

use super::*;

/// Person n's use of product 1, so many days ago.
fn uses(n: u128, days: &[i32]) -> ProductUse {
    let at = |days: &i32| Used { at: Zone::utc().at(ago(*days), jiff::civil::time(12, 0, 0, 0)), feature: None };
    let used: Vec<Used> = days.iter().map(at).collect();
    ProductUse::of(client(), product(1), contact(n), &used, &Zone::utc()).unwrap()
}

fn noted(days: &[(i32, u32)]) -> BTreeMap<Date, u32> {
    days.iter().map(|(days, people)| (ago(*days), *people)).collect()
}

#[test]
fn the_first_day_of_which_more_is_known_than_was_noted_is_told() {
    let all = |people: u32| (1..90).map(|days| (days, people)).collect::<Vec<_>>();
    for (case, used, known, expected) in [
        ("nobody used it", vec![], vec![], None),
        ("the first night", vec![uses(1, &[3])], vec![], Some(3)),
        ("used today alone", vec![uses(1, &[0])], vec![], None),
        ("used for long before", vec![uses(1, &[200])], vec![], Some(89)),
        ("one night, then a year of use", vec![uses(1, &[1, 25, 50, 75, 100])], vec![(1, 0)], Some(89)),
        ("all is noted", vec![uses(1, &[1, 25, 50, 75, 100])], all(1), None),
        ("a second person from 20 days ago on", vec![uses(1, &[1, 25, 50, 75, 100]), uses(2, &[20])], all(1), Some(20)),
        ("who was at work until 60 days ago", vec![uses(1, &[89])], [&all(1)[59..], &all(0)[..59]].concat(), None),
        ("more were noted than are known", vec![uses(1, &[4])], all(7), None),
    ] {
        let told = first_untold(&used, product(1), &noted(&known), TODAY);
        assert_eq!(told, expected.map(ago), "{case}");
    }
}

proptest! {
    /// What is made up for is noted, and by that nothing is untold any more.
    #[test]
    fn what_was_made_up_for_is_not_untold_again(
        people in prop::collection::vec(prop::collection::btree_set(0_i32..150, 1..30), 1..5),
        nights in prop::collection::btree_set(1_i32..90, 0..90),
    ) {
        let uses: Vec<ProductUse> = people
            .iter()
            .zip(1..)
            .map(|(days, n)| uses(n, &days.iter().copied().collect::<Vec<_>>()))
            .collect();
        let mut facts = facts(vec![licensed(1, 1, 3, &[])]);
        for used in &uses {
            facts.uses.insert((used.contact, product(1)), Use::of(used, TODAY, &Zone::utc()));
        }
        let mut known: BTreeMap<Date, u32> = nights.iter().map(|days| (ago(*days), 0)).collect();
        let made_up = before(&facts, &[], &uses, product(1), TODAY);
        let at_work = |day: Date| {
            let since = day.saturating_sub(29.days());
            uses.iter().filter(|used| used.days_used(since, day) > 0).count() as u32
        };
        for (day, now) in &made_up {
            prop_assert_eq!(now.whole.active_month, at_work(*day));
        }
        let first = made_up.iter().find(|(day, now)| known.get(*day).is_none_or(|noted| *noted < now.whole.active_month));
        prop_assert_eq!(first_untold(&uses, product(1), &known, TODAY), first.map(|(day, _)| *day));
        known.extend(made_up.iter().map(|(day, now)| (*day, now.whole.active_month)));
        prop_assert_eq!(first_untold(&uses, product(1), &known, TODAY), None);
        prop_assert!(made_up.len() < TREND_DAYS as usize);
    }
}

#[test]
fn a_day_that_was_noted_keeps_its_seats_and_holders_and_gets_the_people_of_whom_was_heard_since() {
    let (sales, it) = (UnitId::from_uuid(Uuid::from_u128(1)), UnitId::from_uuid(Uuid::from_u128(2)));
    let cell = |seats, assigned, active_day, active_month| Cell { seats, assigned, active_day, active_month };
    let noted = DayOfUse {
        whole: cell(10, 4, 1, 2),
        units: BTreeMap::from([(sales, cell(3, 3, 1, 2)), (it, cell(0, 0, 0, 1))]),
    };
    let now = DayOfUse { whole: cell(8, 2, 2, 5), units: BTreeMap::from([(sales, cell(1, 1, 2, 4))]) };
    let expected = DayOfUse { whole: cell(10, 4, 2, 5), units: BTreeMap::from([(sales, cell(3, 3, 2, 4))]) };
    assert_eq!(noted.clone().with_late_use(&now), expected);
    let less = DayOfUse { whole: cell(8, 2, 1, 2), units: BTreeMap::from([(it, cell(0, 0, 1, 2))]) };
    assert_eq!(noted.clone().with_late_use(&less), noted, "nothing was heard since");
}
