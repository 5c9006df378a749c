//! Missing seats, and what they cost until the renewal.

use domain::licences::true_up::{Missing, true_up};

use super::*;

#[test]
fn holders_beyond_the_seats_are_owed_by_the_day_until_the_renewal() {
    // 122 days from 1 June to 1 October, of the 365 that end there.
    let rows = true_up(client(), &busy(vec![licensed(1, 1, 2, &[1, 2, 3])])).unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.why, row.seats, row.needed, row.missing), (Missing::Holders, 2, 3, 1));
    assert_eq!((row.yearly, row.days, row.amount), (Some(eur(10_000)), 122, Some(eur(3_342))));
}

#[test]
fn users_without_a_seat_take_the_free_ones_first_and_then_the_least_cost() {
    let mut facts = busy(vec![licensed(1, 1, 2, &[1]), licensed(2, 1, 1, &[2])]);
    facts.licences[0].settled_seats = 1;
    facts.licences[1].cost = Cost::Yearly(eur(5_000));
    for n in [3, 4, 5] {
        facts.uses.insert((contact(n), product(1)), used(1));
    }
    let rows = true_up(client(), &facts).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].why, rows[0].licence, rows[0].missing), (Missing::Users, Some(licence(2)), 2));
    assert_eq!((rows[0].seats, rows[0].needed, rows[0].yearly), (3, 5, Some(eur(10_000))));
}

#[test]
fn without_a_cost_or_a_renewal_there_is_no_amount() {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1, 2])]);
    facts.licences[0].renews_on = None;
    let rows = true_up(client(), &facts).unwrap();
    assert_eq!((rows[0].yearly, rows[0].amount), (Some(eur(10_000)), None));
    facts.licences[0].cost = Cost::Unknown;
    assert_eq!(true_up(client(), &facts).unwrap()[0].yearly, None);
}

#[test]
fn nothing_is_missing_where_everybody_has_a_seat() {
    assert_eq!(true_up(client(), &busy(vec![licensed(1, 1, 2, &[1, 2])])).unwrap(), []);
}
