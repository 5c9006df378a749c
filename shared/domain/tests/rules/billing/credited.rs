//! What credit notes took back of what was paid: it is the client's credit, and no payment that goes back opens it again.

use crate::common::contracts::eur;
use crate::common::reported::{owed, owed_for};
use domain::billing::credit::{Credit, credit};
use domain::billing::invoice::{Invoice, InvoiceState};
use domain::billing::ledger::{Stamp, Via};
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::*;
use domain::billing::refunds::{
    BackPart, MOST_REFUNDS, RefundFrom, TakenBack, WentBack, asked, came_back, fee, refund, release, taken_from,
};
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
    let (invoice, payments, credit) = credited_after(&[10_000], noted, left);
    (invoice, payments.into_iter().next().unwrap(), credit)
}

/// One that was paid by several payments, 100.00 in all.
fn credited_after(parts: &[i64], noted: i64, left: i64) -> (Invoice, Vec<Payment>, ClientCredit) {
    let mut invoice = owed(1, 1, Currency::EUR, 10_000, date(2026, 6, 1));
    let mut credit_of = ClientCredit::none(invoice.client, Currency::EUR);
    let mut payments = Vec::new();
    for (n, minor) in (10..).zip(parts) {
        let new = NewPayment {
            id: PaymentId::from_uuid(Uuid::from_u128(n)),
            client: invoice.client,
            method: Method::BankTransfer {},
            amount: eur(*minor),
            received_on: TODAY,
            reference: None,
            provider_key: None,
        };
        let paid = receive(new, credit_of, vec![invoice], &Allocate::OldestFirst {}, stamp(n + 100)).unwrap();
        (invoice, credit_of) = (paid.invoices.into_iter().next().unwrap(), paid.credit);
        payments.push(paid.payment);
    }
    let lines = [owed_for(Currency::EUR, 10_000)];
    let what = Credit::Amount { lines: &lines, already: &BTreeMap::new(), total: Some(eur(noted)) };
    let id = (InvoiceId::from_uuid(Uuid::from_u128(4)), "A complaint");
    let done = credit(invoice, &what, id, credit_of, Series::new(SeriesKind::CreditNote), stamp(5)).unwrap();
    assert_eq!(done.credit.balance, eur(noted));
    (done.invoice, payments, ClientCredit { balance: eur(left), ..done.credit })
}

/// Gives these parts back: the payment, the invoice and the credit after.
fn given(
    payment: Payment,
    parts: &[BackPart],
    invoice: Invoice,
    credit: ClientCredit,
) -> (Payment, Invoice, ClientCredit) {
    let (mut at, mut account, mut payment) = (invoice, credit, payment);
    for part in parts {
        let from = part.invoice.map_or(RefundFrom::Credit, |_| RefundFrom::Invoice(Box::new(at.clone())));
        let done = refund(payment, part.amount, from, account, stamp(6)).unwrap();
        (payment, account) = (done.payment, done.credit);
        at = done.invoice.unwrap_or(at);
    }
    (payment, at, account)
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
        let (payment, at, account) = given(payment, &wanted, invoice, credit);
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
fn of_several_payments_each_opens_what_the_credit_notes_leave_whichever_the_bank_takes_back_first() {
    // What was paid, in the order in which it goes back; what was credited, and what of it is there; and what of each is open
    // again, comes from the credit, and is missing.
    for (paid, noted, left, wanted) in [
        ([5_000, 5_000], 6_000, 0, [(4_000, 0, 1_000), (0, 0, 5_000)]),
        ([5_000, 5_000], 6_000, 6_000, [(0, 5_000, 0), (4_000, 1_000, 0)]),
        ([5_000, 5_000], 6_000, 1_000, [(4_000, 1_000, 0), (0, 0, 5_000)]),
        ([5_000, 5_000], 4_000, 0, [(5_000, 0, 0), (1_000, 0, 4_000)]),
        ([5_000, 5_000], 10_000, 0, [(0, 0, 5_000), (0, 0, 5_000)]),
        ([3_000, 7_000], 6_000, 0, [(3_000, 0, 0), (1_000, 0, 6_000)]),
        ([7_000, 3_000], 6_000, 0, [(4_000, 0, 3_000), (0, 0, 3_000)]),
    ] {
        let (mut invoice, payments, mut credit) = credited_after(&paid, noted, left);
        for (payment, (opened, of_credit, missing)) in payments.into_iter().zip(wanted) {
            let case = format!("{} of {paid:?}, {noted} credited, {left} there", payment.amount);
            let (of, before) = ([invoice.clone()], invoice.balance());
            let taken = taken_from(&payment, payment.amount, &of, &credit, WentBack::ChargedBack).unwrap();
            let [opened, of_credit, missing] = [opened, of_credit, missing].map(eur);
            let sums = TakenBack { opened, lost: eur(0), of_credit, missing };
            assert_eq!(taken.sums(&of), Ok(sums), "{case}");
            (_, invoice, credit) = given(payment, &taken.parts, invoice, credit);
            assert_eq!(invoice.balance().minus(before), Ok(opened), "{case}");
        }
    }
}

#[test]
fn one_of_several_payments_is_refunded_and_taken_off_as_far_as_the_credit_notes_leave_something_to_pay() {
    // What was credited, what of it is there, what is asked for, and what comes from the credit and from the invoice.
    for (noted, left, amount, from) in [
        (6_000, 0, 4_000, Some((0, 4_000))),
        (6_000, 0, 4_001, None),
        (6_000, 2_000, 5_000, Some((2_000, 3_000))),
        (6_000, 6_000, 5_000, Some((5_000, 0))),
        (4_000, 0, 5_000, Some((0, 5_000))),
        (10_000, 0, 1, None),
    ] {
        let case = format!("{amount} of 50.00, {noted} credited, {left} there");
        let (invoice, payments, credit) = credited_after(&[5_000, 5_000], noted, left);
        for payment in payments {
            let taken = asked(&payment, eur(amount), Some(&invoice), &credit);
            let Some((of_credit, opened)) = from else {
                assert!(refused(taken).contains("the client's credit is"), "{case}");
                continue;
            };
            let (_, after, account) = given(payment, &taken.unwrap().parts, invoice.clone(), credit);
            assert_eq!((after.balance(), account.balance), (eur(opened), eur(left - of_credit)), "{case}");
        }
    }
    for (noted, steps) in
        [(6_000, vec![(0, 2_000), (0, 2_000)]), (6_000, vec![(1, 3_000), (0, 1_000)]), (10_000, vec![])]
    {
        let (mut invoice, mut payments, mut credit) = credited_after(&[5_000, 5_000], noted, noted);
        for (which, amount) in steps {
            let payment: &mut Payment = &mut payments[which];
            let done = release(payment.clone(), eur(amount), invoice, credit, stamp(6)).unwrap();
            (*payment, invoice, credit) = (done.payment, done.invoice.unwrap(), done.credit);
        }
        assert_eq!(invoice.balance(), eur(10_000 - noted), "{noted} credited");
        for payment in payments.into_iter().filter(|payment| !payment.allocations.is_empty()) {
            let over = release(payment, eur(1), invoice.clone(), credit, stamp(6));
            assert!(refused(over).contains("at most 0.00 EUR of what this payment paid"), "{noted} credited");
        }
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

#[test]
fn what_was_paid_out_is_refused_with_that_it_was_however_it_is_asked_for() {
    let (invoice, _, credit) = credited(4_000, 4_000);
    let new = NewPayment {
        id: PaymentId::from_uuid(Uuid::from_u128(7)),
        client: invoice.client,
        method: Method::ClientCredit {},
        amount: eur(3_000),
        received_on: TODAY,
        reference: None,
        provider_key: None,
    };
    let out = pay_out(new, Via::BankTransfer, credit, stamp(7)).unwrap();
    let (payment, credit) = (out.payment, out.credit);
    let (from, back) = (RefundFrom::Invoice(Box::new(invoice.clone())), RefundFrom::Credit);
    for refusal in [
        refused(asked(&payment, eur(1), None, &credit)),
        refused(asked(&payment, eur(1), Some(&invoice), &credit)),
        refused(refund(payment.clone(), eur(1), from, credit, stamp(8))),
        refused(release(payment.clone(), eur(1), invoice, credit, stamp(8))),
        refused(came_back(payment.clone(), eur(1), back, credit, stamp(8))),
        refused(fee(&payment, eur(1), stamp(8))),
    ] {
        assert!(refusal.contains("it was paid out to the client") && refusal.contains("a new payment"), "{refusal}");
    }
}
