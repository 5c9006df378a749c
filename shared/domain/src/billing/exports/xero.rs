//! Xero: the columns of the template that its import of sales invoices offers (Xero Central, "Import or create invoices
//! using a CSV file", `SalesInvoiceTemplate.csv`; their number and order are fixed). Amounts are exclusive of tax, which is
//! to be chosen when the file is imported. Amounts below nothing make a credit note.

use rust_decimal::Decimal;

use super::{Sold, priced, tax_name, tax_of};
use crate::billing::invoice::InvoiceKind;
use crate::csv::Cell;
use crate::error::Refusal;

/// Lines of an address that it has columns for.
const ADDRESS_LINES: usize = 4;

/// The head of the file.
pub const COLUMNS: [&str; 29] = [
    "*ContactName",
    "EmailAddress",
    "POAddressLine1",
    "POAddressLine2",
    "POAddressLine3",
    "POAddressLine4",
    "POCity",
    "PORegion",
    "POPostalCode",
    "POCountry",
    "*InvoiceNumber",
    "Reference",
    "*InvoiceDate",
    "*DueDate",
    "Total",
    "InventoryItemCode",
    "*Description",
    "*Quantity",
    "*UnitAmount",
    "Discount",
    "*AccountCode",
    "*TaxType",
    "TaxAmount",
    "TrackingName1",
    "TrackingOption1",
    "TrackingName2",
    "TrackingOption2",
    "Currency",
    "BrandingTheme",
];

pub(super) fn rows(sold: &Sold<'_>) -> Result<Vec<Vec<Cell>>, Refusal> {
    let mut rows = Vec::with_capacity(sold.lines.len());
    let credit = sold.invoice.kind == InvoiceKind::CreditNote;
    let sign = if credit { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let signed = |money: crate::money::Money| if credit { money.negated() } else { money };
    for line in sold.lines {
        let (quantity, amount) = priced(line);
        let mut cells = vec![sold.client.into(), sold.billing.emails.first().map(ToString::to_string).into()];
        cells.extend(address(sold.billing.address.as_deref()));
        // City, region, post code and country are in the lines above: an address is kept as it is printed.
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        cells.extend([
            sold.number(),
            Cell::Empty,
            sold.date(sold.invoice.issued_on),
            sold.due(),
            signed(sold.invoice.totals.total).into(),
            Cell::Empty,
            line.text.as_str().into(),
            quantity.into(),
            (amount * sign).into(),
            Cell::Empty,
            sold.books.account.as_str().into(),
            tax_name(sold, line).into(),
            signed(tax_of(line)?).into(),
        ]);
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
        cells.extend([sold.invoice.currency.code().into(), Cell::Empty]);
        rows.push(cells);
    }
    Ok(rows)
}

/// An address in four cells; what has more lines has the rest in the last.
fn address(address: Option<&str>) -> [Cell; ADDRESS_LINES] {
    let lines: Vec<&str> = address.unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (first, rest) = lines.split_at(lines.len().min(ADDRESS_LINES - 1));
    let cell = |at: usize| first.get(at).map(|line| (*line).to_owned()).into();
    let rest = (!rest.is_empty()).then(|| rest.join(", "));
    [cell(0), cell(1), cell(2), rest.into()]
}
