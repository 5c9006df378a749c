//! What every change of a ticket has in common: what is written, and who the work goes to.

use contract::tickets::TicketView;
use domain::assignment::{Candidate, turns};
use domain::departments::Strategy;
use domain::ids::{TicketId, UserId};
use domain::sla::Plan;
use domain::tickets::{Handled, Ticket, auto_assign};
use futures::future::try_join_all;
use futures::try_join;
use jiff::Timestamp;
use runtime::{Answer, Cx, Error, Result};
use store::departments::Rotation;
use store::{Commit, IdSource, TenantStore, Versioned};

use crate::plans::Plans;

/// Reads a ticket that the caller may see.
pub async fn visible_ticket(cx: &Cx, id: TicketId) -> Result<Versioned<Ticket>> {
    let ticket = cx.store.ticket(id).await?;
    if ticket.value.is_visible_to(&cx.actor) { Ok(ticket) } else { Err(Error::not_found()) }
}

/// Somebody as one to whom work may be given.
pub async fn candidate(store: &TenantStore, user: UserId) -> Result<Candidate> {
    let (user, open) = try_join!(store.user(user), store.workload(user))?;
    Ok(user.value.candidate(open))
}

/// The ticket's owner with what they carry, where a command has to ask whether they have room.
pub async fn owner(store: &TenantStore, ticket: &Ticket) -> Result<Option<Candidate>> {
    match ticket.assignee.filter(|_| !ticket.status.is_work()) {
        Some(assignee) => candidate(store, assignee).await.map(Some),
        None => Ok(None),
    }
}

/// A change of a ticket on its way into a commit.
pub struct Change<'a> {
    /// Who carried the ticket before.
    pub carried_by: Option<UserId>,
    /// What the command answered.
    pub handled: Handled,
    /// The capacity of whoever carries it now, where it is known.
    pub capacity: Option<u32>,
    /// Where the tenant's data is.
    pub store: &'a TenantStore,
    /// New ids.
    pub ids: &'a IdSource,
}

impl Change<'_> {
    /// Gives a ticket that nobody owns to the member of its department whose turn it is, if the department takes turns.
    /// The rotation moves in the same commit, so that two tickets at once do not go to the same person.
    pub async fn hand_out(
        mut self,
        plans: &Plans,
        plan: Option<&Plan>,
        now: Timestamp,
        commit: Commit,
    ) -> Result<(Self, Commit)> {
        let ticket = &self.handled.ticket;
        let Some(department) = ticket.department.filter(|_| ticket.assignee.is_none() && ticket.status.is_work())
        else {
            return Ok((self, commit));
        };
        let department = plans.department(department).await?;
        if department.strategy != Strategy::RoundRobin {
            return Ok((self, commit));
        }
        let rotation = self.store.rotation(department.id).await?;
        for member in turns(&department.members, rotation.value.last) {
            let candidate = candidate(self.store, member).await?;
            if candidate.has_room() {
                self.handled = auto_assign(self.handled, &candidate, now, plan);
                self.capacity = candidate.capacity;
                let moved = Rotation { department: department.id, last: Some(member) };
                return Ok((self, commit.update(&moved, rotation.rev)));
            }
        }
        Ok((self, commit))
    }

    /// All that follows from the change besides the ticket itself: its timeline, its events, its owners' loads.
    pub async fn follow(self, commit: Commit) -> Result<(Ticket, Commit)> {
        let Handled { ticket, events, entries } = self.handled;
        let kept = try_join_all(entries.into_iter().map(|entry| self.store.keep_entry(ticket.id, entry, (self.ids)())))
            .await?;
        let commit = kept.iter().fold(commit, Commit::create);
        let commit = commit.move_load(self.carried_by, ticket.counts_as_load(), self.capacity).emit(events);
        Ok((ticket, commit))
    }
}

/// Writes a command's outcome over the ticket that it was decided on, and shows it.
pub async fn changed(
    cx: &Cx,
    before: Versioned<Ticket>,
    handled: Handled,
    capacity: Option<u32>,
    plan: Option<&Plan>,
    plans: Option<&Plans>,
) -> Result<Answer<TicketView>> {
    if handled.ticket == before.value && handled.entries.is_empty() {
        return Ok(Answer::read(Versioned { value: shown(before.value, plan, cx.now), rev: before.rev }));
    }
    let change =
        Change { carried_by: before.value.counts_as_load(), handled, capacity, store: &cx.store, ids: &cx.world.ids };
    let (change, commit) = match plans {
        Some(plans) => change.hand_out(plans, plan, cx.now, cx.store.commit()).await?,
        None => (change, cx.store.commit()),
    };
    let (ticket, commit) = change.follow(commit).await?;
    let commit = commit.update(&ticket, before.rev);
    Ok(Answer::after(commit, shown(ticket, plan, cx.now)).rev(before.rev + 1))
}

/// A ticket with its clocks.
pub fn shown(ticket: Ticket, plan: Option<&Plan>, now: Timestamp) -> TicketView {
    let clocks = ticket.clocks(plan, now);
    TicketView::new(ticket, &clocks)
}
