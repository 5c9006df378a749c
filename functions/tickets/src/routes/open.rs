//! Open a ticket.

use contract::tickets::{NewTicket, OPEN, TicketView};
use contract::{NoPath, NoQuery};
use domain::ids::{DepartmentId, TicketId};
use domain::tickets::{self, Requester};
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::effects::{Change, shown};
use crate::plans::Plans;

/// The route.
pub fn route() -> Handler {
    Handler::new(OPEN, open)
}

async fn open(cx: Cx, input: In<NoPath, NoQuery, NewTicket>) -> Result<Answer<TicketView>> {
    let NewTicket { client, contact, department, .. } = input.body;
    let client = client.or(cx.actor.client).ok_or_else(|| Error::field("/client", "say whose ticket it is"))?;
    cx.may_see(client)?;
    references::exist(
        &cx.store,
        [
            ("/client", Some(Reference::Client(client))),
            ("/contact", contact.map(|contact| Reference::Contact(client, contact))),
            ("/department", department.map(Reference::Department)),
        ],
    )
    .await?;
    let plans = Plans::new(cx.store.clone());
    let department = department.or(plans.tenant().await?.intake);
    let plan = plans.find(client, department).await?;
    let plan = plan.as_ref();
    let client = plans.client(client).await?;
    let number = cx.store.next_ticket_number().await?;
    let id = TicketId::from_uuid(cx.id());
    let handled = tickets::open(id, number, asked(input.body, department), &client, &cx.actor, cx.now, plan)?;
    let change = Change { carried_by: None, handled, capacity: None, store: &cx.store, ids: &cx.world.ids };
    let (change, commit) = change.hand_out(&plans, plan, cx.now, cx.store.commit()).await?;
    let (ticket, commit) = change.follow(commit).await?;
    Ok(Answer::after(commit.create(&ticket), shown(ticket, plan, cx.now)).rev(1))
}

fn asked(new: NewTicket, department: Option<DepartmentId>) -> tickets::NewTicket {
    tickets::NewTicket {
        requester: Requester { contact: new.contact, user: None },
        subject: new.subject,
        description: new.description,
        kind: new.kind,
        category: new.category,
        impact: new.impact,
        urgency: new.urgency,
        priority: new.priority,
        status: new.status,
        department,
        tags: new.tags,
        channel: new.channel,
    }
}
