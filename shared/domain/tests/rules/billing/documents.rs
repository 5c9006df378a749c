//! What is printed is the invoice: the sums that are carried, whatever the currency, and nothing that does not add up.

use crate::common::papers::{Sale, document, document_with, issued, sale};
use domain::billing::documents::delivery::{cover, goes_out, may_go_out};
use domain::billing::documents::facts::{Document, Look};
use domain::billing::documents::printed::{Printed, print};
use domain::billing::documents::settings::{
    BookNames, Delivery, DocumentChanges, DocumentSettings, Letterhead, TaxName, change,
};
use domain::billing::documents::table::table;
use domain::billing::documents::words::Language;
use domain::billing::issue::void;
use domain::billing::ledger::Stamp;
use domain::billing::settings::BillingSettings;
use domain::ids::PostingId;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use proptest::prelude::*;
use rust_decimal::Decimal;

const CURRENCIES: [Currency; 3] = [Currency::EUR, Currency::JPY, Currency::KWD];

fn any_sales() -> impl Strategy<Value = Vec<Sale>> {
    let one = (1_i64..10_000, 0_u32..4, 0_i64..100_000, 0_u32..5, 0_i64..50).prop_map(
        |(quantity, places, price, price_places, discount)| Sale {
            text: "Care".into(),
            quantity: Decimal::new(quantity, places),
            price: Decimal::new(price, price_places) + Decimal::ONE_HUNDRED,
            // Of less than one there may be nothing to take off, and an invoice below nothing is none.
            discount: if quantity < 10_i64.pow(places) { 0 } else { discount },
        },
    );
    prop::collection::vec(one, 1..40)
}

/// An amount as it is printed in English, back in minor units.
fn read(printed: &str, currency: Currency) -> i64 {
    let plain = printed.replace(',', "").replace('−', "-");
    let amount: Decimal = plain.rsplit('\u{a0}').next().unwrap().parse().unwrap();
    Money::rounded(amount, currency).unwrap().minor()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_carried_is_the_sum_of_the_lines_before_and_ends_in_the_invoices_total(
        (sales, currency) in (any_sales(), prop::sample::select(CURRENCIES.to_vec())),
    ) {
        let (invoice, lines) = issued(currency, &sales);
        let printed = print(&document(&invoice, lines.clone())).unwrap();
        let mut sum = 0;
        for (line, row) in lines.iter().zip(&printed.lines) {
            sum += line.net.minor();
            prop_assert_eq!(read(&row.amount, currency), line.net.minor());
            prop_assert_eq!(read(&row.carried, currency), sum);
        }
        let taxes: i64 = printed.taxes.iter().map(|[_, tax]| read(tax, currency)).sum();
        prop_assert_eq!(read(&printed.net, currency), sum);
        prop_assert_eq!(read(&printed.total, currency), sum + taxes);
        prop_assert_eq!(read(&printed.due[1], currency), invoice.totals.total.minor());
    }
}

#[test]
fn a_document_whose_lines_are_not_the_invoices_is_not_printed() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "2", "10"), sale("Backup", "1", "5")]);
    let whole = document(&invoice, lines.clone());
    assert!(print(&whole).is_ok());
    assert!(print(&Document { lines: lines[..1].to_vec(), ..whole.clone() }).is_err());
    let mut off = whole;
    off.totals.total = Money::new(1, Currency::EUR);
    assert!(print(&off).is_err());
}

#[test]
fn a_word_that_is_too_long_for_its_column_may_break() {
    let (invoice, lines) = issued(Currency::EUR, &[sale(&"W".repeat(500), "1", "1")]);
    let printed = print(&document(&invoice, lines)).unwrap();
    let runs: Vec<usize> = printed.lines[0].text.split('\u{200b}').map(str::len).collect();
    assert_eq!((runs.iter().sum::<usize>(), runs.iter().max()), (500, Some(&24)));
}

#[test]
fn hours_are_printed_as_hours_and_minutes_and_amounts_stay() {
    let sold = ["0.1167", "1.5", "2", "0.0042", "99.9917"].map(|hours| sale("Work", hours, "60"));
    let (invoice, mut lines) = issued(Currency::EUR, &sold);
    let amounts = |printed: &Printed| printed.lines.iter().map(|line| line.amount.clone()).collect::<Vec<_>>();
    let before = print(&document(&invoice, lines.clone())).unwrap();
    for line in &mut lines {
        line.unit = Some("hour".into());
    }
    lines[2].unit = Some("seats".into());
    let after = print(&document(&invoice, lines)).unwrap();
    let quantities: Vec<&str> = after.lines.iter().map(|line| line.quantity.as_str()).collect();
    assert_eq!(quantities, ["0:07 h", "1:30 h", "2 seats", "0:00 h", "100:00 h"]);
    assert_eq!((amounts(&before), before.total), (amounts(&after), after.total));
}

#[test]
fn drafts_and_what_is_void_say_so_and_ask_for_no_money() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "2", "10")]);
    let stamp = Stamp {
        id: PostingId::from_uuid(uuid::Uuid::nil()),
        at: Timestamp::UNIX_EPOCH,
        on: crate::common::papers::DAY,
    };
    let voided = void(invoice.clone(), None, stamp).unwrap().invoice;
    let issued = document(&invoice, lines.clone());
    assert_eq!((issued.look, issued.pay_at.is_some(), print(&issued).unwrap().mark), (Look::Issued, true, None));
    let void = document(&voided, lines.clone());
    assert_eq!((void.look, void.pay_at.is_some(), print(&void).unwrap().mark), (Look::Void, false, Some("VOID")));
    assert_eq!(issued.voided(), void, "crossed out, and the same otherwise");
    let draft = domain::billing::invoice::Invoice { number: None, state: Default::default(), ..invoice };
    let draft = document(&draft, lines);
    assert_eq!((draft.look, draft.pay_at.is_some(), print(&draft).unwrap().mark), (Look::Draft, false, Some("DRAFT")));
    assert_eq!(draft.file_name(), "invoice-draft");
}

#[test]
fn what_the_clients_credit_has_paid_is_printed_and_not_asked_for_again() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "2", "50")]);
    let with = |minor: i64| {
        let used_credit = Some(Money::new(minor, Currency::EUR));
        document(&domain::billing::invoice::Invoice { used_credit, ..invoice.clone() }, lines.clone())
    };
    let (part, whole) = (with(4_000), with(11_900));
    let printed = print(&part).unwrap();
    assert_eq!(printed.less, [["Paid with your credit".to_owned(), "−40.00".to_owned()]]);
    assert_eq!((read(&printed.total, Currency::EUR), read(&printed.due[1], Currency::EUR)), (11_900, 7_900));
    assert!(part.pay_at.is_some() && whole.pay_at.is_none(), "nothing is left to pay online");
    assert_eq!(read(&print(&whole).unwrap().due[1], Currency::EUR), 0);
    let text = cover(&part).text;
    let (used, left) = (Money::new(4_000, Currency::EUR), Money::new(7_900, Currency::EUR));
    for amount in [used, left] {
        assert!(text.contains(&Language::En.money(amount)), "{text}");
    }
    let without = document(&invoice, lines);
    assert!(print(&without).unwrap().less.is_empty() && !cover(&without).text.contains("credit"));
}

#[test]
fn an_invoice_goes_out_once_and_by_itself_only_if_the_msp_wants_that() {
    let (invoice, _) = issued(Currency::EUR, &[sale("Care", "2", "10")]);
    assert!(goes_out(&invoice, Look::Issued, Delivery::AtOnce));
    assert!(!goes_out(&invoice, Look::Issued, Delivery::ByHand));
    assert!(!goes_out(&invoice, Look::Draft, Delivery::AtOnce));
    let sent = invoice.sent(Timestamp::UNIX_EPOCH).unwrap();
    assert!(!goes_out(&sent, Look::Issued, Delivery::AtOnce));
    assert!(may_go_out(Look::Issued).is_ok() && may_go_out(Look::Draft).is_err() && may_go_out(Look::Void).is_err());
}

#[test]
fn the_letter_speaks_the_documents_language_and_says_where_to_pay() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "2", "1000")]);
    let letterhead = Letterhead { language: Language::De, ..Letterhead::default() };
    let cover = cover(&document_with(&invoice, lines, &letterhead));
    assert_eq!(cover.subject, "Rechnung INV-000001 von Nordlicht IT");
    for words in ["2.380,00\u{a0}EUR", "31.03.2026", "https://app.example/v1/pay/link"] {
        assert!(cover.text.contains(words), "{words} in {}", cover.text);
    }
}

#[test]
fn a_documents_table_has_every_line_and_no_formula() {
    let sales = [sale("=HYPERLINK(\"http://evil\")", "1.5", "10"), sale("Backup, nightly", "1", "-3")];
    let (invoice, lines) = issued(Currency::EUR, &sales);
    let text = table(&document(&invoice, lines)).unwrap().into_text();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert!(rows[1].contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{}", rows[1]);
    assert!(rows[2].contains("\"Backup, nightly\"") && rows[2].contains(",-3.00,"), "{}", rows[2]);
}

#[test]
fn names_for_the_books_are_checked_against_the_msps_taxes() {
    let settings = DocumentSettings::default();
    // Nobody has said which taxes there are, so each code is refused as well.
    let cases: [(&[Option<&str>], &[&str]); 5] = [
        (&[None, None], &["/books/taxes/1/code", "/books/taxes/0", "/books/taxes/1"]),
        (&[Some("19"), Some("19.00")], &["/books/taxes/1/code", "/books/taxes/0", "/books/taxes/1"]),
        (&[Some("101")], &["/books/taxes/0/rate", "/books/taxes/0"]),
        (&[Some("-1")], &["/books/taxes/0/rate", "/books/taxes/0"]),
        (&[None, Some("19"), Some("16")], &["/books/taxes/0", "/books/taxes/1", "/books/taxes/2"]),
    ];
    for (rates, expected) in cases {
        let tax = |rate: &Option<&str>| TaxName {
            code: "vat".parse().unwrap(),
            name: "20% (VAT on Income)".into(),
            rate: rate.map(|rate| rate.parse().unwrap()),
        };
        let books = BookNames { taxes: rates.iter().map(tax).collect(), ..BookNames::default() };
        let changes = DocumentChanges { books: Some(books), ..DocumentChanges::default() };
        let refused = change(&settings, changes, &BillingSettings::default(), Timestamp::UNIX_EPOCH).unwrap_err();
        let domain::Refusal::Invalid(faults) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, expected, "{rates:?}");
    }
    let bad = Letterhead { name: Some("two\nlines".into()), ..Letterhead::default() };
    let changes = DocumentChanges { letterhead: Some(bad), ..DocumentChanges::default() };
    assert!(change(&settings, changes, &BillingSettings::default(), Timestamp::UNIX_EPOCH).is_err());
    assert!("#12345g".parse::<domain::billing::documents::settings::Colour>().is_err());
}
