//! What is printed is the invoice: the sums that are carried, whatever the currency, and nothing that does not add up.

use std::collections::BTreeSet;

use crate::common::papers::{Sale, document, document_with, issued, sale};
use domain::billing::discounts::Given;
use domain::billing::documents::delivery::{cover, goes_out, may_go_out};
use domain::billing::documents::facts::{Corrected, Document, Look};
use domain::billing::documents::printed::{Printed, print};
use domain::billing::documents::settings::{
    BookNames, Colour, Delivery, DocumentChanges, DocumentSettings, Letterhead, TaxName, change,
};
use domain::billing::documents::table::table;
use domain::billing::documents::words::Language;
use domain::billing::invoice::{InvoiceKind, InvoiceLine};
use domain::billing::issue::void;
use domain::billing::ledger::Stamp;
use domain::billing::lines::Origin;
use domain::billing::settings::BillingSettings;
use domain::billing::taxes::TaxRounding;
use domain::ids::{ContractId, LineId, PostingId};
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
fn the_letter_of_a_credit_note_names_the_invoice_that_it_corrects_if_it_corrects_one() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "1", "100")]);
    let corrected = Corrected { id: invoice.id, number: "INV-000007".into(), issued_on: None };
    for (language, names_it) in [
        (Language::En, ". It corrects invoice INV-000007.\n"),
        (Language::De, " zur Rechnung INV-000007.\n"),
        (Language::Fr, ", sur la facture INV-000007.\n"),
    ] {
        let letterhead = Letterhead { language, ..Letterhead::default() };
        let note = Document { kind: InvoiceKind::CreditNote, ..document_with(&invoice, lines.clone(), &letterhead) };
        for (corrects, goes_on) in [(Some(corrected.clone()), names_it), (None, ".\n")] {
            let text = cover(&Document { corrects, ..note.clone() }).text;
            let total = language.money(note.totals.total);
            assert!(text.contains(&format!("{total}{goes_on}")), "{text}");
        }
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
fn each_discount_is_printed_and_exported_by_its_name_with_its_amount() {
    let (invoice, mut lines) = issued(Currency::EUR, &[Sale { discount: 3_297, ..sale("Care", "3", "100") }]);
    let printed = |lines: &[InvoiceLine], language: Language| {
        let letterhead = Letterhead { language, ..Letterhead::default() };
        print(&document_with(&invoice, lines.to_vec(), &letterhead)).unwrap().lines[0].details.clone()
    };
    assert_eq!(printed(&lines, Language::En), ["300.00 − 32.97 discount"], "it has no name");
    let given = |name: &str, minor: i64, of_invoice: bool| Given {
        name: name.into(),
        of_invoice,
        amount: Money::new(minor, Currency::EUR),
    };
    lines[0].discounts = vec![given("Treue", 3_000, false), given("=Projekt", 297, true)];
    assert_eq!(printed(&lines, Language::De), ["300,00 − 30,00 Treue − 2,97 =Projekt"]);
    lines[0].discounts.pop();
    assert_eq!(printed(&lines, Language::Fr), ["300,00 − 30,00 Treue − 2,97 remise"], "the rest has no name");
    lines[0].discounts = vec![given("=Projekt", 3_297, true)];
    let text = table(&document(&invoice, lines.clone())).unwrap().into_text();
    assert!(text.contains(",'=Projekt 32.97,vat 19%,per_invoice,"), "{text}");
    let json = serde_json::to_value(document(&invoice, lines)).unwrap();
    assert_eq!(json["lines"][0]["discounts"][0]["name"], "=Projekt");
    assert_eq!(json["lines"][0]["discounts"][0]["amount"], serde_json::json!({ "minor": 3_297, "currency": "EUR" }));
}

#[test]
fn where_tax_is_rounded_is_printed_in_every_language_where_there_is_tax() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "3", "100")]);
    let said = |language, tax_rounding| {
        let letterhead = Letterhead { language, ..Letterhead::default() };
        print(&Document { tax_rounding, ..document_with(&invoice, lines.clone(), &letterhead) }).unwrap().rounding
    };
    let mut all = BTreeSet::new();
    for language in [Language::En, Language::De, Language::Fr] {
        for rounding in [TaxRounding::PerLine, TaxRounding::PerInvoice] {
            all.extend(said(language, rounding));
        }
    }
    assert_eq!(all.len(), 6, "each is a sentence of its own: {all:?}");
    assert_eq!(said(Language::En, TaxRounding::PerInvoice), ["Tax is rounded once, over all lines."]);
    let mut untaxed = document(&invoice, lines.clone());
    untaxed.taxes.clear();
    assert!(print(&untaxed).unwrap().rounding.is_empty());
}

#[test]
fn how_to_pay_stands_on_nothing_that_is_not_to_be_paid_and_a_credit_note_names_its_invoice() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "3", "100")]);
    let letterhead = Letterhead { payment: Some("IBAN DE02".into()), ..Letterhead::default() };
    let bill = document_with(&invoice, lines, &letterhead);
    let corrects = Corrected { id: invoice.id, number: "INV-000007".into(), issued_on: None };
    let note = Document { kind: InvoiceKind::CreditNote, corrects: Some(corrects), pay_at: None, ..bill.clone() };
    let payment = |document: &Document| print(document).unwrap().issuer.payment;
    assert_eq!(payment(&bill), ["IBAN DE02"]);
    assert!(payment(&note).is_empty() && payment(&bill.clone().voided()).is_empty());
    let last = |document: &Document| {
        let text = table(document).unwrap().into_text();
        text.lines().last().unwrap().rsplit(',').next().unwrap().to_owned()
    };
    assert_eq!((last(&note), last(&bill)), ("INV-000007".to_owned(), String::new()));
}

#[test]
fn what_is_written_on_the_accent_colour_can_be_read() {
    for (accent, text) in [
        ("#1f4e79", "#ffffff"),
        ("#000000", "#ffffff"),
        ("#c2186b", "#ffffff"),
        ("#767676", "#ffffff"),
        ("#777777", "#1a1a1a"),
        ("#ffe9a8", "#1a1a1a"),
        ("#ffffff", "#1a1a1a"),
        ("#00ff00", "#1a1a1a"),
    ] {
        assert_eq!(accent.parse::<Colour>().unwrap().text_on_it(), text, "{accent}");
    }
}

#[test]
fn use_at_several_prices_is_printed_with_what_one_costs_on_average() {
    let used = Origin::Usage {
        contract: ContractId::from_uuid(uuid::Uuid::nil()),
        line: LineId::from_uuid(uuid::Uuid::nil()),
    };
    let cases = [
        ("250", "0.1", Currency::EUR, used, None, "avg.\u{a0}0.10"),
        ("3", "33.34", Currency::EUR, used, None, "avg.\u{a0}33.34"),
        ("30000", "0.00123", Currency::EUR, used, None, "avg.\u{a0}0.00123"),
        ("7", "3", Currency::JPY, used, None, "avg.\u{a0}3"),
        ("3", "33.34", Currency::EUR, used, Some("33.34"), "33.34"),
        ("3", "33.34", Currency::EUR, Origin::Manual {}, None, ""),
    ];
    for (quantity, price, currency, origin, unit_price, shown) in cases {
        let (invoice, mut lines) = issued(currency, &[sale("Storage", quantity, price)]);
        lines[0].origin = origin;
        lines[0].unit_price = unit_price.map(|price| price.parse().unwrap());
        assert_eq!(print(&document(&invoice, lines)).unwrap().lines[0].price, shown);
    }
    let (invoice, mut lines) = issued(Currency::EUR, &[sale("Care", "1", "10"), sale("Storage", "7", "0")]);
    (lines[1].origin, lines[1].unit_price) = (used, None);
    assert_eq!(print(&document(&invoice, lines)).unwrap().lines[1].price, "", "it was free");
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
    assert!("#12345g".parse::<Colour>().is_err());
}
