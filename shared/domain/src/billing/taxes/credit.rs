//! Taxes of what is credited: shares of what was invoiced, never reckoned anew, so that net and taxes add up to the
//! credit to the cent, and the last credit takes exactly what is left.

use super::{LineTax, TaxSum, TaxedLine};
use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// Spreads a credit with taxes over what is left of an invoice's lines, in proportion to their net amounts and taxes.
/// Crediting all that is left gives every line back as it stands; of a part, lines below zero get nothing.
///
/// # Errors
/// [`Refusal::Invalid`] at `/total` when it is not above zero or more than what is left; two currencies.
pub fn credit(left: &[TaxedLine], total: Money) -> Result<Vec<TaxedLine>, Refusal> {
    let most = Money::sum(total.currency(), left.iter().map(|line| line.total))?;
    if total.minor() <= 0 {
        return Err(Refusal::invalid("/total", "out_of_range", "must be above zero; a credit lowers what is owed"));
    }
    if total.minor() > most.minor() {
        let detail = format!("is more than what is left to credit; at most {most} can be credited");
        return Err(Refusal::invalid("/total", "too_much", detail));
    }
    if total == most {
        return Ok(left.to_vec());
    }
    let amounts = left.iter().flat_map(|line| std::iter::once(line.net).chain(line.taxes.iter().map(|tax| tax.amount)));
    let weights: Vec<u64> = amounts.map(|amount| u64::try_from(amount.minor()).unwrap_or_default()).collect();
    let mut parts = total.split(&weights).into_iter();
    let mut next = || parts.next().unwrap_or(Money::zero(total.currency()));
    let credited = left.iter().map(|line| {
        let net = next();
        let taxes: Vec<LineTax> = line.taxes.iter().map(|tax| LineTax { amount: next(), ..tax.clone() }).collect();
        let total = taxes.iter().try_fold(net, |sum, tax| sum.plus(tax.amount))?;
        Ok(TaxedLine { net, taxes, total })
    });
    Ok(credited.collect::<Result<_, MoneyError>>()?)
}

impl TaxedLine {
    /// What is left of the line after a part of it, as [`credit`] gives it.
    ///
    /// # Errors
    /// Two currencies.
    pub fn less(&self, part: &TaxedLine) -> Result<TaxedLine, MoneyError> {
        let of = |tax: &LineTax| part.taxes.iter().find(|other| other.code == tax.code).map(|other| other.amount);
        let taxes = self.taxes.iter().map(|tax| match of(tax) {
            Some(amount) => Ok(LineTax { amount: tax.amount.minus(amount)?, ..tax.clone() }),
            None => Ok(tax.clone()),
        });
        Ok(TaxedLine {
            net: self.net.minus(part.net)?,
            taxes: taxes.collect::<Result<_, MoneyError>>()?,
            total: self.total.minus(part.total)?,
        })
    }
}

/// The tax summary of some lines under the names of their invoice's summary; rows without a line are left out.
///
/// # Errors
/// Two currencies, or too much.
pub fn summary_of(lines: &[TaxedLine], invoice: &[TaxSum]) -> Result<Vec<TaxSum>, MoneyError> {
    let mut rows = Vec::new();
    for row in invoice {
        let of_row = |tax: &&LineTax| tax.code == row.code && tax.percent == row.percent;
        let taxed: Vec<(Money, Money)> =
            lines.iter().filter_map(|line| Some((line.net, line.taxes.iter().find(of_row)?.amount))).collect();
        if !taxed.is_empty() {
            let currency = row.tax.currency();
            let net = Money::sum(currency, taxed.iter().map(|(net, _)| *net))?;
            let tax = Money::sum(currency, taxed.iter().map(|(_, tax)| *tax))?;
            rows.push(TaxSum { net, tax, ..row.clone() });
        }
    }
    Ok(rows)
}
