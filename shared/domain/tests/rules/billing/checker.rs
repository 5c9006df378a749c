//! Planted damage: each kind of finding fires on the books that have it, and none on sound ones.

use std::collections::BTreeMap;

use domain::billing::checker::{Checker, Finding, is_news};
use domain::billing::credit::{Credit, credit};
use domain::billing::cycle::Period;
use domain::billing::invoice::*;
use domain::billing::issue::{issue, write_off};
use domain::billing::ledger::{Account, Posting, Source, Stamp};
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::*;
use domain::billing::recognition::Recognition;
use domain::billing::taxes::{LineTax, TaxRounding, TaxSum};
use domain::billing::terms::PaymentTerms;
use domain::ids::*;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use uuid::Uuid;

const TODAY: Date = date(2026, 3, 10);

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn client() -> ClientId {
    ClientId::from_uuid(uuid(1))
}

fn stamp(n: u128) -> Stamp {
    Stamp { id: PostingId::from_uuid(uuid(n)), at: Timestamp::UNIX_EPOCH, on: TODAY }
}

/// A tenant's records.
#[derive(Debug, Clone)]
struct Books {
    invoices: Vec<Invoice>,
    payments: Vec<Payment>,
    credit: ClientCredit,
    recognitions: Vec<Recognition>,
    series: [Series; 2],
    postings: Vec<Posting>,
}

/// A line of 100.00 with 19 % tax, of which March is deferred.
fn drafted(n: u128) -> (Invoice, Vec<InvoiceLine>) {
    let (code, percent) = ("vat".parse::<domain::billing::codes::TaxCode>().unwrap(), Decimal::from(19));
    let period = Period { from: date(2026, 3, 1), to: date(2026, 4, 1) };
    let line = InvoiceLine {
        n: 1,
        origin: Origin::Manual {},
        text: "Seats".into(),
        service: Some(period),
        quantity: Decimal::ONE,
        unit: None,
        unit_price: None,
        gross: eur(10_000),
        discount: eur(0),
        discounts: Vec::new(),
        net: eur(10_000),
        taxes: vec![LineTax { code: code.clone(), percent, amount: eur(1_900) }],
        note: None,
    };
    let (net, tax) = (eur(10_000), eur(1_900));
    let row = TaxSum { code, name: "VAT".into(), percent, compound: false, inclusive: false, net, tax };
    let new = NewInvoice {
        id: InvoiceId::from_uuid(uuid(n)),
        kind: InvoiceKind::Recurring,
        client: client(),
        billed: vec![Billed { contract: ContractId::from_uuid(uuid(n)), period }],
        currency: Currency::EUR,
        terms: PaymentTerms::NetDays { days: 10 },
        taxes: vec![row],
        tax_rounding: TaxRounding::PerLine,
        exempted: Vec::new(),
        note: None,
    };
    let lines = vec![line];
    (draft(new, &lines, Timestamp::UNIX_EPOCH).unwrap(), lines)
}

/// Four invoices: one paid in full, with an over-payment that is kept; one credited in part; one written off; one open.
fn sound() -> Books {
    let mut books = Books {
        invoices: Vec::new(),
        payments: Vec::new(),
        credit: ClientCredit::none(client(), Currency::EUR),
        recognitions: Vec::new(),
        series: [Series::new(SeriesKind::Invoice), Series::new(SeriesKind::CreditNote)],
        postings: Vec::new(),
    };
    for n in 10..14 {
        let (draft, lines) = drafted(n);
        let issued = issue(draft, &lines, books.series[0].clone(), stamp(n + 10)).unwrap();
        books.series[0] = issued.series;
        books.invoices.push(issued.invoice);
        books.recognitions.extend(issued.recognition);
        books.postings.extend(issued.posting);
    }
    let new = NewPayment {
        id: PaymentId::from_uuid(uuid(40)),
        client: client(),
        method: Method::BankTransfer {},
        amount: eur(12_000),
        received_on: TODAY,
        reference: None,
        provider_key: None,
    };
    let allocations = vec![Allocation { invoice: books.invoices[0].id, amount: eur(11_900) }];
    let how = Allocate::Chosen { allocations };
    let paid = receive(new, books.credit, books.invoices.clone(), &how, stamp(41)).unwrap();
    books.invoices[0] = paid.invoices[0].clone();
    books.credit = paid.credit;
    books.payments.push(paid.payment);
    books.postings.extend(paid.posting);
    let (lines, already) = (drafted(11).1, BTreeMap::new());
    let what = Credit::Amount { lines: &lines, already: &already, total: Some(eur(2_380)) };
    let id = (InvoiceId::from_uuid(uuid(50)), "A complaint");
    let note = credit(books.invoices[1].clone(), &what, id, books.credit, books.series[1].clone(), stamp(51)).unwrap();
    books.invoices[1] = note.invoice;
    books.invoices.push(note.note);
    books.series[1] = note.series;
    books.postings.extend(note.posting);
    let lost = write_off(books.invoices[2].clone(), stamp(61)).unwrap();
    books.invoices[2] = lost.invoice;
    books.postings.extend(lost.posting);
    let (after, posting) = books.recognitions[0].clone().recognise(TODAY, stamp(71)).unwrap();
    books.recognitions[0] = after;
    books.postings.extend(posting);
    books
}

fn findings(books: &Books) -> Vec<Finding> {
    let mut checker = Checker::new();
    books.invoices.iter().for_each(|invoice| checker.invoice(invoice));
    books.payments.iter().for_each(|payment| checker.payment(payment));
    checker.credit(&books.credit);
    books.recognitions.iter().for_each(|recognition| checker.recognition(recognition));
    books.series.iter().for_each(|series| checker.series(series));
    books.postings.iter().for_each(|posting| checker.posting(posting));
    checker.done()
}

/// A kind that is not in the table below does not compile here first.
fn kind(finding: &Finding) -> &'static str {
    match finding {
        Finding::Unbalanced { .. } => "unbalanced",
        Finding::PostedTwice { .. } => "posted_twice",
        Finding::NotPosted { .. } => "not_posted",
        Finding::PaymentNotPosted { .. } => "payment_not_posted",
        Finding::Balance { .. } => "balance",
        Finding::State { .. } => "state",
        Finding::Paid { .. } => "paid",
        Finding::Credited { .. } => "credited",
        Finding::Payment { .. } => "payment",
        Finding::Account { .. } => "account",
        Finding::NegativeCredit { .. } => "negative_credit",
        Finding::NumberMissing { .. } => "number_missing",
        Finding::NumberTwice { .. } => "number_twice",
        Finding::Number { .. } => "number",
        Finding::IdentityTwice { .. } => "identity_twice",
    }
}

/// How many kinds [`kind`] knows.
const KINDS: usize = 15;

fn posting_of(books: &mut Books, wanted: impl Fn(&Source) -> bool) -> usize {
    books.postings.iter().position(|posting| wanted(&posting.source)).unwrap()
}

type Damage = fn(&mut Books);

const DAMAGE: &[(&str, &str, Damage)] = &[
    ("unbalanced", "an entry grew by a cent", |books| books.postings[0].entries[0].amount = eur(11_901)),
    ("unbalanced", "an entry is of nothing", |books| {
        let mut entry = books.postings[0].entries[0].clone();
        entry.amount = eur(0);
        books.postings[0].entries.push(entry);
    }),
    ("unbalanced", "a posting has no entries", |books| books.postings[0].entries.clear()),
    ("unbalanced", "a posting is in another currency", |books| books.postings[0].currency = Currency::JPY),
    ("posted_twice", "a payment was posted again", |books| {
        let at = posting_of(books, |source| matches!(source, Source::Payment { .. }));
        let mut again = books.postings[at].clone();
        again.id = PostingId::from_uuid(uuid(99));
        books.postings.push(again);
    }),
    ("not_posted", "an invoice's posting is gone", |books| {
        let at = posting_of(books, |source| matches!(source, Source::Issue { .. }));
        books.postings.remove(at);
    }),
    ("not_posted", "a note's posting is gone", |books| {
        let at = posting_of(books, |source| matches!(source, Source::CreditNote { .. }));
        books.postings.remove(at);
    }),
    ("payment_not_posted", "a payment's posting is gone", |books| {
        let at = posting_of(books, |source| matches!(source, Source::Payment { .. }));
        books.postings.remove(at);
    }),
    ("balance", "net and tax are not the total", |books| books.invoices[3].totals.net = eur(9_999)),
    ("balance", "the summary is not the tax", |books| books.invoices[3].taxes[0].tax = eur(1_899)),
    ("balance", "more was paid than owed", |books| books.invoices[0].paid = eur(11_901)),
    ("balance", "what was credited is open again", |books| {
        let invoice = &mut books.invoices[1];
        (invoice.credited, invoice.state) = (eur(0), InvoiceState::Issued);
    }),
    ("balance", "what was credited is lost as well", |books| books.invoices[2].noted.net = eur(100)),
    ("state", "a paid invoice has something left", |books| books.invoices[3].state = InvoiceState::Paid),
    ("state", "an open invoice has nothing left", |books| books.invoices[0].state = InvoiceState::Sent),
    ("state", "a void invoice was paid", |books| books.invoices[0].state = InvoiceState::Void),
    ("paid", "an invoice says that less was paid", |books| books.invoices[0].paid = eur(11_800)),
    ("paid", "a payment paid an invoice that there is not", |books| {
        books.payments[0].allocations[0].invoice = InvoiceId::from_uuid(uuid(98));
    }),
    ("credited", "a note is gone", |books| {
        books.invoices.pop();
    }),
    ("credited", "more is credited than its notes say", |books| books.invoices[1].credited = eur(2_381)),
    ("payment", "a payment's parts are not its amount", |books| books.payments[0].kept = eur(99)),
    ("payment", "more went back than came in", |books| books.payments[0].refunded = eur(12_001)),
    ("account", "the client's credit lost a cent", |books| books.credit.balance = eur(99)),
    ("account", "an invoice is gone", |books| {
        books.invoices.remove(3);
    }),
    ("account", "days were recognised and not posted", |books| {
        let at = posting_of(books, |source| matches!(source, Source::Recognition { .. }));
        books.postings.remove(at);
    }),
    ("negative_credit", "the client's credit is below nothing", |books| books.credit.balance = eur(-1)),
    ("number_missing", "a number was left out", |books| {
        books.invoices[3].number.as_mut().unwrap().n = 5;
        books.series[0].last = 5;
    }),
    ("number_missing", "the last number belongs to nobody", |books| books.series[1].last = 2),
    ("number_twice", "a number was given twice", |books| books.invoices[3].number.as_mut().unwrap().n = 1),
    ("number", "an issued invoice has no number", |books| books.invoices[3].number = None),
    ("number", "a number is past the end of its series", |books| books.series[0].last = 3),
    ("number", "a draft has a number", |books| books.invoices[3].state = InvoiceState::Draft),
    ("identity_twice", "a period was billed twice", |books| {
        books.invoices[1].billed = books.invoices[0].billed.clone()
    }),
];

#[test]
fn sound_books_have_no_findings() {
    assert_eq!(findings(&sound()), []);
}

#[test]
fn every_kind_of_damage_is_found_and_named() {
    let mut kinds: Vec<&str> = DAMAGE.iter().map(|(wanted, ..)| *wanted).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), KINDS, "each kind has damage that shows it");
    for (wanted, what, damage) in DAMAGE {
        let mut books = sound();
        damage(&mut books);
        let found = findings(&books);
        assert!(found.iter().any(|finding| kind(finding) == *wanted), "{what}: {found:?}");
    }
}

#[test]
fn damage_in_one_record_is_not_blamed_on_others() {
    let mut books = sound();
    books.credit.balance = eur(99);
    let found = findings(&books);
    let [Finding::Account { ledger: -100, records: -99, .. }] = found.as_slice() else { panic!("{found:?}") };
}

#[test]
fn what_was_wrong_before_is_no_news_while_its_sums_move_and_what_was_not_is() {
    let revenue =
        |currency, records| Finding::Account { account: Account::Revenue {}, currency, ledger: -51_61, records };
    let deferred = |records| Finding::Account {
        account: Account::DeferredRevenue {},
        currency: Currency::EUR,
        ledger: -48_39,
        records,
    };
    let (euros, number) =
        (|records| revenue(Currency::EUR, records), |n| Finding::NumberMissing { series: SeriesKind::Invoice, n });
    let cases = [
        ("nothing", vec![], vec![], false),
        ("the first", vec![], vec![euros(-67_74)], true),
        ("the same", vec![euros(-67_74)], vec![euros(-67_74)], false),
        ("its sums moved", vec![euros(-67_74)], vec![euros(-70_97)], false),
        ("one is gone", vec![euros(-67_74), deferred(-32_26)], vec![deferred(-29_03)], false),
        ("another account", vec![euros(-67_74)], vec![euros(-70_97), deferred(-29_03)], true),
        ("another currency", vec![euros(-67_74)], vec![revenue(Currency::USD, -67_74)], true),
        ("one for another", vec![euros(-67_74)], vec![number(3)], true),
        ("another number", vec![number(3)], vec![number(4)], true),
    ];
    for (what, before, found, news) in cases {
        assert_eq!(is_news((before.len() as u64, &before), &found), news, "{what}");
    }
    let (kept, found): (Vec<_>, Vec<_>) = ((1..=2).map(number).collect(), (1..=5).map(number).collect());
    assert!(!is_news((5, &kept), &found), "not all was kept, and it is no more");
    assert!(is_news((4, &kept), &found), "there is more of it");
}
