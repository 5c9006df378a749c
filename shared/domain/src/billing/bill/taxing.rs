//! From a bundle of drafts to the lines of its invoice, with their taxes.

use iso_currency::Currency;

use super::bundle::Bundle;
use super::draft::{Draft, DraftLine};
use crate::billing::lines::InvoiceLine;
use crate::billing::taxes::{Exemption, Tax, TaxRounding, Taxable, Taxed, TaxedLine, Taxing, tax};
use crate::error::Refusal;

/// The lines of an invoice with their taxes, and the tax summary: what [`crate::billing::invoice::draft`] wants. Taxes
/// are reckoned over the whole invoice, so a bundle of several drafts is rounded once.
///
/// # Errors
/// As [`tax`].
pub fn invoice_lines(
    bundle: &Bundle,
    taxes: &[Tax],
    exemptions: &[Exemption],
    rounding: TaxRounding,
) -> Result<(Vec<InvoiceLine>, Taxed), Refusal> {
    let lines: Vec<&DraftLine> = bundle.lines().collect();
    taxed_lines(&lines, bundle.currency, taxes, exemptions, rounding)
}

/// As [`invoice_lines`], of lines that no contract bills.
///
/// # Errors
/// As [`tax`].
pub fn taxed_lines(
    drafted: &[&DraftLine],
    currency: Currency,
    taxes: &[Tax],
    exemptions: &[Exemption],
    rounding: TaxRounding,
) -> Result<(Vec<InvoiceLine>, Taxed), Refusal> {
    let lines: Vec<Taxable> = drafted.iter().map(|line| line.taxable()).collect();
    let taxed = tax(&lines, taxes, exemptions, currency, rounding)?;
    let inclusive = |line: &TaxedLine| {
        line.taxes.iter().any(|tax| taxed.summary.iter().any(|sum| sum.code == tax.code && sum.inclusive))
    };
    let lines = (1..).zip(drafted).zip(&taxed.lines).map(|((n, line), taxed)| {
        // A tax that was in the price and is not charged, because the client is exempt, comes off the price.
        let charged = if inclusive(taxed) { taxed.total } else { taxed.net };
        let exempt = line.net.minus(charged)?;
        Ok(InvoiceLine {
            n,
            origin: line.origin,
            text: line.text.clone(),
            service: line.service,
            quantity: line.quantity,
            unit: line.unit.clone(),
            unit_price: line.unit_price.filter(|_| exempt.is_zero()),
            gross: line.gross.minus(exempt)?,
            discount: line.discount,
            discounts: line.discounts.clone(),
            net: taxed.net,
            taxes: taxed.taxes.clone(),
            note: line.note.clone(),
        })
    });
    let lines = lines.collect::<Result<Vec<_>, crate::money::MoneyError>>()?;
    Ok((lines, taxed))
}

/// The lines of a draft that has an invoice to itself, with their taxes, as [`invoice_lines`].
///
/// # Errors
/// As [`tax`].
pub fn invoiced(draft: &Draft, taxing: Taxing<'_>) -> Result<(Vec<InvoiceLine>, Taxed), Refusal> {
    let lines: Vec<&DraftLine> = draft.lines.iter().collect();
    taxed_lines(&lines, draft.currency, taxing.taxes, taxing.exemptions, taxing.rounding)
}
