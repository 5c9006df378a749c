//! Whose time somebody may log and change.

use crate::access::{Actor, Permission};
use crate::error::Refusal;
use crate::ids::UserId;

/// Everybody logs and changes their own time; whoever manages time, anybody's.
///
/// # Errors
/// [`Refusal::Forbidden`] for somebody else's.
pub fn may_handle(actor: &Actor, person: UserId) -> Result<(), Refusal> {
    if actor.user == person || actor.may(Permission::TimeManage) {
        return Ok(());
    }
    let detail = format!("This is the time of {person}. Handle your own, or ask an owner, a manager or billing.");
    Err(Refusal::forbidden(detail))
}
