//! Read what was said and done on a ticket.

use contract::tickets::{AtTicket, EntryView, LIST_TIMELINE};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::visible_ticket;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_TIMELINE, list_timeline)
}

async fn list_timeline(cx: Cx, input: In<AtTicket, PageQuery, NoBody>) -> Result<Answer<Page<EntryView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let ticket = visible_ticket(&cx, input.path.ticket).await?.value;
    let found = cx.store.timeline(ticket.id, &page, cx.actor.role.is_client_side()).await?;
    Ok(Answer::of(Page { items: found.items.into_iter().map(EntryView::from).collect(), next: found.next }))
}
