//! Change a time entry until it is billed.

use contract::NoQuery;
use contract::work::{AtTime, CHANGE, TimeChanges, TimeView};
use domain::billing::work::{self, entry, whose};
use domain::events::Event;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

use crate::tickets::{time, under};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_time)
}

async fn change_time(cx: Cx, input: In<AtTime, NoQuery, TimeChanges>) -> Result<Answer<TimeView>> {
    let TimeChanges { person, contract, role, started_at, minutes, billable, work_type, note } = input.body;
    let read = cx.unchanged(time(&cx, &input.path).await?)?;
    whose::may_handle(&cx.actor, read.value.person)?;
    whose::may_handle(&cx.actor, person.unwrap_or(read.value.person))?;
    if let Some(code) = &work_type {
        cx.store.rate_book().await?.value.named("/work_type", code)?;
    }
    let changes = work::TimeChanges { contract, person, role, started_at, minutes, billable, work_type, note };
    let changed = entry::change(read.value.clone(), changes, cx.now)?;
    let of_client = contract.flatten().map(|id| Reference::ContractOf(read.value.client, id));
    exist(&cx.store, [("/person", person.map(Reference::Staff)), ("/contract", of_client)]).await?;
    if changed == read.value {
        return Ok(Answer::read(Versioned { value: changed.into(), rev: read.rev }));
    }
    under(&cx, contract.flatten()).await?;
    let event = Event::TimeChanged { time: changed.id, ticket: changed.ticket, client: changed.client };
    let commit = cx.store.commit().update(&changed, read.rev).emit([event]);
    Ok(Answer::after(commit, changed.into()).rev(read.rev + 1))
}
