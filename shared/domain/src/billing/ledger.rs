//! The ledger: double entry, append only, per tenant and currency.
//!
//! A posting is made by [`Journal`], which lets none out whose debits are not its credits. Every money event (see
//! [`Source`]) answers with the next state and its posting together, to be written in one transaction.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::codes::TaxCode;
use crate::error::Refusal;
use crate::ids::{ClientId, InvoiceId, PaymentId, PostingId};
use crate::money::Money;

/// An account of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Account {
    /// What a client has to pay. An asset: always the sum of their open invoices' balances.
    Receivable {
        /// Which client.
        client: ClientId,
    },
    /// Money that came in, by its way. An asset.
    Cash {
        /// Which way.
        via: Via,
    },
    /// What a client has paid or been credited beyond their invoices. A liability, never less than nothing.
    ClientCredit {
        /// Which client.
        client: ClientId,
    },
    /// Tax that is owed to the state. A liability.
    Tax {
        /// Which tax.
        code: TaxCode,
    },
    /// What was charged for days that have not been served yet. A liability.
    DeferredRevenue {},
    /// What was earned.
    Revenue {},
    /// What is not expected any more. An expense.
    BadDebt {},
    /// What providers keep of payments. An expense.
    Fees {},
}

/// The way by which money comes in and goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Via {
    /// The bank account.
    BankTransfer,
    /// Cheques.
    Cheque,
    /// Notes and coins.
    Cash,
    /// The payment provider's account: cards and direct debits.
    Provider,
    /// Anything else.
    Other,
}

/// The side of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Side {
    /// Left.
    Debit,
    /// Right.
    Credit,
}

/// One side of a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Entry {
    /// On which account.
    pub account: Account,
    /// On which side of it.
    pub side: Side,
    /// How much, always more than nothing.
    pub amount: Money,
}

/// What a posting is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Source {
    /// An invoice was issued.
    Issue {
        /// Which one.
        invoice: InvoiceId,
    },
    /// An invoice turned out never to have been owed.
    Void {
        /// Which one.
        invoice: InvoiceId,
    },
    /// A credit note was issued.
    CreditNote {
        /// Which note.
        note: InvoiceId,
        /// Against which invoice.
        invoice: InvoiceId,
    },
    /// Money came in.
    Payment {
        /// Which payment.
        payment: PaymentId,
    },
    /// A client's credit was used for invoices.
    CreditUsed {
        /// By which payment.
        payment: PaymentId,
    },
    /// Money went back.
    Refund {
        /// Of which payment.
        payment: PaymentId,
        /// Which refund of it, from 1.
        n: u32,
    },
    /// Money that had gone back came in again: its refund failed.
    RefundFailed {
        /// Of which payment.
        payment: PaymentId,
        /// Which movement of it after it came in, from 1; counted with its refunds.
        n: u32,
    },
    /// What a payment had paid on an invoice became the client's credit: it was put on the wrong one.
    Released {
        /// Of which payment.
        payment: PaymentId,
        /// Which movement of it after it came in, from 1; counted with its refunds.
        n: u32,
    },
    /// What a provider kept of a payment.
    Fee {
        /// Of which payment.
        payment: PaymentId,
    },
    /// What is left of an invoice is not expected any more.
    WriteOff {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// Days were served that had been charged before.
    Recognition {
        /// By which invoice or credit note.
        invoice: InvoiceId,
        /// The first day that is not served yet.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        until: Date,
    },
}

/// A posting: its debits are its credits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Posting {
    /// Which one.
    pub id: PostingId,
    /// When it was made.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The tenant's local date in whose books it is.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub on: Date,
    /// All its amounts are in it.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "EUR"))]
    pub currency: Currency,
    /// What it is of.
    pub source: Source,
    /// Its entries, one for an account, by account.
    pub entries: Vec<Entry>,
}

/// What a money event needs to be posted: ids and time come in as values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The posting's id.
    pub id: PostingId,
    /// Now.
    pub at: Timestamp,
    /// Today, in the tenant's zone.
    pub on: Date,
}

/// A posting in the making.
#[derive(Debug, Clone)]
pub struct Journal {
    currency: Currency,
    /// Debits less credits.
    sums: BTreeMap<Account, Money>,
}

impl Journal {
    /// An empty one.
    pub const fn new(currency: Currency) -> Self {
        Self { currency, sums: BTreeMap::new() }
    }

    /// Puts an amount on the left; a negative one goes on the right, nothing is left out, and what an account has
    /// already is added up.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for another currency, or too much.
    pub fn debit(mut self, account: Account, amount: Money) -> Result<Self, Refusal> {
        let sum = self.sums.entry(account).or_insert(Money::zero(self.currency));
        *sum = sum.plus(amount)?;
        Ok(self)
    }

    /// Puts an amount on the right.
    ///
    /// # Errors
    /// As [`Journal::debit`].
    pub fn credit(self, account: Account, amount: Money) -> Result<Self, Refusal> {
        self.debit(account, amount.negated())
    }

    /// The same with its sides changed.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        for sum in self.sums.values_mut() {
            *sum = sum.negated();
        }
        self
    }

    /// The posting; none when nothing moves.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when debits and credits are not the same: nothing unbalanced gets out.
    pub fn post(self, stamp: Stamp, source: Source) -> Result<Option<Posting>, Refusal> {
        let off = Money::sum(self.currency, self.sums.values().copied())?;
        if !off.is_zero() {
            return Err(Refusal::conflict("unbalanced", format!("debits and credits differ by {off}; report this")));
        }
        let entry = |(account, sum): (Account, Money)| match sum.minor() {
            0 => None,
            minor if minor > 0 => Some(Entry { account, side: Side::Debit, amount: sum }),
            _ => Some(Entry { account, side: Side::Credit, amount: sum.negated() }),
        };
        let entries: Vec<Entry> = self.sums.into_iter().filter_map(entry).collect();
        if entries.is_empty() {
            return Ok(None);
        }
        let Stamp { id, at, on } = stamp;
        Ok(Some(Posting { id, at, on, currency: self.currency, source, entries }))
    }
}

impl Entry {
    /// In minor units; debits are positive.
    pub const fn signed(&self) -> i64 {
        match self.side {
            Side::Debit => self.amount.minor(),
            Side::Credit => -self.amount.minor(),
        }
    }
}
