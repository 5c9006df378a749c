//! How tickets, their clocks and their timelines are shown.

use domain::ids::{CalendarId, ClientId, DepartmentId, MessageId, PolicyId, TicketId, UserId};
use domain::sla::{Clock, ClockKind, ClockState, next_due};
use domain::tickets::{Channel, Impact, Kind, Priority, Requester, Status, Ticket, Urgency};
use domain::timeline::{By, Entry, EntryKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A ticket with its clocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketView {
    /// Which ticket.
    pub id: TicketId,
    /// Its number at the tenant.
    pub number: u64,
    /// Whose ticket it is.
    pub client: ClientId,
    /// Who asked.
    pub requester: Requester,
    /// Since when the client is flagged for what it does not pay; told to the MSP's own people, where one ticket is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub client_suspended_since: Option<Date>,
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
    /// How soon it is looked at.
    pub priority: Priority,
    /// Whether the priority was set by hand or by an escalation.
    pub priority_by_hand: bool,
    /// Where it stands.
    pub status: Status,
    /// Which department works on it.
    pub department: Option<DepartmentId>,
    /// Who owns it.
    pub assignee: Option<UserId>,
    /// Its tags.
    pub tags: Vec<String>,
    /// How it came in.
    pub channel: Channel,
    /// Its promises, as they stand now.
    pub clocks: Vec<ClockView>,
    /// Which promise is due next.
    pub next_due: Option<ClockKind>,
    /// The policy that holds.
    pub policy: Option<PolicyId>,
    /// The calendar of its business time.
    pub calendar: Option<CalendarId>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Since when it is resolved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
    /// When it was closed or cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
}

impl TicketView {
    /// A ticket and its clocks at one instant.
    pub fn new(ticket: Ticket, clocks: &[Clock]) -> Self {
        TicketView {
            id: ticket.id,
            number: ticket.number,
            client: ticket.client,
            requester: ticket.requester,
            client_suspended_since: None,
            subject: ticket.subject,
            description: ticket.description,
            kind: ticket.kind,
            category: ticket.category,
            impact: ticket.impact,
            urgency: ticket.urgency,
            priority: ticket.priority,
            priority_by_hand: ticket.priority_by_hand,
            status: ticket.status,
            department: ticket.department,
            assignee: ticket.assignee,
            tags: ticket.tags,
            channel: ticket.channel,
            clocks: clocks.iter().map(ClockView::from).collect(),
            next_due: next_due(clocks),
            policy: ticket.sla.policy,
            calendar: ticket.sla.calendar,
            opened_at: ticket.opened_at,
            updated_at: ticket.updated_at,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
        }
    }
}

/// One promise, as it stands. Seconds are of the target's own time: business or 24×7.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClockView {
    /// Which promise.
    pub kind: ClockKind,
    /// What was promised, in minutes; absent where only the miss of an earlier promise remains.
    pub target_minutes: Option<u32>,
    /// When it falls or fell due; absent while paused.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    /// How much has passed, in seconds; absent without a target.
    pub consumed_s: Option<i64>,
    /// What is left, in seconds; negative after a miss, absent without a target.
    pub remaining_s: Option<i64>,
    /// How it stands.
    pub state: ClockState,
    /// When it was missed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub breached_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
}

impl From<&Clock> for ClockView {
    fn from(clock: &Clock) -> Self {
        ClockView {
            kind: clock.kind,
            target_minutes: clock.target_minutes,
            due: clock.due,
            consumed_s: clock.consumed.map(|consumed| consumed.as_secs()),
            remaining_s: clock.remaining.map(|remaining| remaining.as_secs()),
            state: clock.state,
            breached_at: clock.breached_at,
            completed_at: clock.completed_at,
        }
    }
}

/// An entry of a ticket's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Which entry.
    pub id: MessageId,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What was said or done.
    pub what: EntryKind,
    /// Whether the client's side reads it.
    pub public: bool,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        EntryView { id: entry.id, at: entry.at, by: entry.by, what: entry.what, public: entry.public }
    }
}
