//! QuickBooks Online: the columns of the sample file that its import of invoices offers (Intuit, "Import multiple invoices
//! at once to QuickBooks Online"; the same names, without the asterisk of what is required, in its support's list of the
//! columns that are mapped by themselves). Amounts are exclusive of tax, which is to be chosen when the file is imported.

use super::{Sold, priced, tax_name, tax_of};
use crate::csv::{Cell, Table};
use crate::error::Refusal;

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

pub(super) fn write(sold: &Sold<'_>, table: &mut Table) -> Result<(), Refusal> {
    let memo: Option<String> = sold.invoice.note.as_ref().map(|note| note.chars().take(LONGEST_MEMO).collect());
    for line in sold.lines {
        let (quantity, rate) = priced(line);
        table.row(&[
            sold.number(),
            sold.client.into(),
            sold.date(sold.invoice.issued_on),
            sold.due(),
            // The due date says it; a name of terms would have to exist there.
            Cell::Empty,
            memo.clone().into(),
            sold.books.item.as_str().into(),
            line.text.as_str().into(),
            quantity.into(),
            rate.into(),
            line.net.into(),
            tax_name(sold, line).into(),
            tax_of(line)?.into(),
            sold.invoice.currency.code().into(),
            sold.date(line.service.map(|service| service.from)),
        ]);
    }
    Ok(())
}
