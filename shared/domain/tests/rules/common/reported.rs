//! What reports are made of: lines, open invoices and work.

use domain::billing::cycle::Period;
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, NewInvoice, draft};
use domain::billing::ledger::{Account, Entry, Posting};
use domain::billing::lines::Origin;
use domain::billing::reports::Month;
use domain::billing::taxes::TaxRounding;
use domain::billing::terms::PaymentTerms;
use domain::billing::work::{TimeEntry, TimeState};
use domain::{ClientId, InvoiceId, Money, TicketId, TimeEntryId, UserId};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::contracts::eur;

pub fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// What an account gains on its left by a posting: debits less credits, in minor units.
pub fn on_account(posting: &Posting, account: &Account) -> i64 {
    posting.entries.iter().filter(|entry| entry.account == *account).map(Entry::signed).sum()
}

pub fn sold(n: u32, origin: Origin, net: i64, service: Option<Period>) -> InvoiceLine {
    InvoiceLine {
        n,
        origin,
        text: "Line".into(),
        service,
        quantity: Decimal::ONE,
        unit: None,
        unit_price: None,
        gross: eur(net),
        discount: eur(0),
        discounts: Vec::new(),
        net: eur(net),
        taxes: Vec::new(),
        note: None,
    }
}

/// The only line of what is [`owed`].
pub fn owed_for(currency: Currency, minor: i64) -> InvoiceLine {
    let money = Money::new(minor, currency);
    InvoiceLine {
        gross: money,
        discount: Money::zero(currency),
        discounts: Vec::new(),
        net: money,
        ..sold(1, Origin::Manual {}, 0, None)
    }
}

pub fn owed(n: u128, client: u128, currency: Currency, minor: i64, due_on: Date) -> Invoice {
    let line = owed_for(currency, minor);
    let new = NewInvoice {
        id: InvoiceId::from_uuid(Uuid::from_u128(n)),
        kind: InvoiceKind::Manual,
        client: ClientId::from_uuid(Uuid::from_u128(client)),
        billed: Vec::new(),
        currency,
        terms: PaymentTerms::NetDays { days: 14 },
        taxes: Vec::new(),
        tax_rounding: TaxRounding::PerLine,
        exempted: Vec::new(),
        note: None,
    };
    let mut invoice = draft(new, &[line], Timestamp::UNIX_EPOCH).unwrap();
    (invoice.state, invoice.due_on) = (InvoiceState::Issued, Some(due_on));
    invoice
}

pub fn entry(n: u128, person: u128, minutes: u32, on: &str) -> TimeEntry {
    TimeEntry {
        id: TimeEntryId::from_uuid(Uuid::from_u128(n)),
        ticket: TicketId::from_uuid(Uuid::from_u128(1)),
        client: ClientId::from_uuid(Uuid::from_u128(1)),
        contract: None,
        person: UserId::from_uuid(Uuid::from_u128(person)),
        role: None,
        started_at: format!("{on}T09:00:00Z").parse().unwrap(),
        minutes,
        billable: true,
        work_type: "remote".parse().unwrap(),
        note: String::new(),
        state: TimeState::Open {},
        billed_under: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}
