//! Bills below nothing. An invoice cannot ask for less than nothing: what a bill owes to the client is a credit note from
//! the start, with the amounts turned round and no invoice that it corrects. Issued, it is the client's credit.

use super::discounts::Given;
use super::invoice::{Invoice, InvoiceKind, InvoiceLine, Noted, Totals, count, totals};
use super::issue::charge;
use super::ledger::{Account, Journal, Posting, Source, Stamp};
use super::number::{Series, SeriesKind};
use super::payments::ClientCredit;
use super::recognition::Recognition;
use super::taxes::{LineTax, TaxSum};
use crate::error::Refusal;

/// A draft with its lines: as it is, or turned into a credit note when its total is below nothing.
pub fn turned(draft: Invoice, lines: Vec<InvoiceLine>) -> (Invoice, Vec<InvoiceLine>) {
    if !draft.totals.total.is_negative() {
        return (draft, lines);
    }
    let Totals { gross, discount, net, tax, total } = draft.totals;
    let totals = Totals {
        gross: gross.negated(),
        discount: discount.negated(),
        net: net.negated(),
        tax: tax.negated(),
        total: total.negated(),
    };
    let row = |row: TaxSum| TaxSum { net: row.net.negated(), tax: row.tax.negated(), ..row };
    let taxes: Vec<TaxSum> = draft.taxes.into_iter().map(row).collect();
    let noted = Noted { net: draft.noted.net, taxes: draft.noted.taxes };
    let line = |line: InvoiceLine| InvoiceLine {
        unit_price: line.unit_price.map(|price| -price),
        gross: line.gross.negated(),
        discount: line.discount.negated(),
        discounts: line.discounts.into_iter().map(|given| Given { amount: given.amount.negated(), ..given }).collect(),
        net: line.net.negated(),
        taxes: line.taxes.into_iter().map(|tax| LineTax { amount: tax.amount.negated(), ..tax }).collect(),
        ..line
    };
    let lines = lines.into_iter().map(line).collect();
    (Invoice { kind: InvoiceKind::CreditNote, totals, taxes, noted, ..draft }, lines)
}

/// A credit note that was issued, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Owed {
    /// With its number and date.
    pub note: Invoice,
    /// After the number.
    pub series: Series,
    /// The client's credit, with the note's total.
    pub credit: ClientCredit,
    /// What of deferred revenue is taken back over the days to come.
    pub recognition: Option<Recognition>,
    /// The posting.
    pub posting: Option<Posting>,
}

/// Issues the draft of a credit note that corrects no invoice: its total becomes the client's credit.
///
/// # Errors
/// [`Refusal::Conflict`] for what is no such draft, for lines that are not the draft's, and for another client's credit.
pub fn issue_owed(
    draft: Invoice,
    lines: &[InvoiceLine],
    account: ClientCredit,
    series: Series,
    stamp: Stamp,
) -> Result<Owed, Refusal> {
    account.is_of(&draft)?;
    let mut note = draft;
    note.state = note.state.issue()?;
    if note.kind != InvoiceKind::CreditNote || note.corrects.is_some() || series.kind != SeriesKind::CreditNote {
        return Err(Refusal::conflict("series", "this is no bill below nothing; report this"));
    }
    if note.lines != count(lines) || note.totals != totals(note.currency, lines, &note.taxes)? {
        return Err(Refusal::conflict("lines_changed", "these are not the lines of the draft; draft it again"));
    }
    let (series, number) = series.next();
    note.number = Some(number);
    note.issued_on = Some(stamp.on);
    note.updated_at = stamp.at;
    let recognition = Recognition::of(note.id, note.currency, lines, stamp.on)?.map(Recognition::negated);
    let deferred = recognition.as_ref().map_or(Ok(crate::money::Money::zero(note.currency)), Recognition::deferred)?;
    let posting = charge(Journal::new(note.currency), &note, deferred.negated())?
        .reversed()
        .credit(Account::ClientCredit { client: note.client }, note.totals.total)?
        .post(stamp, Source::Issue { invoice: note.id })?;
    let credit = account.plus(note.totals.total)?;
    Ok(Owed { note, series, credit, recognition, posting })
}
