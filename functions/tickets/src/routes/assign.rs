//! Give a ticket to somebody.

use contract::NoQuery;
use contract::tickets::{ASSIGN, Assignment, AtTicket, TicketView};
use domain::tickets;
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{candidate, changed, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(ASSIGN, assign)
}

async fn assign(cx: Cx, input: In<AtTicket, NoQuery, Assignment>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    references::exist(&cx.store, [("/assignee", input.body.assignee.map(Reference::User))]).await?;
    let plan = Plans::new(cx.store.clone()).of(&ticket.value).await?;
    let to = match input.body.assignee {
        Some(user) => Some(candidate(&cx.store, user).await?),
        None => None,
    };
    let handled = tickets::assign(ticket.value.clone(), to.as_ref(), &cx.actor, cx.now, plan.as_ref())?;
    changed(&cx, ticket, handled, to.and_then(|to| to.capacity), plan.as_ref(), None).await
}
