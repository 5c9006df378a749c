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
    Ok(Answer::read(ticket.map(|ticket| shown(ticket, plan.as_ref(), cx.now))))
}
