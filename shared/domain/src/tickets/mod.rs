//! Tickets: the life of a request from opening to closing.
//!
//! - [`fields`]: kinds, channels, impact × urgency
//! - [`status`]: the status machine
//! - [`ticket`]: the ticket
//! - [`open`], [`talk`], [`work`], [`assign`], [`scan`]: the commands
//!
//! Every command first brings the SLA up to now, so that nothing that is late can be made up for by doing it.

pub mod assign;
pub mod fields;
pub mod open;
pub mod scan;
pub mod status;
pub mod talk;
pub mod ticket;
pub mod work;

pub use self::assign::{assign, auto_assign, take};
pub use self::fields::{Channel, Impact, Kind, Priority, Urgency, priority_of};
pub use self::open::{NewTicket, open};
pub use self::scan::advance;
pub use self::status::{Status, allowed_from};
pub use self::talk::{NewReply, note, reply};
pub use self::ticket::{Handled, Requester, Ticket};
pub use self::work::{TicketChanges, change, set_status};
