//! QuickBooks Online: the columns of the sample file that its import of invoices offers (Intuit, "Import multiple invoices
//! at once to QuickBooks Online"; the same names, without the asterisk of what is required, in its support's list of the
//! columns that are mapped by themselves). Amounts are exclusive of tax, which is to be chosen when the file is imported.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{MOST_ROWS, Sold, priced, tax_name, tax_of};
use crate::billing::invoice::InvoiceLine;
use crate::csv::Cell;
use crate::error::Refusal;
use crate::money::Money;

/// Longest memo that it takes.
const LONGEST_MEMO: usize = 4_000;

/// The head of the file.
pub const COLUMNS: [&str; 15] = [
    "*InvoiceNo",
    "*Customer",
    "*InvoiceDate",
    "*DueDate",
    "Terms",
    "Memo",
    "Item(Product/Service)",
    "ItemDescription",
    "ItemQuantity",
    "ItemRate",
    "*ItemAmount",
    "*ItemTaxCode",
    "ItemTaxAmount",
    "Currency",
    "Service Date",
];

/// A row a line. Its import refuses amounts below nothing, and more rows than a file may have: such an invoice is a row for
/// each tax, with the same sums, and nothing at all where even a sum is below nothing.
pub(super) fn rows(sold: &Sold<'_>) -> Result<Vec<Vec<Cell>>, Refusal> {
    if sold.lines.len() > MOST_ROWS || sold.lines.iter().any(|line| line.net.minor() < 0) {
        return summed(sold);
    }
    let of = |line: &InvoiceLine| {
        let (quantity, rate) = priced(line);
        let service = sold.date(line.service.map(|service| service.from));
        Ok(row(sold, &line.text, (quantity, rate), (line.net, tax_of(line)?), tax_name(sold, line), service))
    };
    sold.lines.iter().map(of).collect()
}

fn summed(sold: &Sold<'_>) -> Result<Vec<Vec<Cell>>, Refusal> {
    let none = Money::zero(sold.invoice.currency);
    let mut sums: BTreeMap<String, (Money, Money)> = BTreeMap::new();
    for line in sold.lines {
        let (net, tax) = sums.entry(tax_name(sold, line)).or_insert((none, none));
        (*net, *tax) = (net.plus(line.net)?, tax.plus(tax_of(line)?)?);
    }
    if sums.values().any(|(net, _)| net.minor() < 0) {
        return Ok(Vec::new());
    }
    let text = format!("{} lines of the invoice", sold.lines.len());
    let of = |(tax, (net, of_it)): (String, (Money, Money))| {
        row(sold, &text, (Decimal::ONE, net.major()), (net, of_it), tax, Cell::Empty)
    };
    Ok(sums.into_iter().map(of).collect())
}

fn row(
    sold: &Sold<'_>,
    text: &str,
    (quantity, rate): (Decimal, Decimal),
    (net, of_it): (Money, Money),
    tax: String,
    service: Cell,
) -> Vec<Cell> {
    let memo: Option<String> = sold.invoice.note.as_ref().map(|note| note.chars().take(LONGEST_MEMO).collect());
    vec![
        sold.number(),
        sold.client.into(),
        sold.date(sold.invoice.issued_on),
        sold.due(),
        // The due date says it; a name of terms would have to exist there.
        Cell::Empty,
        memo.into(),
        sold.books.item.as_str().into(),
        text.into(),
        quantity.into(),
        rate.into(),
        net.into(),
        tax.into(),
        of_it.into(),
        sold.invoice.currency.code().into(),
        service,
    ]
}
