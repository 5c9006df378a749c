//! The status machine.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Refusal;

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Status {
    /// Nobody has looked at it.
    #[default]
    New,
    /// Being worked on.
    Open,
    /// Waiting for the customer.
    PendingCustomer,
    /// Waiting for somebody else's support.
    PendingVendor,
    /// Done, as the MSP sees it; the customer may disagree.
    Resolved,
    /// Over for good. What comes after is a new ticket.
    Closed,
    /// Never to be done.
    Cancelled,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 7] = [
        Status::New,
        Status::Open,
        Status::PendingCustomer,
        Status::PendingVendor,
        Status::Resolved,
        Status::Closed,
        Status::Cancelled,
    ];

    /// Takes a step.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] that names the allowed steps.
    pub fn step_to(self, to: Status) -> Result<(), Refusal> {
        if allowed_from(self).contains(&to) {
            return Ok(());
        }
        let allowed = allowed_from(self);
        let detail = if allowed.is_empty() {
            format!("a {self} ticket stays {self}; open a new one and refer to it")
        } else {
            let names: Vec<&str> = allowed.iter().map(|status| status.name()).collect();
            format!("a ticket that is {self} cannot become {to}; allowed are {}", names.join(", "))
        };
        Err(Refusal::conflict("status_step", detail))
    }

    /// Waiting for somebody outside: the resolution clock pauses.
    pub const fn is_pending(self) -> bool {
        matches!(self, Status::PendingCustomer | Status::PendingVendor)
    }

    /// Over for good.
    pub const fn is_final(self) -> bool {
        matches!(self, Status::Closed | Status::Cancelled)
    }

    /// Still somebody's work: counts for the owner's load.
    pub const fn is_work(self) -> bool {
        !matches!(self, Status::Resolved | Status::Closed | Status::Cancelled)
    }

    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Open => "open",
            Status::PendingCustomer => "pending_customer",
            Status::PendingVendor => "pending_vendor",
            Status::Resolved => "resolved",
            Status::Closed => "closed",
            Status::Cancelled => "cancelled",
        }
    }
}

/// The machine: which steps are allowed. Nothing goes back to `new`, and a closed or cancelled ticket stays so,
/// as its SLA and its bill are settled: a follow-up is a new ticket.
pub const fn allowed_from(status: Status) -> &'static [Status] {
    use Status::{Cancelled, Closed, New, Open, PendingCustomer, PendingVendor, Resolved};
    match status {
        New => &[Open, PendingCustomer, PendingVendor, Resolved, Cancelled],
        Open => &[PendingCustomer, PendingVendor, Resolved, Cancelled],
        PendingCustomer => &[Open, PendingVendor, Resolved, Cancelled],
        PendingVendor => &[Open, PendingCustomer, Resolved, Cancelled],
        Resolved => &[Open, Closed],
        Closed | Cancelled => &[],
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
