//! Prepaid hours that are sold, and billed once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

use domain::billing::blocks::{BlockState, NewBlock, SoldBlock, bill, sell};
use domain::billing::client::ClientBilling;
use domain::billing::settings::BillingSettings;
use domain::billing::terms::PaymentTerms;
use domain::billing::work::RateBook;
use domain::error::Refusal;
use domain::ids::{BlockId, ClientId, InvoiceId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

fn client() -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(1))
}

fn invoice(n: u128) -> InvoiceId {
    InvoiceId::from_uuid(Uuid::from_u128(n))
}

fn sold() -> SoldBlock {
    sold_until(None).unwrap()
}

fn sold_until(expires_on: Option<Date>) -> Result<SoldBlock, Refusal> {
    let new = NewBlock {
        client: client(),
        minutes: 1_200,
        price: Money::new(180_000, Currency::EUR),
        bought_on: date(2026, 2, 2),
        expires_on,
        work_types: Vec::new(),
        text: " 20 prepaid hours ".into(),
        taxes: Vec::new(),
    };
    let (book, settings) = (RateBook::new(Currency::EUR), BillingSettings::default());
    sell(BlockId::from_uuid(Uuid::from_u128(2)), new, &book, &settings, Timestamp::UNIX_EPOCH)
}

#[test]
fn a_block_ends_after_it_is_bought_and_within_ten_years_or_never() {
    assert_eq!(sold_until(Some(date(2036, 2, 2))).unwrap().block.expires_on, Some(date(2036, 2, 2)));
    for (end, code) in [
        (date(2026, 2, 2), "empty"),
        (date(2036, 2, 3), "out_of_range"),
        // Where another program has no word for never.
        (date(9999, 12, 31), "out_of_range"),
    ] {
        let Err(Refusal::Invalid(faults)) = sold_until(Some(end)) else { panic!("{end}") };
        let said: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.code)).collect();
        assert_eq!(said, [("/expires_on", code)], "{end}");
    }
}

#[test]
fn a_block_goes_on_one_invoice_however_often_it_is_billed() {
    assert!(sold().is_unbilled());
    let billed = bill(sold(), invoice(1)).unwrap();
    assert_eq!(billed.state, BlockState::Billed { invoice: invoice(1) });
    assert!(!billed.is_unbilled());
    assert_eq!(bill(billed.clone(), invoice(1)), Ok(billed.clone()));
    assert!(matches!(bill(billed, invoice(2)), Err(Refusal::Conflict { code: "block_billed", .. })));
}

#[test]
fn a_clients_own_terms_go_before_the_tenants() {
    let settings = BillingSettings::default();
    let mut billing = ClientBilling::new(client());
    assert_eq!(billing.terms(&settings), settings.terms);
    billing.terms = Some(PaymentTerms::EndOfMonth { plus_days: 10 });
    assert_eq!(billing.terms(&settings), PaymentTerms::EndOfMonth { plus_days: 10 });
}
