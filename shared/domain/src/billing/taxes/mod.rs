//! Taxes: several on a line, one on top of another or side by side, on top of the price or inside it.
//!
//! - [`compute`]: what an invoice's lines come to
//! - [`taxing`]: what is left of amounts without the taxes that are in them

pub mod compute;
pub mod taxing;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use self::compute::{MOST_COMPOUND, MOST_TAXES, tax};
pub use self::taxing::Taxing;
use crate::billing::codes::TaxCode;
use crate::billing::dated::{self, Dated};
use crate::error::Refusal;
use crate::invalid::Check;
use crate::money::Money;

/// Longest name of a tax.
pub const LONGEST_NAME: usize = 60;
/// Longest number of a certificate.
pub const LONGEST_CERTIFICATE: usize = 80;
/// Longest note beside an exemption, for example the article of a law.
pub const LONGEST_NOTE: usize = 200;
/// Most decimal places of a rate in per cent; Stripe's tax rates have as many.
pub const MOST_PLACES: u32 = 4;

/// A tax as the MSP keeps it. It is never deleted: its past rates are needed for credit notes and late invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Tax {
    /// How lines name it.
    pub code: TaxCode,
    /// Its name on the invoice.
    pub name: String,
    /// Per cent, each from a date on, in order: from 0 to 100, at most four decimal places.
    pub percent: Vec<Dated<Decimal>>,
    /// Whether it is also on the taxes that come before it on the line.
    pub compound: bool,
    /// Whether prices hold it already; otherwise it comes on top.
    pub inclusive: bool,
}

/// Where tax is rounded; named on the invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TaxRounding {
    /// Each tax on each line; the invoice's tax is their sum.
    PerLine,
    /// Each tax once on the invoice, from exact amounts; the lines' shares add up to it.
    PerInvoice,
}

impl TaxRounding {
    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerLine => "per_line",
            Self::PerInvoice => "per_invoice",
        }
    }
}

/// Why a client pays no tax: a certificate, or a rule such as reverse charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Exemption {
    /// The certificate's number, or the client's VAT number for reverse charge; printed on the invoice.
    pub certificate: String,
    /// What the law wants printed beside it; may be empty.
    #[serde(default)]
    pub note: String,
    /// The first day on which it holds.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The first day on which it holds no more.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub expires_on: Option<Date>,
    /// From which taxes; empty for all.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
}

/// A line to be taxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxable {
    /// What there is to pay after discounts; with the taxes in it where they are inclusive.
    pub amount: Money,
    /// The taxes on it, in order: a compound tax is on those before it.
    pub taxes: Vec<TaxCode>,
    /// The tax point: the day whose rates and exemptions hold.
    pub on: Date,
}

/// A line with its taxes: `net + taxes = total`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaxedLine {
    /// Without taxes.
    pub net: Money,
    /// The taxes, in the line's order; none from which the client is exempt.
    pub taxes: Vec<LineTax>,
    /// With taxes.
    pub total: Money,
}

/// One tax on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LineTax {
    /// Which tax.
    pub code: TaxCode,
    /// Its rate on the line's day.
    pub percent: Decimal,
    /// How much.
    pub amount: Money,
}

/// An invoice's lines with their taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxed {
    /// In the order of what was given.
    pub lines: Vec<TaxedLine>,
    /// By tax and rate, in the order in which they first come up.
    pub summary: Vec<TaxSum>,
    /// What was not taxed, and why.
    pub exempted: Vec<Exempted>,
    /// Where it was rounded.
    pub rounding: TaxRounding,
    /// All lines without taxes.
    pub net: Money,
    /// All taxes.
    pub tax: Money,
    /// All lines with taxes: `net + tax`.
    pub total: Money,
}

/// A row of the tax summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaxSum {
    /// Which tax.
    pub code: TaxCode,
    /// Its name.
    pub name: String,
    /// Its rate.
    pub percent: Decimal,
    /// Whether it is also on the taxes before it.
    pub compound: bool,
    /// Whether the prices hold it already.
    pub inclusive: bool,
    /// What the lines under it come to without any taxes.
    pub net: Money,
    /// How much: the sum of the lines' amounts.
    pub tax: Money,
}

/// What was not taxed because the client is exempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Exempted {
    /// From which tax.
    pub code: TaxCode,
    /// By which certificate.
    pub certificate: String,
    /// What the law wants printed beside it.
    pub note: String,
    /// What the lines under it come to.
    pub net: Money,
}

impl Tax {
    /// The rules for saved taxes.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/name", &self.name, LONGEST_NAME);
        dated::check_dates("/percent", &self.percent, &mut check);
        for (index, dated) in self.percent.iter().enumerate() {
            let at = format!("/percent/{index}/value");
            let in_range = dated.value >= Decimal::ZERO && dated.value <= Decimal::ONE_HUNDRED;
            check.that(in_range, &at, "out_of_range", "must be from 0 to 100 per cent");
            let places = dated.value.normalize().scale();
            check.that(places <= MOST_PLACES, &at, "too_precise", "must have at most four decimal places");
        }
        check.done()
    }
}

impl Exemption {
    /// Whether it frees from a tax on a day.
    pub fn holds(&self, code: &TaxCode, on: Date) -> bool {
        let in_time = self.from <= on && self.expires_on.is_none_or(|end| on < end);
        in_time && (self.taxes.is_empty() || self.taxes.contains(code))
    }

    /// The rules for saved exemptions.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/certificate", &self.certificate, LONGEST_CERTIFICATE);
        check.optional_line("/note", &self.note, LONGEST_NOTE);
        let ends_later = self.expires_on.is_none_or(|end| end > self.from);
        check.that(ends_later, "/expires_on", "empty", "must be after the day on which it begins");
        check.done()
    }
}
