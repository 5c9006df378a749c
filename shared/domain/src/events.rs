//! What happened, as the rest of the house and the outside hear of it. Each area has a list of its own beside this. No
//! secrets in here.

#[macro_use]
mod licences;
#[macro_use]
mod money;
#[macro_use]
mod people;
#[macro_use]
mod tickets;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::billing::documents::facts::Look;
use crate::billing::dunning::step::StepKind;
use crate::billing::refunds::{DisputeState, TakenBack};
use crate::billing::reports::Month;
use crate::billing::retry::DeclineClass;
use crate::budgets::Warning;
use crate::ids::{
    AccessAnomalyId, AnomalyId, BlockId, BudgetId, CalendarId, ChargeId, ClientId, ContactId, ContractId, DepartmentId,
    InvoiceId, LicenceAuditId, LicenceId, PaymentId, PaymentMethodId, PolicyId, ProductId, TenantId, TicketId,
    TimeEntryId, UserId,
};
use crate::insights::Amount;
use crate::licences::{ComingKind, Owner};
use crate::money::Money;
use crate::sla::{Action, ClockKind};
use crate::tickets::{Priority, Status};

/// The ticket that an event is about, with what a reader needs to tell somebody of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketRef {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its number at the tenant.
    pub number: u64,
    /// Its subject.
    pub subject: String,
    /// Whose ticket it is.
    pub client: ClientId,
    /// Its priority when the event happened.
    pub priority: Priority,
    /// Its department, if any.
    pub department: Option<DepartmentId>,
    /// Its owner, if any.
    pub assignee: Option<UserId>,
    /// The user who asked, if they have a sign-in.
    pub requester: Option<UserId>,
    /// The contact who asked, if known.
    pub contact: Option<ContactId>,
}

/// Makes one enum of the lists of all areas, each of which adds itself to those before it. What they name is imported here.
macro_rules! events {
    ([$area:ident $($areas:ident)*] $($listed:tt)*) => {
        $area! { [$($areas)*] $($listed)* }
    };
    ([] $($(#[$doc:meta])* $variant:ident = $name:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })+) => {
        /// One thing that happened.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $name)] $variant { $($(#[$field_doc])* $field: $type),* },)+
        }

        impl Event {
            /// The event's name on the bus.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Event::$variant { .. } => $name,)+
                }
            }

            /// The names of all events.
            pub const fn names() -> &'static [&'static str] {
                &[$($name),+]
            }
        }
    };
}

events! { [people money licences tickets] }
