//! Opening a ticket.

use jiff::Timestamp;

use super::fields::{Channel, Impact, Kind, Priority, Urgency, priority_of};
use super::status::Status;
use super::ticket::{
    Handled, LONGEST_CATEGORY, LONGEST_SUBJECT, LONGEST_TAG, LONGEST_TEXT, MOST_TAGS, Requester, Ticket, Work,
};
use crate::access::Actor;
use crate::clients::Client;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{DepartmentId, TicketId};
use crate::invalid::Check;
use crate::sla::{Plan, TicketSla};
use crate::timeline::{By, EntryKind};

/// A ticket to be opened. Whether the contact and the department exist is the caller's to look up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewTicket {
    /// Who asked; for somebody of the client's side it is always themselves.
    pub requester: Requester,
    /// In one line.
    pub subject: String,
    /// In full.
    pub description: String,
    /// What sort of request it is.
    pub kind: Kind,
    /// What it is about.
    pub category: Option<String>,
    /// How much is affected.
    pub impact: Impact,
    /// How long it can wait.
    pub urgency: Urgency,
    /// Set by hand, by the MSP's side only; absent follows impact and urgency.
    pub priority: Option<Priority>,
    /// `new` unless the MSP's side says `open`, or `closed` for what is over already (a call that was answered).
    pub status: Status,
    /// Which department works on it.
    pub department: Option<DepartmentId>,
    /// For finding it again.
    pub tags: Vec<String>,
    /// How it came in.
    pub channel: Channel,
}

/// Opens a ticket for a client, under the plan that holds for it.
///
/// # Errors
/// [`Refusal::NotFound`] for a client that the actor may not see, [`Refusal::Conflict`] for one that is no client
/// any more, [`Refusal::Invalid`] for bad fields.
pub fn open(
    id: TicketId,
    number: u64,
    new: NewTicket,
    client: &Client,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    if !actor.sees_client(client.id) {
        return Err(Refusal::NotFound);
    }
    if !client.active {
        return Err(Refusal::conflict("client_inactive", "this client is inactive; activate it first"));
    }
    let by_client = actor.role.is_client_side();
    let mut check = Check::new();
    check.that(
        !by_client || new.priority.is_none(),
        "/priority",
        "not_allowed",
        "is set by the MSP; say how urgent it is by impact and urgency",
    );
    let first_statuses: &[Status] =
        if by_client { &[Status::New] } else { &[Status::New, Status::Open, Status::Closed] };
    check.that(
        first_statuses.contains(&new.status),
        "/status",
        "not_allowed",
        if by_client { "a ticket starts as new" } else { "a ticket starts as new, open or closed" },
    );
    let requester = if by_client { Requester { user: Some(actor.user), ..new.requester } } else { new.requester };
    let closed_at = (new.status == Status::Closed).then_some(now);
    let ticket = Ticket {
        id,
        tenant: actor.tenant,
        number,
        client: client.id,
        requester,
        subject: new.subject.trim().to_owned(),
        description: new.description,
        kind: new.kind,
        category: new.category,
        impact: new.impact,
        urgency: new.urgency,
        priority: new.priority.unwrap_or_else(|| priority_of(new.impact, new.urgency)),
        priority_by_hand: new.priority.is_some(),
        status: new.status,
        department: new.department,
        assignee: None,
        tags: tidy(new.tags),
        channel: new.channel,
        sla: TicketSla::start(new.status, plan, now),
        opened_at: now,
        opened_by: actor.user,
        updated_at: now,
        resolved_at: closed_at,
        closed_at,
    };
    check_fields(&ticket, check)?;

    let status = ticket.status;
    let mut work = Work::begin(ticket, By::from(actor), now, plan);
    work.tell(|at| Event::TicketOpened { at, status });
    work.enter(EntryKind::Opened { status }, true);
    Ok(work.done())
}

/// Tags in lower case, without blanks around, each once.
pub(super) fn tidy(tags: Vec<String>) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = tag.trim().to_lowercase();
        if !tidy.contains(&tag) {
            tidy.push(tag);
        }
    }
    tidy
}

/// The rules for a ticket's text, whoever wrote it.
pub(super) fn check_fields(ticket: &Ticket, mut check: Check) -> Result<(), Refusal> {
    check.line("/subject", &ticket.subject, LONGEST_SUBJECT);
    check.prose("/description", &ticket.description, LONGEST_TEXT);
    if let Some(category) = &ticket.category {
        check.line("/category", category, LONGEST_CATEGORY);
    }
    check.count("/tags", ticket.tags.len(), MOST_TAGS);
    for (index, tag) in ticket.tags.iter().enumerate() {
        check.line(&format!("/tags/{index}"), tag, LONGEST_TAG);
    }
    check.done()
}
