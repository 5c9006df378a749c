//! Lines whose quantity is agreed or counted: in advance, in arrears, and once.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::settled;
use super::draft::{BlockSold, DraftLine};
use super::facts::{BookPeriod, Facts};
use super::line::{Due, Known, MOST_PARTS, PARTS_UP_TO_ROW, Part, recurring};
use super::sheet::{Row, Sheet, last_day};
use super::{is_over, period_of};
use crate::billing::contract::{Line, LineKind, Timing};
use crate::billing::cycle::Period;
use crate::billing::discounts::Discounted;
use crate::billing::lines::Origin;
use crate::error::Refusal;
use crate::money::Money;

/// Most periods of one line that one bill catches up on. Every bill date books every line, so a bill has one or two.
pub const MOST_BEHIND: usize = 130;

/// Settles what was billed in advance, and bills what is due.
pub(super) fn bill(sheet: &mut Sheet, facts: &Facts, line: &Line, on: Date, known: Known<'_>) -> Result<(), Refusal> {
    let contract = &facts.contract;
    let billed = facts.book.periods(line.id);
    let last = billed.last();
    for before in billed {
        let ended = before.period.to <= on || is_over(contract, on);
        // A period in advance is settled once it has ended; after that, as one in arrears, only by counts that come late.
        let late = line.timing == Timing::Arrears || Some(before) != last;
        if ended && (!late || line.follows_counts()) {
            settle(sheet, facts, line, before, known, late)?;
        }
    }
    let Some(life) = contract.life(line) else { return Ok(()) };
    let mut from = last.map_or(life.from, |last| last.period.to);
    for _ in 0..MOST_BEHIND {
        let full = period_of(contract, from);
        let due = match line.timing {
            Timing::Advance => full.from <= on && from < life.to,
            Timing::Arrears => from < life.to && full.to.min(life.to) <= on,
        };
        if !due {
            return Ok(());
        }
        period(sheet, facts, line, full, on, known)?;
        from = full.to;
    }
    let detail = format!("\"{}\" is more than {MOST_BEHIND} periods behind; bill the contract date by date", line.text);
    Err(Refusal::conflict("too_far_behind", detail))
}

/// A line that is billed once.
pub(super) fn once(sheet: &mut Sheet, facts: &Facts, line: &Line, on: Date, known: Known<'_>) -> Result<(), Refusal> {
    let billed = !facts.book.periods(line.id).is_empty();
    if billed || line.from > on || facts.contract.life(line).is_none() {
        return Ok(());
    }
    let day = Period { from: line.from, to: line.from.saturating_add(1.day()) };
    let Some(mut due) = recurring(&facts.contract, line, &day, known)? else { return Ok(()) };
    let top_up = lacking(due.minimum, due.net)?;
    charge(sheet, facts, line, &mut due, day, None);
    minimum(sheet, facts, line, day, top_up)?;
    sheet.book(line, booked(day, due.net, top_up));
    Ok(())
}

/// Bills a period for the first time.
fn period(
    sheet: &mut Sheet,
    facts: &Facts,
    line: &Line,
    full: Period,
    on: Date,
    known: Known<'_>,
) -> Result<(), Refusal> {
    let contract = &facts.contract;
    let Some(mut due) = recurring(contract, line, &full, known)? else {
        return Ok(());
    };
    let ended = full.to <= on || is_over(contract, on) || line.timing == Timing::Arrears;
    let top_up = if ended { lacking(due.minimum, due.net)? } else { Money::zero(contract.currency) };
    let service = span(&due);
    let blocks = blocks(line, Some(&due));
    sell(sheet, line, blocks, due.net, service.from);
    charge(sheet, facts, line, &mut due, service, Some(full));
    minimum(sheet, facts, line, service, top_up)?;
    sheet.book(line, BookPeriod { quantity: blocks, ..booked(full, due.net, top_up) });
    Ok(())
}

/// Compares what a period that was billed should cost, by what is known now, with what was billed of it: in advance, or
/// before a count came `late`.
fn settle(
    sheet: &mut Sheet,
    facts: &Facts,
    line: &Line,
    last: &BookPeriod,
    known: Known<'_>,
    late: bool,
) -> Result<(), Refusal> {
    let contract = &facts.contract;
    let due = recurring(contract, line, &last.period, known)?;
    let nothing = Money::zero(contract.currency);
    let (net, least) = due.as_ref().map_or((nothing, nothing), |due| (due.net, due.minimum));
    let top_up = lacking(least, net)?;
    let more = net.minus(last.net)?;
    if !more.is_zero() {
        let origin = Origin::Adjustment { contract: contract.id, line: line.id };
        let note = explained(due.as_ref(), &last.period, late);
        sheet.amount(line, origin, last.period, (more, settled(contract, &last.period, more)?), note)?;
    }
    let blocks = blocks(line, due.as_ref()).max(last.quantity);
    sell(sheet, line, blocks - last.quantity, more, last.period.to);
    minimum(sheet, facts, line, last.period, top_up.minus(last.top_up)?)?;
    sheet.book(line, BookPeriod { quantity: blocks, ..booked(last.period, net, top_up) });
    Ok(())
}

/// Adds the rows of a period: one for each part with an amount, or one for all when there are many.
fn charge(sheet: &mut Sheet, facts: &Facts, line: &Line, due: &mut Due, service: Period, full: Option<Period>) {
    let Due { parts, discounted, .. } = due;
    let discounted = &*discounted;
    parts.retain(|part| !part.gross.is_zero());
    let origin = Origin::ContractLine { contract: facts.contract.id, line: line.id };
    if parts.len() > MOST_PARTS || (parts.len() > 1 && sheet.rows.len() > PARTS_UP_TO_ROW) {
        let changes = parts.len() - 1;
        let sum = |of: fn(&Part) -> Money| {
            Money::new(parts.iter().map(|part| of(part).minor()).sum(), facts.contract.currency)
        };
        let whole = Part {
            service,
            quantity: Decimal::ONE,
            unit_price: None,
            gross: sum(|part| part.gross),
            net: sum(|part| part.net),
        };
        let note = format!("changed {changes} times; each day at its own quantity");
        sheet.rows.push(row(line, origin, (&whole, discounted), None, Some(note)));
        return;
    }
    for part in &*parts {
        let days = full.filter(|full| *full != part.service && part.unit_price.is_some());
        let note = days.map(|full| format!("{} of {} days", part.service.days(), full.days()));
        sheet.rows.push(row(line, origin, (part, discounted), line.unit.clone(), note));
    }
}

fn row(
    line: &Line,
    origin: Origin,
    (part, discounted): (&Part, &Discounted),
    unit: Option<String>,
    note: Option<String>,
) -> Row {
    let discount = Money::new(part.gross.minor() - part.net.minor(), part.net.currency());
    Row {
        line: DraftLine {
            origin,
            text: line.text.clone(),
            service: Some(part.service),
            quantity: part.quantity,
            unit,
            unit_price: part.unit_price,
            gross: part.gross,
            discount,
            discounts: discounted.named(discount),
            own: part.net,
            net: part.net,
            taxes: line.taxes.clone(),
            tax_on: last_day(part.service),
            note,
        },
        shares: true,
    }
}

/// Adds what tops a period up to its minimum, or takes back what was too much of it. No discount is on it.
pub(super) fn minimum(
    sheet: &mut Sheet,
    facts: &Facts,
    line: &Line,
    service: Period,
    amount: Money,
) -> Result<(), Refusal> {
    if amount.is_zero() {
        return Ok(());
    }
    let origin = Origin::Minimum { contract: facts.contract.id, line: line.id };
    let note = if amount.is_negative() { "less of the minimum was missing" } else { "up to the minimum" };
    sheet.amount(line, origin, service, (amount, (amount, Vec::new())), note.to_owned())
}

/// What an amount lacks of the minimum.
pub(super) fn lacking(minimum: Money, net: Money) -> Result<Money, Refusal> {
    let lacks = minimum.minus(net)?;
    Ok(if lacks.is_negative() { Money::zero(lacks.currency()) } else { lacks })
}

/// What was billed in a period, for a line that is not usage.
fn booked(period: Period, net: Money, top_up: Money) -> BookPeriod {
    BookPeriod { period, quantity: Decimal::ZERO, records: 0, exact: Decimal::ZERO, net, top_up }
}

/// All days of what is due.
fn span(due: &Due) -> Period {
    let from = due.parts.first().map(|part| part.service.from);
    let to = due.parts.last().map(|part| part.service.to);
    Period { from: from.unwrap_or(Date::MIN), to: to.unwrap_or(Date::MAX) }
}

/// How many blocks a period buys: like their price the most that were agreed in it, never a part.
fn blocks(line: &Line, due: Option<&Due>) -> Decimal {
    let agreed = due.map(|due| due.parts.iter().map(|part| part.quantity));
    let most = agreed.and_then(Iterator::max).unwrap_or_default();
    if line.kind == LineKind::Block { most } else { Decimal::ZERO }
}

fn sell(sheet: &mut Sheet, line: &Line, blocks: Decimal, price: Money, bought_on: Date) {
    let Some(block) = line.block else { return };
    let minutes = u32::try_from((blocks * Decimal::from(block.minutes)).trunc()).unwrap_or(u32::MAX);
    if minutes > 0 {
        let expires_on = block.expire_months.map(|months| bought_on.saturating_add(i64::from(months).months()));
        sheet.blocks.push(BlockSold { line: line.id, minutes, price, bought_on, expires_on });
    }
}

/// Why a period that was billed costs something else now.
fn explained(due: Option<&Due>, billed: &Period, late: bool) -> String {
    let Some(due) = due else { return format!("{} to {} was not used", billed.from, last_day(*billed)) };
    let parts: Vec<String> = due
        .parts
        .iter()
        .take(MOST_PARTS)
        .map(|part| {
            format!("{} for {} days from {}", part.quantity.normalize(), part.service.days(), part.service.from)
        })
        .collect();
    let more = if due.parts.len() > MOST_PARTS { ", and so on" } else { "" };
    let why = if late { "late: counted after it was billed" } else { "settles what was billed in advance" };
    format!("{why}: {}{more}, of {} days", parts.join(", "), billed.days())
}
