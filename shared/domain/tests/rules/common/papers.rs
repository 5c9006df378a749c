//! Invoices over any lines, issued, and the documents of them. Those who set and measure pages use it as well.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "each program uses another part")]

use domain::billing::client::ClientBilling;
use domain::billing::dated::Dated;
use domain::billing::documents::facts::{Document, Parties};
use domain::billing::documents::settings::Letterhead;
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, NewInvoice, Origin, draft};
use domain::billing::issue::issue;
use domain::billing::ledger::Stamp;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::taxes::{Tax, TaxRounding, Taxable, tax};
use domain::billing::terms::PaymentTerms;
use domain::ids::{ClientId, InvoiceId, PostingId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use uuid::Uuid;

pub const DAY: Date = date(2026, 3, 1);

/// What is sold: so many for so much each, less a discount in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct Sale {
    pub text: String,
    pub quantity: Decimal,
    pub price: Decimal,
    pub discount: i64,
}

pub fn sale(text: &str, quantity: &str, price: &str) -> Sale {
    Sale { text: text.into(), quantity: quantity.parse().unwrap(), price: price.parse().unwrap(), discount: 0 }
}

pub fn client() -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(7))
}

fn vat() -> Tax {
    let percent = vec![Dated::new(date(2020, 1, 1), Decimal::new(19, 0))];
    Tax { code: "vat".parse().unwrap(), name: "VAT".into(), percent, compound: false, inclusive: false }
}

/// An invoice over these, with 19 % on top, issued on [`DAY`].
pub fn issued(currency: Currency, sales: &[Sale]) -> (Invoice, Vec<InvoiceLine>) {
    let zero = Money::zero(currency);
    let gross: Vec<Money> =
        sales.iter().map(|sale| Money::rounded(sale.quantity * sale.price, currency).unwrap()).collect();
    let taxable = |(sale, gross): (&Sale, &Money)| {
        let amount = gross.minus(Money::new(sale.discount, currency)).unwrap();
        Taxable { amount, taxes: vec!["vat".parse().unwrap()], on: DAY }
    };
    let taxables: Vec<Taxable> = sales.iter().zip(&gross).map(taxable).collect();
    let taxed = tax(&taxables, &[vat()], &[], currency, TaxRounding::PerInvoice).unwrap();
    let lines = sales.iter().zip(gross).zip(taxed.lines).zip(1..).map(|(((sale, gross), taxed), n)| InvoiceLine {
        n,
        origin: Origin::Manual {},
        text: sale.text.clone(),
        service: None,
        quantity: sale.quantity,
        unit: None,
        unit_price: Some(sale.price),
        gross,
        discount: Money::new(sale.discount, currency),
        discounts: Vec::new(),
        net: taxed.net,
        taxes: taxed.taxes,
        note: None,
    });
    let lines: Vec<InvoiceLine> = lines.collect();
    let new = NewInvoice {
        id: InvoiceId::from_uuid(Uuid::from_u128(1)),
        kind: InvoiceKind::Manual,
        client: client(),
        billed: Vec::new(),
        currency,
        terms: PaymentTerms::NetDays { days: 30 },
        taxes: taxed.summary,
        tax_rounding: taxed.rounding,
        exempted: Vec::new(),
        note: None,
    };
    let stamp = Stamp { id: PostingId::from_uuid(Uuid::from_u128(2)), at: Timestamp::UNIX_EPOCH, on: DAY };
    let draft = draft(new, &lines, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(draft.paid, zero);
    let issued = issue(draft, &lines, Series::new(SeriesKind::Invoice), stamp).unwrap();
    (issued.invoice, lines)
}

/// The document of an invoice, with this letterhead.
pub fn document_with(invoice: &Invoice, lines: Vec<InvoiceLine>, letterhead: &Letterhead) -> Document {
    let billing = ClientBilling {
        address: Some("Brandt & Söhne KG\nHafenweg 12\n24103 Kiel".into()),
        tax_id: Some("DE987654321".into()),
        ..ClientBilling::new(client())
    };
    let parties = Parties { tenant: "Nordlicht IT", letterhead, client: "Brandt & Söhne KG", billing: &billing };
    Document::of(invoice, lines, &parties, None, "https://app.example/v1/pay/link")
}

/// The document of an invoice.
pub fn document(invoice: &Invoice, lines: Vec<InvoiceLine>) -> Document {
    document_with(invoice, lines, &Letterhead::default())
}
