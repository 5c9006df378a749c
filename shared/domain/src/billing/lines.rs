//! Lines of an invoice: what was sold, for how much, and where it came from.
//!
//! An invoice may have thousands, so they are kept apart from it, in chunks, and never change once it is issued.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cycle::Period;
use super::discounts::Given;
use super::taxes::LineTax;
use crate::ids::{BlockId, ChargeId, ContractId, InvoiceId, LineId, TimeEntryId};
use crate::invalid::Check;
use crate::money::Money;

/// Most lines of one invoice; the run splits nothing, so a client with more is billed by contract.
pub const MOST_LINES: usize = 2_000;
/// So many lines are stored together. At its longest a line has some 7.5 KB (four bytes a character), and an item may
/// have 400 KB.
pub const LINES_A_CHUNK: usize = 50;
/// Longest text of a line.
pub const LONGEST_TEXT: usize = 500;
/// Longest remark under a line.
pub const LONGEST_NOTE: usize = 500;
/// Longest name of a unit, such as `seat`.
pub const LONGEST_UNIT: usize = 20;
/// Most taxes on one line.
pub const MOST_TAXES: usize = 5;

/// A line of an invoice, as it is printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InvoiceLine {
    /// Its place, from 1.
    pub n: u32,
    /// Where it came from.
    pub origin: Origin,
    /// What it says.
    pub text: String,
    /// The days that it pays for; none for what was handed over at once. Revenue is recognised over them.
    #[serde(default)]
    pub service: Option<Period>,
    /// How many.
    pub quantity: Decimal,
    /// Of what, for example `seat` or `hour`.
    #[serde(default)]
    pub unit: Option<String>,
    /// In major units of the currency; none where no single price is behind it, such as tiers.
    #[serde(default)]
    pub unit_price: Option<Decimal>,
    /// Before discount and tax.
    pub gross: Money,
    /// What is taken off, the line's share of the invoice's discounts included.
    pub discount: Money,
    /// What of that has a name: each discount with what it takes off, the line's own first; at most 10, with at most 400
    /// letters of names together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Given>,
    /// Gross less discount. With inclusive taxes, what is left without them.
    pub net: Money,
    /// Its taxes; over all lines they add up to the invoice's, to the cent.
    #[serde(default)]
    pub taxes: Vec<LineTax>,
    /// A remark under it: how it was computed, or that it is late.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Origin {
    /// A fixed or per-seat line of a contract.
    ContractLine {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// Usage in the period.
    Usage {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// Usage of an earlier period that came in after it was billed.
    LateUsage {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// What tops the period up to a line's minimum.
    Minimum {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// What a change makes of a period that was billed before; negative where it makes it less.
    Adjustment {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// Work, by a time entry.
    Time {
        /// Under which contract, if any.
        contract: Option<ContractId>,
        /// By which line of it, if any.
        line: Option<LineId>,
        /// Which entry. One that reaches over a boundary of rates makes several lines.
        entry: TimeEntryId,
    },
    /// Hours over what a bucket holds.
    Overage {
        /// Which contract.
        contract: ContractId,
        /// Which line of it.
        line: LineId,
    },
    /// A block of prepaid hours.
    Block {
        /// Which block.
        block: BlockId,
    },
    /// A one-off charge.
    Charge {
        /// Which charge.
        charge: ChargeId,
    },
    /// A late fee, or interest.
    LateFee {
        /// On which invoice.
        invoice: InvoiceId,
    },
    /// Written by hand.
    Manual {},
    /// On a credit note: what is credited.
    Credit {
        /// On which invoice.
        invoice: InvoiceId,
        /// Which line of it; none for an amount off the whole.
        line: Option<u32>,
    },
}

impl Origin {
    /// Whose line it is.
    pub const fn contract(self) -> Option<ContractId> {
        match self {
            Self::ContractLine { contract, .. }
            | Self::Usage { contract, .. }
            | Self::LateUsage { contract, .. }
            | Self::Minimum { contract, .. }
            | Self::Adjustment { contract, .. }
            | Self::Overage { contract, .. } => Some(contract),
            Self::Time { contract, .. } => contract,
            Self::Block { .. } | Self::Charge { .. } | Self::LateFee { .. } | Self::Manual {} | Self::Credit { .. } => {
                None
            }
        }
    }
}

/// Lines that are stored together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineChunk {
    /// Whose lines.
    pub invoice: InvoiceId,
    /// Which chunk, from 0.
    pub n: u32,
    /// At most [`LINES_A_CHUNK`], in order.
    pub lines: Vec<InvoiceLine>,
}

/// The lines as they are stored.
pub fn chunks(invoice: InvoiceId, lines: &[InvoiceLine]) -> Vec<LineChunk> {
    let parts = (0..).zip(lines.chunks(LINES_A_CHUNK));
    parts.map(|(n, lines)| LineChunk { invoice, n, lines: lines.to_vec() }).collect()
}

impl InvoiceLine {
    /// Notes what is wrong with it, and with its sums. `n` is the place that it should have.
    pub(super) fn check(&self, field: &str, n: u32, check: &mut Check) {
        let at = |part: &str| format!("{field}/{part}");
        check.that(self.n == n, &at("n"), "order", "must be its place, from 1 without a gap");
        check.line(&at("text"), &self.text, LONGEST_TEXT);
        check.optional_line(&at("unit"), self.unit.as_deref().unwrap_or_default(), LONGEST_UNIT);
        if let Some(note) = &self.note {
            check.prose(&at("note"), note, LONGEST_NOTE);
        }
        check.count(&at("taxes"), self.taxes.len(), MOST_TAXES);
    }
}
