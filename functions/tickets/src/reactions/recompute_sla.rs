//! Recompute the clocks of open tickets after what they were promised has changed.
//!
//! A recompute is the scan's step under today's plan: it is right whenever and however often it is done, so that a
//! reaction that dies, or meets itself, does no harm.

use contract::tickets::RECOMPUTE_SLA;
use domain::events::Event;
use domain::tickets::{self, Ticket};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::tickets::TicketFilter;
use store::{Commit, PageRequest};

use crate::effects::Change;
use crate::plans::Plans;

/// Tickets that one event recomputes; the rest follows with an event of its own.
const MAX_TICKETS: usize = 500;
/// Tickets read at once.
const PAGE: u32 = 100;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(RECOMPUTE_SLA, recompute)
}

async fn recompute(cx: ReactionCx) -> Result<Commit> {
    let plans = Plans::new(cx.store.clone());
    let filter = TicketFilter { open: Some(true), client: None, others: "recompute".into() };
    let mut page = PageRequest { limit: PAGE, cursor: start(&cx.envelope.event) };
    for _ in 0..MAX_TICKETS / PAGE as usize {
        let found = cx.store.tickets(&filter, &page, |ticket| concerns(&cx.envelope.event, ticket)).await?;
        for ticket in found.items {
            renew(&cx, &plans, &ticket.value).await?;
        }
        page.cursor = found.next;
        if page.cursor.is_none() {
            return Ok(cx.store.commit());
        }
    }
    Ok(cx.store.commit().emit([Event::SlaRecomputeRequested { cursor: page.cursor }]))
}

async fn renew(cx: &ReactionCx, plans: &Plans, ticket: &Ticket) -> Result<()> {
    cx.reconcile(|| async {
        let before = cx.store.ticket(ticket.id).await?;
        let plan = plans.of(&before.value).await?;
        let handled = tickets::advance(before.value.clone(), cx.now, plan.as_ref());
        if handled.ticket == before.value {
            return Ok(((), None));
        }
        let ids = &cx.world.ids;
        let carried_by = before.value.counts_as_load();
        let change = Change { carried_by, handled, capacity: None, store: &cx.store, ids };
        let (ticket, commit) = change.follow(cx.store.commit()).await?;
        Ok(((), Some(commit.update(&ticket, before.rev))))
    })
    .await
}

fn start(event: &Event) -> Option<String> {
    match event {
        Event::SlaRecomputeRequested { cursor } => cursor.clone(),
        _ => None,
    }
}

/// Whether a ticket's clocks may hang on what has changed.
fn concerns(event: &Event, ticket: &Ticket) -> bool {
    match event {
        Event::CalendarChanged { calendar } => ticket.sla.calendar == Some(*calendar),
        Event::PolicyChanged { policy } => ticket.sla.policy == Some(*policy),
        Event::ClientChanged { client } => ticket.client == *client,
        Event::DepartmentChanged { department } => ticket.department == Some(*department),
        _ => true,
    }
}
