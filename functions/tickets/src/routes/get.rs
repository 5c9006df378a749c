//! Read a ticket with its clocks.

use contract::tickets::{AtTicket, GET, TicketView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{shown, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, input: In<AtTicket, NoQuery, NoBody>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    let plan = Plans::new(cx.store.clone()).of(&ticket.value).await?;
    let mut view = ticket.map(|ticket| shown(ticket, plan.as_ref(), cx.now));
    if cx.actor.client.is_none() {
        view.value.client_suspended_since = cx.store.client_billing(view.value.client).await?.value.suspended_since;
    }
    Ok(Answer::read(view))
}
