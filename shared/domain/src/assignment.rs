//! Handing out work, never beyond what somebody can carry.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// Somebody who could be given a ticket, and what they carry now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// Whether they can sign in and may work on tickets.
    pub active: bool,
    /// Their open tickets; see [`crate::tickets::Ticket::counts_as_load`].
    pub open: u32,
    /// The most open tickets that they should carry; none is no limit.
    pub capacity: Option<u32>,
}

impl Candidate {
    /// Whether one more ticket fits.
    pub fn has_room(&self) -> bool {
        self.active && self.capacity.is_none_or(|most| self.open < most)
    }
}

/// The members in the order of their turns: from the one after `last`, going round. When `last` is no longer a
/// member, the round starts at the top.
pub fn turns(members: &[UserId], last: Option<UserId>) -> impl Iterator<Item = UserId> {
    let after_last = last.and_then(|last| members.iter().position(|member| *member == last)).map_or(0, |at| at + 1);
    let (done, next) = members.split_at(after_last);
    next.iter().chain(done).copied()
}

/// Whose turn it is: the first in [`turns`] who is active and has room.
///
/// Members missing from `candidates` are passed over. `None` when nobody has room.
pub fn round_robin(members: &[UserId], last: Option<UserId>, candidates: &[Candidate]) -> Option<UserId> {
    turns(members, last)
        .find(|member| candidates.iter().any(|candidate| candidate.user == *member && candidate.has_room()))
}
