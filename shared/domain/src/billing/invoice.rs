//! Invoices and credit notes: the root, which stays small however many lines there are.
//!
//! What was issued never changes; only what is left to pay and the state move. A draft is made from its lines, and
//! issuing and crediting look at lines again; every other rule needs the root alone.

mod drafted;

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::drafted::{NewInvoice, draft};
pub(super) use self::drafted::{check_document, count, is_row, totals};
use super::cycle::Period;
pub use super::lines::{InvoiceLine, LineChunk, Origin, chunks};
use super::number::Number;
pub use super::state::InvoiceState;
use super::taxes::{Exempted, TaxRounding, TaxSum};
use super::terms::PaymentTerms;
use crate::error::Refusal;
use crate::ids::{ClientId, ContractId, InvoiceId};
use crate::money::Money;

/// Most contracts on one invoice: each needs a write of its own in the transaction that makes the invoice.
pub const MOST_CONTRACTS: usize = 20;
/// Most rows of a tax summary. A row is a tax at a rate.
pub const MOST_TAX_ROWS: usize = 20;
/// Most days of payments and credits that are kept apart; of more, the second one's count on the first.
pub const MOST_MOVED: usize = 100;
/// Longest remark on an invoice.
pub const LONGEST_NOTE: usize = 2_000;

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum InvoiceKind {
    /// For a period of one or more contracts.
    Recurring,
    /// Written by hand.
    Manual,
    /// Takes back what an invoice charged, in whole or in part. Its amounts are positive.
    CreditNote,
}

impl InvoiceKind {
    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recurring => "recurring",
            Self::Manual => "manual",
            Self::CreditNote => "credit_note",
        }
    }
}

/// A contract's period that an invoice bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Billed {
    /// Which contract.
    pub contract: ContractId,
    /// Its period, whole, as its schedule has it.
    pub period: Period,
}

impl Billed {
    /// What there is one invoice of, for ever: the key under which the store lets it in once. Only the period's first
    /// day counts: if the contract's end moves, the same period is still the same.
    pub fn identity(self, kind: InvoiceKind) -> String {
        format!("{}#{}#{}", self.contract, self.period.from, kind.name())
    }
}

/// An invoice or a credit note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// Which one.
    pub id: InvoiceId,
    /// What kind.
    pub kind: InvoiceKind,
    /// Who is to pay.
    pub client: ClientId,
    /// The contracts and periods that it bills; none on a manual one or a credit note.
    #[serde(default)]
    pub billed: Vec<Billed>,
    /// The invoice that a credit note corrects.
    #[serde(default)]
    pub corrects: Option<InvoiceId>,
    /// What all amounts are in.
    pub currency: Currency,
    /// Until when it is to be paid.
    pub terms: PaymentTerms,
    /// Where it stands.
    pub state: InvoiceState,
    /// Its number, from when it is issued; a void one keeps it.
    #[serde(default)]
    pub number: Option<Number>,
    /// Its date, in the tenant's zone.
    #[serde(default)]
    pub issued_on: Option<Date>,
    /// The last day on which paying is in time.
    #[serde(default)]
    pub due_on: Option<Date>,
    /// When it first went to the client.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// How many lines there are.
    pub lines: u32,
    /// The lines' sums.
    pub totals: Totals,
    /// The tax summary.
    #[serde(default)]
    pub taxes: Vec<TaxSum>,
    /// Where tax was rounded.
    pub tax_rounding: TaxRounding,
    /// What was not taxed, and by which certificate.
    #[serde(default)]
    pub exempted: Vec<Exempted>,
    /// What was paid: allocated from payments, or from the client's credit.
    pub paid: Money,
    /// What of that the client's credit paid as it was issued; its document says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_credit: Option<Money>,
    /// What credit notes took off the balance. What they credit beyond it is the client's credit.
    pub credited: Money,
    /// What is not expected any more.
    pub written_off: Money,
    /// What its credit notes took back in all.
    pub noted: Noted,
    /// What of its total is late fees and interest, which bear neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fees: Option<Money>,
    /// What was paid and credited on which day, by the day: one entry a day, below zero where more went back. Interest is
    /// reckoned on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// A remark for the client; on a credit note the reason.
    #[serde(default)]
    pub note: Option<String>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What was paid and credited on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The day on which the money came in, was credited or went back.
    pub on: Date,
    /// How much less is owed for it; below zero where more is.
    pub less: Money,
}

/// Sums over all lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Totals {
    /// Before discounts.
    pub gross: Money,
    /// The discounts.
    pub discount: Money,
    /// Without taxes.
    pub net: Money,
    /// All taxes.
    pub tax: Money,
    /// What is to be paid: `net + tax`, always.
    pub total: Money,
}

/// What the credit notes of an invoice have taken back of it, part by part, so that they never take back more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Noted {
    /// Of the net.
    pub net: Money,
    /// Of each row of the tax summary, in its order.
    pub taxes: Vec<Money>,
}

impl Noted {
    /// Net and taxes together.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn total(&self) -> Result<Money, Refusal> {
        Ok(self.taxes.iter().try_fold(self.net, |sum, tax| sum.plus(*tax))?)
    }
}

impl Invoice {
    /// The keys under which the store lets it in once, for ever: one for each contract's period that it bills.
    pub fn identities(&self) -> Vec<String> {
        self.billed.iter().map(|billed| billed.identity(self.kind)).collect()
    }

    /// From the first day that it bills to the last; none if it bills no period.
    pub fn period(&self) -> Option<Period> {
        let from = self.billed.iter().map(|billed| billed.period.from).min()?;
        let to = self.billed.iter().map(|billed| billed.period.to).max()?;
        Some(Period { from, to })
    }

    /// Whether something of it is not expected any more, and may come in all the same.
    pub fn is_lost(&self) -> bool {
        self.state == InvoiceState::WrittenOff
    }

    /// What is left to pay: total less what was paid, credited and written off. A draft, a void invoice and a credit
    /// note leave nothing to pay.
    pub fn balance(&self) -> Money {
        if self.kind == InvoiceKind::CreditNote || !self.state.is_owed() {
            return Money::zero(self.currency);
        }
        let gone = self.paid.minor() + self.credited.minor() + self.written_off.minor();
        Money::new(self.totals.total.minor() - gone, self.currency)
    }

    /// What can be paid on its page: what is left to pay, and of one that was written off what was lost of it.
    pub fn payable(&self) -> Money {
        if self.is_lost() { self.written_off } else { self.balance() }
    }

    /// What credit notes took back of what was paid on it. That is the client's credit, and is not owed whatever becomes of
    /// the payments.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn credited_beyond(&self) -> Result<Money, Refusal> {
        let beyond = self.noted.total()?.minus(self.credited)?;
        Ok(if beyond.is_negative() { Money::zero(self.currency) } else { beyond })
    }

    /// What a payment that paid so much on it opens again at most when it goes back: no more than it paid, and no more than was
    /// paid in all beyond what credit notes took back. It does not matter which payment goes back first: together they open
    /// the total less the credit notes.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn opened_by(&self, paid: Money) -> Result<Money, Refusal> {
        let most = self.paid.minus(self.credited_beyond()?)?;
        Ok(if most.is_negative() { Money::zero(self.currency) } else { paid.at_most(most)? })
    }

    /// Whether something is left to pay.
    pub fn is_open(&self) -> bool {
        !self.balance().is_zero()
    }

    /// Whether none of it is owed, and never was or is not expected any more: it is void, written off or credited in full.
    /// What was charged for being late with it is not owed either.
    pub fn is_forgiven(&self) -> bool {
        let credited = || !self.totals.total.is_zero() && self.noted.total().is_ok_and(|sum| sum == self.totals.total);
        matches!(self.state, InvoiceState::Void | InvoiceState::WrittenOff) || credited()
    }

    /// Whether there is something on it that bears late fees and interest: an invoice over late fees and interest bears
    /// neither, nor does one that is forgiven.
    pub fn bears_fees(&self) -> bool {
        !self.is_forgiven() && self.fees.is_none_or(|fees| fees.minor() < self.totals.total.minor())
    }

    /// Notes what was paid, credited or went back, on its day.
    pub(super) fn moves(&mut self, on: Date, less: Money) -> Result<(), Refusal> {
        match self.moved.iter_mut().find(|moved| moved.on == on) {
            Some(moved) => moved.less = moved.less.plus(less)?,
            None => self.moved.push(Moved { on, less }),
        }
        self.moved.retain(|moved| !moved.less.is_zero());
        self.moved.sort_by_key(|moved| moved.on);
        while self.moved.len() > MOST_MOVED {
            let second = self.moved.remove(1);
            if let Some(first) = self.moved.first_mut() {
                first.less = first.less.plus(second.less)?;
            }
        }
        Ok(())
    }

    /// What credit notes may still take back: what was not credited and not written off.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn left_to_credit(&self) -> Result<Money, Refusal> {
        Ok(self.totals.total.minus(self.noted.total()?)?.minus(self.written_off)?)
    }

    /// Notes that it went to the client. The first time counts.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for a draft or a void one.
    pub fn sent(mut self, at: Timestamp) -> Result<Self, Refusal> {
        if self.sent_at.is_some() {
            return Ok(self);
        }
        match self.state {
            InvoiceState::Issued | InvoiceState::Draft | InvoiceState::Void | InvoiceState::WrittenOff => {
                self.state = self.state.step_to(InvoiceState::Sent)?;
            }
            _ => {}
        }
        self.sent_at = Some(at);
        self.updated_at = at;
        Ok(self)
    }

    /// Whether the day after its last day in time has come while something is left to pay, and nobody has noted it.
    pub fn turns_overdue(&self, today: Date) -> bool {
        self.is_open() && self.state != InvoiceState::Overdue && self.due_on.is_some_and(|due| today > due)
    }

    /// Notes that it is overdue, if it is; otherwise it stays as it is.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when its state forbids it.
    pub fn overdue(mut self, today: Date, now: Timestamp) -> Result<Self, Refusal> {
        if self.turns_overdue(today) {
            self.settle(today)?;
            self.updated_at = now;
        }
        Ok(self)
    }

    /// Takes the step that what is left to pay calls for.
    pub(super) fn settle(&mut self, today: Date) -> Result<(), Refusal> {
        let late = self.state == InvoiceState::Overdue || self.due_on.is_some_and(|due| today > due);
        let touched = !(self.paid.is_zero() && self.credited.is_zero());
        let to = match (self.is_open(), late, touched, self.sent_at) {
            (false, ..) if !self.written_off.is_zero() => InvoiceState::WrittenOff,
            (false, ..) => InvoiceState::Paid,
            (true, true, ..) => InvoiceState::Overdue,
            (true, false, true, _) => InvoiceState::PartlyPaid,
            (true, false, false, Some(_)) => InvoiceState::Sent,
            (true, false, false, None) => InvoiceState::Issued,
        };
        if to != self.state {
            self.state = self.state.step_to(to)?;
        }
        Ok(())
    }
}
