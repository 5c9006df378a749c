//! Set a ticket's status.

use contract::NoQuery;
use contract::tickets::{AtTicket, NewStatus, SET_STATUS, TicketView};
use domain::tickets;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{changed, owner, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(SET_STATUS, set_status)
}

async fn set_status(cx: Cx, input: In<AtTicket, NoQuery, NewStatus>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    let plans = Plans::new(cx.store.clone());
    let plan = plans.of(&ticket.value).await?;
    let owner = owner(&cx.store, &ticket.value).await?;
    let status = input.body.status;
    let handled = tickets::set_status(ticket.value.clone(), status, owner.as_ref(), &cx.actor, cx.now, plan.as_ref())?;
    let reopened = owner.is_some();
    changed(&cx, ticket, handled, owner.and_then(|owner| owner.capacity), plan.as_ref(), reopened.then_some(&plans))
        .await
}
