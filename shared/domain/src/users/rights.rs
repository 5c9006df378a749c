//! Who may do what to whom.

use crate::access::{Actor, Role};
use crate::error::Refusal;

use super::User;

/// Who may give which role: an owner any, a manager any but owner, a client's IT team those of the client's side.
///
/// # Errors
/// [`Refusal::Forbidden`] that says who may.
pub fn may_give(actor: &Actor, role: Role) -> Result<(), Refusal> {
    let may = match actor.role {
        Role::Owner => true,
        Role::Manager => role != Role::Owner,
        Role::ClientAdmin => role.is_client_side(),
        _ => false,
    };
    if may {
        return Ok(());
    }
    Err(Refusal::forbidden(match (actor.role, role) {
        (Role::Manager, _) => "only an owner may make or change an owner; ask one".to_owned(),
        (Role::ClientAdmin, _) => "you may give the roles client_admin and client_user".to_owned(),
        (mine, _) => format!("as {mine} you may not give roles; ask an owner or a manager"),
    }))
}

/// The MSP's side sees everybody, a client's side its own people.
///
/// # Errors
/// [`Refusal::NotFound`], as for somebody who does not exist.
pub fn may_see(actor: &Actor, user: &User) -> Result<(), Refusal> {
    let same_house = actor.tenant == user.tenant
        && (!actor.role.is_client_side() || (user.client.is_some() && user.client == actor.client));
    if same_house { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Whoever may give a role may also change and deactivate those who have it.
pub(super) fn may_touch(actor: &Actor, user: &User) -> Result<(), Refusal> {
    may_see(actor, user)?;
    may_give(actor, user.role)
}
