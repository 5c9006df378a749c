//! The ticket, and what every command on it has in common.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fields::{Channel, Impact, Kind, Priority, Urgency};
use super::status::Status;
use crate::access::{Actor, Role};
use crate::error::Refusal;
use crate::events::{Event, TicketRef};
use crate::ids::{ClientId, ContactId, DepartmentId, TenantId, TicketId, UserId};
use crate::sla::{self, Action, Aim, Fired, Plan, TicketSla};
use crate::timeline::{By, EntryKind, FieldChange, NewEntry};

/// Longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 200;
/// Longest description, in characters; even in four-byte characters well under an item's 400 KB.
pub const LONGEST_TEXT: usize = 20_000;
/// Longest reply and note, in characters: a mail with the log that it quotes. The store keeps long ones apart.
pub const LONGEST_MESSAGE: usize = 200_000;
/// Longest category, in characters.
pub const LONGEST_CATEGORY: usize = 80;
/// Longest tag, in characters.
pub const LONGEST_TAG: usize = 40;
/// More tags than this find nothing any more.
pub const MOST_TAGS: usize = 20;

/// A request, from opening to closing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Which ticket.
    pub id: TicketId,
    /// At which MSP.
    pub tenant: TenantId,
    /// Its number at the tenant, never reused.
    pub number: u64,
    /// Whose ticket it is.
    pub client: ClientId,
    /// Who asked.
    pub requester: Requester,
    /// In one line.
    pub subject: String,
    /// In full.
    pub description: String,
    /// What sort of request it is.
    pub kind: Kind,
    /// What it is about, in the tenant's words.
    #[serde(default)]
    pub category: Option<String>,
    /// How much is affected.
    pub impact: Impact,
    /// How long it can wait.
    pub urgency: Urgency,
    /// How soon it is looked at.
    pub priority: Priority,
    /// Whether the priority was set by hand or by an escalation, and so does not follow impact and urgency.
    #[serde(default)]
    pub priority_by_hand: bool,
    /// Where it stands.
    pub status: Status,
    /// Which department works on it.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Who owns it.
    #[serde(default)]
    pub assignee: Option<UserId>,
    /// In lower case, each once.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How it came in.
    pub channel: Channel,
    /// Its clocks.
    pub sla: TicketSla,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who opened it.
    pub opened_by: UserId,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when it is resolved.
    #[serde(default)]
    pub resolved_at: Option<Timestamp>,
    /// When it was closed or cancelled.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
}

/// Who asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Requester {
    /// The person at the client.
    #[serde(default)]
    pub contact: Option<ContactId>,
    /// Their sign-in.
    #[serde(default)]
    pub user: Option<UserId>,
}

/// What a command answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Handled {
    /// To be stored.
    pub ticket: Ticket,
    /// To be told.
    pub events: Vec<Event>,
    /// For the timeline.
    pub entries: Vec<NewEntry>,
}

impl Ticket {
    /// Whether somebody may know of the ticket: the MSP's side of all, a client's IT team of its client's, a client's
    /// user of what they asked for themselves.
    pub fn is_visible_to(&self, actor: &Actor) -> bool {
        let own = self.requester.user == Some(actor.user) || self.opened_by == actor.user;
        self.tenant == actor.tenant && actor.sees_client(self.client) && (actor.role != Role::ClientUser || own)
    }

    /// Whose load the ticket counts for: its owner's, while it is new, open or pending.
    pub fn counts_as_load(&self) -> Option<UserId> {
        self.assignee.filter(|_| self.status.is_work())
    }

    /// What events say of the ticket.
    pub fn reference(&self) -> TicketRef {
        TicketRef {
            ticket: self.id,
            number: self.number,
            subject: self.subject.clone(),
            client: self.client,
            priority: self.priority,
            department: self.department,
            assignee: self.assignee,
            requester: self.requester.user,
            contact: self.requester.contact,
        }
    }

    /// How its promises stand at `now`.
    pub fn clocks(&self, plan: Option<&Plan>, now: Timestamp) -> Vec<sla::Clock> {
        sla::clocks(&self.sla, self.priority, plan, now)
    }
}

/// A command at work on a ticket: gathers what happened.
pub(super) struct Work<'a> {
    pub(super) ticket: Ticket,
    pub(super) by: By,
    pub(super) now: Timestamp,
    before: Ticket,
    plan: Option<&'a Plan>,
    moved: bool,
    events: Vec<Event>,
    entries: Vec<NewEntry>,
}

impl<'a> Work<'a> {
    /// Brings the SLA up to now, so that whatever the command does comes too late for what is late.
    pub(super) fn begin(ticket: Ticket, by: By, now: Timestamp, plan: Option<&'a Plan>) -> Self {
        let before = ticket.clone();
        let mut work = Self { ticket, by, now, before, plan, moved: false, events: Vec::new(), entries: Vec::new() };
        work.advance();
        work
    }

    /// As [`Work::begin`], for somebody who must see the ticket and find it not over.
    pub(super) fn by(actor: &Actor, ticket: Ticket, now: Timestamp, plan: Option<&'a Plan>) -> Result<Self, Refusal> {
        if !ticket.is_visible_to(actor) {
            return Err(Refusal::NotFound);
        }
        if ticket.status.is_final() {
            return Err(Refusal::conflict(
                "ticket_over",
                format!("ticket {} is {}; open a new one and refer to it", ticket.number, ticket.status),
            ));
        }
        Ok(Self::begin(ticket, By::from(actor), now, plan))
    }

    /// As [`Work::by`], for the MSP's side only.
    pub(super) fn by_staff(
        actor: &Actor,
        ticket: Ticket,
        now: Timestamp,
        plan: Option<&'a Plan>,
    ) -> Result<Self, Refusal> {
        let work = Self::by(actor, ticket, now, plan)?;
        if actor.role.is_client_side() {
            return Err(Refusal::forbidden("only the MSP's side does this; write a reply to ask for it"));
        }
        Ok(work)
    }

    /// From now on this plan holds.
    pub(super) fn follow(&mut self, plan: Option<&'a Plan>) {
        self.plan = plan;
    }

    pub(super) fn tell(&mut self, event: impl FnOnce(TicketRef) -> Event) {
        self.events.push(event(self.ticket.reference()));
    }

    pub(super) fn enter(&mut self, what: EntryKind, public: bool) {
        self.entries.push(NewEntry { at: self.now, by: self.by.clone(), what, public });
    }

    /// Goes to a status that the machine was asked about.
    pub(super) fn go_to(&mut self, to: Status) {
        let from = std::mem::replace(&mut self.ticket.status, to);
        if from == to {
            return;
        }
        self.ticket.sla.went_to(to, self.now, self.plan);
        self.ticket.resolved_at = match to {
            Status::Resolved => Some(self.now),
            Status::Closed => self.ticket.resolved_at,
            _ => None,
        };
        self.ticket.closed_at = to.is_final().then_some(self.now);
        self.tell(|at| Event::TicketStatusChanged { at, from, to });
        self.enter(EntryKind::StatusChanged { from, to }, true);
    }

    /// Gives the ticket to somebody, or to nobody.
    pub(super) fn hand_to(&mut self, to: Option<UserId>) {
        let from = std::mem::replace(&mut self.ticket.assignee, to);
        if from == to {
            return;
        }
        let by = match &self.by {
            By::User { user, .. } => Some(*user),
            By::System => None,
        };
        self.tell(|at| Event::TicketAssigned { at, from, by });
        self.enter(EntryKind::Assigned { from, to }, true);
    }

    /// Another promise holds from now on: nothing falls due before.
    pub(super) fn promise_anew(&mut self) {
        self.ticket.sla.promised_at = self.ticket.sla.promised_at.max(self.now);
    }

    /// Fires what the command itself made due, and answers.
    pub(super) fn done(mut self) -> Handled {
        self.advance();
        if self.moved {
            // Another department may mean another policy: the next scan looks at once, with that one.
            self.ticket.sla.next_mark = Some(self.now);
        }
        if self.ticket != self.before {
            self.ticket.updated_at = self.now;
        }
        Handled { ticket: self.ticket, events: self.events, entries: self.entries }
    }

    fn advance(&mut self) {
        let aim = Aim { priority: self.ticket.priority, department: self.ticket.department };
        let advanced = sla::advance(self.ticket.sla.clone(), aim, self.plan, self.now);
        self.ticket.sla = advanced.sla;
        for fired in advanced.fired {
            self.fire(fired);
        }
    }

    fn fire(&mut self, fired: Fired) {
        let (at, what) = match fired {
            Fired::Warned { clock, percent, at: since } => {
                self.tell(|at| Event::SlaWarned { at, clock, percent, since });
                (since, EntryKind::Warned { clock, percent })
            }
            Fired::Breached { clock, at: since } => {
                self.tell(|at| Event::SlaBreached { at, clock, since });
                (since, EntryKind::Breached { clock })
            }
            Fired::Escalated { clock, at: since, actions, .. } => {
                let fields = self.escalate(&actions);
                let (notify_roles, notify_users) = whom_to_notify(&actions);
                let told = actions.clone();
                self.tell(|at| Event::SlaEscalated { at, clock, since, notify_roles, notify_users, actions: told });
                self.enter_by_system(since, EntryKind::Escalated { clock, actions });
                if fields.is_empty() {
                    return;
                }
                (since, EntryKind::Changed { fields })
            }
        };
        self.enter_by_system(at, what);
    }

    fn enter_by_system(&mut self, at: Timestamp, what: EntryKind) {
        self.entries.push(NewEntry { at, by: By::System, what, public: false });
    }

    /// Does what a rung says, and tells which fields changed.
    fn escalate(&mut self, actions: &[Action]) -> Vec<FieldChange> {
        let mut fields = Vec::new();
        for action in actions {
            match action {
                Action::RaisePriority {} => {
                    let (from, to) = (self.ticket.priority, self.ticket.priority.raised());
                    if from != to {
                        (self.ticket.priority, self.ticket.priority_by_hand) = (to, true);
                        fields.push(FieldChange::new("priority", Some(from), Some(to)));
                    }
                }
                Action::MoveToDepartment { department } => {
                    let from = self.ticket.department.replace(*department);
                    if from != Some(*department) {
                        self.moved = true;
                        fields.push(FieldChange::new("department", from, Some(*department)));
                        let by = std::mem::replace(&mut self.by, By::System);
                        self.hand_to(None);
                        self.by = by;
                    }
                }
                Action::NotifyRoles { .. } | Action::NotifyUsers { .. } => {}
            }
        }
        fields
    }
}

fn whom_to_notify(actions: &[Action]) -> (Vec<Role>, Vec<UserId>) {
    let (mut to_roles, mut to_users) = (Vec::new(), Vec::new());
    for action in actions {
        match action {
            Action::NotifyRoles { roles } => to_roles.extend(roles.iter().filter(|role| !role.is_client_side())),
            Action::NotifyUsers { users } => to_users.extend(users),
            Action::RaisePriority {} | Action::MoveToDepartment { .. } => {}
        }
    }
    to_roles.sort_unstable();
    to_roles.dedup();
    to_users.sort_unstable();
    to_users.dedup();
    (to_roles, to_users)
}
