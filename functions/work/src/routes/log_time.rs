//! Log work on a ticket.

use contract::NoQuery;
use contract::tickets::AtTicket;
use contract::work::{LOG, NewTime, TimeView};
use domain::billing::work::{NewTimeEntry, entry, whose};
use domain::events::Event;
use domain::ids::TimeEntryId;
use jiff::SignedDuration;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::tickets::{ticket, under};

/// The route.
pub fn route() -> Handler {
    Handler::new(LOG, log_time)
}

async fn log_time(cx: Cx, input: In<AtTicket, NoQuery, NewTime>) -> Result<Answer<TimeView>> {
    let NewTime { person, contract, role, started_at, minutes, billable, work_type, note } = input.body;
    let ticket = ticket(&cx, input.path.ticket).await?;
    let book = cx.store.rate_book().await?.value;
    let kind = book.named("/work_type", &work_type)?;
    let just_over = cx.now.saturating_sub(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(cx.now);
    let new = NewTimeEntry {
        ticket: ticket.id,
        client: ticket.client,
        contract,
        person: person.unwrap_or(cx.actor.user),
        role,
        started_at: started_at.unwrap_or(just_over),
        minutes,
        billable: billable.unwrap_or(kind.billable),
        work_type,
        note,
    };
    whose::may_handle(&cx.actor, new.person)?;
    let logged = entry::log(TimeEntryId::from_uuid(cx.id()), new, cx.now)?;
    let of_client = contract.map(|id| Reference::ContractOf(ticket.client, id));
    exist(&cx.store, [("/person", person.map(Reference::Staff)), ("/contract", of_client)]).await?;
    under(&cx, contract).await?;
    let event = Event::TimeLogged { time: logged.id, ticket: logged.ticket, client: logged.client };
    let commit = cx.store.commit().create(&logged).emit([event]);
    Ok(Answer::after(commit, logged.into()).rev(1))
}
