//! What an amendment does to its contract: it adds to it from today on, and never touches what was.

use jiff::civil::Date;

use super::amendment::{Amendment, Change};
use super::model::{Contract, ContractState, Line, LineKind, Renewal};
use super::places::in_changes;
use super::renew::renewed;
use super::validate::{check, precise};
use crate::billing::bill::{Book, not_again};
use crate::billing::dated::Dated;
use crate::billing::hours::BucketTerms;
use crate::billing::settings::BillingSettings;
use crate::error::Refusal;
use crate::ids::LineId;
use crate::invalid::Check;

/// Most changes in one amendment.
pub const MOST_CHANGES: usize = 500;
/// Longest note of an amendment.
pub const LONGEST_NOTE: usize = 500;

/// Amends an active contract of which this was billed; as [`amend`], and its next bill is never on a day that was billed.
///
/// # Errors
/// As [`amend`]; [`Refusal::Conflict`] `line_billed` for other taxes on a line that was billed, whose credits have those of
/// its bills.
pub fn amend_billed(contract: Contract, book: &Book, amendment: &Amendment, today: Date) -> Result<Contract, Refusal> {
    for change in &amendment.changes {
        if let Change::SetTaxes { line, .. } = change
            && book.has_billed(*line)
        {
            let text = contract.line(*line).map_or("the line", |line| line.text.as_str());
            let detail = format!("\"{text}\" was billed with its taxes; end the line, and add one with the others");
            return Err(Refusal::conflict("line_billed", detail));
        }
    }
    Ok(not_again(amend(contract, amendment, today)?, book))
}

/// Amends an active contract. `today` is the tenant's local date. A renewal that is due by then comes first.
///
/// # Errors
/// [`Refusal::Invalid`] for a date in the past and for what is not a valid contract afterwards; [`Refusal::Conflict`]
/// when the contract is a proposal (`contract_draft`), over (`contract_ended`) or an open account (`open_account`), for a day
/// after the end of a term that does not renew (`after_the_end`), and for notice that comes too late (`notice_too_late`).
pub fn amend(contract: Contract, amendment: &Amendment, today: Date) -> Result<Contract, Refusal> {
    if contract.open_account {
        let detail = "bills what no contract of the client does; make a contract for what is agreed";
        return Err(Refusal::conflict("open_account", format!("{} {detail}", contract.number)));
    }
    match contract.state {
        ContractState::Active => {}
        ContractState::Draft => {
            let detail = "is a proposal; change it itself, or activate it first";
            return Err(Refusal::conflict("contract_draft", format!("{} {detail}", contract.number)));
        }
        ContractState::Ended => {
            let detail = "is over; make a new contract";
            return Err(Refusal::conflict("contract_ended", format!("{} {detail}", contract.number)));
        }
    }
    check_amendment(amendment, today)?;
    let mut after = renewed(contract, today);
    let agreed = after.schedule;
    for (index, change) in amendment.changes.iter().enumerate() {
        apply(&mut after, change, amendment.effective_on)
            .map_err(|refusal| refusal.within(&format!("/changes/{index}")))?;
    }
    after.next_on = after.next_on.min(Some(after.schedule.ends_on.map_or(Date::MAX, |end| end.max(today))));
    after.updated_at = amendment.at;
    // One that is over before it begins is looked at as it was agreed: there is no day of it left to be wrong.
    let checked = match after.is_called_off() {
        true => check(&Contract { schedule: agreed, ..after.clone() }),
        false => check(&after),
    };
    checked.map_err(|refusal| in_changes(refusal, amendment, &after))?;
    Ok(after)
}

/// Notes the taxes of an amendment by which no line can be taxed.
///
/// # Errors
/// [`Refusal::Invalid`] with the place of each in the amendment.
pub fn check_amended_taxes(amendment: &Amendment, settings: &BillingSettings) -> Result<(), Refusal> {
    let mut check = Check::new();
    for (index, change) in amendment.changes.iter().enumerate() {
        match change {
            Change::AddLine { line } => {
                settings.check_taxes(&format!("/changes/{index}/line/taxes"), &line.taxes, &mut check);
            }
            Change::SetTaxes { taxes, .. } => {
                settings.check_taxes(&format!("/changes/{index}/taxes"), taxes, &mut check);
            }
            _ => {}
        }
    }
    check.done()
}

fn check_amendment(amendment: &Amendment, today: Date) -> Result<(), Refusal> {
    let mut check = Check::new();
    if amendment.effective_on < today {
        let detail = format!("must be today ({today}) or later; what was billed is corrected with a credit note");
        check.fault("/effective_on", "in_the_past", detail);
    }
    if amendment.effective_on > today && amendment.changes.iter().any(Change::holds_at_once) {
        let detail = format!("must be today ({today}): name, payment terms, SLA and renewal have no later date");
        check.fault("/effective_on", "not_today", detail);
    }
    check.that(!amendment.changes.is_empty(), "/changes", "required", "must change something; give a change");
    check.count("/changes", amendment.changes.len(), MOST_CHANGES);
    if !amendment.note.is_empty() {
        check.prose("/note", &amendment.note, LONGEST_NOTE);
    }
    check.done()
}

fn apply(contract: &mut Contract, change: &Change, on: Date) -> Result<(), Refusal> {
    match change {
        Change::SetQuantity { line, quantity } => {
            precise("/quantity", quantity)?;
            let line = living(contract, *line, on)?;
            put(&mut line.quantity, on.max(line.from), *quantity);
        }
        Change::SetPrice { line, price } => {
            let line = living(contract, *line, on)?;
            put(&mut line.price, on.max(line.from), price.clone());
        }
        Change::SetTaxes { line, taxes } => {
            in_term(contract, on)?;
            let known = contract.lines.iter_mut().find(|known| known.id == *line);
            known.ok_or_else(|| Refusal::invalid("/line", "unknown", "is no line of this contract"))?.taxes =
                taxes.clone();
        }
        Change::AddLine { line } => {
            if line.from < on {
                return Err(Refusal::invalid("/line/from", "too_early", format!("must be {on} or later")));
            }
            let goes_on = contract.renews();
            if let Some(end) = contract.schedule.ends_on.filter(|end| *end <= line.from && !goes_on) {
                let detail = format!("must be before {end}, when the contract ends; or extend it first");
                return Err(Refusal::invalid("/line/from", "outside_the_term", detail));
            }
            for quantity in &line.quantity {
                precise("/line/quantity", &quantity.value)?;
            }
            contract.lines.push(line.as_ref().clone());
        }
        Change::EndLine { line } => {
            let line = living(contract, *line, on)?;
            line.until = Some(on.max(line.from));
        }
        Change::AddDiscount { line, discount } => {
            if discount.from < on {
                return Err(Refusal::invalid("/discount/from", "too_early", format!("must be {on} or later")));
            }
            match line {
                Some(line) => living(contract, *line, on)?.discounts.push(discount.clone()),
                None => contract.discounts.push(discount.clone()),
            }
        }
        Change::SetBucket { line, minutes } => {
            let line = living(contract, *line, on)?;
            let Some(terms) = &line.bucket else {
                return Err(Refusal::invalid("/line", "no_bucket", "includes no hours; add a line that does"));
            };
            BucketTerms { minutes: *minutes, ..terms.clone() }.check()?;
            put(&mut line.bucket_minutes, on, *minutes);
        }
        Change::End {} => {
            in_this_term(contract, on)?;
            contract.schedule.ends_on = Some(on.max(contract.schedule.starts_on));
            contract.renewal.auto = false;
        }
        Change::Extend { until, auto } => {
            let longer = contract.schedule.ends_on.is_some_and(|end| until.is_none_or(|until| until > end));
            if !longer {
                let detail = "must be after the end that the contract has; to shorten it, end it";
                return Err(Refusal::invalid("/until", "not_in_order", detail));
            }
            contract.schedule.ends_on = *until;
            contract.renewal.auto = auto.unwrap_or(contract.renewal.auto);
            if *auto == Some(true) {
                contract.renewal.notice_given = None;
            }
        }
        Change::GiveNotice {} => give_notice(contract, on)?,
        Change::WithdrawNotice {} => contract.renewal.notice_given = None,
        Change::SetUplift { uplift } => {
            if let Some(end) = contract.schedule.ends_on.filter(|end| on > *end) {
                let detail =
                    format!("an uplift holds from the next renewal on, which is on {end}; give a date up to it");
                return Err(Refusal::conflict("after_the_end", detail));
            }
            contract.renewal.uplift = *uplift;
        }
        Change::SetRenewal { auto, months, notice_days } => {
            contract.renewal = Renewal { auto: *auto, months: *months, notice_days: *notice_days, ..contract.renewal };
        }
        Change::SetTerms { terms } => contract.terms = *terms,
        Change::SetSla { sla } => contract.sla = *sla,
        Change::Rename { name } => contract.name = name.trim().to_owned(),
    }
    Ok(())
}

/// The line, if it is still to be billed on this date.
fn living(contract: &mut Contract, id: LineId, on: Date) -> Result<&mut Line, Refusal> {
    in_term(contract, on)?;
    let known = contract.lines.iter_mut().find(|line| line.id == id);
    let line = known.ok_or_else(|| Refusal::invalid("/line", "unknown", "is no line of this contract"))?;
    match line.until {
        Some(until) if until <= on => {
            Err(Refusal::invalid("/line", "ended", format!("ended on {until}; add a new line instead")))
        }
        _ if line.kind == LineKind::OneOff && line.from <= on => {
            Err(Refusal::invalid("/line", "billed", "is billed once; add a new line instead"))
        }
        _ => Ok(line),
    }
}

/// A day of the contract. What renews by itself has terms to come, for which something can be agreed already: it holds in them
/// as it was agreed, and never when notice is given after all.
fn in_term(contract: &Contract, on: Date) -> Result<(), Refusal> {
    if contract.renews() { Ok(()) } else { in_this_term(contract, on) }
}

/// A day of the term as it is.
fn in_this_term(contract: &Contract, on: Date) -> Result<(), Refusal> {
    let Some(end) = contract.schedule.ends_on.filter(|end| on >= *end) else { return Ok(()) };
    let detail = if contract.renews() {
        format!("the term ends on {end} and renews by itself; end the contract within it, or give notice")
    } else if contract.renewal.auto {
        format!("the contract ends on {end}, for notice was given; give an earlier date, or take the notice back first")
    } else {
        format!("the contract ends on {end}; give an earlier date, or extend it first")
    };
    Err(Refusal::conflict("after_the_end", detail))
}

fn give_notice(contract: &mut Contract, on: Date) -> Result<(), Refusal> {
    let Some(upcoming) = super::renew::upcoming(contract) else {
        let detail = "the contract has no end; end it on a date instead";
        return Err(Refusal::conflict("no_term", detail));
    };
    if on > upcoming.notice_by {
        let detail = format!("notice was to be given by {}; end the contract on a date instead", upcoming.notice_by);
        return Err(Refusal::conflict("notice_too_late", detail));
    }
    contract.renewal.notice_given = Some(on);
    Ok(())
}

/// Puts a value into a list by date, in place of one of the same date.
fn put<T>(dated: &mut Vec<Dated<T>>, from: Date, value: T) {
    let at = dated.partition_point(|dated| dated.from < from);
    if dated.get(at).is_some_and(|dated| dated.from == from) {
        dated[at].value = value;
    } else {
        dated.insert(at, Dated { from, value });
    }
}
