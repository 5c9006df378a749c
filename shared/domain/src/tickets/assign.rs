//! Owners: assigning, taking, and never giving anybody more than they can carry.

use jiff::Timestamp;

use super::status::Status;
use super::ticket::{Handled, Ticket, Work};
use crate::access::Actor;
use crate::assignment::Candidate;
use crate::error::Refusal;
use crate::sla::Plan;
use crate::timeline::By;

/// Gives the ticket to somebody, or to nobody. Giving it to its owner changes nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when they are inactive or have no room, or the ticket is over; [`Refusal::Forbidden`] for
/// the client's side; [`Refusal::NotFound`] for a ticket that the actor may not see.
pub fn assign(
    ticket: Ticket,
    to: Option<&Candidate>,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    let mut work = Work::by_staff(actor, ticket, now, plan)?;
    if let Some(to) = to {
        has_room(&work.ticket, to)?;
    }
    work.hand_to(to.map(|to| to.user));
    Ok(work.done())
}

/// Takes the ticket for oneself; a new one is open then. Taking one's own changes nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody else owns it (named), or as for [`assign`].
pub fn take(
    ticket: Ticket,
    me: &Candidate,
    actor: &Actor,
    now: Timestamp,
    plan: Option<&Plan>,
) -> Result<Handled, Refusal> {
    let mut work = Work::by_staff(actor, ticket, now, plan)?;
    if me.user != actor.user {
        return Err(Refusal::forbidden("a ticket is taken for oneself; assign it to give it to somebody else"));
    }
    match work.ticket.assignee {
        Some(owner) if owner == me.user => return Ok(work.done()),
        Some(owner) => {
            return Err(Refusal::conflict(
                "already_taken",
                format!("{owner} has taken this ticket; ask them, or have it assigned to you"),
            ));
        }
        None => {}
    }
    has_room(&work.ticket, me)?;
    work.hand_to(Some(me.user));
    if work.ticket.status == Status::New {
        work.go_to(Status::Open);
    }
    Ok(work.done())
}

/// Gives a ticket that a command just opened or moved to the member whose turn it is, in the same commit.
/// Does nothing when it has an owner, is over, or they have no room.
pub fn auto_assign(handled: Handled, to: &Candidate, now: Timestamp, plan: Option<&Plan>) -> Handled {
    let Handled { ticket, mut events, mut entries } = handled;
    let fits = ticket.assignee.is_none() && ticket.status.is_work() && to.has_room();
    let replan = ticket.sla.next_mark;
    let mut work = Work::begin(ticket, By::System, now, plan);
    if fits {
        work.hand_to(Some(to.user));
    }
    let mut after = work.done();
    if replan.is_some_and(|at| at <= now) {
        // The command before wants the ticket looked at again under another plan.
        after.ticket.sla.next_mark = replan;
    }
    events.append(&mut after.events);
    entries.append(&mut after.entries);
    Handled { ticket: after.ticket, events, entries }
}

fn has_room(ticket: &Ticket, to: &Candidate) -> Result<(), Refusal> {
    if ticket.assignee == Some(to.user) {
        return Ok(());
    }
    if !to.active {
        return Err(Refusal::conflict(
            "not_available",
            format!("{} is not an active member of the desk; choose somebody else", to.user),
        ));
    }
    if ticket.status.is_work() && !to.has_room() {
        return Err(Refusal::conflict(
            "at_capacity",
            format!(
                "{} already carries {} open tickets; choose somebody else or raise their capacity",
                to.user, to.open
            ),
        ));
    }
    Ok(())
}

/// A ticket that was resolved and is work again goes back to its owner if they are there and have room; otherwise
/// to nobody, so that it is handed out anew.
pub(super) fn keep_owner_if_room(work: &mut Work<'_>, before: Status, owner: Option<&Candidate>) {
    let back = !before.is_work() && work.ticket.status.is_work();
    let Some(assignee) = work.ticket.assignee.filter(|_| back) else { return };
    if !owner.is_some_and(|owner| owner.user == assignee && owner.has_room()) {
        let by = std::mem::replace(&mut work.by, By::System);
        work.hand_to(None);
        work.by = by;
    }
}
