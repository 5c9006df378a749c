//! List the time that was logged on a ticket.

use contract::tickets::AtTicket;
use contract::work::{LIST_OF_TICKET, TimeView};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::tickets::ticket;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_OF_TICKET, list_ticket_time)
}

async fn list_ticket_time(cx: Cx, input: In<AtTicket, PageQuery, NoBody>) -> Result<Answer<Page<TimeView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let ticket = ticket(&cx, input.path.ticket).await?;
    Ok(Answer::page(cx.store.ticket_time(ticket.id, &page).await?))
}
