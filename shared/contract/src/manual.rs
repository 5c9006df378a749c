//! Invoices that are written by hand, and credit notes.

use domain::access::Permission;
use domain::billing::codes::TaxCode;
use domain::billing::cycle::Period;
use domain::billing::terms::PaymentTerms;
use domain::ids::ClientId;
use domain::money::Money;
use iso_currency::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::invoices::{AtInvoice, InvoiceView};
use crate::need::Need;
use crate::route::{NoPath, NoQuery, Route, Writes};

/// Write an invoice by hand.
pub const ADD: Route<NoPath, NoQuery, NewInvoice, InvoiceView> = Route::post("billing-add-invoice", "/v1/invoices")
    .summary("Write an invoice by hand; it stays a draft until it is issued")
    .permission(Permission::InvoiceManage)
    .writes(Writes::ActsOnce)
    .created()
    .touches(&[Need::Get]);

/// Credit an invoice.
pub const CREDIT: Route<AtInvoice, NoQuery, NewCredit, InvoiceView> =
    Route::post("billing-credit-invoice", "/v1/invoices/{invoice}/credit")
        .summary("Take back what an invoice charged, by lines or as an amount: a credit note with a number of its own")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .created()
        .touches(&[Need::Get]);

/// An invoice to be written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client": "cli_01970000000070008000000000000001",
    "lines": [{ "text": "Firewall, installed", "quantity": "1", "unit": "pc", "unit_price": "349.00" }],
}))]
pub struct NewInvoice {
    /// Who is to pay.
    pub client: ClientId,
    /// What all amounts are in (ISO 4217); the MSP's when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// When it is due, after its date; as the client's invoices are when absent.
    #[serde(default)]
    pub terms: Option<PaymentTerms>,
    /// What is charged.
    #[schema(min_items = 1, max_items = 400)]
    pub lines: Vec<NewInvoiceLine>,
    /// A remark for the client.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

/// A line to be written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvoiceLine {
    /// What it says.
    #[schema(min_length = 1, max_length = 500)]
    pub text: String,
    /// The days that it pays for, over which its revenue is recognised; absent for what was handed over at once. At most twenty
    /// years from today, before it or after.
    #[serde(default)]
    pub service: Option<Period>,
    /// How many: above 0, with at most 6 decimal places.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub quantity: Decimal,
    /// Of what.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub unit: Option<String>,
    /// In major units, with at most 9 decimal places.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub unit_price: Decimal,
    /// What is taken off.
    #[serde(default)]
    pub discount: Option<Money>,
    /// The taxes on it, in order.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub taxes: Vec<TaxCode>,
}

/// What to take back: lines, or an amount with its taxes; all that is left when neither is named.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "The firewall was returned.", "lines": [{ "n": 1 }] }))]
pub struct NewCredit {
    /// Why, for the client.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// These lines.
    #[serde(default)]
    #[schema(max_items = 400)]
    pub lines: Option<Vec<CreditedLine>>,
    /// So much, taxes included, spread over net and taxes as what is left of the invoice is: a line for each group of lines
    /// that are taxed alike. All that is left is taken back line by line.
    #[serde(default)]
    pub total: Option<Money>,
}

/// A line to be taken back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditedLine {
    /// Its place on the invoice.
    #[schema(minimum = 1)]
    pub n: u32,
    /// How much of its net; all that is left of it when absent.
    #[serde(default)]
    pub net: Option<Money>,
}
