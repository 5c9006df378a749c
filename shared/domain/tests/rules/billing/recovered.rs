//! What comes in of an invoice that was written off.

use crate::common::contracts::eur;
use crate::common::reported::{on_account, owed};
use domain::billing::invoice::{Invoice, InvoiceState};
use domain::billing::issue::write_off;
use domain::billing::ledger::{Account, Posting, Stamp, Via};
use domain::billing::payments::*;
use domain::billing::refunds::{RefundFrom, WentBack, came_back, refund, taken_from};
use domain::error::Refusal;
use domain::ids::{PaymentId, PostingId};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

const TODAY: Date = date(2026, 6, 15);

fn stamp(n: u128) -> Stamp {
    Stamp { id: PostingId::from_uuid(Uuid::from_u128(n)), at: Timestamp::UNIX_EPOCH, on: TODAY }
}

/// An invoice over 100.00 of which nothing is expected.
fn lost() -> Invoice {
    write_off(owed(1, 1, Currency::EUR, 10_000, date(2026, 3, 1)), stamp(1)).unwrap().invoice
}

fn paid(n: u128, minor: i64, invoice: &Invoice, how: &Allocate) -> Result<Received, Refusal> {
    let new = NewPayment {
        id: PaymentId::from_uuid(Uuid::from_u128(n)),
        client: invoice.client,
        method: Method::BankTransfer {},
        amount: eur(minor),
        received_on: TODAY,
        reference: None,
        provider_key: None,
    };
    let none = ClientCredit::none(invoice.client, Currency::EUR);
    receive(new, none, vec![invoice.clone()], how, stamp(n))
}

fn named(invoice: &Invoice, minor: i64) -> Allocate {
    Allocate::Chosen { allocations: vec![Allocation { invoice: invoice.id, amount: eur(minor) }] }
}

fn moved(posting: Option<&Posting>, account: &Account) -> i64 {
    posting.map_or(0, |posting| on_account(posting, account))
}

#[test]
fn what_comes_in_of_a_lost_invoice_that_is_named_is_less_bad_debt_and_nothing_is_owed_of_it() {
    let invoice = lost();
    let receivable = Account::Receivable { client: invoice.client };
    let bank = Account::Cash { via: Via::BankTransfer };
    let part = paid(2, 3_000, &invoice, &named(&invoice, 3_000)).unwrap();
    let posting = part.posting.as_ref();
    let entries = [&bank, &Account::BadDebt {}, &receivable].map(|account| moved(posting, account));
    assert_eq!(entries, [3_000, -3_000, 0]);
    let after = &part.invoices[0];
    assert_eq!((after.state, after.paid, after.written_off), (InvoiceState::WrittenOff, eur(3_000), eur(7_000)));
    assert!(!after.is_open() && part.credit.balance.is_zero());
    let rest = paid(3, 9_000, after, &named(&invoice, 7_000)).unwrap();
    let after = &rest.invoices[0];
    assert_eq!((after.state, after.paid, after.written_off), (InvoiceState::Paid, eur(10_000), eur(0)));
    assert_eq!(moved(rest.posting.as_ref(), &Account::BadDebt {}), -7_000);
    assert_eq!(rest.credit.balance, eur(2_000), "what is over is the client's credit");
}

#[test]
fn a_lost_invoice_that_is_not_named_gets_nothing_and_one_that_is_no_more_than_was_lost() {
    let invoice = lost();
    let kept = paid(2, 3_000, &invoice, &Allocate::OldestFirst {}).unwrap();
    assert_eq!((kept.invoices.len(), kept.credit.balance), (0, eur(3_000)));
    for (amount, on_it) in [(20_000, 10_001), (3_000, 3_001), (3_000, 0)] {
        assert!(paid(2, amount, &invoice, &named(&invoice, on_it)).is_err(), "{on_it} of {amount}");
    }
}

#[test]
fn what_goes_back_of_a_lost_invoice_is_lost_again_and_of_one_that_was_paid_after_all_it_is_open() {
    for (minor, account, open) in
        [(3_000, Account::BadDebt {}, false), (10_000, Account::Receivable { client: lost().client }, true)]
    {
        let invoice = lost();
        let came = paid(2, minor, &invoice, &named(&invoice, minor)).unwrap();
        let taken = taken_from(&came.payment, eur(minor), &came.invoices, &came.credit, WentBack::ChargedBack).unwrap();
        let sums = taken.sums(&came.invoices).unwrap();
        assert_eq!((sums.opened, sums.lost), if open { (eur(minor), eur(0)) } else { (eur(0), eur(minor)) });
        let from = RefundFrom::Invoice(Box::new(came.invoices[0].clone()));
        let back = refund(came.payment, eur(minor), from, came.credit, stamp(3)).unwrap();
        assert_eq!(moved(back.posting.as_ref(), &account), minor);
        let after = back.invoice.unwrap();
        assert_eq!((after.is_open(), after.paid), (open, eur(0)));
        assert_eq!(after.written_off, if open { eur(0) } else { eur(10_000) });
    }
}

#[test]
fn what_comes_back_of_a_failed_refund_of_a_lost_invoice_is_less_bad_debt_again() {
    for (minor, back, left, state) in [
        (3_000, 3_000, 7_000, InvoiceState::WrittenOff),
        (3_000, 1_000, 9_000, InvoiceState::WrittenOff),
        (10_000, 10_000, 0, InvoiceState::Paid),
    ] {
        let invoice = lost();
        let came = paid(2, minor, &invoice, &named(&invoice, minor)).unwrap();
        let from = RefundFrom::Invoice(Box::new(came.invoices[0].clone()));
        let gone = refund(came.payment, eur(minor), from, came.credit, stamp(3)).unwrap();
        // What was paid after all is open once it went back, and is given up once more.
        let after = gone.invoice.unwrap();
        let again = if after.is_open() { write_off(after, stamp(4)).unwrap().invoice } else { after };
        assert_eq!(again.written_off, eur(10_000));
        let to = RefundFrom::Invoice(Box::new(again));
        let done = came_back(gone.payment, eur(back), to, gone.credit, stamp(5)).unwrap();
        let receivable = Account::Receivable { client: invoice.client };
        let entries = [&Account::BadDebt {}, &receivable].map(|account| moved(done.posting.as_ref(), account));
        let after = done.invoice.unwrap();
        assert_eq!((entries, after.state), ([-back, 0], state), "{back} of {minor}");
        assert_eq!((after.paid, after.written_off), (eur(back), eur(left)), "{back} of {minor}");
        assert!(done.credit.balance.is_zero() && !after.is_open(), "{back} of {minor}");
    }
}
