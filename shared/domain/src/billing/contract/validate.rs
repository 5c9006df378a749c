//! What a contract must be.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::model::{Contract, ContractState, Followed, Line, LineKind, Quantity, Timing, Uplift};
use crate::billing::cycle::Cycle;
use crate::billing::dated::{MOST_DATED, check_dates};
use crate::billing::discounts::Discount;
use crate::billing::lines::{LONGEST_TEXT, LONGEST_UNIT, MOST_TAXES};
use crate::billing::pricing::QUANTITY_DECIMALS;
use crate::billing::settings::BillingSettings;
use crate::error::Refusal;
use crate::invalid::Check;

/// Most lines of a contract.
pub const MOST_LINES: usize = 500;
/// Longest name of a contract.
pub const LONGEST_NAME: usize = 120;
/// Longest number of a contract.
pub const LONGEST_NUMBER: usize = 40;
/// Most discounts on a line, and on a contract's invoices.
pub const MOST_DISCOUNTS: usize = 20;
/// Longest term that a renewal adds, in months: ten years.
pub const LONGEST_TERM: u16 = 120;
/// Longest notice, in days: two years.
pub const LONGEST_NOTICE: u16 = 731;
/// Largest quantity that is agreed; more is a slip.
pub const LARGEST_QUANTITY: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Prices at most double, or go down to a half, on one renewal; more is a slip of the decimal point.
pub const LARGEST_UPLIFT: Decimal = Decimal::ONE_HUNDRED;

/// Said of what is counted of a product and cannot be.
pub(crate) const OF_LICENCES_ONLY: &str =
    "is for active_licences: contacts and devices are of no product; leave it out";

/// Signs a proposal: from now on it is billed, from its start, and changed by amendments only.
///
/// # Errors
/// [`Refusal::Invalid`] as for [`check`]; [`Refusal::Conflict`] `contract_active` unless it is a proposal.
pub fn activate(contract: Contract, now: Timestamp) -> Result<Contract, Refusal> {
    if contract.state != ContractState::Draft {
        let detail = format!("{} is signed already; change it by amendments", contract.number);
        return Err(Refusal::conflict("contract_active", detail));
    }
    check(&contract)?;
    let next_on = Some(contract.schedule.starts_on);
    Ok(Contract { state: ContractState::Active, next_on, parked: None, updated_at: now, ..contract })
}

/// The rules for saved contracts, proposals included.
///
/// # Errors
/// [`Refusal::Invalid`] with the field of each fault.
pub fn check(contract: &Contract) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/number", &contract.number, LONGEST_NUMBER);
    check.line("/name", &contract.name, LONGEST_NAME);
    check.currency("/currency", contract.currency);
    contract.schedule.validate("/schedule", &mut check);
    contract.terms.check("/terms", &mut check);
    check_renewal(contract, &mut check);
    check_discounts("", &contract.discounts, contract, &mut check);
    check.that(!contract.lines.is_empty(), "/lines", "required", "must bill something; add a line");
    check.count("/lines", contract.lines.len(), MOST_LINES);
    let mut seen = BTreeSet::new();
    for (index, line) in contract.lines.iter().enumerate() {
        let at = format!("/lines/{index}");
        let new = seen.insert(line.id);
        check.that(new, &format!("{at}/id"), "duplicate", "is in the list already; give each line its own id");
        check_line(&at, line, contract, &mut check);
    }
    check_buckets(contract, &mut check);
    check.done()
}

/// Notes the taxes of a contract's lines by which none can be taxed.
///
/// # Errors
/// [`Refusal::Invalid`] with the place of each in the contract.
pub fn check_taxes(lines: &[Line], settings: &BillingSettings) -> Result<(), Refusal> {
    let mut check = Check::new();
    for (index, line) in lines.iter().enumerate() {
        settings.check_taxes(&format!("/lines/{index}/taxes"), &line.taxes, &mut check);
    }
    check.done()
}

/// Work draws on one bucket at a time, in the terms to come as well.
fn check_buckets(contract: &Contract, check: &mut Check) {
    let buckets = || contract.lines.iter().enumerate().filter(|(_, line)| line.bucket.is_some());
    let ends_on = contract.schedule.ends_on.filter(|_| !contract.renews());
    for (index, line) in buckets() {
        let life = contract.life_until(line, ends_on);
        let meets = |other: &Line| {
            let other = contract.life_until(other, ends_on);
            life.zip(other).is_some_and(|(life, other)| life.intersect(&other).is_some())
        };
        let alone = buckets().take_while(|(earlier, _)| *earlier < index).all(|(_, earlier)| !meets(earlier));
        let detail = "is the second on the same days; put the hours together in one line";
        check.that(alone, &format!("/lines/{index}/bucket"), "second_bucket", detail);
    }
}

fn check_renewal(contract: &Contract, check: &mut Check) {
    let renewal = &contract.renewal;
    let ends = contract.schedule.ends_on.is_some();
    let no_end = "needs an end to renew at; set /schedule/ends_on, or leave the contract open and do not renew it";
    check.that(!renewal.auto || ends, "/renewal/auto", "no_term", no_end);
    let months = (1..=LONGEST_TERM).contains(&renewal.months);
    check.that(months, "/renewal/months", "out_of_range", "must be from 1 to 120 months");
    let notice = renewal.notice_days <= LONGEST_NOTICE;
    check.that(notice, "/renewal/notice_days", "out_of_range", "must be at most 731 days (two years)");
    match renewal.uplift {
        Uplift::None {} => {}
        Uplift::Percent { percent } => {
            let sane = percent > Decimal::NEGATIVE_ONE * Decimal::from(50) && percent <= LARGEST_UPLIFT;
            let detail = "must be above -50 and at most 100 per cent";
            check.that(sane, "/renewal/uplift/percent", "out_of_range", detail);
        }
        Uplift::Index { base, current } => {
            let at = "/renewal/uplift";
            check.that(base > Decimal::ZERO, &format!("{at}/base"), "out_of_range", "must be above zero");
            let sane = current.is_none_or(|current| current > base / Decimal::TWO && current <= base * Decimal::TWO);
            let detail = "must be above half the base and at most twice the base; check the decimal point";
            check.that(sane, &format!("{at}/current"), "out_of_range", detail);
        }
    }
}

fn check_line(at: &str, line: &Line, contract: &Contract, check: &mut Check) {
    check.line(&format!("{at}/text"), &line.text, LONGEST_TEXT);
    check.optional_line(&format!("{at}/unit"), line.unit.as_deref().unwrap_or_default(), LONGEST_UNIT);
    check.count(&format!("{at}/taxes"), line.taxes.len(), MOST_TAXES);
    check_discounts(at, &line.discounts, contract, check);
    let in_order = line.until.is_none_or(|until| line.from <= until);
    check.that(in_order, &format!("{at}/until"), "not_in_order", "must not be before from");
    let starts = contract.schedule.starts_on;
    // Of a signed contract that is ended before a line begins nothing of the line is billed.
    let signed = contract.state != ContractState::Draft;
    let begins = signed || contract.schedule.ends_on.is_none_or(|end| line.from < end);
    let in_term = line.from >= starts && begins;
    let detail = "must be within the contract's term";
    check.that(in_term || line.until == Some(line.from), &format!("{at}/from"), "outside_the_term", detail);
    let later = matches!(line.kind, LineKind::Usage | LineKind::Time);
    let timing = !later || line.timing == Timing::Arrears;
    let detail = "must be arrears: what will be used or worked is not known before";
    check.that(timing, &format!("{at}/timing"), "not_allowed", detail);
    check_prices(at, line, check);
    check_quantities(at, line, contract.state == ContractState::Draft, check);
    check_hours(at, line, contract, check);
}

fn check_discounts(at: &str, discounts: &[Discount], contract: &Contract, check: &mut Check) {
    check.count(&format!("{at}/discounts"), discounts.len(), MOST_DISCOUNTS);
    for (index, discount) in discounts.iter().enumerate() {
        note(discount.check(contract.currency), &format!("{at}/discounts/{index}"), check);
    }
}

/// Notes the faults of a part.
fn note(part: Result<(), Refusal>, at: &str, check: &mut Check) {
    if let Err(Refusal::Invalid(faults)) = part.map_err(|refusal| refusal.within(at)) {
        faults.into_iter().for_each(|fault| check.fault(fault.field, fault.code, fault.detail));
    }
}

fn check_prices(at: &str, line: &Line, check: &mut Check) {
    let field = format!("{at}/price");
    if line.kind == LineKind::Time {
        let detail = "must be empty: time is priced by the rate card; give the contract its own rates there";
        check.that(line.price.is_empty(), &field, "not_allowed", detail);
        return;
    }
    check_dates(&field, &line.price, check);
    from_the_start(&field, line, line.price.first().map(|price| price.from), check);
    for (index, price) in line.price.iter().enumerate() {
        let at = format!("{field}/{index}/value");
        price.value.validate(&at, check);
        let percentage = matches!(price.value.pricing, crate::billing::pricing::Pricing::Percentage(_));
        let detail = "is for usage lines, whose quantities are amounts; choose another model";
        check.that(!percentage || line.kind == LineKind::Usage, &format!("{at}/pricing"), "not_allowed", detail);
    }
}

fn check_quantities(at: &str, line: &Line, is_draft: bool, check: &mut Check) {
    let field = format!("{at}/quantity");
    match line.kind {
        LineKind::Usage | LineKind::Time => {
            let detail = "must be empty: it is what was used or worked";
            check.that(line.quantity.is_empty(), &field, "not_allowed", detail);
        }
        LineKind::PerSeat => {
            check_dates(&field, &line.quantity, check);
            from_the_start(&field, line, line.quantity.first().map(|quantity| quantity.from), check);
        }
        LineKind::Fixed | LineKind::Block | LineKind::OneOff if !line.quantity.is_empty() => {
            check_dates(&field, &line.quantity, check);
            from_the_start(&field, line, line.quantity.first().map(|quantity| quantity.from), check);
        }
        LineKind::Fixed | LineKind::Block | LineKind::OneOff => {}
    }
    check.count(&field, line.quantity.len(), MOST_DATED);
    for (index, dated) in line.quantity.iter().enumerate() {
        let at = format!("{field}/{index}/value");
        match dated.value {
            Quantity::Fixed { quantity } => {
                let sane = quantity >= Decimal::ZERO && quantity <= LARGEST_QUANTITY;
                check.that(sane, &format!("{at}/quantity"), "out_of_range", "must be from 0 to 1000000000");
                // What was signed before this was looked at is parked with it, and can still be ended.
                if is_draft {
                    note(precise("", &dated.value), &at, check);
                }
            }
            Quantity::Counted { what, product } => {
                let detail = "is for lines that bill seats; agree a number instead";
                check.that(line.kind == LineKind::PerSeat, &at, "not_allowed", detail);
                let sane = Followed { what, product }.is_sane();
                check.that(sane, &format!("{at}/product"), "not_allowed", OF_LICENCES_ONLY);
            }
        }
    }
}

/// Whether a quantity that is agreed can be billed.
///
/// # Errors
/// [`Refusal::Invalid`] with the number's place.
pub(super) fn precise(at: &str, quantity: &Quantity) -> Result<(), Refusal> {
    match quantity {
        Quantity::Fixed { quantity } if quantity.normalize().scale() > QUANTITY_DECIMALS => {
            let detail = format!("must have at most {QUANTITY_DECIMALS} decimal places");
            Err(Refusal::invalid(format!("{at}/quantity"), "too_precise", detail))
        }
        _ => Ok(()),
    }
}

fn from_the_start(field: &str, line: &Line, first: Option<Date>, check: &mut Check) {
    if first.is_some_and(|first| first > line.from) {
        let detail = format!("must start on {} or before, when the line does", line.from);
        check.fault(format!("{field}/0/from"), "too_late", detail);
    }
}

fn check_hours(at: &str, line: &Line, contract: &Contract, check: &mut Check) {
    let block = line.block.is_some() == (line.kind == LineKind::Block);
    check.that(block, &format!("{at}/block"), "required", "must be there on a block line, and only there");
    if let Some(block) = line.block {
        let field = format!("{at}/block/minutes");
        check.that(block.minutes > 0, &field, "out_of_range", "must be above zero");
        let months = block.expire_months.is_none_or(|months| (1..=LONGEST_TERM).contains(&months));
        check.that(months, &format!("{at}/block/expire_months"), "out_of_range", "must be from 1 to 120 months");
    }
    let field = format!("{at}/bucket");
    if let Some(bucket) = &line.bucket {
        note(bucket.check(), &field, check);
    }
    check.count(&format!("{at}/bucket_minutes"), line.bucket_minutes.len(), MOST_DATED);
    let bucket = line.bucket.is_none() || line.kind == LineKind::Fixed;
    check.that(bucket, &field, "not_allowed", "is for fixed lines; a block line sells its hours as blocks");
    let monthly = line.bucket.is_none() || contract.schedule.cycle != Cycle::Weekly;
    check.that(monthly, &field, "not_allowed", "is filled every month; bill the contract monthly or longer");
}
