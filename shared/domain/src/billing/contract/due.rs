//! When a contract is in force, and when its next bill is due.

use jiff::Timestamp;
use jiff::civil::{Date, Time, time};

use super::model::{Contract, ContractState};
use crate::zone::Zone;

/// The local time at which the bills of a day are made: after midnight with room for a clock that jumps over it.
pub const BILLED_AT: Time = time(0, 30, 0, 0);

impl Contract {
    /// The instant from which its next bill is due, in the tenant's zone; none when there is nothing to bill, or when
    /// somebody has to look at it first.
    pub fn due_at(&self, zone: &Zone) -> Option<Timestamp> {
        let on = self.next_on.filter(|_| self.state == ContractState::Active && self.parked.is_none())?;
        Some(zone.at(on, BILLED_AT))
    }

    /// Whether it is signed and not over on a local date. It is in force from its signature, also when its first day
    /// is still to come, unless it is over before that.
    pub fn is_in_force(&self, on: Date) -> bool {
        let over = self.is_called_off() || self.schedule.ends_on.is_some_and(|end| end <= on);
        self.state == ContractState::Active && !over
    }

    /// Whether it is over on its first day or before: nothing of it is billed.
    pub fn is_called_off(&self) -> bool {
        self.schedule.ends_on.is_some_and(|end| end <= self.schedule.starts_on)
    }
}
