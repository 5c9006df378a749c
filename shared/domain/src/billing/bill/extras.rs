//! What joins a bill besides the contract's lines: one-off charges and time.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::draft::DraftLine;
use super::facts::{Charge, Facts, Worked};
use super::prepaid::{self, Hours};
use super::sheet::{Row, Sheet, last_day};
use crate::billing::contract::LineKind;
use crate::billing::cycle::Period;
use crate::billing::hours::HOUR;
use crate::billing::lines::{MOST_LINES, Origin};
use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// Adds the charges that may be billed by then, oldest first, as many as the invoice has room for.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that are too large.
pub(super) fn charges(sheet: &mut Sheet, facts: &Facts, on: Date) -> Result<(), Refusal> {
    let mut charges: Vec<&Charge> = facts.charges.iter().filter(|charge| charge.on <= on).collect();
    charges.sort_by_key(|charge| (charge.on, charge.id));
    for charge in charges.into_iter().take(room(sheet)) {
        let exact = charge.quantity.checked_mul(charge.unit_price).ok_or(MoneyError::TooLarge)?;
        let gross = Money::rounded(exact, facts.contract.currency)?;
        sheet.taken.charges.insert(charge.id);
        sheet.rows.push(Row {
            line: DraftLine {
                origin: charge
                    .late_for
                    .map_or(Origin::Charge { charge: charge.id }, |invoice| Origin::LateFee { invoice }),
                text: charge.text.clone(),
                service: charge.service,
                quantity: charge.quantity,
                unit: charge.unit.clone(),
                unit_price: Some(charge.unit_price),
                gross,
                discount: Money::zero(gross.currency()),
                discounts: Vec::new(),
                own: gross,
                net: gross,
                taxes: charge.taxes.clone(),
                tax_on: charge.service.map_or(on, last_day),
                note: None,
            },
            // What is billed again after a void had its share of a discount on the first invoice.
            shares: charge.service.is_none(),
        });
    }
    Ok(())
}

/// Adds the blocks of prepaid hours that were sold by hand by then, oldest first, as many as the invoice has room for.
pub(super) fn blocks(sheet: &mut Sheet, facts: &Facts, on: Date) {
    let room = room(sheet);
    prepaid::sold(sheet, facts, on, room);
}

/// Adds the time worked before a date, oldest first, as many whole entries as the invoice has room for. It draws on
/// prepaid hours first. What was worked before the last bill is named as late.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that are too large.
pub(super) fn time(sheet: &mut Sheet, facts: &Facts, on: Date) -> Result<(), Refusal> {
    let mut all: Vec<&Worked> = facts.time.iter().filter(|worked| worked.time.on < on).collect();
    all.sort_by_key(|worked| (worked.time.on, worked.time.entry));
    let mut hours = Hours::of(facts, on);
    for parts in all.chunk_by(|one, other| one.time.entry == other.time.entry) {
        if parts.len() > room(sheet) {
            break;
        }
        for worked in parts {
            let mut row = row(facts, worked);
            prepaid::printed(&hours.cover(&worked.time)?, &mut row.line);
            sheet.rows.push(row);
            sheet.taken.time.insert(worked.time.entry);
        }
    }
    sheet.hours = hours.done();
    Ok(())
}

fn row(facts: &Facts, worked: &Worked) -> Row {
    let time = &worked.time;
    let line = facts.contract.lines.iter().find(|line| {
        line.kind == LineKind::Time && facts.contract.life(line).is_some_and(|life| life.contains(time.on))
    });
    let origin = Origin::Time { contract: Some(facts.contract.id), line: line.map(|line| line.id), entry: time.entry };
    let late = facts.book.billed_on.is_some_and(|last| time.on < last);
    let gross = time.amount;
    Row {
        line: DraftLine {
            origin,
            text: worked.text.clone(),
            service: Some(Period { from: time.on, to: time.on.saturating_add(1.day()) }),
            quantity: (Decimal::from(time.minutes) / Decimal::from(60)).round_dp(4).normalize(),
            unit: Some(HOUR.to_owned()),
            unit_price: time.rate.checked_mul(time.factor).map(|rate| rate.normalize()),
            gross,
            discount: Money::zero(gross.currency()),
            discounts: Vec::new(),
            own: gross,
            net: gross,
            taxes: worked.taxes.clone(),
            tax_on: time.on,
            note: late.then(|| format!("late: worked on {}, before the last bill", time.on)),
        },
        shares: true,
    }
}

fn room(sheet: &Sheet) -> usize {
    MOST_LINES.saturating_sub(sheet.rows.len())
}
