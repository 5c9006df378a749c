//! A document as a table: a row for each line, with what the document says of all of them.

use rust_decimal::Decimal;

use super::facts::Document;
use crate::billing::lines::InvoiceLine;
use crate::csv::{Cell, ISO_DATE, Table};
use crate::error::Refusal;
use crate::money::Money;

/// The head of the table.
pub const COLUMNS: [&str; 23] = [
    "Document",
    "Number",
    "Date",
    "Due",
    "Client",
    "Line",
    "Text",
    "Note",
    "From",
    "To (excluded)",
    "Quantity",
    "Unit",
    "Unit price",
    "Gross",
    "Discount",
    "Net",
    "Tax",
    "Total",
    "Currency",
    "Discounts",
    "Taxes",
    "Tax rounding",
    "Corrects",
];

/// The document as a table.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub fn table(document: &Document) -> Result<Table, Refusal> {
    let mut table = Table::new(&COLUMNS);
    let date = |date: Option<jiff::civil::Date>| date.map_or(Cell::Empty, |date| Cell::Date(date, ISO_DATE));
    for line in &document.lines {
        let tax = Money::sum(document.currency, line.taxes.iter().map(|tax| tax.amount))?;
        table.row(&[
            document.kind.name().into(),
            document.number.clone().into(),
            date(document.issued_on),
            date(document.due_on),
            document.recipient.name.as_str().into(),
            Decimal::from(line.n).into(),
            line.text.as_str().into(),
            line.note.clone().into(),
            date(line.service.map(|service| service.from)),
            date(line.service.map(|service| service.to)),
            line.quantity.into(),
            line.unit.clone().into(),
            line.unit_price.into(),
            line.gross.into(),
            line.discount.into(),
            line.net.into(),
            tax.into(),
            line.net.plus(tax)?.into(),
            document.currency.code().into(),
            discounts(line).into(),
            taxes(line).into(),
            document.tax_rounding.name().into(),
            document.corrects.as_ref().map(|corrected| corrected.number.clone()).into(),
        ]);
    }
    Ok(table)
}

/// What each discount that has a name takes off: `Loyalty 30.00; Project 2.97`.
fn discounts(line: &InvoiceLine) -> String {
    let said = line.discounts.iter().map(|given| format!("{} {}", given.name, given.amount.major()));
    said.collect::<Vec<_>>().join("; ")
}

/// The taxes on a line with their rates: `vat 19%; eco 2.5%`.
fn taxes(line: &InvoiceLine) -> String {
    let said = line.taxes.iter().map(|tax| format!("{} {}%", tax.code, tax.percent.normalize()));
    said.collect::<Vec<_>>().join("; ")
}
