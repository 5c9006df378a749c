//! Issuing, voiding and writing off: an invoice enters the books, and leaves them without being paid.

use super::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, count, totals};
use super::ledger::{Account, Journal, Posting, Source, Stamp};
use super::number::{Series, SeriesKind};
use super::recognition::Recognition;
use crate::error::Refusal;
use crate::money::Money;

/// An invoice that was issued, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Issued {
    /// With its number and dates.
    pub invoice: Invoice,
    /// After the number.
    pub series: Series,
    /// What it defers, if anything.
    pub recognition: Option<Recognition>,
    /// None for an invoice over nothing.
    pub posting: Option<Posting>,
}

/// Issues a draft: it gets its number, date and due date, and is owed from now on. One over nothing is paid at once.
///
/// # Errors
/// [`Refusal::Conflict`] for what is no draft, for lines that are not the draft's, and for a total below nothing.
pub fn issue(draft: Invoice, lines: &[InvoiceLine], series: Series, stamp: Stamp) -> Result<Issued, Refusal> {
    let mut invoice = draft;
    invoice.state = invoice.state.issue()?;
    if invoice.kind == InvoiceKind::CreditNote || series.kind != SeriesKind::Invoice {
        return Err(Refusal::conflict("series", "a credit note has a series of its own; report this"));
    }
    if invoice.lines != count(lines) || invoice.totals != totals(invoice.currency, lines, &invoice.taxes)? {
        return Err(Refusal::conflict("lines_changed", "these are not the lines of the draft; draft it again"));
    }
    if invoice.totals.total.is_negative() {
        let detail = format!(
            "the total is {}; credit an earlier invoice instead, or keep the lines for the next one",
            invoice.totals.total
        );
        return Err(Refusal::conflict("negative_total", detail));
    }
    let (series, number) = series.next();
    invoice.number = Some(number);
    invoice.issued_on = Some(stamp.on);
    invoice.due_on = Some(invoice.terms.due_on(stamp.on));
    invoice.updated_at = stamp.at;
    invoice.settle(stamp.on)?;
    let recognition = Recognition::of(invoice.id, invoice.currency, lines, stamp.on)?;
    let deferred = recognition.as_ref().map_or(Ok(Money::zero(invoice.currency)), Recognition::deferred)?;
    let journal =
        Journal::new(invoice.currency).debit(Account::Receivable { client: invoice.client }, invoice.totals.total)?;
    let journal = charge(journal, &invoice, deferred)?;
    let posting = journal.post(stamp, Source::Issue { invoice: invoice.id })?;
    Ok(Issued { invoice, series, recognition, posting })
}

/// The right side of a document: revenue, what is deferred of it, and taxes.
pub(super) fn charge(journal: Journal, invoice: &Invoice, deferred: Money) -> Result<Journal, Refusal> {
    let at_once = invoice.totals.net.minus(deferred)?;
    let journal = journal.credit(Account::Revenue {}, at_once)?.credit(Account::DeferredRevenue {}, deferred)?;
    invoice
        .taxes
        .iter()
        .try_fold(journal, |journal, row| journal.credit(Account::Tax { code: row.code.clone() }, row.tax))
}

/// An invoice that was voided or written off, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// Its state after.
    pub invoice: Invoice,
    /// What it had deferred; a void one's is cancelled.
    pub recognition: Option<Recognition>,
    /// None for a draft, and for an invoice over nothing.
    pub posting: Option<Posting>,
}

/// Voids an invoice that nobody has paid and nobody has credited: it was never owed. Everything that it posted is
/// taken back, what was recognised included. It keeps its number; a draft has none.
///
/// # Errors
/// [`Refusal::Conflict`] for one that was paid or credited in part, or is over.
pub fn void(invoice: Invoice, recognition: Option<Recognition>, stamp: Stamp) -> Result<Closed, Refusal> {
    let mut invoice = invoice;
    let was_owed = invoice.state.is_owed();
    if invoice.kind == InvoiceKind::CreditNote && invoice.state != InvoiceState::Draft {
        return Err(Refusal::conflict("invoice_step", "a credit note stays; write an invoice over what it took back"));
    }
    if was_owed && !(invoice.paid.is_zero() && invoice.noted.total()?.is_zero()) {
        let detail = "something of it was paid or credited; credit the rest instead of voiding it";
        return Err(Refusal::conflict("invoice_step", detail));
    }
    invoice.state = invoice.state.step_to(InvoiceState::Void)?;
    invoice.updated_at = stamp.at;
    if !was_owed {
        return Ok(Closed { invoice, recognition: None, posting: None });
    }
    let mut recognition = belongs(recognition, &invoice)?;
    let left = recognition.as_ref().map_or(Ok(Money::zero(invoice.currency)), Recognition::left)?;
    if let Some(recognition) = &mut recognition {
        recognition.cancelled = true;
    }
    let journal = charge(Journal::new(invoice.currency), &invoice, left)?.reversed();
    let posting = journal
        .credit(Account::Receivable { client: invoice.client }, invoice.totals.total)?
        .post(stamp, Source::Void { invoice: invoice.id })?;
    Ok(Closed { invoice, recognition, posting })
}

fn belongs(recognition: Option<Recognition>, invoice: &Invoice) -> Result<Option<Recognition>, Refusal> {
    match recognition {
        Some(other) if other.invoice != invoice.id => {
            Err(Refusal::conflict("recognition", "this is the deferred revenue of another invoice"))
        }
        same => Ok(same),
    }
}

/// Writes off what is left to pay. Revenue and tax stay as they were charged; what is lost is a bad debt.
///
/// # Errors
/// [`Refusal::Conflict`] when nothing is left to pay.
pub fn write_off(invoice: Invoice, stamp: Stamp) -> Result<Closed, Refusal> {
    let mut invoice = invoice;
    let left = invoice.balance();
    if left.is_zero() {
        let detail = format!("nothing is left to pay on it, as it is {}", invoice.state);
        return Err(Refusal::conflict("nothing_open", detail));
    }
    invoice.written_off = invoice.written_off.plus(left)?;
    invoice.settle(stamp.on)?;
    invoice.updated_at = stamp.at;
    let posting = Journal::new(invoice.currency)
        .debit(Account::BadDebt {}, left)?
        .credit(Account::Receivable { client: invoice.client }, left)?
        .post(stamp, Source::WriteOff { invoice: invoice.id })?;
    Ok(Closed { invoice, recognition: None, posting })
}
