//! Discounts: what is shown is what comes off, to the cent.

use domain::Refusal;
use domain::billing::discounts::{Discount, Discounted, Off, Term, Undiscounted, discount};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn off(off: Off) -> Discount {
    Discount { name: "Off".into(), off, from: date(2026, 1, 1), term: Term::Forever {} }
}

fn percent(hundredths: i64) -> Discount {
    off(Off::Percent { percent: Decimal::new(hundredths, 2) })
}

fn amount(minor: i64) -> Discount {
    off(Off::Amount { amount: eur(minor) })
}

fn line<'a>(minor: i64, discounts: &[&'a Discount]) -> Undiscounted<'a> {
    Undiscounted { gross: eur(minor), maximum: None, discounts: discounts.to_vec(), shares_invoice_discounts: true }
}

fn nets(lines: &[Undiscounted<'_>], invoice: &[&Discount]) -> Vec<i64> {
    let all = discount(lines, invoice, Currency::EUR).unwrap();
    all.iter().map(|line| line.net.minor()).collect()
}

#[test]
fn an_amount_on_the_invoice_is_spread_exactly_and_is_never_a_rounded_percentage() {
    assert_eq!(nets(&[line(3_333, &[]), line(3_333, &[]), line(3_334, &[])], &[&amount(1_000)]), [3_000, 3_000, 3_000]);
    assert_eq!(nets(&[line(100, &[]), line(100, &[]), line(100, &[])], &[&amount(100)]), [66, 67, 67]);
    assert_eq!(nets(&[line(100, &[]), line(50, &[])], &[&amount(1_000)]), [0, 0]);
}

#[test]
fn a_percentage_of_the_invoice_is_rounded_once_for_the_invoice() {
    // A tenth of 0.15 is 0.015, so 0.02: and not three times the 0.01 that a tenth of 0.05 rounds to.
    assert_eq!(nets(&[line(5, &[]), line(5, &[]), line(5, &[])], &[&percent(1_000)]).iter().sum::<i64>(), 13);
}

#[test]
fn percentages_come_before_the_maximum_and_amounts_after_it() {
    let (tenth, five) = (percent(1_000), amount(500));
    let capped = Undiscounted { maximum: Some(eur(8_500)), ..line(10_000, &[&five, &tenth]) };
    let all = discount(std::slice::from_ref(&capped), &[], Currency::EUR).unwrap();
    assert_eq!((all[0].over_maximum, all[0].net), (eur(500), eur(8_000)));
    let given: Vec<i64> = all[0].given.iter().map(|given| given.amount.minor()).collect();
    assert_eq!(given, [1_000, 500]);
    // A month that is under the maximum after its percentage is not capped.
    let cheap = Undiscounted { maximum: Some(eur(9_000)), ..capped };
    assert_eq!(discount(&[cheap], &[], Currency::EUR).unwrap()[0].over_maximum, eur(0));
}

#[test]
fn several_percentages_are_each_on_what_the_ones_before_left() {
    let (half, tenth) = (percent(5_000), percent(1_000));
    assert_eq!(nets(&[line(10_000, &[&half, &tenth])], &[]), [4_500]);
    assert_eq!(nets(&[line(10_000, &[&half])], &[&tenth]), [4_500]);
}

#[test]
fn adjustments_and_what_is_owed_the_other_way_are_left_alone() {
    let adjustment = Undiscounted { shares_invoice_discounts: false, ..line(1_000, &[]) };
    assert_eq!(nets(&[adjustment, line(1_000, &[]), line(-500, &[])], &[&percent(1_000)]), [1_000, 900, -500]);
    // Nothing is owed, so there is nothing to take off.
    assert_eq!(nets(&[line(1_000, &[]), line(-1_500, &[])], &[&amount(100)]), [1_000, -1_500]);
    // No more than what is owed.
    assert_eq!(nets(&[line(1_000, &[]), line(-950, &[])], &[&amount(100)]), [950, -950]);
}

#[test]
fn a_term_ends_by_its_date_or_its_count() {
    let of = |term| Discount { term, ..percent(1_000) };
    let (first, later) = (date(2026, 1, 1), date(2026, 3, 1));
    assert!(!of(Term::Forever {}).holds(date(2025, 12, 31), 0));
    assert!(of(Term::Forever {}).holds(later, 9_999));
    assert!(of(Term::Until { date: later }).holds(date(2026, 2, 28), 9));
    assert!(!of(Term::Until { date: later }).holds(later, 0));
    assert!(of(Term::Periods { count: 3 }).holds(first, 2));
    assert!(!of(Term::Periods { count: 3 }).holds(first, 3));
}

#[test]
fn discounts_that_cannot_be_are_refused_with_the_field() {
    let field = |discount: Discount| match discount.check(Currency::EUR).unwrap_err() {
        Refusal::Invalid(faults) => faults[0].field.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(percent(10_000).check(Currency::EUR), Ok(()));
    assert_eq!(field(percent(10_001)), "/off/percent");
    assert_eq!(field(percent(0)), "/off/percent");
    assert_eq!(field(amount(0)), "/off/amount");
    assert_eq!(field(off(Off::Amount { amount: Money::new(1, Currency::USD) })), "/off/amount/currency");
    assert_eq!(field(Discount { term: Term::Until { date: date(2026, 1, 1) }, ..percent(1) }), "/term/date");
    assert_eq!(field(Discount { term: Term::Periods { count: 0 }, ..percent(1) }), "/term/count");
    let dollars = off(Off::Amount { amount: Money::new(1, Currency::USD) });
    assert!(discount(&[line(100, &[])], &[&dollars], Currency::EUR).is_err());
}

fn discounts() -> impl Strategy<Value = Vec<Discount>> {
    let one = prop_oneof![(1_i64..=10_000).prop_map(percent), (1_i64..200_000).prop_map(amount)];
    prop::collection::vec(one, 0..3)
}

type Given = (i64, Option<i64>, Vec<Discount>, bool);

fn lines() -> impl Strategy<Value = Vec<Given>> {
    let gross = prop_oneof![4 => 0_i64..100_000, 1 => -20_000_i64..0, 1 => 0_i64..20];
    prop::collection::vec((gross, prop::option::weighted(0.3, 0_i64..100_000), discounts(), any::<bool>()), 1..10)
}

fn of_invoice(line: &Discounted) -> i64 {
    line.given.iter().filter(|given| given.of_invoice).map(|given| given.amount.minor()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cent_is_accounted_for_and_nothing_goes_below_zero(given in lines(), invoice in discounts()) {
        let lines: Vec<Undiscounted<'_>> = given.iter().map(|(gross, maximum, own, shares)| Undiscounted {
            gross: eur(*gross),
            maximum: maximum.map(eur),
            discounts: own.iter().collect(),
            shares_invoice_discounts: *shares,
        }).collect();
        let all = discount(&lines, &invoice.iter().collect::<Vec<_>>(), Currency::EUR).unwrap();
        for (before, after) in lines.iter().zip(&all) {
            let off: i64 = after.given.iter().map(|given| given.amount.minor()).sum();
            prop_assert_eq!(after.discount().unwrap().minor(), off);
            prop_assert_eq!(after.gross.minor() - after.over_maximum.minor() - off, after.net.minor());
            prop_assert!(after.given.iter().all(|given| given.amount.minor() > 0));
            prop_assert!(after.over_maximum.minor() >= 0);
            prop_assert!(before.maximum.is_none_or(|maximum| after.net.minor() <= maximum.minor()));
            if before.gross.minor() >= 0 {
                prop_assert!(after.net.minor() >= 0);
            } else {
                prop_assert_eq!(after.net, before.gross);
            }
            if !before.shares_invoice_discounts {
                prop_assert_eq!(of_invoice(after), 0);
            }
        }
        // The invoice's discounts, one after another on whole sums.
        let before = discount(&lines, &[], Currency::EUR).unwrap();
        let shares = |(line, after): (&Undiscounted<'_>, &Discounted)| {
            (line.shares_invoice_discounts && after.net.minor() > 0).then_some(after.net.minor())
        };
        let mut open: i64 = lines.iter().zip(&before).filter_map(shares).sum();
        let mut owed: i64 = before.iter().map(|line| line.net.minor()).sum();
        let (percentages, amounts): (Vec<_>, Vec<_>) = invoice.iter().partition(|discount| matches!(discount.off, Off::Percent { .. }));
        let mut taken = 0;
        for discount in percentages.into_iter().chain(amounts) {
            let off = match discount.off {
                // Hundredths of a per cent, half away from zero.
                Off::Percent { percent } => (open * i64::try_from(percent * Decimal::ONE_HUNDRED).unwrap() * 2 + 10_000) / 20_000,
                Off::Amount { amount } => amount.minor().min(open),
            };
            let off = off.min(owed).max(0);
            (open, owed, taken) = (open - off, owed - off, taken + off);
        }
        prop_assert_eq!(all.iter().map(of_invoice).sum::<i64>(), taken);
    }
}
