//! Invoices and postings as accounting programs import them.
//!
//! - [`quickbooks`], [`xero`]: a row for each line of an invoice, in the columns of the program's own sample file
//! - [`journal`]: the general ledger, a row for each entry of a posting
//!
//! Both programs compute a line as quantity times price and take one tax a line. So where ours is not exactly that (a
//! discount, tiers, a tax in the price, more decimals than they keep), the line goes as one of its net amount; and
//! several taxes go as one whose name is theirs, joined.

pub mod journal;
pub mod quickbooks;
pub mod xero;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::client::ClientBilling;
use super::documents::settings::BookNames;
use super::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use crate::csv::Cell;
use crate::error::Refusal;
use crate::money::Money;

/// Most invoices in one file: as many as QuickBooks takes at once (Parsli, "How to Import Invoices Into QuickBooks Online in
/// 2026", which quotes Intuit; Synder says the same).
pub const MOST_INVOICES: usize = 100;
/// Most rows of one file, by the same source. A document is never split: a longer one has a file of its own.
pub const MOST_ROWS: usize = 1_000;
/// Most days of one export.
pub const MOST_DAYS: i32 = 366;
/// Most characters of a document's number that QuickBooks Online takes (Intuit, SDK for its API, `Transaction.DocNumber`:
/// "The maximum length for DocNumber is 21 characters"; Chargebee, "QBO Error Code:2050", has what it says to a longer one).
pub const LONGEST_QUICKBOOKS_NUMBER: usize = 21;
/// Decimal places of quantities and prices that Xero keeps (its API's `unitdp`); QuickBooks keeps more.
const MOST_PLACES: u32 = 4;

/// For which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Program {
    /// QuickBooks Online.
    QuickBooks,
    /// Xero.
    Xero,
}

impl Program {
    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::QuickBooks => "quick_books",
            Self::Xero => "xero",
        }
    }

    /// The head of its file.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::QuickBooks => &quickbooks::COLUMNS,
            Self::Xero => &xero::COLUMNS,
        }
    }

    /// Whether the program's file can hold this document; what was never owed goes nowhere.
    pub fn takes(self, invoice: &Invoice) -> bool {
        let taken = match self {
            // Its import makes invoices only, and refuses amounts below nothing.
            Self::QuickBooks => {
                let length = invoice.number.as_ref().map_or(0, |number| number.to_string().chars().count());
                invoice.kind != InvoiceKind::CreditNote && length <= LONGEST_QUICKBOOKS_NUMBER
            }
            Self::Xero => true,
        };
        taken && invoice.number.is_some() && invoice.state != InvoiceState::Void
    }

    /// A document's rows; none when the program's file cannot hold it after all.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn rows(self, sold: &Sold<'_>) -> Result<Vec<Vec<Cell>>, Refusal> {
        match self {
            Self::QuickBooks => quickbooks::rows(sold),
            Self::Xero => xero::rows(sold),
        }
    }
}

/// The days of an export: both are in it.
///
/// # Errors
/// [`Refusal::Invalid`] when it ends before it begins, or is longer than [`MOST_DAYS`].
pub fn check_days(from: Date, to: Date) -> Result<(), Refusal> {
    let days = (to - from).get_days();
    if (0..MOST_DAYS).contains(&days) {
        return Ok(());
    }
    Err(Refusal::invalid("?to", "out_of_range", "must be a day from `from` on, within 366 days; export the rest apart"))
}

/// An issued document with all that a row needs.
#[derive(Debug, Clone, Copy)]
pub struct Sold<'a> {
    /// The document.
    pub invoice: &'a Invoice,
    /// All its lines.
    pub lines: &'a [InvoiceLine],
    /// The client's name.
    pub client: &'a str,
    /// How the client is billed.
    pub billing: &'a ClientBilling,
    /// What the program calls things.
    pub books: &'a BookNames,
}

impl Sold<'_> {
    fn number(&self) -> Cell {
        self.invoice.number.as_ref().map(ToString::to_string).into()
    }

    fn date(&self, date: Option<Date>) -> Cell {
        date.map_or(Cell::Empty, |date| Cell::Date(date, self.books.dates.pattern()))
    }

    /// The last day for paying; a credit note's is its own date.
    fn due(&self) -> Cell {
        self.date(self.invoice.due_on.or(self.invoice.issued_on))
    }
}

/// Quantity and price whose product is the line's net amount, in a form that both programs keep exactly.
fn priced(line: &InvoiceLine) -> (Decimal, Decimal) {
    let exact = line.unit_price.filter(|price| {
        let short = |number: &Decimal| number.normalize().scale() <= MOST_PLACES;
        let product = line.quantity.checked_mul(*price);
        let product = product.and_then(|product| Money::rounded(product, line.net.currency()).ok());
        short(&line.quantity) && short(price) && product == Some(line.net)
    });
    exact.map_or((Decimal::ONE, line.net.major()), |price| (line.quantity, price))
}

/// What the program calls the taxes on a line.
fn tax_name(sold: &Sold<'_>, line: &InvoiceLine) -> String {
    let named = |code, percent: Decimal| {
        let at = |rate| sold.books.taxes.iter().find(|tax| tax.code == code && tax.rate == rate);
        let known = at(Some(percent)).or_else(|| at(None)).map(|tax| tax.name.clone());
        let own = sold.invoice.taxes.iter().find(|row| row.code == code && row.percent == percent);
        let own = || own.map_or_else(|| code.to_string(), |row| format!("{} {}%", row.name, row.percent.normalize()));
        known.unwrap_or_else(own)
    };
    if line.taxes.is_empty() {
        return sold.books.untaxed.clone();
    }
    line.taxes.iter().map(|tax| named(tax.code.clone(), tax.percent)).collect::<Vec<_>>().join(" + ")
}

/// All taxes on a line.
fn tax_of(line: &InvoiceLine) -> Result<Money, Refusal> {
    Ok(Money::sum(line.net.currency(), line.taxes.iter().map(|tax| tax.amount))?)
}
