//! What accounting programs are given: quantity times price is the line, signs and dates are theirs, and debits are credits.

use crate::common::papers::{Sale, client, issued, sale};
use domain::billing::client::ClientBilling;
use domain::billing::documents::settings::{BookNames, DateOrder, TaxName};
use domain::billing::exports::journal::{self, Names};
use domain::billing::exports::{Program, Sold, check_days};
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use domain::billing::ledger::{Account, Journal, Source, Stamp};
use domain::billing::number::Number;
use domain::csv::Table;
use domain::ids::{ClientId, InvoiceId, PostingId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

fn rows(program: Program, invoice: &Invoice, lines: &[InvoiceLine], books: &BookNames) -> Vec<Vec<String>> {
    let billing = ClientBilling {
        emails: vec!["accounts@brandt.example".parse().unwrap()],
        address: Some("Brandt\nAccounts\nHafenweg 12\n24103 Kiel\nGermany".into()),
        ..ClientBilling::new(client())
    };
    let mut table = Table::new(program.columns());
    let sold = Sold { invoice, lines, client: "-Brandt & Söhne", billing: &billing, books };
    program.rows(&sold).unwrap().iter().for_each(|row| table.row(row));
    let text = table.into_text();
    let mut read = csv::Reader::from_reader(text.as_bytes());
    read.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn column<'a>(program: Program, row: &'a [String], name: &str) -> &'a str {
    let at = program.columns().iter().position(|column| *column == name).unwrap();
    &row[at]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Both programs multiply and add up for themselves: what they come to is the invoice.
    #[test]
    fn quantity_times_price_is_the_lines_net_and_all_lines_are_the_invoice(
        (quantity, places, price, price_places, discount) in
            (1_i64..10_000, 0_u32..6, 1_i64..100_000, 0_u32..7, 0_i64..3),
    ) {
        let quantity = Decimal::new(quantity, places);
        let price = Decimal::new(price, price_places) + Decimal::ONE;
        let sales = [Sale { text: "Care".into(), quantity, price, discount }, sale("Backup", "3", "1.25")];
        let (invoice, lines) = issued(Currency::EUR, &sales);
        for (program, of, times, tax) in [
            (Program::QuickBooks, "ItemQuantity", "ItemRate", "ItemTaxAmount"),
            (Program::Xero, "*Quantity", "*UnitAmount", "TaxAmount"),
        ] {
            let (mut net, mut taxes) = (0, Decimal::ZERO);
            let rows = rows(program, &invoice, &lines, &BookNames::default());
            let by_line = rows.len() == lines.len();
            for (row, line) in rows.iter().zip(&lines) {
                let number = |name| column(program, row, name).parse::<Decimal>().unwrap();
                prop_assert!(number(of).scale() <= 4 && number(times).scale() <= 4);
                let product = Money::rounded(number(of) * number(times), Currency::EUR).unwrap();
                prop_assert!(!by_line || product == line.net);
                net += product.minor();
                taxes += number(tax);
            }
            prop_assert_eq!(net, invoice.totals.net.minor());
            prop_assert_eq!(taxes, invoice.totals.tax.major());
        }
    }
}

#[test]
fn a_row_says_things_in_the_programs_own_words() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("=Care", "2", "10.50")]);
    let tax = TaxName { code: "vat".parse().unwrap(), name: "19% (USt)".into(), rate: None };
    let books = BookNames { taxes: vec![tax], dates: DateOrder::MonthFirst, ..BookNames::default() };
    let xero = &rows(Program::Xero, &invoice, &lines, &books)[0];
    for (name, value) in [
        ("*ContactName", "'-Brandt & Söhne"),
        ("EmailAddress", "accounts@brandt.example"),
        ("POAddressLine4", "24103 Kiel, Germany"),
        ("*InvoiceNumber", "INV-000001"),
        ("*InvoiceDate", "03/01/2026"),
        ("*DueDate", "03/31/2026"),
        ("Total", "24.99"),
        ("*Description", "'=Care"),
        ("*Quantity", "2"),
        ("*UnitAmount", "10.5"),
        ("*AccountCode", "200"),
        ("*TaxType", "19% (USt)"),
        ("TaxAmount", "3.99"),
        ("Currency", "EUR"),
    ] {
        assert_eq!(column(Program::Xero, xero, name), value, "{name}");
    }
    let own = &rows(Program::QuickBooks, &invoice, &lines, &BookNames::default())[0];
    for (name, value) in [
        ("*Customer", "'-Brandt & Söhne"),
        ("*InvoiceDate", "01/03/2026"),
        ("Item(Product/Service)", "Services"),
        ("*ItemAmount", "21.00"),
        ("*ItemTaxCode", "VAT 19%"),
    ] {
        assert_eq!(column(Program::QuickBooks, own, name), value, "{name}");
    }
}

#[test]
fn a_tax_has_the_name_of_its_rate_and_else_that_of_its_code() {
    let (mut invoice, mut lines) = issued(Currency::EUR, &[sale("Care", "2", "10.50")]);
    let name = |name: &str, rate: Option<&str>| TaxName {
        code: "vat".parse().unwrap(),
        name: name.into(),
        rate: rate.map(|rate| rate.parse().unwrap()),
    };
    let (any, old, new) =
        (name("VAT on Income", None), name("19% (VAT)", Some("19")), name("16% (VAT)", Some("16.00")));
    let cases = [
        (19, vec![any.clone(), old.clone(), new.clone()], "19% (VAT)"),
        (16, vec![any.clone(), old.clone(), new.clone()], "16% (VAT)"),
        (7, vec![old.clone(), new, any.clone()], "VAT on Income"),
        (16, vec![old.clone(), any], "VAT on Income"),
        (16, vec![old], "VAT 16%"),
        (16, vec![], "VAT 16%"),
    ];
    for (percent, taxes, expected) in cases {
        invoice.taxes[0].percent = Decimal::from(percent);
        lines[0].taxes[0].percent = Decimal::from(percent);
        let books = BookNames { taxes, ..BookNames::default() };
        for (program, of) in [(Program::Xero, "*TaxType"), (Program::QuickBooks, "*ItemTaxCode")] {
            let row = &rows(program, &invoice, &lines, &books)[0];
            assert_eq!(column(program, row, of), expected, "{percent} in {program:?} of {books:?}");
        }
    }
}

#[test]
fn a_number_that_is_too_long_for_quickbooks_is_left_out_of_its_file_alone() {
    let (invoice, _) = issued(Currency::EUR, &[sale("Care", "2", "10.50")]);
    for (prefix, taken) in [("INV-26/27", true), ("INV-26/27-", false)] {
        let number = Number { prefix: prefix.into(), n: 1, digits: 12 };
        let numbered = Invoice { number: Some(number), ..invoice.clone() };
        assert_eq!((Program::QuickBooks.takes(&numbered), Program::Xero.takes(&numbered)), (taken, true), "{prefix}");
    }
}

#[test]
fn credit_notes_are_below_nothing_in_xero_and_left_out_of_quickbooks_and_what_is_void_is_nowhere() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "2", "10.50")]);
    let note = Invoice { kind: InvoiceKind::CreditNote, due_on: None, ..invoice.clone() };
    assert!(Program::Xero.takes(&note) && !Program::QuickBooks.takes(&note));
    let row = &rows(Program::Xero, &note, &lines, &BookNames::default())[0];
    assert_eq!((column(Program::Xero, row, "*UnitAmount"), column(Program::Xero, row, "Total")), ("-10.5", "-24.99"));
    let void = Invoice { state: InvoiceState::Void, ..invoice.clone() };
    for program in [Program::Xero, Program::QuickBooks] {
        assert!(program.takes(&invoice) && !program.takes(&void));
    }
}

#[test]
fn an_invoice_that_quickbooks_would_refuse_is_a_row_for_each_tax_with_the_same_sums() {
    let (invoice, mut lines) = issued(Currency::EUR, &[sale("Care", "2", "10.50"), sale("Backup", "3", "1.25")]);
    let negated = |line: &InvoiceLine| {
        let taxes = line
            .taxes
            .iter()
            .map(|tax| domain::billing::taxes::LineTax { amount: tax.amount.negated(), ..tax.clone() });
        InvoiceLine { net: line.net.negated(), taxes: taxes.collect(), ..line.clone() }
    };
    lines[1] = negated(&lines[1]);
    let read = rows(Program::QuickBooks, &invoice, &lines, &BookNames::default());
    let of = |name| column(Program::QuickBooks, &read[0], name);
    assert_eq!(read.len(), 1);
    assert_eq!((of("*ItemAmount"), of("ItemQuantity"), of("ItemRate")), ("17.25", "1", "17.25"));
    assert_eq!((of("ItemTaxAmount"), of("ItemDescription")), ("3.28", "2 lines of the invoice"));
    assert_eq!(rows(Program::Xero, &invoice, &lines, &BookNames::default()).len(), 2);
    // Even the sum is below nothing: the file cannot hold it.
    lines[0] = negated(&lines[0]);
    assert_eq!(rows(Program::QuickBooks, &invoice, &lines, &BookNames::default()), Vec::<Vec<String>>::new());
    let many = vec![lines[0].clone(); 1_001].iter().map(negated).collect::<Vec<_>>();
    assert_eq!(rows(Program::QuickBooks, &invoice, &many, &BookNames::default()).len(), 1);
}

struct Nobody;

impl Names for Nobody {
    fn client(&self, _: ClientId) -> Option<String> {
        Some("+Brandt".into())
    }

    fn number(&self, _: InvoiceId) -> Option<String> {
        Some("INV-000001".into())
    }
}

#[test]
fn the_journal_has_a_row_for_each_entry_and_its_debits_are_its_credits() {
    let eur = |minor| Money::new(minor, Currency::EUR);
    let stamp = Stamp { id: PostingId::from_uuid(Uuid::nil()), at: jiff::Timestamp::UNIX_EPOCH, on: date(2026, 3, 1) };
    let posting = Journal::new(Currency::EUR)
        .debit(Account::Receivable { client: client() }, eur(11_900))
        .and_then(|journal| journal.credit(Account::Revenue {}, eur(10_000)))
        .and_then(|journal| journal.credit(Account::Tax { code: "vat".parse().unwrap() }, eur(1_900)))
        .and_then(|journal| journal.post(stamp, Source::Issue { invoice: InvoiceId::from_uuid(Uuid::nil()) }))
        .unwrap()
        .unwrap();
    let mut table = Table::new(&journal::COLUMNS);
    journal::write(&posting, &Nobody, &mut table);
    let text = table.into_text();
    let mut read = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = read.records().map(Result::unwrap).collect();
    let sum = |at: usize| rows.iter().filter_map(|row| row[at].parse::<Decimal>().ok()).sum::<Decimal>();
    assert_eq!((rows.len(), sum(9), sum(10)), (3, Decimal::new(11_900, 2), Decimal::new(11_900, 2)));
    let receivable = rows.iter().find(|row| &row[5] == "Receivables").unwrap();
    assert_eq!((&receivable[4], &receivable[6]), ("INV-000001", "'+Brandt"));
}

#[test]
fn an_export_is_of_at_most_a_year_and_a_day() {
    let day = date(2026, 1, 1);
    assert!(check_days(day, day).is_ok() && check_days(day, date(2027, 1, 1)).is_ok());
    assert!(check_days(day, date(2027, 1, 2)).is_err() && check_days(day, date(2025, 12, 31)).is_err());
}
