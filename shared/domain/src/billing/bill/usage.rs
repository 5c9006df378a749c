//! Lines of usage: what was used in a period when it has ended, and what came in late.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::settled;
use super::draft::DraftLine;
use super::facts::{BookPeriod, Facts, Usage};
use super::line::{Metered, metered};
use super::period_of;
use super::periodic::{MOST_BEHIND, lacking, minimum};
use super::sheet::{Row, Sheet, last_day};
use crate::billing::contract::Line;
use crate::billing::cycle::Period;
use crate::billing::lines::Origin;
use crate::error::Refusal;
use crate::ids::LineId;
use crate::money::Money;

/// What was used before `on`, by line, oldest first.
///
/// # Errors
/// [`Refusal::Conflict`] `usage_of_no_line` for usage that no line of the contract prices: it is never dropped.
pub(super) fn by_line(facts: &Facts, on: Date) -> Result<BTreeMap<LineId, Vec<Usage>>, Refusal> {
    let mut lines: BTreeMap<LineId, Vec<Usage>> = BTreeMap::new();
    for usage in facts.usage.iter().filter(|usage| usage.on < on) {
        let line = facts.contract.line(usage.line);
        if line.and_then(|line| facts.contract.life(line)).is_none() {
            let detail =
                format!("{} of {} is for {}, which this contract does not bill", usage.id, usage.on, usage.line);
            return Err(Refusal::conflict("usage_of_no_line", detail));
        }
        lines.entry(usage.line).or_default().push(*usage);
    }
    for used in lines.values_mut() {
        used.sort_by_key(|usage| (usage.on, usage.id));
    }
    Ok(lines)
}

/// Bills what is due of a line of usage, late usage first.
pub(super) fn bill(sheet: &mut Sheet, facts: &Facts, line: &Line, on: Date, used: &[Usage]) -> Result<(), Refusal> {
    let contract = &facts.contract;
    let Some(life) = contract.life(line) else { return Ok(()) };
    let billed = facts.book.periods(line.id);
    let mut periods = by_period(facts, used, life, billed);
    for before in billed {
        if let Some(used) = periods.remove(&before.period) {
            late(sheet, facts, line, before, &used)?;
        }
    }
    let mut from = billed.last().map_or(life.from, |last| last.period.to);
    for _ in 0..MOST_BEHIND {
        let full = period_of(contract, from);
        if from >= life.to || full.to.min(life.to) > on {
            return Ok(());
        }
        let used = periods.remove(&full).unwrap_or_default();
        period(sheet, facts, line, full, &used)?;
        from = full.to;
    }
    let detail = format!("\"{}\" is more than {MOST_BEHIND} periods behind; bill the contract date by date", line.text);
    Err(Refusal::conflict("too_far_behind", detail))
}

/// Usage by the period that it counts in. What is dated outside the line's life counts on its nearest day, and what is
/// older than the periods that are remembered counts in the oldest of them: late usage is never dropped.
fn by_period(facts: &Facts, used: &[Usage], life: Period, billed: &[BookPeriod]) -> BTreeMap<Period, Vec<Usage>> {
    let mut periods: BTreeMap<Period, Vec<Usage>> = BTreeMap::new();
    for usage in used {
        let full = period_of(&facts.contract, usage.on.clamp(life.from, last_day(life)));
        let oldest = billed.first().map_or(full, |oldest| oldest.period);
        periods.entry(full.max(oldest)).or_default().push(*usage);
    }
    periods
}

fn period(sheet: &mut Sheet, facts: &Facts, line: &Line, full: Period, used: &[Usage]) -> Result<(), Refusal> {
    let Some(metered) = metered(&facts.contract, line, &full, None, &quantities(used))? else { return Ok(()) };
    let top_up = lacking(metered.due.minimum, metered.due.net)?;
    let Some(part) = metered.due.parts.first() else { return Ok(()) };
    if !used.is_empty() || !part.gross.is_zero() {
        let discount = part.gross.minus(part.net)?;
        sheet.rows.push(Row {
            line: DraftLine {
                origin: Origin::Usage { contract: facts.contract.id, line: line.id },
                text: line.text.clone(),
                service: Some(part.service),
                quantity: part.quantity,
                unit: line.unit.clone(),
                unit_price: part.unit_price,
                gross: part.gross,
                discount,
                discounts: metered.due.discounted.named(discount),
                own: part.net,
                net: part.net,
                taxes: line.taxes.clone(),
                tax_on: last_day(part.service),
                note: None,
            },
            shares: true,
        });
    }
    minimum(sheet, facts, line, part.service, top_up)?;
    take(sheet, line, full, &metered, top_up, used);
    Ok(())
}

fn late(sheet: &mut Sheet, facts: &Facts, line: &Line, before: &BookPeriod, used: &[Usage]) -> Result<(), Refusal> {
    let more = quantities(used);
    let Some(metered) = metered(&facts.contract, line, &before.period, Some(before), &more)? else { return Ok(()) };
    let top_up = lacking(metered.due.minimum, metered.due.net)?;
    let service = metered.due.parts.first().map_or(before.period, |part| part.service);
    let amount: Money = metered.due.net.minus(before.net)?;
    let note = format!("late: used from {} to {}, which was billed before", service.from, last_day(service));
    let origin = Origin::LateUsage { contract: facts.contract.id, line: line.id };
    sheet.amount(line, origin, service, (amount, settled(&facts.contract, &before.period, amount)?), note)?;
    if let Some(row) = sheet.rows.last_mut() {
        row.line.quantity = more.iter().sum();
        row.line.unit = line.unit.clone();
    }
    minimum(sheet, facts, line, service, top_up.minus(before.top_up)?)?;
    take(sheet, line, before.period, &metered, top_up, used);
    Ok(())
}

fn take(sheet: &mut Sheet, line: &Line, period: Period, metered: &Metered, top_up: Money, used: &[Usage]) {
    let Metered { quantity, records, exact, ref due } = *metered;
    sheet.book(line, BookPeriod { period, quantity, records, exact, net: due.net, top_up });
    sheet.taken.usage.extend(used.iter().map(|usage| usage.id));
}

fn quantities(used: &[Usage]) -> Vec<Decimal> {
    used.iter().map(|usage| usage.quantity).collect()
}
