//! Note something inside.

use contract::NoQuery;
use contract::tickets::{AtTicket, NOTE, NewNote, TicketView};
use domain::tickets;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{changed, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(NOTE, note)
}

async fn note(cx: Cx, input: In<AtTicket, NoQuery, NewNote>) -> Result<Answer<TicketView>> {
    let ticket = visible_ticket(&cx, input.path.ticket).await?;
    let plan = Plans::new(cx.store.clone()).of(&ticket.value).await?;
    let handled = tickets::note(ticket.value.clone(), input.body.body, &cx.actor, cx.now, plan.as_ref())?;
    changed(&cx, ticket, handled, None, plan.as_ref(), None).await
}
