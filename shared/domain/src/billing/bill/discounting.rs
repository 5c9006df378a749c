//! Which discounts hold, and what they leave: on a line in its period, and on the whole invoice.

use jiff::civil::Date;

use super::draft::DraftLine;
use super::facts::Facts;
use super::sheet::Row;
use super::{is_further, period_of};
use crate::billing::contract::{Contract, Line};
use crate::billing::cycle::Period;
use crate::billing::discounts::{Discount, Discounted, Given, Off, Term, Undiscounted, discount, with_names};
use crate::error::Refusal;
use crate::money::Money;

/// What is left of a line's amount in a period after its own discounts and its maximum.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts in two currencies, or too much.
pub(super) fn discounted(
    contract: &Contract,
    line: &Line,
    full: &Period,
    gross: Money,
    maximum: Option<Money>,
) -> Result<Discounted, Refusal> {
    let first = line.from.max(contract.schedule.starts_on);
    left(contract, holding(contract, first, &line.discounts, full), gross, maximum)
}

/// What is left of an amount that settles a period billed before, after the percentages on that period's invoice: who
/// paid less for it gets less back. Amounts off an invoice were given with it and stay. With what each takes off.
///
/// # Errors
/// As [`discounted`].
pub(super) fn settled(contract: &Contract, period: &Period, amount: Money) -> Result<(Money, Vec<Given>), Refusal> {
    let percentages = holding(contract, contract.schedule.starts_on, &contract.discounts, period)
        .into_iter()
        .filter(|discount| matches!(discount.off, Off::Percent { .. }));
    let size = if amount.is_negative() { amount.negated() } else { amount };
    let Discounted { net, given, .. } = left(contract, percentages.collect(), size, None)?;
    let given = given.into_iter().map(|given| Given { of_invoice: true, ..given });
    if !amount.is_negative() {
        return Ok((net, given.collect()));
    }
    Ok((net.negated(), given.map(|given| Given { amount: given.amount.negated(), ..given }).collect()))
}

/// Takes the contract's discounts off the lines that share them. Amounts are taken off once a period, and not off a further bill
/// of it again.
///
/// # Errors
/// As [`discounted`].
pub(super) fn share_invoice_discounts(facts: &Facts, rows: Vec<Row>, on: Date) -> Result<Vec<DraftLine>, Refusal> {
    let contract = &facts.contract;
    let mut invoice = holding(contract, contract.schedule.starts_on, &contract.discounts, &period_of(contract, on));
    if is_further(facts, on) {
        invoice.retain(|discount| matches!(discount.off, Off::Percent { .. }));
    }
    let line = |row: &Row| Undiscounted {
        gross: row.line.net,
        maximum: None,
        discounts: Vec::new(),
        shares_invoice_discounts: row.shares,
    };
    let lines: Vec<Undiscounted<'_>> = rows.iter().map(line).collect();
    let all = discount(&lines, &invoice, contract.currency)?;
    let with = |(row, discounted): (Row, Discounted)| {
        let discount = row.line.gross.minus(discounted.net)?;
        let discounts = with_names(row.line.discounts.into_iter().chain(discounted.given).collect());
        Ok(DraftLine { discount, discounts, net: discounted.net, ..row.line })
    };
    rows.into_iter().zip(all).map(with).collect()
}

fn left(
    contract: &Contract,
    discounts: Vec<&Discount>,
    gross: Money,
    maximum: Option<Money>,
) -> Result<Discounted, Refusal> {
    let lines = [Undiscounted { gross, maximum, discounts, shares_invoice_discounts: false }];
    let over_maximum = Money::zero(contract.currency);
    let whole = Discounted { gross, over_maximum, given: Vec::new(), net: gross };
    Ok(discount(&lines, &[], contract.currency)?.pop().unwrap_or(whole))
}

/// The discounts that hold for a period: for one that starts inside it, from the next one on. What they are on, a line or the
/// contract, begins on its `first` day, and so does its first period.
fn holding<'a>(contract: &Contract, first: Date, discounts: &'a [Discount], period: &Period) -> Vec<&'a Discount> {
    let starts = period.from.max(first);
    discounts.iter().filter(|discount| discount.holds(starts, nth(contract, first, discount, starts))).collect()
}

/// How many periods started in a discount's time before the one that starts on a day; no more are counted than it has.
fn nth(contract: &Contract, first: Date, discount: &Discount, starts: Date) -> u32 {
    let Term::Periods { count } = discount.term else { return 0 };
    let period = period_of(contract, discount.from.max(first));
    let mut next = if period.from.max(first) < discount.from { period_of(contract, period.to) } else { period };
    let mut before = 0;
    while before < count && next.from.max(first) < starts {
        next = period_of(contract, next.to);
        before += 1;
    }
    before
}
