//! Drafts: an invoice is made from its lines, whose sums are held against its tax summary.

use iso_currency::Currency;
use jiff::Timestamp;

use super::{
    Billed, Invoice, InvoiceKind, InvoiceLine, InvoiceState, LONGEST_NOTE, MOST_CONTRACTS, MOST_TAX_ROWS, Noted,
    Origin, Totals,
};
use crate::billing::lines::MOST_LINES;
use crate::billing::taxes::{Exempted, LineTax, TaxRounding, TaxSum};
use crate::billing::terms::PaymentTerms;
use crate::error::Refusal;
use crate::ids::{ClientId, InvoiceId};
use crate::invalid::Check;
use crate::money::Money;

/// A draft to be made from lines.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInvoice {
    /// Its id.
    pub id: InvoiceId,
    /// What kind; not a credit note, which [`crate::billing::credit`] makes.
    pub kind: InvoiceKind,
    /// Who is to pay.
    pub client: ClientId,
    /// What it bills.
    pub billed: Vec<Billed>,
    /// In what.
    pub currency: Currency,
    /// Until when it is to be paid.
    pub terms: PaymentTerms,
    /// The tax summary of the lines.
    pub taxes: Vec<TaxSum>,
    /// Where tax was rounded.
    pub tax_rounding: TaxRounding,
    /// What was not taxed.
    pub exempted: Vec<Exempted>,
    /// A remark for the client.
    pub note: Option<String>,
}

/// Drafts an invoice over its lines.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields and for lines whose sums are not right; [`Refusal::Conflict`] for amounts that
/// cannot be added.
pub fn draft(new: NewInvoice, lines: &[InvoiceLine], now: Timestamp) -> Result<Invoice, Refusal> {
    let mut check = Check::new();
    let recurring = new.kind == InvoiceKind::Recurring;
    let bills = "must name the contracts and periods, and only on a recurring invoice";
    check.that(recurring != new.billed.is_empty(), "/billed", "required", bills);
    check.that(new.kind != InvoiceKind::CreditNote, "/kind", "not_an_invoice", "must be credited against its invoice");
    check.count("/billed", new.billed.len(), MOST_CONTRACTS);
    check_document(&mut check, new.terms, new.note.as_deref(), &new.taxes, lines);
    check.done()?;
    let totals = totals(new.currency, lines, &new.taxes)?;
    let fees = fees_of(new.currency, lines)?;
    let nothing = Money::zero(new.currency);
    Ok(Invoice {
        id: new.id,
        kind: new.kind,
        client: new.client,
        billed: new.billed,
        corrects: None,
        currency: new.currency,
        terms: new.terms,
        state: InvoiceState::Draft,
        number: None,
        issued_on: None,
        due_on: None,
        sent_at: None,
        lines: count(lines),
        totals,
        noted: Noted { net: nothing, taxes: vec![nothing; new.taxes.len()] },
        taxes: new.taxes,
        tax_rounding: new.tax_rounding,
        exempted: new.exempted,
        paid: nothing,
        used_credit: None,
        credited: nothing,
        written_off: nothing,
        fees: Some(fees).filter(|fees| !fees.is_zero()),
        moved: Vec::new(),
        note: new.note,
        created_at: now,
        updated_at: now,
    })
}

pub(in crate::billing) fn check_document(
    check: &mut Check,
    terms: PaymentTerms,
    note: Option<&str>,
    taxes: &[TaxSum],
    lines: &[InvoiceLine],
) {
    terms.check("/terms", check);
    if let Some(note) = note {
        check.prose("/note", note, LONGEST_NOTE);
    }
    check.count("/taxes", taxes.len(), MOST_TAX_ROWS);
    check.that(!lines.is_empty(), "/lines", "required", "must not be empty; add a line");
    check.count("/lines", lines.len(), MOST_LINES);
    for (n, line) in (1..).zip(lines) {
        line.check(&format!("/lines/{}", n - 1), n, check);
    }
}

/// What of these lines is late fees and interest, with the taxes on top.
fn fees_of(currency: Currency, lines: &[InvoiceLine]) -> Result<Money, Refusal> {
    let fees = lines.iter().filter(|line| matches!(line.origin, Origin::LateFee { .. }));
    Ok(Money::sum(
        currency,
        fees.flat_map(|line| [line.net].into_iter().chain(line.taxes.iter().map(|tax| tax.amount))),
    )?)
}

pub(in crate::billing) fn count(lines: &[InvoiceLine]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// The sums of lines, held against their tax summary.
///
/// # Errors
/// [`Refusal::Invalid`] when a line's net is not its gross less its discount and the taxes in it, or the taxes of the
/// lines do not add up to the summary; [`Refusal::Conflict`] for another currency or too much.
pub(in crate::billing) fn totals(
    currency: Currency,
    lines: &[InvoiceLine],
    taxes: &[TaxSum],
) -> Result<Totals, Refusal> {
    let nothing = Money::zero(currency);
    let (mut gross, mut discount, mut net) = (nothing, nothing, nothing);
    let mut rows = vec![nothing; taxes.len()];
    let mut check = Check::new();
    for (index, line) in lines.iter().enumerate() {
        gross = gross.plus(line.gross)?;
        discount = discount.plus(line.discount)?;
        net = net.plus(line.net)?;
        let mut without_taxes = line.gross.minus(line.discount)?;
        for tax in &line.taxes {
            let Some(row) = taxes.iter().position(|row| is_row(row, tax)) else {
                check.fault(format!("/lines/{index}/taxes"), "summary", "must all be in the tax summary");
                continue;
            };
            rows[row] = rows[row].plus(tax.amount)?;
            if taxes[row].inclusive {
                without_taxes = without_taxes.minus(tax.amount)?;
            }
        }
        let is_net = "must be gross less discount, and less the taxes that were in the price";
        check.that(line.net == without_taxes, &format!("/lines/{index}/net"), "sum", is_net);
    }
    for (index, (row, sum)) in taxes.iter().zip(&rows).enumerate() {
        let field = format!("/taxes/{index}/tax");
        check.that(row.tax == *sum, &field, "sum", "must be the sum of the lines' amounts");
    }
    check.done()?;
    let tax = Money::sum(currency, rows)?;
    Ok(Totals { gross, discount, net, tax, total: net.plus(tax)? })
}

/// Whether a line's tax counts for this row of the summary.
pub(in crate::billing) fn is_row(row: &TaxSum, tax: &LineTax) -> bool {
    row.code == tax.code && row.percent == tax.percent
}
