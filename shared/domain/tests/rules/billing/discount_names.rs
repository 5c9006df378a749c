//! Each discount is named on the line that it takes something off, with how much.

use crate::common::contracts::*;
use domain::Money;
use domain::billing::bill::{DraftLine, Facts, bill, invoiced};
use domain::billing::contract::*;
use domain::billing::dated::Dated;
use domain::billing::discounts::{Discount, Given, LONGEST_NAMES, MOST_NAMED, Off, Term, with_names};
use domain::billing::lines::Origin;

fn discount(name: &str, off: Off) -> Discount {
    Discount { name: name.into(), off, from: day("2026-01-01"), term: Term::Forever {} }
}

fn percent(name: &str, percent: &str) -> Discount {
    discount(name, Off::Percent { percent: dec(percent) })
}

fn amount(name: &str, minor: i64) -> Discount {
    discount(name, Off::Amount { amount: eur(minor) })
}

fn named(line: &DraftLine) -> Vec<(&str, i64, bool)> {
    line.discounts.iter().map(|given| (given.name.as_str(), given.amount.minor(), given.of_invoice)).collect()
}

#[test]
fn what_a_bill_takes_off_a_line_is_named_by_discount() {
    let loyal = |line: Line| Line { discounts: vec![percent("Loyalty", "10")], ..line };
    let capped = line(1, LineKind::Fixed, Timing::Advance, limited("300", None, Some("250")), day("2026-01-01"));
    let first = fixed(1, Timing::Advance, "300", "2026-01-01");
    let project = || vec![amount("Project", 297)];
    let cases = [
        ("none", first.clone(), vec![], 0, vec![]),
        ("its own", loyal(first.clone()), vec![], 3_000, vec![("Loyalty", 3_000, false)]),
        ("the invoice's", first.clone(), project(), 297, vec![("Project", 297, true)]),
        ("both", loyal(first), project(), 3_297, vec![("Loyalty", 3_000, false), ("Project", 297, true)]),
        ("what the maximum takes off has no name", loyal(capped), vec![], 5_000, vec![("Loyalty", 3_000, false)]),
    ];
    for (what, line, discounts, off, names) in cases {
        let contract = Contract { discounts, ..contract(monthly("2026-01-01", None), vec![line]) };
        let billing = billed(&facts(contract), "2026-01-01");
        let line = &billing.drafts[0].lines[0];
        assert_eq!((line.discount.minor(), named(line)), (off, names), "{what}");
        let Origin::ContractLine { line: id, .. } = line.origin else { panic!("{line:?}") };
        assert_eq!(
            line.own, billing.after.book.lines[&id].periods[0].net,
            "{what}: as the next bill is compared with it"
        );
        let (printed, _) = invoiced(&billing.drafts[0], UNTAXED).unwrap();
        assert_eq!((&printed[0].discounts, printed[0].discount), (&line.discounts, line.discount), "{what}");
    }
}

#[test]
fn the_parts_of_a_period_name_their_shares_and_what_is_settled_gives_back_less() {
    let mut line = seats(1, "33.33", "2026-01-01", "5");
    line.quantity.push(Dated::new(day("2026-01-11"), Quantity::Fixed { quantity: dec("7") }));
    line.discounts = vec![percent("Loyalty", "10"), amount("Project", 1_001)];
    let contract =
        Contract { discounts: vec![percent("Group", "3")], ..contract(monthly("2026-01-01", None), vec![line]) };
    let drafts = bill(&facts(contract.clone()), day("2026-01-01")).unwrap().drafts;
    let parts = &drafts[0].lines;
    assert_eq!(parts.len(), 2, "{parts:?}");
    for part in parts {
        let names: Vec<&str> = part.discounts.iter().map(|given| given.name.as_str()).collect();
        assert_eq!(names, ["Loyalty", "Project", "Group"]);
        assert_eq!(part.discounts.iter().map(|given| given.amount.minor()).sum::<i64>(), part.discount.minor());
        assert_eq!(part.gross.minus(part.discount), Ok(part.net));
    }
    let mut fewer = contract;
    fewer.lines[0].quantity.push(Dated::new(day("2026-01-21"), Quantity::Fixed { quantity: dec("1") }));
    let after = bill(&facts(contract_of(&fewer)), day("2026-01-01")).unwrap().after;
    let known = Facts { contract: Contract { next_on: after.contract.next_on, ..fewer }, ..after };
    let settled = bill(&known, day("2026-02-01")).unwrap().drafts.remove(0);
    let back = settled.lines.iter().find(|line| matches!(line.origin, Origin::Adjustment { .. })).unwrap();
    let [group] = &back.discounts[..] else { panic!("{back:?}") };
    assert!(back.net.is_negative() && group.amount.is_negative() && group.of_invoice, "{back:?}");
    assert_eq!((group.name.as_str(), group.amount), ("Group", back.discount));
}

/// As it was before its quantity fell.
fn contract_of(fewer: &Contract) -> Contract {
    let mut before = fewer.clone();
    before.lines[0].quantity.pop();
    before
}

#[test]
fn a_line_names_no_more_discounts_than_it_has_room_for() {
    let given = |name: String| Given { name, of_invoice: false, amount: Money::new(1, iso_currency::Currency::EUR) };
    let of = |count: usize, letters: usize| with_names(vec![given("x".repeat(letters)); count]).len();
    assert_eq!((of(3, 20), of(MOST_NAMED, 20), of(MOST_NAMED + 5, 20)), (3, MOST_NAMED, MOST_NAMED));
    assert_eq!((of(4, 120), of(1, LONGEST_NAMES)), (3, 1));
}
