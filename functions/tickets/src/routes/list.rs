//! List tickets.

use contract::tickets::{LIST, StateFilter, TicketQuery, TicketView};
use contract::{NoBody, NoPath, Page};
use domain::access::Role;
use domain::tickets::Ticket;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::tickets::TicketFilter;

use crate::effects::shown;
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<NoPath, TicketQuery, NoBody>) -> Result<Answer<Page<TicketView>>> {
    let mut query = input.query;
    let wanted = page(query.limit.take(), query.cursor.take())?;
    if let Some(client) = query.client {
        cx.may_see(client)?;
    }
    // A client's side sees its own tickets whatever it asks for; one of its users, what they asked for themselves.
    query.client = cx.actor.client.or(query.client);
    if cx.actor.role == Role::ClientUser {
        query.requester = Some(cx.actor.user);
    }
    let filter = TicketFilter { open: open_or_done(&query), client: query.client, others: format!("{query:?}") };
    let found = cx.store.tickets(&filter, &wanted, |ticket| fits(&query, ticket)).await?;
    let plans = Plans::new(cx.store.clone());
    let mut items = Vec::with_capacity(found.items.len());
    for ticket in found.items {
        let plan = plans.of(&ticket.value).await?;
        items.push(shown(ticket.value, plan.as_ref(), cx.now));
    }
    Ok(Answer::of(Page { items, next: found.next }))
}

/// Which half of the tickets to read: a status lies in one of them.
fn open_or_done(query: &TicketQuery) -> Option<bool> {
    match (query.status, query.state) {
        (Some(status), None) => Some(status.is_work()),
        (_, Some(StateFilter::All)) => None,
        (_, Some(StateFilter::Done)) => Some(false),
        (_, Some(StateFilter::Open) | None) => Some(true),
    }
}

fn fits(query: &TicketQuery, ticket: &Ticket) -> bool {
    query.status.is_none_or(|status| ticket.status == status)
        && query.assignee.is_none_or(|assignee| ticket.assignee == Some(assignee))
        && query.unassigned.is_none_or(|unassigned| ticket.assignee.is_none() == unassigned)
        && query.department.is_none_or(|department| ticket.department == Some(department))
        && query.priority.is_none_or(|priority| ticket.priority == priority)
        && query.requester.is_none_or(|user| ticket.requester.user == Some(user))
        && query.tag.as_ref().is_none_or(|tag| ticket.tags.contains(&tag.to_lowercase()))
        && query.breached.is_none_or(|breached| ticket.sla.is_breached() == breached)
}
