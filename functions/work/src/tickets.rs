//! The ticket and the time that a path names.

use contract::work::AtTime;
use domain::billing::work::TimeEntry;
use domain::ids::{ContractId, TicketId};
use domain::tickets::Ticket;
use runtime::{Cx, Result};
use store::Versioned;

/// A ticket that the caller may see.
pub(crate) async fn ticket(cx: &Cx, id: TicketId) -> Result<Ticket> {
    let ticket = cx.store.ticket(id).await?.value;
    cx.may_see(ticket.client)?;
    Ok(ticket)
}

/// Work is put under a contract of the client's that is signed. None is left to the run.
pub(crate) async fn under(cx: &Cx, contract: Option<ContractId>) -> Result<()> {
    let Some(id) = contract else { return Ok(()) };
    Ok(cx.store.contract_root(id).await?.value.contract.must_be_signed()?)
}

/// A time entry that the caller may see.
pub(crate) async fn time(cx: &Cx, at: &AtTime) -> Result<Versioned<TimeEntry>> {
    let entry = cx.store.time_entry(at.ticket, at.time).await?;
    cx.may_see(entry.value.client)?;
    Ok(entry)
}
