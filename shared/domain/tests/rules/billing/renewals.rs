//! Terms that go on by themselves, and what their prices come to then.

use super::contracts::year;
use crate::common::contracts::*;
use domain::billing::contract::*;
use domain::billing::dated::Dated;

#[test]
fn a_term_is_extended_when_the_last_day_of_notice_has_passed_and_prices_rise_once() {
    let mut active = year();
    active.renewal = Renewal {
        auto: true,
        months: 12,
        notice_days: 30,
        uplift: Uplift::Percent { percent: dec("3") },
        notice_given: None,
    };
    let coming = upcoming(&active).unwrap();
    assert_eq!((coming.notice_by, coming.until), (day("2026-12-02"), Some(day("2028-01-01"))));
    assert_eq!(renewed(active.clone(), day("2026-12-02")), active, "notice may still be given on that day");

    let once = renewed(active.clone(), day("2026-12-03"));
    assert_eq!(once.schedule.ends_on, Some(day("2028-01-01")));
    assert_eq!(renewed(once.clone(), day("2026-12-31")), once);
    let prices = |contract: &Contract, line: usize| {
        contract.lines[line].price.iter().map(|price| (price.from, price.value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(prices(&once, 0)[1..], [(day("2027-01-01"), each("10.3"))]);
    assert_eq!(prices(&once, 1)[1..], [(day("2027-01-01"), each("102.9897"))]);

    let thrice = renewed(active.clone(), day("2029-06-01"));
    assert_eq!(thrice.renewals.len(), 3);
    assert_eq!(prices(&thrice, 0)[3..], [(day("2029-01-01"), each("10.92727"))]);

    // Without days of notice, the last day of the term is the last one for it.
    for days in [0, 1] {
        let mut short = active.clone();
        short.renewal.notice_days = days;
        assert_eq!(upcoming(&short).unwrap().notice_by, day("2026-12-31"), "{days}");
        assert_eq!(renewed(short.clone(), day("2026-12-31")), short, "{days}");
        assert_eq!(renewed(short, day("2027-01-01")).schedule.ends_on, Some(day("2028-01-01")), "{days}");
    }

    let noticed = amend(active, &amendment("2026-12-02", vec![Change::GiveNotice {}]), day("2026-11-01")).unwrap();
    assert_eq!(renewed(noticed, day("2030-01-01")).schedule.ends_on, Some(day("2027-01-01")));
}

#[test]
fn an_index_is_used_once_and_then_waits_for_the_next() {
    let mut active = year();
    active.lines[1].price.push(Dated::new(day("2027-01-01"), each("80")));
    let uplift = Uplift::Index { base: dec("100"), current: Some(dec("104")) };
    active.renewal = Renewal { auto: true, months: 12, notice_days: 0, uplift, notice_given: None };
    let later = renewed(active, day("2028-06-01"));
    let factors: Vec<String> = later.renewals.iter().map(|renewal| renewal.factor.normalize().to_string()).collect();
    assert_eq!(factors, ["1.04", "1"]);
    assert_eq!(later.renewal.uplift, Uplift::Index { base: dec("104"), current: None });
    assert_eq!(later.lines[0].price.last().unwrap().value, each("10.4"));
    assert_eq!(later.lines[1].price.last().unwrap().value, each("80"), "what was agreed for the new term stays");
}

#[test]
fn an_end_on_the_31st_comes_back_after_a_short_month() {
    let mut active =
        contract(monthly("2026-01-31", Some("2026-02-28")), vec![fixed(1, Timing::Advance, "1", "2026-01-31")]);
    active.renewal = Renewal { auto: true, months: 1, notice_days: 5, ..Renewal::default() };
    let ends: Vec<String> =
        renewed(active, day("2026-05-29")).renewals.iter().map(|renewal| renewal.until.to_string()).collect();
    assert_eq!(ends, ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]);
}
