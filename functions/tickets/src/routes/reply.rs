//! Reply in public.

use contract::NoQuery;
use contract::tickets::{AtTicket, NewReply, REPLY, TicketView};
use domain::tickets;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{changed, owner, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(REPLY, reply)
}

async fn reply(cx: Cx, input: In<AtTicket, NoQuery, NewReply>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    let plans = Plans::new(cx.store.clone());
    let plan = plans.of(&ticket.value).await?;
    let owner = owner(&cx.store, &ticket.value).await?;
    let NewReply { body, then } = input.body;
    let reply = tickets::NewReply { body, then };
    let handled = tickets::reply(ticket.value.clone(), reply, owner.as_ref(), &cx.actor, cx.now, plan.as_ref())?;
    let capacity = owner.and_then(|owner| owner.capacity);
    changed(&cx, ticket, handled, capacity, plan.as_ref(), Some(&plans)).await
}
