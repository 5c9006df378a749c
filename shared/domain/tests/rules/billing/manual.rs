//! Invoices that are written by hand: no discount takes more than the line comes to.

use crate::common::contracts::{day, dec, eur};
use domain::Refusal;
use domain::billing::manual::{NewLine, lines};
use domain::money::Money;
use iso_currency::Currency;

fn line(quantity: &str, price: &str, discount: Option<Money>) -> NewLine {
    let (quantity, unit_price) = (dec(quantity), dec(price));
    NewLine { text: "Firewall".into(), service: None, quantity, unit: None, unit_price, discount, taxes: Vec::new() }
}

#[test]
fn a_discount_takes_no_more_than_the_line_comes_to() {
    for (quantity, price, discount, net) in [
        ("1", "10", 1_000, Some(0)),
        ("1", "10", 1_001, None),
        ("1", "10", -1, None),
        ("3", "3.335", 1_001, Some(0)),
        ("3", "3.335", 1_002, None),
        ("2", "10", 0, Some(2_000)),
        ("1", "0", 0, Some(0)),
        ("1", "0", 1, None),
        ("1", "-10", 0, Some(-1_000)),
        ("1", "-10", 1, None),
    ] {
        let what = format!("{quantity} x {price} less {discount}");
        match lines(
            vec![line("1", "1", None), line(quantity, price, Some(eur(discount)))],
            Currency::EUR,
            day("2026-02-01"),
        ) {
            Ok(lines) => assert_eq!(Some(lines[1].net.minor()), net, "{what}"),
            Err(Refusal::Invalid(faults)) => {
                let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
                assert_eq!((fields, net), (vec!["/lines/1/discount"], None), "{what}");
            }
            Err(other) => panic!("{what}: {other}"),
        }
    }
}
