//! Refunds, chargebacks and fees: what goes back of a payment, and what the provider keeps of it.

use serde::{Deserialize, Serialize};

use super::invoice::Invoice;
use super::ledger::{Account, Journal, Posting, Source, Stamp};
use super::payments::{ClientCredit, Payment, PaymentState};
use crate::error::Refusal;
use crate::ids::InvoiceId;
use crate::money::Money;

/// Most refunds of one payment.
pub const MOST_REFUNDS: u32 = 100;

/// Where a refund is taken from.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundFrom {
    /// The client's credit: an over-payment, or what a credit note gave back.
    Credit,
    /// An invoice that the payment paid, which then is open again: a payment by mistake, or a chargeback.
    Invoice(Box<Invoice>),
}

/// A refund, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Refunded {
    /// The payment, with what went back.
    pub payment: Payment,
    /// The invoice that is open again.
    pub invoice: Option<Invoice>,
    /// The client's credit after.
    pub credit: ClientCredit,
    /// The posting.
    pub posting: Option<Posting>,
}

/// Gives money back, by the way by which it came.
///
/// # Errors
/// [`Refusal::Invalid`] for nothing; [`Refusal::Conflict`] for more than is left of the payment, of the client's
/// credit, or of what the payment paid on the invoice, and for a payment that was no money.
pub fn refund(
    payment: Payment,
    amount: Money,
    from: RefundFrom,
    credit: ClientCredit,
    stamp: Stamp,
) -> Result<Refunded, Refusal> {
    let mut payment = payment;
    let Some(via) = payment.method.via() else {
        return Err(Refusal::conflict("no_money", "it came from the client's credit; refund the payment behind that"));
    };
    if amount.minor() <= 0 {
        return Err(Refusal::invalid("/amount", "too_little", "must be more than nothing"));
    }
    let left = payment.amount.minus(payment.refunded)?;
    if amount.compare(left)?.is_gt() || payment.refunds >= MOST_REFUNDS || credit.client != payment.client {
        return Err(Refusal::conflict("over_refunded", format!("at most {left} of this payment can still go back")));
    }
    let journal = Journal::new(amount.currency()).credit(Account::Cash { via }, amount)?;
    let (journal, invoice, credit) = match from {
        RefundFrom::Credit => {
            let account = Account::ClientCredit { client: payment.client };
            (journal.debit(account, amount)?, None, credit.less(amount)?)
        }
        RefundFrom::Invoice(invoice) => {
            let invoice = take_back(&mut payment, *invoice, amount, stamp)?;
            (journal.debit(Account::Receivable { client: payment.client }, amount)?, Some(invoice), credit)
        }
    };
    payment.refunded = payment.refunded.plus(amount)?;
    payment.refunds += 1;
    payment.state =
        if payment.refunded == payment.amount { PaymentState::Refunded } else { PaymentState::PartlyRefunded };
    payment.updated_at = stamp.at;
    let posting = journal.post(stamp, Source::Refund { payment: payment.id, n: payment.refunds })?;
    Ok(Refunded { payment, invoice, credit, posting })
}

/// Where a dispute of a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// The bank has not decided.
    Open,
    /// The money stays.
    Won,
    /// The bank took it back.
    Lost,
}

/// How money went back that nobody asked for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WentBack {
    /// Somebody gave it back at the provider.
    Refunded,
    /// The bank took it back for the payer, who had disputed the payment.
    ChargedBack,
}

/// From where that is taken: each invoice by its id, none for the client's credit. What was given back at the provider comes
/// from the client's credit where that has all of it: an over-payment or a credit note is why it was given. Otherwise it comes
/// from the invoices that the payment paid, the last of them first, and what is left of it from the credit.
///
/// # Errors
/// [`Refusal::Conflict`] `over_refunded` for more than is left of the two.
pub fn taken_from(
    payment: &Payment,
    amount: Money,
    credit: &ClientCredit,
    how: WentBack,
) -> Result<Vec<(Option<InvoiceId>, Money)>, Refusal> {
    let free = credit.free()?;
    let of_credit = std::iter::once((None, free));
    let of_invoices = payment.allocations.iter().rev().map(|paid| (Some(paid.invoice), paid.amount));
    let from: Vec<_> = if how == WentBack::Refunded && free.compare(amount)?.is_ge() {
        of_credit.collect()
    } else {
        of_invoices.chain(of_credit).collect()
    };
    let (mut left, mut taken) = (amount, Vec::new());
    for (from, most) in from {
        let part = left.at_most(most)?;
        if part.minor() > 0 {
            left = left.minus(part)?;
            taken.push((from, part));
        }
    }
    if left.is_zero() && !taken.is_empty() {
        return Ok(taken);
    }
    let detail =
        format!("{left} of {amount} is neither the client's credit nor paid on an invoice any more; book it by hand");
    Err(Refusal::conflict("over_refunded", detail))
}

fn take_back(payment: &mut Payment, invoice: Invoice, amount: Money, stamp: Stamp) -> Result<Invoice, Refusal> {
    let mut invoice = invoice;
    let paid = payment.allocations.iter_mut().find(|allocation| allocation.invoice == invoice.id);
    let Some(paid) = paid.filter(|paid| paid.amount.minor() >= amount.minor()) else {
        let detail =
            "the payment paid less than that on this invoice; refund what it paid, or from the client's credit";
        return Err(Refusal::conflict("over_refunded", detail));
    };
    paid.amount = paid.amount.minus(amount)?;
    payment.allocations.retain(|allocation| !allocation.amount.is_zero());
    payment.taken_back = payment.taken_back.plus(amount)?;
    invoice.paid = invoice.paid.minus(amount)?;
    invoice.settle(stamp.on)?;
    invoice.updated_at = stamp.at;
    Ok(invoice)
}

/// Notes what the provider kept of a payment.
///
/// # Errors
/// [`Refusal::Conflict`] for a payment that was no money, and for amounts that do not add up.
pub fn fee(payment: &Payment, amount: Money, stamp: Stamp) -> Result<Option<Posting>, Refusal> {
    let Some(via) = payment.method.via() else {
        return Err(Refusal::conflict("no_money", "it came from the client's credit, for which nobody takes a fee"));
    };
    Journal::new(amount.currency())
        .debit(Account::Fees {}, amount)?
        .credit(Account::Cash { via }, amount)?
        .post(stamp, Source::Fee { payment: payment.id })
}
