//! What was once charged stays: a rate of days by which invoices were taxed is not rewritten, for corrections and reports of
//! those days are reckoned by it.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Tax;
use crate::billing::codes::TaxCode;
use crate::billing::dated::{Dated, in_force};
use crate::error::Refusal;

/// From the first to the last day by whose rates invoices were taxed, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxedDays {
    /// The first.
    pub first: Date,
    /// The last. What is billed in advance is taxed by the rate of a day to come.
    pub last: Date,
}

/// By the rates of which days invoices were taxed, tax by tax. It only grows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxesUsed {
    /// By tax.
    pub taxes: BTreeMap<TaxCode, TaxedDays>,
}

impl TaxesUsed {
    /// Of lines with these taxes that are made `today`, each taxed by the rates of its day. What is billed in advance is taxed by
    /// a rate that is known today and holds until then.
    pub fn of<'a>(lines: impl IntoIterator<Item = (&'a [TaxCode], Date)>, today: Date) -> Self {
        let mut used = Self::default();
        for (taxes, on) in lines {
            for code in taxes {
                used.add(code, TaxedDays { first: on.min(today), last: on });
            }
        }
        used
    }

    /// All of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (code, days) in &other.taxes {
            self.add(code, *days);
        }
        self
    }

    /// Whether it has all of another already.
    pub fn covers(&self, other: &Self) -> bool {
        let has = |(code, days): (&TaxCode, &TaxedDays)| {
            self.taxes.get(code).is_some_and(|own| own.first <= days.first && days.last <= own.last)
        };
        other.taxes.iter().all(has)
    }

    fn add(&mut self, code: &TaxCode, days: TaxedDays) {
        let own = self.taxes.entry(code.clone()).or_insert(days);
        *own = TaxedDays { first: own.first.min(days.first), last: own.last.max(days.last) };
    }
}

/// Lets other taxes through only if they change no rate of the days by which invoices were taxed, as far as these are not to
/// come: of what is billed in advance, a rate may still change from tomorrow on. Where no rate held, nothing was taxed, and one
/// may be added. `today` is the tenant's local date.
///
/// # Errors
/// [`Refusal::Conflict`] `taxes_billed` with the first such day.
pub fn keeps_what_was_taxed(before: &[Tax], after: &[Tax], used: &TaxesUsed, today: Date) -> Result<(), Refusal> {
    for tax in before {
        let Some(TaxedDays { first, last }) = used.taxes.get(&tax.code) else { continue };
        let (first, last) = (*first, (*last).min(today));
        let now = after.iter().find(|after| after.code == tax.code).map_or(&[][..], |after| &after.percent);
        let Some((day, was)) = first_change(&tax.percent, now, first, last) else { continue };
        let next = last.saturating_add(1.day());
        let detail = format!(
            "invoices were taxed with {} by the rates of {first} to {last}, and {} % of {day} would change; keep the rates of \
             those days as they are, and let the new one begin on {next} or later. What is wrong on an invoice is corrected \
             with a credit note",
            tax.code,
            was.normalize(),
        );
        return Err(Refusal::conflict("taxes_billed", detail));
    }
    Ok(())
}

/// The first day with another rate, and the rate that it had.
fn first_change(
    before: &[Dated<Decimal>],
    after: &[Dated<Decimal>],
    first: Date,
    last: Date,
) -> Option<(Date, Decimal)> {
    let turns = before.iter().chain(after).map(|dated| dated.from).filter(|day| first < *day);
    let mut days: Vec<Date> = turns.chain([first]).filter(|day| *day <= last).collect();
    days.sort_unstable();
    days.into_iter().find_map(|day| {
        let was = in_force(before, day)?;
        (in_force(after, day) != Some(was)).then_some((day, *was))
    })
}
