//! What happens to tickets and their clocks.

macro_rules! tickets {
    ($areas:tt $($listed:tt)*) => {
        events! { $areas $($listed)*
            /// A ticket was opened.
            TicketOpened = "ticket.opened" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Its status from the start.
                status: Status,
            }
            /// Fields of a ticket changed.
            TicketChanged = "ticket.changed" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Which fields.
                fields: Vec<String>,
            }
            /// Somebody replied in public.
            TicketReplied = "ticket.replied" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Who replied.
                by: UserId,
                /// Whether it was the client's side.
                by_client: bool,
            }
            /// Somebody noted something inside.
            TicketNoted = "ticket.noted" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Who.
                by: UserId,
            }
            /// A ticket has another owner, or none.
            TicketAssigned = "ticket.assigned" {
                /// The ticket, with its new owner.
                #[serde(flatten)]
                at: TicketRef,
                /// The owner before.
                from: Option<UserId>,
                /// Who did it; absent when a rule did.
                by: Option<UserId>,
            }
            /// A ticket's status changed.
            TicketStatusChanged = "ticket.status_changed" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// The status before.
                from: Status,
                /// The status now.
                to: Status,
            }
            /// A share of a target is used up.
            SlaWarned = "sla.warned" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Which clock.
                clock: ClockKind,
                /// Per cent of the target consumed.
                percent: u8,
                /// When that was.
                since: Timestamp,
            }
            /// A target was missed.
            SlaBreached = "sla.breached" {
                /// The ticket.
                #[serde(flatten)]
                at: TicketRef,
                /// Which clock.
                clock: ClockKind,
                /// When it was missed.
                since: Timestamp,
            }
            /// A rung of the escalation ladder was reached.
            SlaEscalated = "sla.escalated" {
                /// The ticket, after the rung's actions.
                #[serde(flatten)]
                at: TicketRef,
                /// Which clock.
                clock: ClockKind,
                /// When the rung was reached.
                since: Timestamp,
                /// Everybody in these roles is to be told.
                notify_roles: Vec<Role>,
                /// These people are to be told.
                notify_users: Vec<UserId>,
                /// All that the rung does.
                actions: Vec<Action>,
            }
            /// Open tickets must be recomputed, from here on.
            SlaRecomputeRequested = "sla.recompute_requested" {
                /// Where the last part stopped; absent at the start.
                cursor: Option<String>,
            }
        }
    };
}
