//! Proposals: contracts before they are signed, which may be changed freely.

use iso_currency::Currency;
use jiff::Timestamp;

use super::model::{Contract, ContractState, Line, Renewal};
use super::validate::check;
use crate::billing::cycle::Schedule;
use crate::billing::discounts::Discount;
use crate::billing::proration::Proration;
use crate::billing::terms::PaymentTerms;
use crate::error::Refusal;
use crate::ids::{ClientId, ContractId};
use crate::sla::SlaChoice;

/// A contract to be proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContract {
    /// Who is to pay.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Its term and its periods.
    pub schedule: Schedule,
    /// When its invoices are due.
    pub terms: PaymentTerms,
    /// How parts of a period are billed.
    pub proration: Proration,
    /// What is billed.
    pub lines: Vec<Line>,
    /// Which SLA its tickets have.
    pub sla: SlaChoice,
    /// What happens at the end of the term.
    pub renewal: Renewal,
    /// Discounts on whole invoices.
    pub discounts: Vec<Discount>,
}

/// What to change of a proposal; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContractChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another currency.
    pub currency: Option<Currency>,
    /// Another term, other periods.
    pub schedule: Option<Schedule>,
    /// Other payment terms.
    pub terms: Option<PaymentTerms>,
    /// Another way to bill parts of a period.
    pub proration: Option<Proration>,
    /// The lines from now on.
    pub lines: Option<Vec<Line>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// What happens at the end of the term.
    pub renewal: Option<Renewal>,
    /// The discounts from now on.
    pub discounts: Option<Vec<Discount>>,
}

/// Proposes a contract. Nothing is billed before it is signed ([`super::activate`]).
///
/// # Errors
/// [`Refusal::Invalid`] as for [`check`].
pub fn propose(id: ContractId, number: String, new: NewContract, now: Timestamp) -> Result<Contract, Refusal> {
    let NewContract { client, name, currency, schedule, terms, proration, lines, sla, renewal, discounts } = new;
    let contract = Contract {
        id,
        number,
        client,
        name: name.trim().to_owned(),
        currency,
        schedule,
        terms,
        proration,
        lines,
        sla,
        renewal,
        discounts,
        open_account: false,
        state: ContractState::Draft,
        next_on: None,
        parked: None,
        renewals: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    check(&contract)?;
    Ok(contract)
}

/// Changes a proposal.
///
/// # Errors
/// [`Refusal::Conflict`] `contract_signed` when it is none any more; [`Refusal::Invalid`] as for [`check`].
pub fn revise(contract: Contract, changes: ContractChanges, now: Timestamp) -> Result<Contract, Refusal> {
    if contract.state != ContractState::Draft {
        let detail = format!("{} is signed; what was agreed changes by an amendment, from today on", contract.number);
        return Err(Refusal::conflict("contract_signed", detail));
    }
    let mut after = Contract {
        name: changes.name.map_or_else(|| contract.name.clone(), |name| name.trim().to_owned()),
        currency: changes.currency.unwrap_or(contract.currency),
        schedule: changes.schedule.unwrap_or(contract.schedule),
        terms: changes.terms.unwrap_or(contract.terms),
        proration: changes.proration.unwrap_or(contract.proration),
        lines: changes.lines.unwrap_or_else(|| contract.lines.clone()),
        sla: changes.sla.unwrap_or(contract.sla),
        renewal: changes.renewal.unwrap_or(contract.renewal),
        discounts: changes.discounts.unwrap_or_else(|| contract.discounts.clone()),
        ..contract.clone()
    };
    if after == contract {
        return Ok(contract);
    }
    check(&after)?;
    after.updated_at = now;
    Ok(after)
}
