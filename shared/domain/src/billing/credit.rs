//! Credit notes: what an invoice charged is taken back, in whole, line by line, or as an amount.
//!
//! A note takes back net and each tax apart, and the invoice remembers how much of each is gone, so that all its notes
//! together never take back more than it charged. Every note's net and taxes add up to its total exactly.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rust_decimal::Decimal;

use super::codes::TaxCode;
use super::invoice::{
    Invoice, InvoiceKind, InvoiceLine, InvoiceState, Noted, Origin, Totals, check_document, count, is_row, totals,
};
use super::issue::charge;
use super::ledger::{Account, Journal, Posting, Source, Stamp};
use super::number::{Series, SeriesKind};
use super::payments::ClientCredit;
use super::recognition::Recognition;
use super::reports::Service;
use super::taxes::{LineTax, TaxSum};
use crate::error::Refusal;
use crate::ids::InvoiceId;
use crate::invalid::Check;
use crate::money::Money;

/// What is credited.
#[derive(Debug, Clone, PartialEq)]
pub enum Credit<'a> {
    /// Lines, or parts of them.
    Lines {
        /// The invoice's lines.
        lines: &'a [InvoiceLine],
        /// What earlier notes took back of them, by their place: the net (see [`credited_of`]).
        already: &'a BTreeMap<u32, Money>,
        /// Which lines, each once.
        what: &'a [LineCredit],
    },
    /// An amount with its taxes, spread over net and taxes as what is left of the invoice is: a line for each group of
    /// lines that are taxed alike. It is revenue at once and not over days; but all that is left is taken back line by
    /// line, with the days that each pays for.
    Amount {
        /// The invoice's lines.
        lines: &'a [InvoiceLine],
        /// What earlier notes took back of them, as for [`Credit::Lines`].
        already: &'a BTreeMap<u32, Money>,
        /// With taxes; none for all that is left.
        total: Option<Money>,
    },
}

/// What is credited of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCredit {
    /// Its place on the invoice.
    pub n: u32,
    /// How much of its net; none for all that is left of it.
    pub net: Option<Money>,
}

/// A credit note that was issued, with what is written in the same transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Credited {
    /// The invoice, with what was taken off it.
    pub invoice: Invoice,
    /// The note.
    pub note: Invoice,
    /// The note's lines.
    pub lines: Vec<InvoiceLine>,
    /// The client's credit: what the note takes back beyond the invoice's balance was paid before, and is theirs.
    pub credit: ClientCredit,
    /// What of deferred revenue is taken back over the days to come.
    pub recognition: Option<Recognition>,
    /// After the number.
    pub series: Series,
    /// The posting.
    pub posting: Option<Posting>,
}

/// Most lines of a note over all that is left. Of an invoice with more, those that are of one contract, of one kind, taxed
/// alike and pay for the same days are one line: a note is written in one transaction.
pub const MOST_APART: usize = 400;

/// What these notes' lines took back of an invoice's lines: what [`Credit::Lines`] wants to know.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub fn credited_of(notes: impl IntoIterator<Item = InvoiceLine>) -> Result<BTreeMap<u32, Money>, Refusal> {
    let mut taken: BTreeMap<u32, Money> = BTreeMap::new();
    for line in notes {
        if let Origin::Credit { line: Some(n), .. } = line.origin {
            let sum = taken.entry(n).or_insert(Money::zero(line.net.currency()));
            *sum = sum.plus(line.net)?;
        }
    }
    Ok(taken)
}

/// Issues a credit note against an invoice. `id` is the note's.
///
/// # Errors
/// [`Refusal::Invalid`] for a reason or lines that are not right; [`Refusal::Conflict`] when the invoice is not owed,
/// or more would be taken back than is left.
pub fn credit(
    invoice: Invoice,
    what: &Credit<'_>,
    (id, reason): (InvoiceId, &str),
    account: ClientCredit,
    series: Series,
    stamp: Stamp,
) -> Result<Credited, Refusal> {
    account.is_of(&invoice)?;
    if invoice.kind == InvoiceKind::CreditNote || !invoice.state.is_owed() {
        let detail = format!(
            "only an issued invoice can be credited; this is a {} that is {}",
            invoice.kind.name(),
            invoice.state
        );
        return Err(Refusal::conflict("not_creditable", detail));
    }
    if series.kind != SeriesKind::CreditNote {
        return Err(Refusal::conflict("series", "credit notes have a series of their own"));
    }
    let lines = match what {
        Credit::Lines { lines, already, what } => lines_of(&invoice, lines, already, what)?,
        Credit::Amount { lines, already, total } => {
            let total = total.map_or_else(|| all_left(&invoice), Ok)?;
            amount_of(&invoice, (lines, already), total, reason)?
        }
    };
    let taxes = summary(&invoice, &lines)?;
    let mut check = Check::new();
    check.line("/reason", reason, super::lines::LONGEST_TEXT);
    check_document(&mut check, invoice.terms, None, &taxes, &lines);
    check.done()?;
    let totals = totals(invoice.currency, &lines, &taxes)?;
    let noted = take(&invoice, &totals, &taxes)?;

    let (series, number) = series.next();
    let note = note_on(&invoice, (id, reason), (totals, taxes, count(&lines)), number, stamp);
    let off_balance = totals.total.at_most(invoice.balance())?;
    let kept = totals.total.minus(off_balance)?;
    let mut invoice = Invoice { noted, credited: invoice.credited.plus(off_balance)?, updated_at: stamp.at, ..invoice };
    invoice.moves(stamp.on, off_balance)?;
    invoice.settle(stamp.on)?;

    let recognition = Recognition::of(id, invoice.currency, &lines, stamp.on)?.map(Recognition::negated);
    let deferred = recognition.as_ref().map_or(Ok(Money::zero(invoice.currency)), Recognition::deferred)?;
    let posting = charge(Journal::new(invoice.currency), &note, deferred.negated())?
        .reversed()
        .credit(Account::Receivable { client: invoice.client }, off_balance)?
        .credit(Account::ClientCredit { client: invoice.client }, kept)?
        .post(stamp, Source::CreditNote { note: id, invoice: invoice.id })?;
    Ok(Credited { invoice, note, lines, credit: account.plus(kept)?, recognition, series, posting })
}

fn note_on(
    invoice: &Invoice,
    (id, reason): (InvoiceId, &str),
    (totals, taxes, lines): (Totals, Vec<TaxSum>, u32),
    number: super::number::Number,
    stamp: Stamp,
) -> Invoice {
    let nothing = Money::zero(invoice.currency);
    Invoice {
        id,
        kind: InvoiceKind::CreditNote,
        client: invoice.client,
        billed: Vec::new(),
        corrects: Some(invoice.id),
        currency: invoice.currency,
        terms: invoice.terms,
        state: InvoiceState::Issued,
        number: Some(number),
        issued_on: Some(stamp.on),
        due_on: None,
        sent_at: None,
        lines,
        totals,
        noted: Noted { net: nothing, taxes: vec![nothing; taxes.len()] },
        taxes,
        tax_rounding: invoice.tax_rounding,
        exempted: invoice.exempted.clone(),
        paid: nothing,
        used_credit: None,
        credited: nothing,
        written_off: nothing,
        fees: None,
        moved: Vec::new(),
        note: Some(reason.trim().to_owned()),
        created_at: stamp.at,
        updated_at: stamp.at,
    }
}

/// The part of `whole` that belongs to what was taken of `net`: from `before` on until `after`. Parts that follow one
/// another add up to the whole.
fn part(whole: Money, net: Money, before: Money, after: Money) -> Result<Money, Refusal> {
    let until = |taken: Money| {
        let (all, taken) = (net.minor().unsigned_abs(), taken.minor().unsigned_abs());
        let parts = whole.split(&[taken, all.saturating_sub(taken)]);
        parts.first().copied().unwrap_or(whole)
    };
    Ok(until(after).minus(until(before))?)
}

fn lines_of(
    invoice: &Invoice,
    lines: &[InvoiceLine],
    already: &BTreeMap<u32, Money>,
    what: &[LineCredit],
) -> Result<Vec<InvoiceLine>, Refusal> {
    let mut already = already.clone();
    let mut credited = Vec::with_capacity(what.len());
    let mut check = Check::new();
    for (index, wanted) in what.iter().enumerate() {
        let field = format!("/lines/{index}");
        let Some(line) = lines.iter().find(|line| line.n == wanted.n) else {
            check.fault(format!("{field}/n"), "unknown", "must be the place of one of the invoice's lines");
            continue;
        };
        let before = already.get(&line.n).copied().unwrap_or(Money::zero(invoice.currency));
        let left = line.net.minus(before)?;
        if left.is_zero() {
            let detail = format!("nothing is left to credit of line {}; leave it out", line.n);
            return Err(Refusal::conflict("over_credited", detail));
        }
        let net = wanted.net.unwrap_or(left);
        let fits = net.currency() == invoice.currency
            && !net.is_zero()
            && net.is_negative() == left.is_negative()
            && net.minor().unsigned_abs() <= left.minor().unsigned_abs();
        if !fits {
            check.fault(format!("{field}/net"), "too_much", format!("must be more than nothing and at most {left}"));
            continue;
        }
        let after = before.plus(net)?;
        let mut taxes = Vec::with_capacity(line.taxes.len());
        for tax in &line.taxes {
            taxes.push(LineTax { amount: part(tax.amount, line.net, before, after)?, ..tax.clone() });
        }
        already.insert(line.n, after);
        credited.push((line, net, taxes));
    }
    check.that(!what.is_empty(), "/lines", "required", "must name at least one line");
    check.done()?;
    let whole = |line: &InvoiceLine, net: Money| net == line.net;
    let inclusive = |tax: &LineTax| invoice.taxes.iter().any(|row| is_row(row, tax) && row.inclusive);
    let make = |(n, (line, net, taxes)): (u32, (&InvoiceLine, Money, Vec<LineTax>))| {
        let inside = taxes.iter().filter(|tax| inclusive(tax)).map(|tax| tax.amount);
        let gross = inside.into_iter().try_fold(net, Money::plus)?;
        let all = whole(line, net);
        Ok(InvoiceLine {
            n,
            origin: Origin::Credit { invoice: invoice.id, line: Some(line.n) },
            text: line.text.clone(),
            service: line.service,
            quantity: if all { line.quantity } else { Decimal::ONE },
            unit: line.unit.clone().filter(|_| all),
            unit_price: line.unit_price.filter(|_| all && line.discount.is_zero()),
            gross,
            discount: Money::zero(invoice.currency),
            discounts: Vec::new(),
            net,
            taxes,
            note: None,
        })
    };
    (1..).zip(credited).map(make).collect()
}

/// All that is left to credit.
fn all_left(invoice: &Invoice) -> Result<Money, Refusal> {
    let left = invoice.left_to_credit()?;
    if left.is_zero() { Err(nothing_left()) } else { Ok(left) }
}

fn nothing_left() -> Refusal {
    Refusal::conflict("over_credited", "nothing is left to credit of this invoice")
}

/// Whether earlier notes left something of a line.
fn goes_on(line: &InvoiceLine, already: &BTreeMap<u32, Money>) -> bool {
    already.get(&line.n).map_or(!line.net.is_zero(), |taken| *taken != line.net)
}

/// An amount, spread over what is left of the net and of each tax, and each of these over the groups of lines that are
/// taxed alike.
fn amount_of(
    invoice: &Invoice,
    (lines, already): (&[InvoiceLine], &BTreeMap<u32, Money>),
    total: Money,
    reason: &str,
) -> Result<Vec<InvoiceLine>, Refusal> {
    let mut left = vec![invoice.totals.net.minus(invoice.noted.net)?];
    for (row, noted) in invoice.taxes.iter().zip(&invoice.noted.taxes) {
        left.push(row.tax.minus(*noted)?);
    }
    let all = Money::sum(invoice.currency, left.iter().copied())?;
    if total.compare(Money::zero(invoice.currency))?.is_le() {
        return Err(Refusal::invalid("/total", "too_little", "must be more than nothing"));
    }
    if !lines.iter().any(|line| goes_on(line, already)) {
        return Err(nothing_left());
    }
    let mut units: Vec<InvoiceLine> = Vec::new();
    for line in left_of(invoice, lines, already)? {
        let alike = |unit: &&mut InvoiceLine| unit.taxes.iter().map(rate).eq(line.taxes.iter().map(rate));
        match units.iter_mut().find(alike).filter(|_| total != all) {
            Some(unit) => join(unit, &line)?,
            None => units.push(line),
        }
    }
    // Taking all of it leaves nothing anywhere. Of less, a row that is below nothing gets no part, so that no part is
    // more than its row has left: `split` never gives more than a weight when the weights are at least the amount.
    let parts = if total == all { left } else { total.split(&weights(&left)) };
    share_out(invoice, &mut units, &parts)?;
    if total == all {
        units = joined(units, lines)?;
    } else {
        for unit in &mut units {
            unit.origin = Origin::Credit { invoice: invoice.id, line: None };
            (unit.text, unit.service) = (reason.trim().to_owned(), None);
            by_amount(unit);
        }
    }
    units.retain(|unit| !unit.net.is_zero() || unit.taxes.iter().any(|tax| !tax.amount.is_zero()));
    for (n, unit) in (1..).zip(&mut units) {
        unit.n = n;
    }
    Ok(units)
}

fn rate(tax: &LineTax) -> (&TaxCode, Decimal) {
    (&tax.code, tax.percent)
}

fn weights(amounts: &[Money]) -> Vec<u64> {
    amounts.iter().map(|amount| u64::try_from(amount.minor()).unwrap_or_default()).collect()
}

/// What earlier notes left of each line, as credits of it.
fn left_of(
    invoice: &Invoice,
    lines: &[InvoiceLine],
    already: &BTreeMap<u32, Money>,
) -> Result<Vec<InvoiceLine>, Refusal> {
    let left = lines.iter().filter(|line| goes_on(line, already));
    let what: Vec<LineCredit> = left.map(|line| LineCredit { n: line.n, net: None }).collect();
    lines_of(invoice, lines, already, &what)
}

/// Gives these lines the parts of the net and of each tax: those that they have, or, where notes over amounts took some of
/// it before, as much in proportion.
fn share_out(invoice: &Invoice, units: &mut [InvoiceLine], parts: &[Money]) -> Result<(), Refusal> {
    let Some((net, taxes)) = parts.split_first() else { return Ok(()) };
    let spread = |whole: Money, left: &[Money]| {
        let same = Money::sum(whole.currency(), left.iter().copied())? == whole;
        Ok::<_, Refusal>(if same { left.to_vec() } else { whole.split(&weights(left)) })
    };
    let nets: Vec<Money> = units.iter().map(|unit| unit.net).collect();
    let nets = spread(*net, &nets)?;
    for (row, tax) in invoice.taxes.iter().zip(taxes) {
        let mut rows: Vec<&mut LineTax> = units.iter_mut().flat_map(|unit| &mut unit.taxes).collect();
        rows.retain(|tax| is_row(row, tax));
        let amounts: Vec<Money> = rows.iter().map(|tax| tax.amount).collect();
        for (of_unit, amount) in rows.into_iter().zip(spread(*tax, &amounts)?) {
            of_unit.amount = amount;
        }
    }
    for (unit, net) in units.iter_mut().zip(nets) {
        if unit.net != net {
            by_amount(unit);
        }
        let inside = unit.taxes.iter().filter(|tax| invoice.taxes.iter().any(|row| is_row(row, tax) && row.inclusive));
        unit.gross = inside.map(|tax| tax.amount).try_fold(net, Money::plus)?;
        unit.net = net;
    }
    Ok(())
}

/// A line that is an amount and no number of things any more.
fn by_amount(line: &mut InvoiceLine) {
    (line.quantity, line.unit, line.unit_price) = (Decimal::ONE, None, None);
}

/// Adds a line to one that is taxed alike.
fn join(unit: &mut InvoiceLine, line: &InvoiceLine) -> Result<(), Refusal> {
    (unit.net, unit.gross) = (unit.net.plus(line.net)?, unit.gross.plus(line.gross)?);
    for (sum, tax) in unit.taxes.iter_mut().zip(&line.taxes) {
        sum.amount = sum.amount.plus(tax.amount)?;
    }
    by_amount(unit);
    Ok(())
}

/// Lines over all that is left, at most [`MOST_APART`] of them wherever they are alike. One that stands for several names
/// the first of them.
fn joined(units: Vec<InvoiceLine>, lines: &[InvoiceLine]) -> Result<Vec<InvoiceLine>, Refusal> {
    if units.len() <= MOST_APART {
        return Ok(units);
    }
    let of = |unit: &InvoiceLine| {
        let Origin::Credit { line: Some(n), .. } = unit.origin else { return None };
        lines.iter().find(|line| line.n == n).map(|line| (line.origin.contract(), Service::of(line.origin)))
    };
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    let mut apart: Vec<InvoiceLine> = Vec::new();
    for unit in units {
        let taxes: Vec<(TaxCode, Decimal)> = unit.taxes.iter().map(|tax| (tax.code.clone(), tax.percent)).collect();
        match places.entry((of(&unit), unit.service, taxes)) {
            Entry::Occupied(place) => join(&mut apart[*place.get()], &unit)?,
            Entry::Vacant(place) => {
                place.insert(apart.len());
                apart.push(unit);
            }
        }
    }
    Ok(apart)
}

/// The note's tax summary: the invoice's rows that its lines have.
fn summary(invoice: &Invoice, lines: &[InvoiceLine]) -> Result<Vec<TaxSum>, Refusal> {
    let mut rows = Vec::new();
    for row in &invoice.taxes {
        let nothing = Money::zero(invoice.currency);
        let (mut net, mut tax, mut found) = (nothing, nothing, false);
        for line in lines {
            for on_line in line.taxes.iter().filter(|tax| is_row(row, tax)) {
                (net, tax, found) = (net.plus(line.net)?, tax.plus(on_line.amount)?, true);
            }
        }
        if found {
            rows.push(TaxSum { net, tax, ..row.clone() });
        }
    }
    Ok(rows)
}

/// What the invoice's notes have taken with this one.
fn take(invoice: &Invoice, totals: &Totals, taxes: &[TaxSum]) -> Result<Noted, Refusal> {
    let left = invoice.left_to_credit()?;
    let too_much = || {
        let detail = format!("{} would be credited, but {left} is left to credit of this invoice", totals.total);
        Refusal::conflict("over_credited", detail)
    };
    if totals.total.compare(left)?.is_gt() || totals.total.compare(Money::zero(invoice.currency))?.is_le() {
        return Err(too_much());
    }
    let within = |taken: Money, whole: Money| {
        let (low, high) = (whole.minor().min(0), whole.minor().max(0));
        (low..=high).contains(&taken.minor())
    };
    let net = invoice.noted.net.plus(totals.net)?;
    let mut rows = invoice.noted.taxes.clone();
    let mut fits = within(net, invoice.totals.net);
    for ((row, noted), taken) in invoice.taxes.iter().zip(&invoice.noted.taxes).zip(&mut rows) {
        for of_note in taxes.iter().filter(|tax| tax.code == row.code && tax.percent == row.percent) {
            *taken = noted.plus(of_note.tax)?;
        }
        fits &= within(*taken, row.tax);
    }
    if fits { Ok(Noted { net, taxes: rows }) } else { Err(too_much()) }
}
