//! Working on a ticket: its fields and its status.

use jiff::Timestamp;

use super::assign::keep_owner_if_room;
use super::fields::{Impact, Kind, Priority, Urgency, priority_of};
use super::open::{check_fields, tidy};
use super::status::Status;
use super::ticket::{Handled, Requester, Ticket, Work};
use crate::access::Actor;
use crate::assignment::Candidate;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::DepartmentId;
use crate::invalid::Check;
use crate::sla::Plan;
use crate::timeline::{EntryKind, FieldChange};

/// What to change; absent fields stay, `Some(None)` clears.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketChanges {
    /// Another subject.
    pub subject: Option<String>,
    /// Another description.
    pub description: Option<String>,
    /// Another kind.
    pub kind: Option<Kind>,
    /// Another category.
    pub category: Option<Option<String>>,
    /// Another impact.
    pub impact: Option<Impact>,
    /// Another urgency.
    pub urgency: Option<Urgency>,
    /// By hand; `Some(None)` follows impact and urgency again.
    pub priority: Option<Option<Priority>>,
    /// Another department, which hands the ticket out anew.
    pub department: Option<Option<DepartmentId>>,
    /// The tags from now on.
    pub tags: Option<Vec<String>>,
    /// Somebody else asked.
    pub requester: Option<Requester>,
}

/// Changes a ticket. `plan` is the one that held until now, `then` the one that holds after the change (another
/// department may have another policy). The clocks are recomputed from the ticket's creation.
///
/// # Errors
/// [`Refusal::Conflict`] on a ticket that is over, [`Refusal::Invalid`] for bad fields, [`Refusal::Forbidden`] for
/// the client's side, [`Refusal::NotFound`] for a ticket that the actor may not see.
pub fn change<'a>(
    ticket: Ticket,
    changes: TicketChanges,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&'a Plan>,
    then: Option<&'a Plan>,
) -> Result<Handled, Refusal> {
    let mut work = Work::by_staff(actor, ticket, now, plan)?;
    let before = work.ticket.clone();
    apply(&mut work.ticket, changes);
    check_fields(&work.ticket, Check::new())?;

    let fields = differences(&before, &work.ticket);
    if !fields.is_empty() {
        let names = fields.iter().map(|change| change.field.clone()).collect();
        work.tell(|at| Event::TicketChanged { at, fields: names });
        work.enter(EntryKind::Changed { fields }, false);
    }
    if work.ticket.department != before.department {
        work.hand_to(None);
    }
    if work.ticket.priority != before.priority {
        work.promise_anew();
    }
    work.follow(then);
    Ok(work.done())
}

fn apply(ticket: &mut Ticket, changes: TicketChanges) {
    let TicketChanges { subject, description, kind, category, impact, urgency, priority, department, tags, requester } =
        changes;
    if let Some(subject) = subject {
        ticket.subject = subject.trim().to_owned();
    }
    if let Some(description) = description {
        ticket.description = description;
    }
    if let Some(tags) = tags {
        ticket.tags = tidy(tags);
    }
    ticket.kind = kind.unwrap_or(ticket.kind);
    ticket.category = category.unwrap_or_else(|| ticket.category.take());
    ticket.impact = impact.unwrap_or(ticket.impact);
    ticket.urgency = urgency.unwrap_or(ticket.urgency);
    ticket.department = department.unwrap_or(ticket.department);
    ticket.requester = requester.unwrap_or(ticket.requester);
    if let Some(by_hand) = priority {
        ticket.priority_by_hand = by_hand.is_some();
        ticket.priority = by_hand.unwrap_or(ticket.priority);
    }
    if !ticket.priority_by_hand {
        ticket.priority = priority_of(ticket.impact, ticket.urgency);
    }
}

/// How much of a long text the timeline repeats, in characters.
const EXCERPT: usize = 200;

fn differences(before: &Ticket, after: &Ticket) -> Vec<FieldChange> {
    let excerpt = |text: &str| text.chars().take(EXCERPT).collect::<String>();
    let all = [
        FieldChange::new("subject", Some(&before.subject), Some(&after.subject)),
        FieldChange::new("kind", Some(before.kind), Some(after.kind)),
        FieldChange::new("category", before.category.as_ref(), after.category.as_ref()),
        FieldChange::new("impact", Some(before.impact), Some(after.impact)),
        FieldChange::new("urgency", Some(before.urgency), Some(after.urgency)),
        FieldChange::new("priority", Some(before.priority), Some(after.priority)),
        FieldChange::new("department", before.department, after.department),
        FieldChange::new("tags", Some(before.tags.join(", ")), Some(after.tags.join(", "))),
        FieldChange::new("contact", before.requester.contact, after.requester.contact),
        FieldChange::new("requester", before.requester.user, after.requester.user),
    ];
    let mut changed: Vec<FieldChange> = all.into_iter().filter(|change| change.from != change.to).collect();
    if before.description != after.description {
        let (from, to) = (excerpt(&before.description), excerpt(&after.description));
        changed.push(FieldChange::new("description", Some(from), Some(to)));
    }
    changed
}

/// Sets the status; the present one changes nothing.
///
/// `owner` is the assignee with their load (this ticket not counted, for a resolved one is no load): what is
/// reopened goes back to them if they have room, otherwise to nobody. Only needed for a resolved ticket.
///
/// # Errors
/// [`Refusal::Conflict`] for a step that the machine forbids, naming the allowed ones; [`Refusal::Forbidden`] for
/// the client's side; [`Refusal::NotFound`] for a ticket that the actor may not see.
pub fn set_status(
    ticket: Ticket,
    to: Status,
    owner: Option<&Candidate>,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    let status = ticket.status;
    let mut work = Work::by_staff(actor, ticket, now, plan)?;
    if to != status {
        status.step_to(to)?;
    }
    work.go_to(to);
    keep_owner_if_room(&mut work, status, owner);
    Ok(work.done())
}
