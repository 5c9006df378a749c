//! Late fees on an invoice: what is paid goes to them first, and what is owed of the rest bears interest.

use domain::billing::invoice::{Invoice, Origin, draft};
use domain::billing::issue::issue;
use domain::billing::ledger::Stamp;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::payments::{Allocate, ClientCredit, Method, NewPayment, receive};
use domain::ids::*;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

use super::ledger::{client, document};
use crate::common::contracts::eur;

#[test]
fn what_is_paid_goes_to_late_fees_first_and_they_bear_no_interest() {
    let today = date(2026, 3, 1);
    let (mut new, mut lines) =
        document(Uuid::from_u128(1), client(0), Currency::EUR, today, &[(100_00, None), (10_00, None)]);
    new.taxes.clear();
    lines.iter_mut().for_each(|line| line.taxes.clear());
    lines[1].origin = Origin::LateFee { invoice: InvoiceId::from_uuid(Uuid::from_u128(2)) };
    let stamp = |on| Stamp { id: PostingId::from_uuid(Uuid::from_u128(3)), at: Timestamp::UNIX_EPOCH, on };
    let drafted = draft(new.clone(), &lines, Timestamp::UNIX_EPOCH).unwrap();
    let mixed = issue(drafted, &lines, Series::new(SeriesKind::Invoice), stamp(today)).unwrap().invoice;
    let pay = |invoice: Invoice, minor, received_on, on| {
        let id = PaymentId::from_uuid(Uuid::from_u128(4));
        let (client, method) = (invoice.client, Method::Cash {});
        let new =
            NewPayment { id, client, method, amount: eur(minor), received_on, reference: None, provider_key: None };
        let credit = ClientCredit::none(client, Currency::EUR);
        receive(new, credit, vec![invoice], &Allocate::OldestFirst {}, stamp(on)).unwrap().invoices.remove(0)
    };
    let owed = |invoice: &Invoice| -> Vec<(Date, i64)> {
        invoice.owed().unwrap().iter().map(|owed| (owed.from, owed.balance.minor())).collect()
    };
    assert_eq!(owed(&mixed), [(today, 100_00)]);
    // The day of a payment still counts, by the day on which it came in and in whichever order they were noted.
    let paid = pay(mixed.clone(), 30_00, date(2026, 3, 20), date(2026, 3, 20));
    let paid = pay(paid, 15_00, date(2026, 3, 10), date(2026, 3, 21));
    let days = [(today, 100_00), (date(2026, 3, 11), 95_00), (date(2026, 3, 21), 65_00)];
    assert_eq!(owed(&paid), days);
    // What was paid before its days were noted counts from the start.
    let old = Invoice { moved: Vec::new(), ..paid };
    assert_eq!(owed(&old), [(today, 65_00)]);

    lines.remove(0);
    lines[0].n = 1;
    let drafted = draft(new, &lines, Timestamp::UNIX_EPOCH).unwrap();
    let fees = issue(drafted, &lines, Series::new(SeriesKind::Invoice), stamp(today)).unwrap().invoice;
    assert_eq!((mixed.bears_fees(), fees.bears_fees(), owed(&fees)), (true, false, vec![]));
}
