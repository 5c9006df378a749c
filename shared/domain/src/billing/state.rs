//! Where an invoice stands, and which steps there are.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Refusal;

/// Where an invoice or a credit note stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum InvoiceState {
    /// Not owed yet; it may still change or go.
    #[default]
    Draft,
    /// Has its number, and is owed.
    Issued,
    /// Went to the client.
    Sent,
    /// Paid or credited in part, and in time so far.
    PartlyPaid,
    /// Nothing is left to pay: it was paid, or credited.
    Paid,
    /// Something is left to pay, and the last day for it is over.
    Overdue,
    /// What was left is not expected any more.
    WrittenOff,
    /// Was never owed. It keeps its number.
    Void,
}

impl InvoiceState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Issued,
        Self::Sent,
        Self::PartlyPaid,
        Self::Paid,
        Self::Overdue,
        Self::WrittenOff,
        Self::Void,
    ];

    /// Takes a step.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] that names the allowed steps.
    pub fn step_to(self, to: Self) -> Result<Self, Refusal> {
        let allowed = allowed_from(self);
        if allowed.contains(&to) {
            return Ok(to);
        }
        let detail = if allowed.is_empty() {
            format!("an invoice that is {self} stays {self}; write a new one")
        } else {
            let names: Vec<&str> = allowed.iter().map(|state| state.name()).collect();
            format!("an invoice that is {self} cannot become {to}; allowed are {}", names.join(", "))
        };
        Err(Refusal::conflict("invoice_step", detail))
    }

    /// Takes the step that issues. What was paid may become `issued` as well, when its payment is taken back; that
    /// gives it no second number.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for what is no draft.
    pub fn issue(self) -> Result<Self, Refusal> {
        if self == Self::Draft {
            return self.step_to(Self::Issued);
        }
        let detail = format!("only a draft is issued, and this invoice is {self}; credit it, or write a new one");
        Err(Refusal::conflict("invoice_step", detail))
    }

    /// Whether it was issued and holds: it counts in the books.
    pub const fn is_owed(self) -> bool {
        !matches!(self, Self::Draft | Self::Void)
    }

    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::Sent => "sent",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::Overdue => "overdue",
            Self::WrittenOff => "written_off",
            Self::Void => "void",
        }
    }
}

/// The machine: which steps are allowed. Nothing goes back to `draft`; what was paid opens again when the payment is
/// taken back; what was written off is paid when all of it comes in after all; what was paid or credited in part is credited
/// instead of voided.
pub const fn allowed_from(state: InvoiceState) -> &'static [InvoiceState] {
    use InvoiceState::{Draft, Issued, Overdue, Paid, PartlyPaid, Sent, Void, WrittenOff};
    match state {
        Draft => &[Issued, Void],
        Issued => &[Sent, PartlyPaid, Paid, Overdue, WrittenOff, Void],
        Sent => &[PartlyPaid, Paid, Overdue, WrittenOff, Void],
        PartlyPaid => &[Issued, Sent, Paid, Overdue, WrittenOff],
        Paid => &[Issued, Sent, PartlyPaid, Overdue],
        Overdue => &[Paid, WrittenOff, Void],
        WrittenOff => &[Paid],
        Void => &[],
    }
}

impl fmt::Display for InvoiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
