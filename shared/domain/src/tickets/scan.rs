//! Time passing.

use jiff::Timestamp;

use super::ticket::{Handled, Ticket, Work};
use crate::sla::Plan;
use crate::timeline::By;

/// Brings a ticket up to `now`, under the plan that holds for it now: the breach scan's step for one ticket, and
/// the recompute's after a policy or calendar changed. Doing it again changes nothing.
pub fn advance(ticket: Ticket, now: Timestamp, plan: Option<&Plan>) -> Handled {
    Work::begin(ticket, By::System, now, plan).done()
}
