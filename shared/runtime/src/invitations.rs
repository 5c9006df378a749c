//! Invitations: a text that is made from the user's record whenever it is needed, and kept nowhere.

use domain::ids::{TenantId, UserId};
use domain::users::User;

use crate::secrets::{Secrets, same};

/// An invitation as somebody presents it; nothing is proven yet.
#[derive(Clone, Debug)]
pub struct Presented<'a> {
    /// The MSP that it names.
    pub tenant: TenantId,
    /// The user that it names.
    pub user: UserId,
    proof: &'a str,
}

/// The text that a user's invitation is accepted with. A new invitation makes another one.
pub fn token(secrets: &Secrets, user: &User) -> String {
    format!("{}.{}.{}", user.tenant, user.id, proof(secrets, user))
}

/// Takes a text apart; `None` for what cannot be an invitation.
pub fn read(token: &str) -> Option<Presented<'_>> {
    let (tenant, rest) = token.split_once('.')?;
    let (user, proof) = rest.split_once('.')?;
    Some(Presented { tenant: tenant.parse().ok()?, user: user.parse().ok()?, proof })
}

impl Presented<'_> {
    /// Whether it is this user's.
    pub fn is_for(&self, secrets: &Secrets, user: &User) -> bool {
        same(self.proof, &proof(secrets, user))
    }
}

fn proof(secrets: &Secrets, user: &User) -> String {
    let parts = [user.tenant.to_string(), user.id.to_string(), user.invited_at.to_string()];
    secrets.secret_for("invitations", &parts.each_ref().map(String::as_str))
}
