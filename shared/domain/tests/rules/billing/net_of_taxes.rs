//! What is in a price as tax is no revenue, wherever revenue to come is shown.

use std::collections::BTreeMap;

use crate::common::contracts::*;
use domain::Money;
use domain::billing::bill::{bill, invoiced, standing};
use domain::billing::contract::*;
use domain::billing::dated::Dated;
use domain::billing::reports::*;
use domain::billing::simulate::simulate;
use domain::billing::taxes::{Tax, TaxRounding, Taxing};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;

fn tax(code: &str, inclusive: bool, from: &str) -> Tax {
    Tax {
        code: code.parse().unwrap(),
        name: code.to_uppercase(),
        percent: vec![Dated::new(day(from), dec("19"))],
        compound: false,
        inclusive,
    }
}

fn taxing(taxes: &[Tax]) -> Taxing<'_> {
    Taxing { taxes, exemptions: &[], rounding: TaxRounding::PerInvoice }
}

fn taxed(n: u128, price: &str, code: &str) -> Line {
    Line { taxes: vec![code.parse().unwrap()], ..fixed(n, Timing::Advance, price, "2026-01-01") }
}

/// 119.00 with 19 % in it, and 100.00 with 19 % on top of it.
fn agreed() -> Contract {
    contract(monthly("2026-01-01", None), vec![taxed(1, "119", "in"), taxed(2, "100", "vat")])
}

const ON: Date = jiff::civil::date(2026, 3, 31);

#[test]
fn recurring_revenue_is_without_the_taxes_inside_prices() {
    let of = |contract: &Contract, taxes: &[Tax]| {
        let nets = standing(contract, &[], taxing(taxes), ON).unwrap();
        let nets: Vec<i64> = nets.iter().map(|standing| standing.net.minor()).collect();
        (nets, recurring(contract, &[], taxing(taxes), ON).unwrap().monthly.minor())
    };
    let known = |from: &str| [tax("in", true, from), tax("vat", false, "2020-01-01")];
    let cases = [
        ("in force", agreed(), known("2020-01-01").to_vec(), vec![10_000, 10_000]),
        ("written down later", agreed(), known("2026-09-01").to_vec(), vec![10_000, 10_000]),
        ("a tax that nobody knows stands as it is priced", agreed(), Vec::new(), vec![11_900, 10_000]),
        (
            "rounded together, as on the invoice: 25.18 and not three times 8.39",
            Contract { lines: (1..4).map(|n| taxed(n, "9.99", "in")).collect(), ..agreed() },
            known("2020-01-01").to_vec(),
            vec![840, 839, 839],
        ),
    ];
    for (what, contract, taxes, nets) in cases {
        let (found, monthly) = of(&contract, &taxes);
        let sum: i64 = nets.iter().sum();
        assert_eq!((monthly, found.iter().sum::<i64>(), found.len()), (sum, sum, nets.len()), "{what}");
        assert!(found.iter().zip(&nets).all(|(one, other)| one.abs_diff(*other) <= 1), "{what}: {found:?}");
    }
}

#[test]
fn what_is_forecast_is_without_the_taxes_inside_prices() {
    let mut contract = agreed();
    contract.schedule.ends_on = Some(day("2026-03-01"));
    contract.renewal.auto = true;
    contract.renewal.uplift = Uplift::Percent { percent: dec("10") };
    let taxes = [tax("in", true, "2020-01-01"), tax("vat", false, "2020-01-01")];
    let month = |text: &str| text.parse::<Month>().unwrap();
    let found = expected(&facts(contract.clone()), taxing(&taxes), month("2026-03")).unwrap();
    assert_eq!(found.certain, BTreeMap::from([(month("2026-01"), 20_000), (month("2026-02"), 20_000)]));
    assert_eq!(found.likely, BTreeMap::from([(month("2026-03"), 22_000)]));
    assert!(expected(&facts(contract), UNTAXED, month("2026-03")).is_err(), "what cannot be billed is no forecast");
}

#[test]
fn a_price_with_tax_in_it_is_measured_without_at_the_price_list() {
    let lines = vec![Line { text: "Care".into(), ..taxed(1, "119", "in") }];
    let taxes = [tax("in", true, "2020-01-01")];
    let dated = |value: &str| vec![Dated::new(day("2026-01-01"), dec(value))];
    let prices = vec![ListPrice { name: "Care".into(), price: dated("110"), cost: dated("105") }];
    let changes = PriceBookChanges { prices: Some(prices), costs: None };
    let book = PriceBook::new(Currency::EUR).change(changes, Timestamp::UNIX_EPOCH).unwrap();
    let found = revisions(&Contract { lines, ..agreed() }, &[], &book, taxing(&taxes), ON).unwrap();
    let [found] = &found.lines[..] else { panic!("{found:?}") };
    let minor = [found.agreed, found.below_list, found.below_cost].map(Money::minor);
    assert_eq!(minor, [10_000, 1_000, 500]);
}

#[test]
fn a_simulated_bill_has_its_net_its_taxes_and_its_total_and_a_change_is_told_without_taxes() {
    let taxes = [tax("in", true, "2020-01-01"), tax("vat", false, "2020-01-01")];
    let known = facts(agreed());
    let simulation = simulate(&known, None, taxing(&taxes), day("2026-01-01")).unwrap();
    let first = &simulation.bills[0];
    assert_eq!(first.draft.net.minor(), 21_900, "as it is priced");
    assert_eq!([first.taxed.net, first.taxed.tax, first.taxed.total].map(Money::minor), [20_000, 3_800, 23_800]);
    let lines: Vec<(i64, i64)> =
        first.lines.iter().map(|line| (line.net.minor(), line.taxes[0].amount.minor())).collect();
    assert_eq!(lines, [(10_000, 1_900), (10_000, 1_900)]);
    // What was billed in advance for February is given back for its second half, without taxes.
    let billed = bill(&known, day("2026-02-01")).unwrap().after;
    let end = amendment("2026-02-15", vec![Change::EndLine { line: line_id(1) }]);
    let effect = simulate(&billed, Some(&end), taxing(&taxes), day("2026-02-02")).unwrap().effect.unwrap();
    let lines: Vec<_> = effect.lines.iter().map(|(line, net)| (*line, net.minor())).collect();
    assert_eq!((lines, effect.net.minor()), (vec![(line_id(1), -5_000)], -5_000));
}

#[test]
fn what_the_last_bill_came_to_is_kept_with_and_without_the_taxes_inside_it() {
    let taxes = [tax("in", true, "2020-01-01"), tax("vat", false, "2020-01-01")];
    let billing = bill(&facts(agreed()), day("2026-02-01")).unwrap();
    let [first, second] = &billing.drafts[..] else { panic!("{:?}", billing.drafts) };
    let book = |of: &domain::billing::bill::Book, draft: &domain::billing::bill::Draft| {
        of.clone().with_net(draft, taxing(&taxes), day("2026-02-01")).unwrap()
    };
    let empty = facts(agreed()).book;
    let after = book(&book(&empty, first), second);
    assert_eq!([after.comparable, after.comparable_net].map(|net| net.map(Money::minor)), [Some(21_900), Some(20_000)]);
    assert_eq!(invoiced(second, taxing(&taxes)).unwrap().1.net.minor(), 20_000, "which is the invoice's");
    let stored = serde_json::to_value(&after).unwrap();
    let mut older = stored.clone();
    older.as_object_mut().unwrap().remove("comparable_net");
    let older: domain::billing::bill::Book = serde_json::from_value(older).unwrap();
    assert_eq!((older.comparable, older.comparable_net), (after.comparable, None), "written before it was kept");
}
