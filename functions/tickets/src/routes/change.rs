//! Change a ticket's fields.

use contract::NoQuery;
use contract::tickets::{AtTicket, CHANGE, TicketChanges, TicketView};
use domain::tickets;
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::effects::{changed, visible_ticket};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<AtTicket, NoQuery, TicketChanges>) -> Result<Answer<TicketView>> {
    let ticket = cx.unchanged(visible_ticket(&cx, input.path.ticket).await?)?;
    let changes = asked(input.body);
    let department = changes.department.unwrap_or(ticket.value.department);
    references::exist(&cx.store, [("/department", changes.department.flatten().map(Reference::Department))]).await?;
    let plans = Plans::new(cx.store.clone());
    let plan = plans.of(&ticket.value).await?;
    let then = plans.find(ticket.value.client, department).await?;
    let handled = tickets::change(ticket.value.clone(), changes, &cx.actor, cx.now, plan.as_ref(), then.as_ref())?;
    let moved = handled.ticket.department != ticket.value.department;
    changed(&cx, ticket, handled, None, then.as_ref(), moved.then_some(&plans)).await
}

fn asked(changes: TicketChanges) -> tickets::TicketChanges {
    let TicketChanges { subject, description, kind, category, impact, urgency, priority, department, tags } = changes;
    let requester = None;
    tickets::TicketChanges {
        subject,
        description,
        kind,
        category,
        impact,
        urgency,
        priority,
        department,
        tags,
        requester,
    }
}
