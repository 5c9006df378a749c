//! What a contract, a proposal or a change of one will bill: the same call as the run, on dates that have not come yet.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::civil::Date;

use super::bill::{Draft, Facts, bill, invoiced, line_of, not_again};
use super::contract::{Amendment, Contract, ContractState, amend_billed};
use super::cycle::{Period, Schedule};
use super::lines::InvoiceLine;
use super::taxes::{Taxed, Taxing};
use crate::error::Refusal;
use crate::ids::LineId;
use crate::money::Money;

/// How many invoices a simulation shows.
pub const INVOICES: usize = 12;
/// Most bill dates it goes through to find them: a contract of usage alone has bills with nothing on them.
pub const MOST_DATES: usize = 60;
/// Most bill dates it goes through to the end of the period in which a change takes effect: ten years of weeks.
pub const MOST_DATES_AHEAD: usize = 530;

/// What comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The next invoices, at most [`INVOICES`]. What is counted stays as it was counted last; usage, time
    /// and charges are those that are there already.
    pub bills: Vec<Simulated>,
    /// What the change does to the period in which it takes effect; none without a change, nor of one that is more than
    /// [`MOST_DATES_AHEAD`] bills ahead.
    pub effect: Option<Effect>,
}

/// An invoice that comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// As the run makes it.
    pub draft: Draft,
    /// Its lines with their taxes, were it alone on its invoice.
    pub lines: Vec<InvoiceLine>,
    /// What they come to.
    pub taxed: Taxed,
}

/// What a change does to the period in which it takes effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The whole period.
    pub period: Period,
    /// By line, those that change only, without taxes. More is charged, less is credited.
    pub lines: BTreeMap<LineId, Money>,
    /// All lines together, without taxes.
    pub net: Money,
}

/// The next invoices of a contract, or of a proposal as if it were signed; with an amendment those that follow from it,
/// and what it does to the period in which it takes effect.
///
/// # Errors
/// As [`amend_billed`], [`bill`] and [`Taxing::nets`].
pub fn simulate(
    facts: &Facts,
    amendment: Option<&Amendment>,
    taxing: Taxing<'_>,
    today: Date,
) -> Result<Simulation, Refusal> {
    let taxed = |draft: Draft| {
        let (lines, taxed) = invoiced(&draft, taxing)?;
        Ok(Simulated { draft, lines, taxed })
    };
    let shown = |drafts: Vec<Draft>| drafts.into_iter().take(INVOICES).map(taxed).collect::<Result<_, Refusal>>();
    let Some(amendment) = amendment else {
        return Ok(Simulation { bills: shown(next(facts, None)?.0)?, effect: None });
    };
    let contract = amend_billed(facts.contract.clone(), &facts.book, amendment, today)?;
    let period = period_of(&contract, amendment.effective_on);
    let (before, before_is_all) = next(facts, Some(period.to))?;
    let (drafts, is_all) = next(&Facts { contract, ..facts.clone() }, Some(period.to))?;
    let effect = match before_is_all && is_all {
        true => Some(effect(&before, &drafts, period, taxing, facts.contract.currency)?),
        false => None,
    };
    Ok(Simulation { bills: shown(drafts)?, effect })
}

/// The next drafts, date by date, as the run makes them on time: [`INVOICES`] of them, and those up to a date that is asked for.
/// Whether these are all of them.
fn next(facts: &Facts, up_to: Option<Date>) -> Result<(Vec<Draft>, bool), Refusal> {
    let mut facts = facts.clone();
    if facts.contract.state == ContractState::Draft {
        let next_on = Some(facts.contract.schedule.starts_on);
        facts.contract = Contract { state: ContractState::Active, next_on, ..facts.contract };
    }
    let mut drafts = Vec::new();
    for date in 0..MOST_DATES_AHEAD {
        facts.contract = not_again(facts.contract, &facts.book);
        let Some(on) = facts.contract.next_on else { return Ok((drafts, true)) };
        let is_asked = up_to.is_some_and(|up_to| on <= up_to);
        let is_shown = drafts.len() < INVOICES && date < MOST_DATES;
        if !is_asked && !is_shown {
            return Ok((drafts, true));
        }
        let billing = bill(&facts, on)?;
        drafts.extend(billing.drafts);
        facts = billing.after;
    }
    Ok((drafts, false))
}

fn period_of(contract: &Contract, day: Date) -> Period {
    let schedule = Schedule { ends_on: None, ..contract.schedule };
    schedule.period_of(day).unwrap_or_else(|| schedule.first())
}

/// What is billed for days of a period, afterwards less before, by line. Each line is taxed by itself, so that one which stays
/// as it was comes to nothing, whatever it is rounded with.
fn effect(
    before: &[Draft],
    after: &[Draft],
    period: Period,
    taxing: Taxing<'_>,
    currency: Currency,
) -> Result<Effect, Refusal> {
    let mut lines: BTreeMap<LineId, Money> = BTreeMap::new();
    for (drafts, sign) in [(before, -1), (after, 1)] {
        for line in drafts.iter().flat_map(|draft| &draft.lines) {
            let within = line.service.is_some_and(|service| service.intersect(&period) == Some(service));
            let Some(id) = line_of(line.origin).filter(|_| within) else { continue };
            let net = taxing.net(&line.taxable())?;
            let amount = if sign < 0 { net.negated() } else { net };
            let sum = lines.get(&id).copied().unwrap_or(Money::zero(currency)).plus(amount)?;
            lines.insert(id, sum);
        }
    }
    lines.retain(|_, amount| !amount.is_zero());
    let net = Money::sum(currency, lines.values().copied())?;
    Ok(Effect { period, lines, net })
}
