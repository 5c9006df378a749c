//! Under which contract work counts that no contract has billed and that names none.

use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::billing::contract::{Contract, ContractState};
use crate::billing::work::TimeEntry;
use crate::ids::ContractId;
use crate::zone::Zone;

/// Where and in what work is priced.
#[derive(Debug, Clone, Copy)]
pub struct Priced<'a> {
    /// The currency of the rates.
    pub currency: Currency,
    /// The tenant's zone.
    pub zone: &'a Zone,
    /// The tenant's local date.
    pub today: Date,
}

/// The contract under which work counts: the one that billed it or that it was put under; otherwise the only one of its
/// client that it can be for. Work that waits for a bill can be for those that the invoice run would bill it with, an open
/// account only where no contract bills it within a month; work that is never billed, for those that ran on its day. Where
/// there are several, or none, nobody can say.
pub fn counts_under(entry: &TimeEntry, contracts: &[Contract], priced: Priced<'_>) -> Option<ContractId> {
    let known = entry.under();
    if known.is_some() {
        return known;
    }
    let day = entry.day(priced.zone);
    let of_client = contracts.iter().filter(|contract| contract.client == entry.client);
    if !entry.is_unbilled() {
        return only(of_client.filter(|contract| ran_on(contract, day)));
    }
    let bills = |contract: &&Contract| {
        contract.state == ContractState::Active && contract.next_on.is_some() && contract.currency == priced.currency
    };
    let from = day.saturating_add(1.day());
    let soon = of_client.clone().filter(bills).any(|contract| contract.bills_soon(from, priced.today));
    only(of_client.filter(bills).filter(|contract| !(soon && contract.open_account)))
}

/// Whether it was signed, and a day is within its term. An open account has none.
fn ran_on(contract: &Contract, day: Date) -> bool {
    let term = contract.schedule.starts_on <= day && contract.schedule.ends_on.is_none_or(|end| day < end);
    term && contract.state != ContractState::Draft && !contract.open_account
}

fn only<'a>(mut contracts: impl Iterator<Item = &'a Contract>) -> Option<ContractId> {
    let first = contracts.next()?;
    contracts.next().is_none().then_some(first.id)
}
