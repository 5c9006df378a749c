//! What there is to be earned: amounts without the taxes that are in them.

use iso_currency::Currency;
use jiff::civil::Date;

use super::{Exemption, Tax, TaxRounding, Taxable, tax};
use crate::billing::codes::TaxCode;
use crate::error::Refusal;
use crate::money::Money;

/// By what the lines of a client are taxed. The prices of a contract may hold taxes, so what its lines come to is no revenue
/// yet: whoever shows revenue that is still to come asks here.
#[derive(Debug, Clone, Copy)]
pub struct Taxing<'a> {
    /// The tenant's taxes.
    pub taxes: &'a [Tax],
    /// From what the client is exempt. A tax inside a price comes off it with and without: an amount without taxes is moved by
    /// its rounding at most.
    pub exemptions: &'a [Exemption],
    /// Where tax is rounded.
    pub rounding: TaxRounding,
}

impl Taxing<'_> {
    /// What the lines of one invoice come to without taxes, in their order.
    ///
    /// # Errors
    /// As [`tax`].
    pub fn nets(&self, lines: &[Taxable], currency: Currency) -> Result<Vec<Money>, Refusal> {
        let taxed = tax(lines, self.taxes, self.exemptions, currency, self.rounding)?;
        Ok(taxed.lines.into_iter().map(|line| line.net).collect())
    }

    /// What an amount comes to without taxes, whatever it is on an invoice with.
    ///
    /// # Errors
    /// As [`tax`].
    pub fn net(&self, line: &Taxable) -> Result<Money, Refusal> {
        let nets = self.nets(std::slice::from_ref(line), line.amount.currency())?;
        Ok(nets.first().copied().unwrap_or(line.amount))
    }

    /// The day whose rates hold for what stood on a day. Where a tax had none yet, its first one does: what recurs was not
    /// worth more before somebody wrote down the tax that is in it.
    pub fn day(&self, codes: &[TaxCode], on: Date) -> Date {
        let of_line = self.taxes.iter().filter(|tax| codes.contains(&tax.code));
        of_line.filter_map(|tax| tax.percent.first()).map(|first| first.from).fold(on, Date::max)
    }
}
