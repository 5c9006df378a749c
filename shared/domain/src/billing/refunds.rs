//! Refunds, chargebacks and fees: what goes back of a payment, and what the provider keeps of it.

use serde::{Deserialize, Serialize};

use super::invoice::{Invoice, InvoiceState};
use super::ledger::{Account, Journal, Posting, Source, Stamp, Via};
use super::payments::{Allocation, ClientCredit, Method, Payment, PaymentState};
use crate::error::Refusal;
use crate::ids::InvoiceId;
use crate::money::Money;

/// Most movements of one payment: refunds, of which one that failed counts twice, and what was taken off an invoice.
pub const MOST_REFUNDS: u32 = 100;

/// Where a refund is taken from.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundFrom {
    /// The client's credit: an over-payment, or what a credit note gave back.
    Credit,
    /// An invoice that the payment paid, which then is open again: a payment by mistake, or a chargeback. Of one that was
    /// written off nothing is expected, and it stays so: what goes back of it is lost as well. What its credit notes took back
    /// is not owed any more, and is not opened.
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
/// credit, or of what the payment paid on the invoice and is owed there, and for a payment that was no money.
pub fn refund(
    payment: Payment,
    amount: Money,
    from: RefundFrom,
    credit: ClientCredit,
    stamp: Stamp,
) -> Result<Refunded, Refusal> {
    let mut payment = payment;
    let via = refundable(&payment, amount, &credit)?;
    let journal = Journal::new(amount.currency()).credit(Account::Cash { via }, amount)?;
    let (journal, invoice, credit) = match from {
        RefundFrom::Credit => {
            let account = Account::ClientCredit { client: payment.client };
            (journal.debit(account, amount)?, None, credit.less(amount)?)
        }
        RefundFrom::Invoice(invoice) => {
            let invoice = take_off(&mut payment, *invoice, amount, stamp)?;
            payment.taken_back = payment.taken_back.plus(amount)?;
            (journal.debit(owes(&invoice), amount)?, Some(invoice), credit)
        }
    };
    payment.refunded = payment.refunded.plus(amount)?;
    moved(&mut payment, stamp);
    let posting = journal.post(stamp, Source::Refund { payment: payment.id, n: payment.refunds })?;
    Ok(Refunded { payment, invoice, credit, posting })
}

/// Where the money is that is to go back.
fn refundable(payment: &Payment, amount: Money, credit: &ClientCredit) -> Result<Via, Refusal> {
    let otherwise = "; refund the payment behind that, or take it off the invoice again";
    let via = money_of(payment, otherwise)?;
    if amount.minor() <= 0 {
        return Err(Refusal::invalid("/amount", "too_little", "must be more than nothing"));
    }
    let left = payment.amount.minus(payment.refunded)?;
    if amount.compare(left)?.is_gt() || credit.client != payment.client {
        return Err(Refusal::conflict("over_refunded", format!("at most {left} of this payment can still go back")));
    }
    has_room(payment, 1)?;
    Ok(via)
}

/// Whether so many movements more of a payment are within the limit.
fn has_room(payment: &Payment, more: u32) -> Result<(), Refusal> {
    if payment.refunds.saturating_add(more) <= MOST_REFUNDS {
        return Ok(());
    }
    let detail = format!(
        "a payment is refunded or taken off invoices {MOST_REFUNDS} times at most, and this one was {}; refund another one \
         of the client's, or credit the invoice",
        payment.refunds
    );
    Err(Refusal::conflict("too_many_movements", detail))
}

/// From where a refund is taken that somebody asks for. Of an invoice that was credited after it was paid, what the notes made
/// the client's credit comes from there first, as far as it is there; the rest is open again, and never more than is owed.
///
/// # Errors
/// As [`refund`].
pub fn asked(
    payment: &Payment,
    amount: Money,
    invoice: Option<&Invoice>,
    credit: &ClientCredit,
) -> Result<Taken, Refusal> {
    refundable(payment, amount, credit)?;
    let Some(invoice) = invoice else {
        credit.less(amount)?;
        let parts = vec![BackPart { invoice: None, amount }];
        return Ok(Taken { parts, missing: Money::zero(amount.currency()) });
    };
    if paid_on(payment, invoice.id).is_none_or(|paid| paid.minor() < amount.minor()) {
        return Err(paid_less());
    }
    let taken = taken_from(payment, amount, std::slice::from_ref(invoice), credit, WentBack::Asked)?;
    if taken.missing.is_zero() {
        return Ok(taken);
    }
    has_room(payment, 2)?;
    let (most, free) = (amount.minus(taken.missing)?, credit.free()?);
    let detail = format!(
        "what was credited of this invoice is not owed any more, and the client's credit is {free}; at most {most} can go back, \
         and more once what was paid from the credit is taken off again"
    );
    Err(Refusal::conflict("over_refunded", detail))
}

/// What a payment paid on an invoice.
fn paid_on(payment: &Payment, invoice: InvoiceId) -> Option<Money> {
    payment.allocations.iter().find(|paid| paid.invoice == invoice).map(|paid| paid.amount)
}

fn paid_less() -> Refusal {
    let detail = "the payment paid less than that on this invoice; refund what it paid, or from the client's credit";
    Refusal::conflict("over_refunded", detail)
}

/// Takes what a payment paid off an invoice, which then is open again, and makes it the client's credit: it was put on the wrong
/// one. No money moves, so that it is done with a payment from the client's credit as well.
///
/// # Errors
/// [`Refusal::Invalid`] for nothing; [`Refusal::Conflict`] for more than the payment paid on the invoice and is owed there, for
/// what was paid out, and for too many movements.
pub fn release(
    payment: Payment,
    amount: Money,
    invoice: Invoice,
    credit: ClientCredit,
    stamp: Stamp,
) -> Result<Refunded, Refusal> {
    let mut payment = payment;
    not_paid_out(&payment)?;
    if amount.minor() <= 0 {
        return Err(Refusal::invalid("/amount", "too_little", "must be more than nothing"));
    }
    credit.is_of(&invoice)?;
    if amount.currency() != payment.amount.currency() {
        return Err(Refusal::conflict(
            "over_released",
            "the payment is in another currency; name an amount in that one",
        ));
    }
    has_room(&payment, 1)?;
    let invoice = take_off(&mut payment, invoice, amount, stamp)?;
    payment.kept = payment.kept.plus(amount)?;
    payment.refunds += 1;
    payment.updated_at = stamp.at;
    let posting = Journal::new(amount.currency())
        .debit(owes(&invoice), amount)?
        .credit(Account::ClientCredit { client: payment.client }, amount)?
        .post(stamp, Source::Released { payment: payment.id, n: payment.refunds })?;
    Ok(Refunded { payment, invoice: Some(invoice), credit: credit.plus(amount)?, posting })
}

/// The account on which is what is not paid of an invoice any more.
fn owes(invoice: &Invoice) -> Account {
    match invoice.state {
        InvoiceState::WrittenOff => Account::BadDebt {},
        _ => Account::Receivable { client: invoice.client },
    }
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

/// How money went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WentBack {
    /// Somebody asked for it here, and named an invoice.
    Asked,
    /// Somebody gave it back at the provider.
    Refunded,
    /// The bank took it back for the payer, who had disputed the payment.
    ChargedBack,
}

/// A part of what went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackPart {
    /// From which invoice; from the client's credit when absent.
    pub invoice: Option<InvoiceId>,
    /// How much.
    pub amount: Money,
}

/// What of the money that went back the books can take, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Each invoice once, and the client's credit.
    pub parts: Vec<BackPart>,
    /// What they have nowhere to take from.
    pub missing: Money,
}

/// What became of money that a bank took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// What is open again on the invoices that it paid.
    pub opened: Money,
    /// What was paid on invoices that were written off, and is lost as well.
    pub lost: Money,
    /// What came from the client's credit.
    pub of_credit: Money,
    /// What the books have nowhere to take from.
    pub missing: Money,
}

impl Taken {
    /// What became of it, in sums; `of` is the invoices as they were before it was taken.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn sums(&self, of: &[Invoice]) -> Result<TakenBack, Refusal> {
        let nothing = Money::zero(self.missing.currency());
        let mut sums = TakenBack { opened: nothing, lost: nothing, of_credit: nothing, missing: self.missing };
        for BackPart { invoice, amount } in &self.parts {
            let sum = match invoice {
                None => &mut sums.of_credit,
                Some(id) if of.iter().any(|of| of.id == *id && of.is_lost()) => &mut sums.lost,
                Some(_) => &mut sums.opened,
            };
            *sum = sum.plus(*amount)?;
        }
        Ok(sums)
    }
}

/// From where money is taken that went back. What was given back at the provider comes from the client's credit where that
/// has all of it: an over-payment or a credit note is why it was given. Otherwise it comes from the credit as far as credit notes
/// of these invoices gave it, then from the invoices that the payment paid, the last of them first and none of them further than
/// it is owed (see [`Invoice::opened_by`]), and what is left of it from the credit. Never more than is left of the payment: what a bank takes back may be
/// more, for it counts neither what was given back before nor its own fee. `of` is the invoices from which it may be taken.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub fn taken_from(
    payment: &Payment,
    amount: Money,
    of: &[Invoice],
    credit: &ClientCredit,
    how: WentBack,
) -> Result<Taken, Refusal> {
    if amount.currency() != payment.amount.currency() {
        return Ok(Taken { parts: Vec::new(), missing: amount });
    }
    let free = credit.free()?;
    let room = usize::try_from(MOST_REFUNDS.saturating_sub(payment.refunds)).unwrap_or_default();
    let most = amount.at_most(payment.amount.minus(payment.refunded)?)?;
    let (mut opens, mut noted) = (Vec::new(), Money::zero(amount.currency()));
    for paid in payment.allocations.iter().rev() {
        let Some(invoice) = of.iter().find(|invoice| invoice.id == paid.invoice) else { continue };
        noted = noted.plus(invoice.credited_beyond()?.at_most(paid.amount)?)?;
        opens.push((invoice.id, invoice.opened_by(paid.amount)?));
    }
    let all_of_credit = how == WentBack::Refunded && free.compare(most)?.is_ge();
    let first = if all_of_credit { most } else { most.at_most(noted)?.at_most(free)? };
    let (mut left, mut parts) = (most.minus(first)?, Vec::new());
    let room_for_invoices = room.saturating_sub(usize::from(!first.is_zero()));
    for (invoice, opens) in opens {
        let part = left.at_most(opens)?;
        if part.minor() > 0 && parts.len() < room_for_invoices {
            left = left.minus(part)?;
            parts.push(BackPart { invoice: Some(invoice), amount: part });
        }
    }
    let of_credit = first.plus(left.at_most(free.minus(first)?)?)?;
    if of_credit.minor() > 0 && parts.len() < room {
        parts.push(BackPart { invoice: None, amount: of_credit });
    }
    let taken = Money::sum(amount.currency(), parts.iter().map(|part| part.amount))?;
    Ok(Taken { missing: amount.minus(taken)?, parts })
}

/// Takes in again what went back and did not arrive: a refund that failed after it had succeeded. What an invoice has room for
/// pays it again, and of one that was written off it is less bad debt; it may have been paid otherwise meanwhile, credited or made
/// void, and the rest is the client's credit.
///
/// # Errors
/// [`Refusal::Conflict`] for more than went back, for another client's invoice, and for a payment that was no money.
pub fn came_back(
    payment: Payment,
    amount: Money,
    to: RefundFrom,
    credit: ClientCredit,
    stamp: Stamp,
) -> Result<Refunded, Refusal> {
    let mut payment = payment;
    let via = money_of(&payment, ", and went back there")?;
    if amount.minor() <= 0 || amount.compare(payment.refunded)?.is_gt() || credit.client != payment.client {
        let went = payment.refunded;
        return Err(Refusal::conflict(
            "over_returned",
            format!("{went} of this payment went back; not more comes again"),
        ));
    }
    payment.refunded = payment.refunded.minus(amount)?;
    let (mut paid, mut of_invoices) = (Money::zero(amount.currency()), Money::zero(amount.currency()));
    let mut account = Account::Receivable { client: payment.client };
    let invoice = match to {
        RefundFrom::Credit => None,
        RefundFrom::Invoice(mut invoice) => {
            credit.is_of(&invoice)?;
            of_invoices = amount.at_most(payment.taken_back)?;
            let room = if invoice.is_lost() { invoice.written_off } else { invoice.balance() };
            paid = of_invoices.at_most(room)?;
            if paid.is_zero() {
                None
            } else {
                account = owes(&invoice);
                if invoice.is_lost() {
                    invoice.written_off = invoice.written_off.minus(paid)?;
                }
                invoice.paid = invoice.paid.plus(paid)?;
                invoice.moves(stamp.on, paid)?;
                invoice.settle(stamp.on)?;
                invoice.updated_at = stamp.at;
                Some(*invoice)
            }
        }
    };
    // What was taken back from invoices is never more than what went back.
    let over = payment.taken_back.minus(of_invoices)?.minus(payment.refunded)?;
    of_invoices = if over.is_negative() { of_invoices } else { of_invoices.plus(over)? };
    payment.taken_back = payment.taken_back.minus(of_invoices)?;
    payment.kept = payment.kept.plus(of_invoices.minus(paid)?)?;
    if let Some(invoice) = &invoice {
        match payment.allocations.iter_mut().find(|allocation| allocation.invoice == invoice.id) {
            Some(allocation) => allocation.amount = allocation.amount.plus(paid)?,
            None => payment.allocations.push(Allocation { invoice: invoice.id, amount: paid }),
        }
    }
    moved(&mut payment, stamp);
    let to_credit = amount.minus(paid)?;
    let posting = Journal::new(amount.currency())
        .debit(Account::Cash { via }, amount)?
        .credit(account, paid)?
        .credit(Account::ClientCredit { client: payment.client }, to_credit)?
        .post(stamp, Source::RefundFailed { payment: payment.id, n: payment.refunds })?;
    Ok(Refunded { payment, invoice, credit: credit.plus(to_credit)?, posting })
}

/// Where the money of a payment is. One from the client's credit was none, and `otherwise` goes on about that.
fn money_of(payment: &Payment, otherwise: &str) -> Result<Via, Refusal> {
    not_paid_out(payment)?;
    let of_credit = || Refusal::conflict("no_money", format!("it came from the client's credit{otherwise}"));
    payment.method.via().ok_or_else(of_credit)
}

/// What was paid out to a client is no money that came in: nothing of it goes back, and it paid no invoice.
fn not_paid_out(payment: &Payment) -> Result<(), Refusal> {
    let Method::PaidOut { .. } = payment.method else { return Ok(()) };
    let detail = "it was paid out to the client from the client's credit, so that the client has the money, and it paid no \
                  invoice; what the client gives back of it is noted as a new payment";
    Err(Refusal::conflict("no_money", detail))
}

/// Counts that money of a payment went back or came again, and says how much of it is left.
fn moved(payment: &mut Payment, stamp: Stamp) {
    payment.refunds += 1;
    payment.state = if payment.refunded.is_zero() {
        PaymentState::Received
    } else if payment.refunded == payment.amount {
        PaymentState::Refunded
    } else {
        PaymentState::PartlyRefunded
    };
    payment.updated_at = stamp.at;
}

/// Takes a part of what a payment paid off an invoice. What of the payment can never be open again, as credit notes took it
/// back, is the client's credit since then: from here on the notes are taken off the invoice by that much, and the payment of
/// it is what the client kept.
fn take_off(payment: &mut Payment, invoice: Invoice, amount: Money, stamp: Stamp) -> Result<Invoice, Refusal> {
    let mut invoice = invoice;
    let paid = payment.allocations.iter_mut().find(|allocation| allocation.invoice == invoice.id);
    let Some(paid) = paid.filter(|paid| paid.amount.minor() >= amount.minor()) else { return Err(paid_less()) };
    let most = invoice.opened_by(paid.amount)?;
    if amount.compare(most)?.is_gt() {
        let noted = invoice.credited_beyond()?;
        let detail = format!(
            "{noted} of what was paid on this invoice was credited, and is the client's credit already; at most {most} of what \
             this payment paid can be open again, and the rest is refunded from the client's credit"
        );
        return Err(Refusal::conflict("over_refunded", detail));
    }
    let turned = paid.amount.minus(most)?;
    paid.amount = most.minus(amount)?;
    payment.allocations.retain(|allocation| !allocation.amount.is_zero());
    payment.kept = payment.kept.plus(turned)?;
    invoice.paid = invoice.paid.minus(amount.plus(turned)?)?;
    invoice.credited = invoice.credited.plus(turned)?;
    invoice.moves(stamp.on, amount.negated())?;
    if invoice.state == InvoiceState::WrittenOff {
        invoice.written_off = invoice.written_off.plus(amount)?;
    } else {
        invoice.settle(stamp.on)?;
    }
    invoice.updated_at = stamp.at;
    Ok(invoice)
}

/// Notes what the provider kept of a payment.
///
/// # Errors
/// [`Refusal::Conflict`] for a payment that was no money, and for amounts that do not add up.
pub fn fee(payment: &Payment, amount: Money, stamp: Stamp) -> Result<Option<Posting>, Refusal> {
    let via = money_of(payment, ", for which nobody takes a fee")?;
    Journal::new(amount.currency())
        .debit(Account::Fees {}, amount)?
        .credit(Account::Cash { via }, amount)?
        .post(stamp, Source::Fee { payment: payment.id })
}
