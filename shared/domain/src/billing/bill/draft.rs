//! What a bill answers.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::facts::{Booking, Facts, MOST_TAKEN};
use super::hold::Hold;
use super::prepaid::HoursDrawn;
use crate::billing::codes::TaxCode;
use crate::billing::contract::{Contract, ContractState, renewed};
use crate::billing::cycle::Period;
use crate::billing::discounts::Given;
use crate::billing::invoice::{Billed, InvoiceKind};
use crate::billing::lines::{MOST_LINES, Origin};
use crate::billing::taxes::Taxable;
use crate::billing::terms::PaymentTerms;
use crate::ids::{BlockId, ChargeId, ClientId, LineId, TimeEntryId, UsageId};
use crate::money::Money;

/// More lines than a time entry has: with less room than that, one may have been left out.
const LONGEST_ENTRY: usize = 100;

/// What is missing for a contract up to a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Billing {
    /// One for each bill date on which there is something to bill, oldest first. The store writes them one by one, each
    /// in its own transaction, and stops at the first that is held ([`Billing::ready`]).
    pub drafts: Vec<Draft>,
    /// The facts after all of them, trailing bill dates with nothing to bill included. When nothing is held, the
    /// contract and the book of these are what is stored at the end; the next bill date is in the contract.
    pub after: Facts,
    /// Whether there was more than one call answers ([`super::MOST_PERIODS`]): store these, and call again.
    pub more: bool,
}

/// An invoice to be made, before taxes.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it bills: the contract, and the period that starts on the day of the bill. There is one invoice of it for
    /// ever. After the contract's end the period starts at the end, so that the last bill in arrears has its own.
    pub billed: Billed,
    /// Who pays.
    pub client: ClientId,
    /// In what.
    pub currency: Currency,
    /// When it is due, after the date on which it is issued.
    pub terms: PaymentTerms,
    /// What is billed, in the contract's order.
    pub lines: Vec<DraftLine>,
    /// The sum of the lines, after discounts and before taxes, with those that are inside prices. Below zero it is owed to the
    /// client.
    pub net: Money,
    /// What it takes up, which is billed with it.
    pub taken: Taken,
    /// Prepaid hours that it sells.
    pub blocks: Vec<BlockSold>,
    /// What its work draws from prepaid hours.
    pub hours: HoursDrawn,
    /// What it does to the book, the bill dates with nothing to bill before it included.
    pub bookings: Vec<Booking>,
    /// What the next draft is compared with: this one without what it gives back, by settling a period that was billed before or
    /// by a credit. None when it is not over whole periods.
    pub comparable: Option<Money>,
    /// Whether it has a bill to be compared with, or somebody has let it pass.
    pub proven: bool,
    /// The next bill date after it.
    pub next_on: Option<Date>,
    /// Why somebody must look at it first; empty when nobody must.
    pub holds: Vec<Hold>,
}

/// A line of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftLine {
    /// Where it comes from.
    pub origin: Origin,
    /// What it says.
    pub text: String,
    /// The days that it pays for.
    pub service: Option<Period>,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    pub unit: Option<String>,
    /// In major units; none where no single price is behind it.
    pub unit_price: Option<Decimal>,
    /// Before discounts.
    pub gross: Money,
    /// What is taken off, its share of the invoice's discounts included.
    pub discount: Money,
    /// What of that has a name: the discounts that were given, the line's own first. What a maximum takes off has none.
    pub discounts: Vec<Given>,
    /// What its own discounts leave, before its share of the invoice's: what the book remembers of a contract's line.
    pub own: Money,
    /// Gross less discount: what is taxed. Taxes inside the price are in it:
    /// [`Taxing`](crate::billing::taxes::Taxing) takes them out.
    pub net: Money,
    /// The taxes on it, in order.
    pub taxes: Vec<TaxCode>,
    /// The day whose tax rates hold: the last day of its service, or the day of the bill.
    pub tax_on: Date,
    /// A remark: how it was computed, or that it is late.
    pub note: Option<String>,
}

/// What a draft takes up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records of usage.
    pub usage: BTreeSet<UsageId>,
    /// Time entries.
    pub time: BTreeSet<TimeEntryId>,
    /// One-off charges.
    pub charges: BTreeSet<ChargeId>,
    /// Blocks of prepaid hours that were sold by hand.
    pub blocks: BTreeSet<BlockId>,
}

/// Prepaid hours that were sold; the store makes a block of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSold {
    /// By which line.
    pub line: LineId,
    /// How many minutes.
    pub minutes: u32,
    /// What they cost, after discounts.
    pub price: Money,
    /// From when they may be used.
    pub bought_on: Date,
    /// Until when, exclusive.
    pub expires_on: Option<Date>,
}

impl Billing {
    /// The drafts that may be written now: those before the first that is held.
    pub fn ready(&self) -> &[Draft] {
        let held = self.drafts.iter().position(|draft| !draft.holds.is_empty());
        &self.drafts[..held.unwrap_or(self.drafts.len())]
    }
}

impl Draft {
    /// The local date of the bill, by the schedule. A late run issues later, and the schedule does not move.
    pub fn on(&self) -> Date {
        self.billed.period.from
    }

    /// The key under which there is one invoice for ever.
    pub fn identity(&self) -> String {
        self.billed.identity(InvoiceKind::Recurring)
    }

    /// Whether it is about as much as one bill takes up, of a kind or in all: there may be more that was not read with it, or
    /// not planned.
    pub(super) fn is_full(&self) -> bool {
        let Taken { usage, time, charges, .. } = &self.taken;
        let taken = [usage.len(), time.len(), charges.len()];
        taken.into_iter().any(|taken| taken >= MOST_TAKEN) || self.lines.len() + LONGEST_ENTRY >= MOST_LINES
    }

    /// How many lines stand for each contract line, time entries not counted.
    pub(super) fn made(&self) -> BTreeMap<LineId, u32> {
        let mut made = BTreeMap::new();
        for line in self.lines.iter().filter_map(|line| line_of(line.origin)) {
            *made.entry(line).or_default() += 1;
        }
        made
    }

    /// The contract after this draft: renewed if that was due by then, and with its next bill date.
    pub fn contract_after(&self, contract: Contract) -> Contract {
        moved(renewed(contract, self.on()), self.next_on)
    }
}

impl DraftLine {
    /// What is taxed of it.
    pub fn taxable(&self) -> Taxable {
        Taxable { amount: self.net, taxes: self.taxes.clone(), on: self.tax_on }
    }
}

/// The contract's line behind a line of a draft; none for time and charges, which stand for themselves.
pub fn line_of(origin: Origin) -> Option<LineId> {
    match origin {
        Origin::ContractLine { line, .. }
        | Origin::Usage { line, .. }
        | Origin::LateUsage { line, .. }
        | Origin::Minimum { line, .. }
        | Origin::Adjustment { line, .. } => Some(line),
        _ => None,
    }
}

/// A contract with its next bill date; over when there is none.
pub(super) fn moved(contract: Contract, next_on: Option<Date>) -> Contract {
    let over = next_on.is_none() && contract.state == ContractState::Active;
    let state = if over { ContractState::Ended } else { contract.state };
    Contract { next_on, state, ..contract }
}
