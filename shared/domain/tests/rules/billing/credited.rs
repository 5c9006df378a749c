//! What credit notes took back of what was paid: it is the client's credit, and no payment that goes back opens it again.

use crate::common::contracts::eur;
use crate::common::reported::{owed, owed_for};
use domain::billing::credit::{Credit, credit};
use domain::billing::invoice::{Invoice, InvoiceState};
use domain::billing::ledger::Stamp;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::*;
use domain::billing::refunds::{BackPart, MOST_REFUNDS, RefundFrom, WentBack, asked, refund, release, taken_from};
use domain::error::Refusal;
use domain::ids::{InvoiceId, PaymentId, PostingId};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use uuid::Uuid;

const TODAY: Date = date(2026, 6, 15);

fn stamp(n: u128) -> Stamp {
    Stamp { id: PostingId::from_uuid(Uuid::from_u128(n)), at: Timestamp::UNIX_EPOCH, on: TODAY }
}

/// An invoice over 100.00 that was paid and then credited by so much, of which so much is still the client's credit.
fn credited(noted: i64, left: i64) -> (Invoice, Payment, ClientCredit) {
    let invoice = owed(1, 1, Currency::EUR, 10_000, date(2026, 6, 1));
    let new = NewPayment {
        id: PaymentId::from_uuid(Uuid::from_u128(2)),
        client: invoice.client,
        method: Method::BankTransfer {},
        amount: eur(10_000),
        received_on: TODAY,
        reference: None,
        provider_key: None,
    };
    let none = ClientCredit::none(invoice.client, Currency::EUR);
    let paid = receive(new, none, vec![invoice], &Allocate::OldestFirst {}, stamp(3)).unwrap();
    let lines = [owed_for(Currency::EUR, 10_000)];
    let what = Credit::Amount { lines: &lines, already: &BTreeMap::new(), total: Some(eur(noted)) };
    let id = (InvoiceId::from_uuid(Uuid::from_u128(4)), "A complaint");
    let invoice = paid.invoices.into_iter().next().unwrap();
    let done = credit(invoice, &what, id, paid.credit, Series::new(SeriesKind::CreditNote), stamp(5)).unwrap();
    assert_eq!(done.credit.balance, eur(noted));
    (done.invoice, paid.payment, ClientCredit { balance: eur(left), ..done.credit })
}

fn refused<T: std::fmt::Debug>(of: Result<T, Refusal>) -> String {
    match of {
        Err(Refusal::Conflict { detail, .. }) => detail,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refund_of_a_credited_invoice_takes_what_was_credited_from_the_credit_and_opens_no_more_than_is_owed() {
    // What was credited, what of it is there, what is asked for, and what comes from the credit and from the invoice.
    for (noted, left, amount, from) in [
        (10_000, 10_000, 10_000, Some((10_000, 0))),
        (10_000, 10_000, 4_000, Some((4_000, 0))),
        (10_000, 4_000, 4_001, None),
        (10_000, 0, 1, None),
        (4_000, 4_000, 4_000, Some((4_000, 0))),
        (4_000, 4_000, 7_000, Some((4_000, 3_000))),
        (4_000, 4_000, 10_000, Some((4_000, 6_000))),
        (4_000, 1_000, 7_000, Some((1_000, 6_000))),
        (4_000, 1_000, 7_001, None),
        (4_000, 0, 6_000, Some((0, 6_000))),
        (4_000, 0, 6_001, None),
    ] {
        let case = format!("{amount} of an invoice credited by {noted}, {left} of it there");
        let (invoice, payment, credit) = credited(noted, left);
        let taken = asked(&payment, eur(amount), Some(&invoice), &credit);
        let Some((of_credit, opened)) = from else {
            assert!(refused(taken).contains("credit"), "{case}");
            continue;
        };
        let id = invoice.id;
        let wanted = [(Some(id), opened), (None, of_credit)].into_iter().filter(|(_, minor)| *minor > 0);
        let wanted: Vec<BackPart> = wanted.map(|(invoice, minor)| BackPart { invoice, amount: eur(minor) }).collect();
        assert_eq!(taken.unwrap().parts, wanted, "{case}");
        let (mut at, mut account, mut payment) = (invoice, credit, payment);
        for part in wanted {
            let from = part.invoice.map_or(RefundFrom::Credit, |_| RefundFrom::Invoice(Box::new(at.clone())));
            let done = refund(payment, part.amount, from, account, stamp(6)).unwrap();
            (payment, account) = (done.payment, done.credit);
            at = done.invoice.unwrap_or(at);
        }
        assert_eq!((at.balance(), account.balance), (eur(opened), eur(left - of_credit)), "{case}");
        assert_eq!((payment.refunded, at.state == InvoiceState::Paid), (eur(amount), opened == 0), "{case}");
    }
}

#[test]
fn what_a_bank_takes_back_of_a_credited_invoice_comes_from_the_credit_and_what_is_nowhere_is_told() {
    for (noted, left, of_credit, opened, missing) in [
        (10_000, 10_000, 10_000, 0, 0),
        (10_000, 3_000, 3_000, 0, 7_000),
        (4_000, 4_000, 4_000, 6_000, 0),
        (4_000, 0, 0, 6_000, 4_000),
        (4_000, 9_000, 4_000, 6_000, 0),
    ] {
        let (invoice, payment, credit) = credited(noted, left);
        let of = [invoice];
        let taken = taken_from(&payment, eur(10_000), &of, &credit, WentBack::ChargedBack).unwrap();
        let sum = |of_it: bool| {
            let parts = taken.parts.iter().filter(|part| part.invoice.is_some() == of_it);
            parts.map(|part| part.amount.minor()).sum::<i64>()
        };
        let got = (sum(false), sum(true), taken.missing.minor());
        assert_eq!(got, (of_credit, opened, missing), "{noted} credited, {left} there");
    }
}

#[test]
fn what_was_credited_is_not_taken_off_again_for_the_credit() {
    for (noted, most) in [(10_000, 0), (4_000, 6_000), (1, 9_999)] {
        let (invoice, payment, credit) = credited(noted, noted);
        let over = release(payment.clone(), eur(most + 1), invoice.clone(), credit, stamp(6));
        assert!(refused(over).contains("is the client's credit already"), "{noted}");
        if most > 0 {
            let done = release(payment, eur(most), invoice, credit, stamp(6)).unwrap();
            let after = done.invoice.unwrap();
            assert_eq!((after.balance(), done.credit.balance), (eur(most), eur(noted + most)), "{noted}");
            assert_eq!((after.credited, after.paid), (eur(noted), eur(0)), "the note is off the invoice now");
        }
    }
}

#[test]
fn a_payment_that_was_moved_as_often_as_it_may_be_is_refused_by_that_limit() {
    let (invoice, payment, credit) = credited(4_000, 4_000);
    let moved = |refunds| Payment { refunds, ..payment.clone() };
    let limit = format!("{MOST_REFUNDS} times at most");
    for from in [None, Some(&invoice)] {
        assert!(asked(&moved(MOST_REFUNDS - 1), eur(5), from, &credit).is_ok());
        assert!(refused(asked(&moved(MOST_REFUNDS), eur(5), from, &credit)).contains(&limit));
    }
    // From the credit and from the invoice are two movements.
    assert!(refused(asked(&moved(MOST_REFUNDS - 1), eur(5_000), Some(&invoice), &credit)).contains(&limit));
    assert!(refused(refund(moved(MOST_REFUNDS), eur(5), RefundFrom::Credit, credit, stamp(6))).contains(&limit));
    assert!(refused(release(moved(MOST_REFUNDS), eur(5), invoice, credit, stamp(6))).contains(&limit));
}
