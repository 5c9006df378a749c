//! Where a fault of an amended contract stands in the amendment that brought it.

use jiff::civil::Date;

use super::amendment::{Amendment, Change};
use super::model::Contract;
use crate::billing::dated::Dated;
use crate::billing::discounts::Discount;
use crate::error::Refusal;
use crate::ids::LineId;

/// The faults of a contract as it would be, at their places in the amendment. What no single change says is a fault of all.
pub(super) fn in_changes(refusal: Refusal, amendment: &Amendment, after: &Contract) -> Refusal {
    let Refusal::Invalid(mut faults) = refusal else { return refusal };
    for fault in &mut faults {
        // Of several changes of one thing the last one holds.
        let mut changes = amendment.changes.iter().enumerate().rev();
        let place = changes.find_map(|(index, change)| {
            let within = within(change, &fault.field, amendment.effective_on, after)?;
            Some(format!("/changes/{index}{within}"))
        });
        fault.field = place.unwrap_or_else(|| "/changes".to_owned());
    }
    Refusal::Invalid(faults)
}

/// The place in a change of what stands at a place of the contract, if the change says it.
fn within(change: &Change, field: &str, on: Date, after: &Contract) -> Option<String> {
    match change {
        Change::AddLine { line } => Some(format!("/line{}", of_line(field, line.id, after)?)),
        Change::SetQuantity { line, .. } => {
            let known = after.line(*line)?;
            of_date(of_line(field, *line, after)?, "/quantity", &known.quantity, on.max(known.from))
        }
        Change::SetPrice { line, .. } => {
            let known = after.line(*line)?;
            of_date(of_line(field, *line, after)?, "/price", &known.price, on.max(known.from))
        }
        Change::SetBucket { line, .. } => {
            (of_line(field, *line, after)? == "/bucket_minutes").then(|| "/minutes".to_owned())
        }
        Change::SetTaxes { line, .. } => {
            of_line(field, *line, after)?.strip_prefix("/taxes").map(|at| format!("/taxes{at}"))
        }
        Change::EndLine { line } => of_line(field, *line, after)?.strip_prefix("/until").map(|_| String::new()),
        Change::AddDiscount { line: Some(line), discount } => {
            of_discount(of_line(field, *line, after)?, &after.line(*line)?.discounts, discount)
        }
        Change::AddDiscount { line: None, discount } => of_discount(field, &after.discounts, discount),
        Change::End {} => (field == "/schedule/ends_on").then(String::new),
        Change::Extend { .. } => {
            // Without an end there is nothing to renew at.
            ["/schedule/ends_on", "/renewal/auto"].contains(&field).then(|| "/until".to_owned())
        }
        Change::SetUplift { .. } => field.strip_prefix("/renewal/uplift").map(|at| format!("/uplift{at}")),
        Change::SetRenewal { .. } => {
            field.strip_prefix("/renewal").filter(|at| !at.starts_with("/uplift")).map(str::to_owned)
        }
        Change::SetTerms { .. } => field.starts_with("/terms").then(|| field.to_owned()),
        Change::Rename { .. } => (field == "/name").then(|| field.to_owned()),
        Change::GiveNotice {} | Change::WithdrawNotice {} | Change::SetSla { .. } => None,
    }
}

/// What follows the place of a line.
fn of_line<'a>(field: &'a str, line: LineId, after: &Contract) -> Option<&'a str> {
    let (index, rest) = indexed(field.strip_prefix("/lines")?)?;
    after.lines.get(index).filter(|at| at.id == line).map(|_| rest)
}

/// The place of what holds from a date, which the change gives without one.
fn of_date<T>(field: &str, name: &str, dated: &[Dated<T>], from: Date) -> Option<String> {
    let rest = field.strip_prefix(name)?;
    let Some((index, rest)) = indexed(rest) else { return Some(name.to_owned()) };
    let of_change = dated.get(index).is_some_and(|dated| dated.from == from);
    of_change.then(|| format!("{name}{}", rest.strip_prefix("/value").unwrap_or_default()))
}

fn of_discount(field: &str, all: &[Discount], added: &Discount) -> Option<String> {
    let rest = field.strip_prefix("/discounts")?;
    let Some((index, rest)) = indexed(rest) else { return Some("/discount".to_owned()) };
    (all.get(index) == Some(added)).then(|| format!("/discount{rest}"))
}

/// The number with which a place begins, and what follows it.
fn indexed(rest: &str) -> Option<(usize, &str)> {
    let rest = rest.strip_prefix('/')?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some((rest[..end].parse().ok()?, &rest[end..]))
}
