//! Talking: replies in public, notes inside.

use jiff::Timestamp;

use super::assign::keep_owner_if_room;
use super::status::Status;
use super::ticket::{Handled, LONGEST_MESSAGE, Ticket, Work};
use crate::access::Actor;
use crate::assignment::Candidate;
use crate::error::Refusal;
use crate::events::Event;
use crate::invalid::Check;
use crate::sla::Plan;
use crate::timeline::EntryKind;

/// A public reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewReply {
    /// The text.
    pub body: String,
    /// The status after it, for the MSP's side.
    pub then: Option<Status>,
}

/// Replies in public.
///
/// From the client's side: what waits for the customer, or was resolved, is open again. From the MSP's side: the
/// first one is the first response; it opens a new ticket unless it names another status. `owner` is the assignee
/// with their load, for a ticket that may come back to them; see [`super::set_status`].
///
/// # Errors
/// [`Refusal::Conflict`] on a ticket that is over or for a forbidden step, [`Refusal::Invalid`] for bad fields,
/// [`Refusal::NotFound`] for a ticket that the actor may not see.
pub fn reply(
    ticket: Ticket,
    reply: NewReply,
    owner: Option<&Candidate>,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    let mut work = Work::by(actor, ticket, now, plan)?;
    let by_client = actor.role.is_client_side();
    let status = work.ticket.status;

    let mut check = Check::new();
    check.prose("/body", &reply.body, LONGEST_MESSAGE);
    let status_by_client = by_client && reply.then.is_some();
    check.that(!status_by_client, "/then", "not_allowed", "the MSP sets the status; leave it out");
    check.done()?;
    let next = match (by_client, reply.then) {
        (true, _) if matches!(status, Status::PendingCustomer | Status::Resolved) => Status::Open,
        (true, _) => status,
        (false, Some(then)) => then,
        (false, None) if status == Status::New => Status::Open,
        (false, None) => status,
    };
    if next != status {
        status.step_to(next)?;
    }

    let by = actor.user;
    work.tell(|at| Event::TicketReplied { at, by, by_client });
    work.enter(EntryKind::Replied { body: reply.body }, true);
    if by_client {
        work.ticket.sla.customer_wrote(now);
    } else {
        work.ticket.sla.staff_replied(now);
    }
    work.go_to(next);
    keep_owner_if_room(&mut work, status, owner);
    Ok(work.done())
}

/// Notes something inside the MSP; no clock cares.
///
/// # Errors
/// [`Refusal::Forbidden`] for the client's side, otherwise as [`reply`].
pub fn note(
    ticket: Ticket,
    body: String,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    let mut work = Work::by_staff(actor, ticket, now, plan)?;
    let mut check = Check::new();
    check.prose("/body", &body, LONGEST_MESSAGE);
    check.done()?;
    let by = actor.user;
    work.tell(|at| Event::TicketNoted { at, by });
    work.enter(EntryKind::Noted { body }, false);
    Ok(work.done())
}
