//! Credit notes over amounts: a tax document with a line for each way of being taxed, and all that is left taken back where
//! it was earned.

use std::collections::BTreeMap;

use domain::billing::credit::{Credit, Credited, LineCredit, MOST_APART, credit, credited_of};
use domain::billing::cycle::Period;
use domain::billing::dated::Dated;
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, NewInvoice, Origin, draft};
use domain::billing::issue::issue;
use domain::billing::ledger::Stamp;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::ClientCredit;
use domain::billing::reports::{as_corrected, revenue};
use domain::billing::taxes::{Tax, TaxRounding, Taxable, tax};
use domain::billing::terms::PaymentTerms;
use domain::error::Refusal;
use domain::ids::*;
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const DAY: Date = date(2026, 3, 10);
const TAXES: [(&str, i64, bool); 4] =
    [("vat", 19, false), ("reduced", 7, false), ("city", 2, false), ("gst", 10, true)];
/// How a line can be taxed: its taxes are all on top of its price, or in it.
const WAYS: [&[&str]; 6] = [&["vat"], &["reduced"], &[], &["vat", "city"], &["city"], &["gst"]];

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn stamp(n: u128) -> Stamp {
    Stamp { id: PostingId::from_uuid(Uuid::from_u128(n)), at: Timestamp::UNIX_EPOCH, on: DAY }
}

/// A price, how it is taxed, and the days that it pays for.
type Sold = (i64, usize, Option<Period>);

/// An issued invoice over these.
fn billed(sold: &[Sold]) -> (Invoice, Vec<InvoiceLine>) {
    let known: Vec<Tax> = TAXES
        .iter()
        .map(|(code, percent, inclusive)| Tax {
            code: code.parse().unwrap(),
            name: (*code).into(),
            percent: vec![Dated::new(date(2020, 1, 1), Decimal::from(*percent))],
            compound: false,
            inclusive: *inclusive,
        })
        .collect();
    let taxable = |(minor, way, _): &Sold| {
        let taxes = WAYS[*way].iter().map(|code| code.parse().unwrap()).collect();
        Taxable { amount: eur(*minor), taxes, on: DAY }
    };
    let taxables: Vec<Taxable> = sold.iter().map(taxable).collect();
    let taxed = tax(&taxables, &known, &[], Currency::EUR, TaxRounding::PerInvoice).unwrap();
    let line = |((n, (minor, _, service)), taxed): ((u32, &Sold), domain::billing::taxes::TaxedLine)| InvoiceLine {
        n,
        origin: Origin::ContractLine {
            contract: ContractId::from_uuid(Uuid::from_u128(u128::from(n % 3))),
            line: LineId::from_uuid(Uuid::from_u128(n.into())),
        },
        text: format!("Line {n}"),
        service: *service,
        quantity: Decimal::ONE,
        unit: None,
        unit_price: None,
        gross: eur(*minor),
        discount: eur(0),
        discounts: Vec::new(),
        net: taxed.net,
        taxes: taxed.taxes,
        note: None,
    };
    let lines: Vec<InvoiceLine> = (1..).zip(sold).zip(taxed.lines).map(line).collect();
    let new = NewInvoice {
        id: InvoiceId::from_uuid(Uuid::from_u128(1)),
        kind: InvoiceKind::Manual,
        client: ClientId::from_uuid(Uuid::from_u128(7)),
        billed: Vec::new(),
        currency: Currency::EUR,
        terms: PaymentTerms::NetDays { days: 10 },
        taxes: taxed.summary,
        tax_rounding: TaxRounding::PerInvoice,
        exempted: Vec::new(),
        note: None,
    };
    let drafted = draft(new, &lines, Timestamp::UNIX_EPOCH).unwrap();
    (issue(drafted, &lines, Series::new(SeriesKind::Invoice), stamp(2)).unwrap().invoice, lines)
}

fn noted(invoice: &Invoice, what: &Credit<'_>) -> Result<Credited, Refusal> {
    let account = ClientCredit::none(invoice.client, invoice.currency);
    let id = InvoiceId::from_uuid(Uuid::from_u128(50));
    credit(invoice.clone(), what, (id, "A complaint"), account, Series::new(SeriesKind::CreditNote), stamp(51))
}

fn over(
    invoice: &Invoice,
    lines: &[InvoiceLine],
    already: &BTreeMap<u32, Money>,
    total: Option<i64>,
) -> Result<Credited, Refusal> {
    noted(invoice, &Credit::Amount { lines, already, total: total.map(eur) })
}

/// Each tax of a note's summary is over the lines that bear it, and nothing is over but what net and taxes come to.
fn is_sound(done: &Credited) {
    let note = &done.note;
    assert_eq!(note.totals.net.plus(note.totals.tax), Ok(note.totals.total));
    assert_eq!(note.lines as usize, done.lines.len());
    for row in &note.taxes {
        let bear = done.lines.iter().filter(|line| line.taxes.iter().any(|tax| tax.code == row.code));
        assert_eq!(Money::sum(Currency::EUR, bear.map(|line| line.net)), Ok(row.net), "{row:?}");
    }
}

#[test]
fn an_amount_is_a_line_for_each_way_of_being_taxed_and_each_tax_has_its_own_base() {
    // What is sold, the amount, each line's net and taxes, and each tax with its base.
    type Case<'a> = (&'a str, &'a [(i64, usize)], i64, &'a [(i64, &'a [i64])], &'a [(&'a str, i64, i64)]);
    let cases: [Case<'_>; 5] = [
        (
            "three ways, a third of it",
            &[(100_00, 0), (100_00, 1), (100_00, 2)],
            108_67,
            &[(33_34, &[6_34]), (33_33, &[2_33]), (33_33, &[])],
            &[("vat", 33_34, 6_34), ("reduced", 33_33, 2_33)],
        ),
        ("one way, two lines", &[(100_00, 0), (300_00, 0)], 119_00, &[(100_00, &[19_00])], &[("vat", 100_00, 19_00)]),
        (
            "one tax alone and beside another",
            &[(100_00, 0), (100_00, 3)],
            120_00,
            &[(50_00, &[9_50]), (50_00, &[9_50, 1_00])],
            &[("vat", 100_00, 19_00), ("city", 50_00, 1_00)],
        ),
        (
            "in the price and on top of it",
            &[(110_00, 5), (100_00, 0)],
            114_50,
            &[(50_00, &[5_00]), (50_00, &[9_50])],
            &[("gst", 50_00, 5_00), ("vat", 50_00, 9_50)],
        ),
        ("a cent", &[(100_00, 2), (50_00, 0)], 1, &[(1, &[])], &[]),
    ];
    for (what, sold, total, expected, rows) in cases {
        let sold: Vec<Sold> = sold.iter().map(|(minor, way)| (*minor, *way, None)).collect();
        let (invoice, lines) = billed(&sold);
        let done = over(&invoice, &lines, &BTreeMap::new(), Some(total)).unwrap();
        is_sound(&done);
        assert_eq!(done.note.totals.total, eur(total), "{what}");
        let of = |line: &InvoiceLine| {
            (line.net.minor(), line.taxes.iter().map(|tax| tax.amount.minor()).collect::<Vec<_>>())
        };
        let found: Vec<(i64, Vec<i64>)> = done.lines.iter().map(of).collect();
        assert_eq!(found, expected.iter().map(|(net, taxes)| (*net, taxes.to_vec())).collect::<Vec<_>>(), "{what}");
        let found: Vec<(String, i64, i64)> =
            done.note.taxes.iter().map(|row| (row.code.to_string(), row.net.minor(), row.tax.minor())).collect();
        assert_eq!(found, rows.iter().map(|(c, net, tax)| ((*c).to_owned(), *net, *tax)).collect::<Vec<_>>(), "{what}");
        assert!(done.lines.iter().all(|line| line.text == "A complaint" && line.service.is_none()), "{what}");
    }
}

#[test]
fn all_that_is_left_is_taken_back_line_by_line_over_the_days_that_each_pays_for() {
    let days = |from: Date, months: i32| Some(Period { from, to: from.saturating_add(months.months()) });
    let sold: Vec<Sold> = vec![
        (1_200_00, 0, days(date(2026, 1, 1), 12)),
        (300_00, 1, days(date(2026, 3, 1), 3)),
        (50_00, 2, None),
        (-60_00, 0, days(date(2026, 3, 1), 1)),
    ];
    let (invoice, lines) = billed(&sold);
    let none = BTreeMap::new();
    let all: Vec<LineCredit> = (1..=4).map(|n| LineCredit { n, net: None }).collect();
    let by_lines = noted(&invoice, &Credit::Lines { lines: &lines, already: &none, what: &all }).unwrap();
    let whole = invoice.totals.total.minor();
    for total in [Some(whole), None] {
        let done = over(&invoice, &lines, &none, total).unwrap();
        assert_eq!(done, by_lines, "the same as all lines");
        let again = over(&done.invoice, &lines, &none, None);
        assert!(matches!(again, Err(Refusal::Conflict { code: "over_credited", .. })), "{again:?}");
        let back = revenue(&as_corrected(done.lines, &lines), DAY);
        assert_eq!(back, revenue(&lines, DAY), "what was earned is taken back where it was");
    }

    // What went before over an amount is in no line: the rest is spread over them.
    let first = over(&invoice, &lines, &none, Some(100_00)).unwrap();
    let line = [LineCredit { n: 2, net: Some(eur(100_00)) }];
    let second = noted(&first.invoice, &Credit::Lines { lines: &lines, already: &none, what: &line }).unwrap();
    let already = credited_of(second.lines).unwrap();
    let third = over(&second.invoice, &lines, &already, None).unwrap();
    is_sound(&third);
    assert!(third.invoice.is_forgiven());
    assert_eq!(third.invoice.left_to_credit(), Ok(eur(0)));
    let recognition = third.recognition.unwrap();
    assert_eq!(recognition.parts.first().map(|part| part.service), days(date(2026, 1, 1), 12));
    assert!(recognition.parts.iter().all(|part| part.net.is_negative()), "{recognition:?}");
}

#[test]
fn of_an_invoice_with_many_lines_those_alike_are_one_and_still_taken_back_where_they_were_earned() {
    let months = |n: i64| {
        let from = date(2026, 1 + i8::try_from(n % 6).unwrap(), 1);
        Some(Period { from, to: from.saturating_add(1.month()) })
    };
    let sold: Vec<Sold> = (0..900).map(|n| (1_00 + n, usize::try_from(n % 4).unwrap(), months(n))).collect();
    let (invoice, lines) = billed(&sold);
    let done = over(&invoice, &lines, &BTreeMap::new(), None).unwrap();
    is_sound(&done);
    assert_eq!(done.note.totals.total, invoice.totals.total);
    assert!(done.lines.len() <= MOST_APART, "{}", done.lines.len());
    assert!(done.invoice.is_forgiven());
    assert_eq!(revenue(&as_corrected(done.lines, &lines), DAY), revenue(&lines, DAY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_amounts_and_then_the_rest_take_back_every_cent_and_no_more(
        sold in proptest::collection::vec((1_i64..500_00, 0_usize..WAYS.len(), proptest::option::of(1_i64..400)), 1..8),
        amounts in proptest::collection::vec(1_i64..300_00, 0..5),
    ) {
        let days = |days: i64| Period { from: DAY.saturating_sub(30.days()), to: DAY.saturating_add(days.days()) };
        let sold: Vec<Sold> = sold.into_iter().map(|(minor, way, on)| (minor, way, on.map(days))).collect();
        let (mut invoice, lines) = billed(&sold);
        let none = BTreeMap::new();
        let mut back = 0;
        for total in amounts {
            let left = invoice.left_to_credit().unwrap().minor();
            if total >= left {
                break;
            }
            let done = over(&invoice, &lines, &none, Some(total)).unwrap();
            is_sound(&done);
            prop_assert_eq!(done.note.totals.total, eur(total));
            prop_assert!(done.recognition.is_none());
            back += total;
            invoice = done.invoice;
        }
        let done = over(&invoice, &lines, &none, None).unwrap();
        is_sound(&done);
        prop_assert_eq!(back + done.note.totals.total.minor(), invoice.totals.total.minor());
        prop_assert_eq!(done.invoice.noted.net, invoice.totals.net);
        let taxes: Vec<Money> = invoice.taxes.iter().map(|row| row.tax).collect();
        prop_assert_eq!(&done.invoice.noted.taxes, &taxes);
    }

    #[test]
    fn amounts_and_lines_in_any_order_and_then_the_rest_take_back_every_cent_also_beside_lines_below_nothing(
        first in (500_00_i64..900_00, 0_usize..WAYS.len()),
        rest in proptest::collection::vec((-60_00_i64..300_00, 0_usize..WAYS.len(), proptest::option::of(1_i64..400)), 0..6),
        asked in proptest::collection::vec((any::<bool>(), 1_u32..8, 1_i64..300_00), 0..6),
    ) {
        prop_assume!(rest.iter().all(|(minor, ..)| *minor != 0));
        let days = |days: i64| Period { from: DAY.saturating_sub(30.days()), to: DAY.saturating_add(days.days()) };
        let rest = rest.into_iter().map(|(minor, way, on)| (minor, way, on.map(days)));
        let sold: Vec<Sold> = [(first.0, first.1, None)].into_iter().chain(rest).collect();
        let (mut invoice, lines) = billed(&sold);
        let (mut already, mut back) = (BTreeMap::new(), 0);
        for (by_line, n, minor) in asked {
            let sign = lines.iter().find(|line| line.n == n).map_or(1, |line| line.net.minor().signum());
            let line = [LineCredit { n, net: Some(eur(minor * sign)) }];
            let done = match by_line {
                true => noted(&invoice, &Credit::Lines { lines: &lines, already: &already, what: &line }),
                false => over(&invoice, &lines, &already, Some(minor)),
            };
            // More than is left is refused, and changes nothing.
            let Ok(done) = done else { continue };
            is_sound(&done);
            back += done.note.totals.total.minor();
            for (n, net) in credited_of(done.lines).unwrap() {
                let sum = already.get(&n).map_or(Ok(net), |before| net.plus(*before)).unwrap();
                already.insert(n, sum);
            }
            invoice = done.invoice;
        }
        let left = invoice.left_to_credit().unwrap().minor();
        prop_assert_eq!(back + left, invoice.totals.total.minor());
        if left > 0 {
            let done = over(&invoice, &lines, &already, None).unwrap();
            is_sound(&done);
            prop_assert_eq!(done.note.totals.total.minor(), left);
            prop_assert_eq!(done.invoice.left_to_credit(), Ok(eur(0)));
        }
    }
}
