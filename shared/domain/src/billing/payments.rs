//! Payments: money that came in, what it paid, and what went back.
//!
//! What a payment does not pay is kept as the client's credit, of which there is one per client and currency; a payment
//! from it is a payment like any other. So what was paid on an invoice is always the sum of what payments paid on it.

use iso_currency::Currency;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::invoice::Invoice;
use super::ledger::{Account, Journal, Posting, Source, Stamp, Via};
use crate::error::Refusal;
use crate::ids::{ClientId, InvoiceId, PaymentId, PaymentMethodId};
use crate::invalid::Check;
use crate::money::Money;

/// Most invoices that one payment pays: each is written in the payment's transaction, with its event, and that has at
/// most 100 actions. What is left over stays the client's credit, to be used by the next.
pub const MOST_ALLOCATIONS: usize = 40;
/// A payment may be noted so many years after it came in; an earlier day is a mistake in its year.
pub const MOST_YEARS_BACK: i64 = 10;
/// Longest reference, such as the purpose on a bank statement or a cheque's number.
pub const LONGEST_REFERENCE: usize = 140;

/// How money came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Method {
    /// By bank, noted by hand.
    BankTransfer {},
    /// By cheque, noted by hand.
    Cheque {},
    /// In cash, noted by hand.
    Cash {},
    /// Otherwise, noted by hand.
    Other {},
    /// By a saved card or mandate, through the provider.
    Saved {
        /// Which one.
        method: PaymentMethodId,
    },
    /// On the pay page, through the provider.
    PayPage {},
    /// From the client's credit.
    ClientCredit {},
    /// To the client: some of its credit was paid out by hand.
    PaidOut {
        /// By which way.
        by: Via,
    },
}

impl Method {
    /// Where the money is; the client's credit is no money that comes in, nor is what is paid out of it.
    pub const fn via(self) -> Option<Via> {
        match self {
            Self::BankTransfer {} => Some(Via::BankTransfer),
            Self::Cheque {} => Some(Via::Cheque),
            Self::Cash {} => Some(Via::Cash),
            Self::Other {} => Some(Via::Other),
            Self::Saved { .. } | Self::PayPage {} => Some(Via::Provider),
            Self::ClientCredit {} | Self::PaidOut { .. } => None,
        }
    }
}

/// Whether a payment still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PaymentState {
    /// The money is here.
    Received,
    /// Some of it went back.
    PartlyRefunded,
    /// All of it went back.
    Refunded,
}

/// What a payment paid on an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Allocation {
    /// Which invoice.
    pub invoice: InvoiceId,
    /// How much.
    pub amount: Money,
}

/// Money that came in, or was taken from the client's credit: for invoices, or to be paid out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Which payment.
    pub id: PaymentId,
    /// Who paid.
    pub client: ClientId,
    /// How.
    pub method: Method,
    /// How much; always allocations, what was kept and what was taken back from invoices together.
    pub amount: Money,
    /// The day on which it came in.
    pub received_on: Date,
    /// What it pays.
    pub allocations: Vec<Allocation>,
    /// What became the client's credit, at once or when it was taken off an invoice.
    pub kept: Money,
    /// What was taken back from invoices by refunds, or paid out.
    pub taken_back: Money,
    /// What went back, from invoices or from the client's credit.
    pub refunded: Money,
    /// How many refunds there were, how many of them came back, and how often something was taken off an invoice for the credit.
    pub refunds: u32,
    /// Whether it stands.
    pub state: PaymentState,
    /// What the bank statement says.
    #[serde(default)]
    pub reference: Option<String>,
    /// The provider's name for it. There is one payment for each, for ever: a webhook and an answer that race are one.
    #[serde(default)]
    pub provider_key: Option<String>,
    /// When it was noted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A payment to be noted.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPayment {
    /// Its id.
    pub id: PaymentId,
    /// Who paid.
    pub client: ClientId,
    /// How.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// When it came in.
    pub received_on: Date,
    /// What the bank statement says.
    pub reference: Option<String>,
    /// The provider's name for it.
    pub provider_key: Option<String>,
}

/// Which invoices a payment pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Allocate {
    /// Those that are due first; the rest is kept.
    OldestFirst {},
    /// These; the rest is kept.
    Chosen {
        /// What it pays on each; each invoice once.
        allocations: Vec<Allocation>,
    },
    /// None: all is kept.
    Keep {},
}

/// What a client has to their credit, in one currency. Never less than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredit {
    /// Whose.
    pub client: ClientId,
    /// How much.
    pub balance: Money,
    /// What of it waits for refunds that are under way, and pays nothing else.
    #[serde(default)]
    pub held: Option<Money>,
}

impl ClientCredit {
    /// Nothing.
    pub const fn none(client: ClientId, currency: Currency) -> Self {
        Self { client, balance: Money::zero(currency), held: None }
    }

    /// What invoices can be paid with.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn free(self) -> Result<Money, Refusal> {
        Ok(self.balance.minus(self.held.unwrap_or(Money::zero(self.balance.currency())))?)
    }

    /// Keeps some of it for a refund that is under way.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] `credit_too_small`.
    pub fn hold(self, amount: Money) -> Result<Self, Refusal> {
        self.less(amount)?;
        let held = self.held.map_or(Ok(amount), |held| held.plus(amount))?;
        Ok(Self { held: Some(held), ..self })
    }

    /// Gives free what was kept for a refund.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn let_go(self, amount: Option<Money>) -> Result<Self, Refusal> {
        let (Some(held), Some(amount)) = (self.held, amount) else { return Ok(self) };
        let held = held.minus(amount)?;
        Ok(Self { held: Some(held).filter(|held| held.minor() > 0), ..self })
    }

    pub(super) fn plus(self, amount: Money) -> Result<Self, Refusal> {
        Ok(Self { balance: self.balance.plus(amount)?, ..self })
    }

    pub(super) fn less(self, amount: Money) -> Result<Self, Refusal> {
        if amount.compare(self.free()?)?.is_gt() {
            let held = self.held.map(|held| format!(", of which {held} waits for a refund")).unwrap_or_default();
            let detail = format!("the client's credit is {}{held}; that is less than {amount}", self.balance);
            return Err(Refusal::conflict("credit_too_small", detail));
        }
        Ok(Self { balance: self.balance.minus(amount)?, ..self })
    }

    pub(super) fn is_of(&self, invoice: &Invoice) -> Result<(), Refusal> {
        if self.client == invoice.client && self.balance.currency() == invoice.currency {
            return Ok(());
        }
        Err(Refusal::conflict("other_account", "the invoice is another client's, or in another currency"))
    }
}

/// A payment that was taken in, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The payment.
    pub payment: Payment,
    /// The invoices that it pays; of those that were given, only these changed.
    pub invoices: Vec<Invoice>,
    /// The client's credit after.
    pub credit: ClientCredit,
    /// The posting.
    pub posting: Option<Posting>,
}

/// Takes in a payment and pays invoices with it. What pays none is kept as the client's credit. A payment by
/// [`Method::ClientCredit`] takes from there instead, and no more than it pays. What is paid of an invoice that was written off
/// is less bad debt; only an invoice that is named gets it.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad amount or reference and for choices that are not open or too much;
/// [`Refusal::Conflict`] for another client's invoice and for more credit than there is.
pub fn receive(
    new: NewPayment,
    credit: ClientCredit,
    open: Vec<Invoice>,
    how: &Allocate,
    stamp: Stamp,
) -> Result<Received, Refusal> {
    let lost: Vec<InvoiceId> = open.iter().filter(|invoice| invoice.is_lost()).map(|invoice| invoice.id).collect();
    check_new(&new, &credit, stamp)?;
    let from_credit = new.method == (Method::ClientCredit {});
    if from_credit {
        credit.less(new.amount)?;
    }
    let (invoices, allocations) = pay((new.amount, new.received_on), &credit, open, how, stamp)?;
    let nothing = Money::zero(new.amount.currency());
    let paid = Money::sum(new.amount.currency(), allocations.iter().map(|allocation| allocation.amount))?;
    let kept = if from_credit { nothing } else { new.amount.minus(paid)? };
    if from_credit && paid.is_zero() {
        return Err(Refusal::conflict("nothing_open", "there is no open invoice to pay with the credit"));
    }
    let credit = if from_credit { credit.less(paid)? } else { credit.plus(kept)? };
    let amount = paid.plus(kept)?;
    let of_lost = allocations.iter().filter(|allocation| lost.contains(&allocation.invoice));
    let recovered = Money::sum(amount.currency(), of_lost.map(|allocation| allocation.amount))?;
    let mut journal = Journal::new(amount.currency())
        .credit(Account::Receivable { client: new.client }, paid.minus(recovered)?)?
        .credit(Account::BadDebt {}, recovered)?;
    let account = Account::ClientCredit { client: new.client };
    journal = match new.method.via() {
        Some(via) => journal.debit(Account::Cash { via }, amount)?.credit(account, kept)?,
        None => journal.debit(account, paid)?,
    };
    let source = match from_credit {
        true => Source::CreditUsed { payment: new.id },
        false => Source::Payment { payment: new.id },
    };
    let posting = journal.post(stamp, source)?;
    let payment = Payment {
        id: new.id,
        client: new.client,
        method: new.method,
        amount,
        received_on: new.received_on,
        allocations,
        kept,
        taken_back: nothing,
        refunded: nothing,
        refunds: 0,
        state: PaymentState::Received,
        reference: new.reference,
        provider_key: new.provider_key,
        created_at: stamp.at,
        updated_at: stamp.at,
    };
    Ok(Received { payment, invoices, credit, posting })
}

/// Pays out some of a client's credit, noted by hand: what no payment is behind, or one that cannot be refunded any more. It is a
/// payment from the credit that went back at once, and pays no invoice.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad amount or reference; [`Refusal::Conflict`] for more credit than there is.
pub fn pay_out(new: NewPayment, by: Via, credit: ClientCredit, stamp: Stamp) -> Result<Received, Refusal> {
    check_new(&new, &credit, stamp)?;
    let (id, client, amount) = (new.id, new.client, new.amount);
    let credit = credit.less(amount)?;
    let posting = Journal::new(amount.currency())
        .debit(Account::ClientCredit { client }, amount)?
        .credit(Account::Cash { via: by }, amount)?
        .post(stamp, Source::Refund { payment: id, n: 1 })?;
    let payment = Payment {
        id,
        client,
        method: Method::PaidOut { by },
        amount,
        received_on: new.received_on,
        allocations: Vec::new(),
        kept: Money::zero(amount.currency()),
        taken_back: amount,
        refunded: amount,
        refunds: 1,
        state: PaymentState::Refunded,
        reference: new.reference,
        provider_key: None,
        created_at: stamp.at,
        updated_at: stamp.at,
    };
    Ok(Received { payment, invoices: Vec::new(), credit, posting })
}

fn check_new(new: &NewPayment, credit: &ClientCredit, stamp: Stamp) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.that(new.amount.minor() > 0, "/amount", "too_little", "must be more than nothing");
    let reference = new.reference.as_deref().unwrap_or_default();
    check.optional_line("/reference", reference, LONGEST_REFERENCE);
    check.currency("/amount/currency", new.amount.currency());
    check.that(new.received_on <= stamp.on, "/received_on", "in_the_future", "must be today or earlier");
    let earliest = stamp.on.saturating_sub(MOST_YEARS_BACK.years());
    let detail = "must be within the last ten years; older payments belong into the books of then";
    check.that(new.received_on >= earliest, "/received_on", "too_early", detail);
    check.done()?;
    if credit.client != new.client {
        return Err(Refusal::conflict("other_account", "the credit is another client's"));
    }
    Ok(())
}

/// Pays on invoices with what came in on a day: those changed, and how much on each.
fn pay(
    (amount, came_on): (Money, Date),
    credit: &ClientCredit,
    open: Vec<Invoice>,
    how: &Allocate,
    stamp: Stamp,
) -> Result<(Vec<Invoice>, Vec<Allocation>), Refusal> {
    let wanted = match how {
        Allocate::Keep {} => Vec::new(),
        Allocate::Chosen { allocations } => chosen(amount, &open, allocations)?,
        Allocate::OldestFirst {} => oldest_first(amount, credit, &open)?,
    };
    let mut invoices = Vec::with_capacity(wanted.len());
    for mut invoice in open {
        let Some(allocation) = wanted.iter().find(|allocation| allocation.invoice == invoice.id) else { continue };
        if invoice.is_lost() {
            invoice.written_off = invoice.written_off.minus(allocation.amount)?;
        }
        credit.is_of(&invoice)?;
        invoice.paid = invoice.paid.plus(allocation.amount)?;
        invoice.moves(came_on, allocation.amount)?;
        invoice.settle(stamp.on)?;
        invoice.updated_at = stamp.at;
        invoices.push(invoice);
    }
    Ok((invoices, wanted))
}

fn chosen(amount: Money, open: &[Invoice], wanted: &[Allocation]) -> Result<Vec<Allocation>, Refusal> {
    let mut check = Check::new();
    check.count("/allocations", wanted.len(), MOST_ALLOCATIONS);
    let mut left = amount;
    for (index, allocation) in wanted.iter().enumerate() {
        let field = format!("/allocations/{index}");
        let twice = wanted[..index].iter().any(|earlier| earlier.invoice == allocation.invoice);
        check.that(!twice, &format!("{field}/invoice"), "duplicate", "is named already; name each invoice once");
        let payable = |invoice: &&Invoice| invoice.id == allocation.invoice && (invoice.is_open() || invoice.is_lost());
        let Some(invoice) = open.iter().find(payable) else {
            check.fault(
                format!("{field}/invoice"),
                "not_open",
                "must be an invoice of the client with something left to pay, or written off",
            );
            continue;
        };
        let all = if invoice.is_lost() { invoice.written_off } else { invoice.balance() };
        let most = all.at_most(left)?;
        let fits = allocation.amount.minor() > 0 && allocation.amount.compare(most)?.is_le();
        if fits {
            left = left.minus(allocation.amount)?;
        } else {
            check.fault(format!("{field}/amount"), "too_much", format!("must be more than nothing and at most {most}"));
        }
    }
    check.done()?;
    Ok(wanted.to_vec())
}

/// The order in which invoices are paid: by due date, then date, then number. What has been owed longest comes first.
pub fn paid_first(invoice: &Invoice) -> (Option<Date>, Option<Date>, Option<u64>, InvoiceId) {
    (invoice.due_on, invoice.issued_on, invoice.number.as_ref().map(|number| number.n), invoice.id)
}

fn oldest_first(amount: Money, credit: &ClientCredit, open: &[Invoice]) -> Result<Vec<Allocation>, Refusal> {
    let mut due: Vec<&Invoice> =
        open.iter().filter(|invoice| invoice.is_open() && credit.is_of(invoice).is_ok()).collect();
    due.sort_by_key(|invoice| paid_first(invoice));
    let (mut left, mut allocations) = (amount, Vec::new());
    for invoice in due.into_iter().take(MOST_ALLOCATIONS) {
        let amount = invoice.balance().at_most(left)?;
        if amount.is_zero() {
            break;
        }
        left = left.minus(amount)?;
        allocations.push(Allocation { invoice: invoice.id, amount });
    }
    Ok(allocations)
}
