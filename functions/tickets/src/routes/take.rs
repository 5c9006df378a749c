//! Take a ticket that nobody owns.

use contract::tickets::{AtTicket, TAKE, TicketView};
use contract::{NoBody, NoQuery};
use domain::tickets;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{candidate, changed, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(TAKE, take)
}

async fn take(cx: Cx, input: In<AtTicket, NoQuery, NoBody>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    let plan = Plans::new(cx.store.clone()).of(&ticket.value).await?;
    let me = candidate(&cx.store, cx.actor.user).await?;
    let handled = tickets::take(ticket.value.clone(), &me, &cx.actor, cx.now, plan.as_ref())?;
    changed(&cx, ticket, handled, me.capacity, plan.as_ref(), None).await
}
