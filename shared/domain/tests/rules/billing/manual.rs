//! Invoices that are written by hand: no discount takes more than the line comes to, and no line pays for days far away.

use crate::common::contracts::{day, dec, eur};
use domain::Refusal;
use domain::billing::cycle::Period;
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

#[test]
fn the_days_that_a_line_pays_for_are_within_twenty_years_of_today() {
    let cases = [
        ("2026-02-01", "2027-02-01", None),
        ("2006-02-01", "2006-03-01", None),
        ("2046-01-01", "2046-02-01", None),
        ("2006-01-31", "2006-03-01", Some("out_of_range")),
        ("2046-01-01", "2046-02-02", Some("out_of_range")),
        ("0202-02-01", "2027-02-01", Some("out_of_range")),
        ("2026-02-01", "9999-12-31", Some("out_of_range")),
        ("2026-02-01", "2026-02-01", Some("empty")),
    ];
    for (from, to, refused) in cases {
        let service = Some(Period { from: day(from), to: day(to) });
        let of = NewLine { service, ..line("1", "10", None) };
        match (lines(vec![of], Currency::EUR, day("2026-02-01")), refused) {
            (Ok(lines), None) => assert_eq!(lines[0].service, service),
            (Err(Refusal::Invalid(faults)), Some(code)) => {
                let said: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.code)).collect();
                assert_eq!(said, [("/lines/0/service", code)], "{from} to {to}");
            }
            (other, _) => panic!("{from} to {to}: {other:?}"),
        }
    }
}
