//! The address of a calendar: who it was given to and what it shows, authenticated. It is made again whenever it is needed
//! and kept nowhere; it ends when its owner's access does, or their right to see what is in it.

use domain::ids::{ClientId, TenantId, UserId};
use runtime::secrets::{Secrets, same};

/// What an address says; nothing is proven before [`Address::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    /// The client whose renewals it shows; all when absent.
    pub(crate) client: Option<ClientId>,
}

impl Address {
    /// The text that the calendar is read with.
    pub(crate) fn token(&self, secrets: &Secrets) -> String {
        let Address { tenant, user, .. } = self;
        format!("{tenant}.{user}.{}.{}", self.of(), self.proof(secrets))
    }

    /// What a text says, if it is one of ours.
    pub(crate) fn read(token: &str, secrets: &Secrets) -> Option<Self> {
        let mut parts = token.splitn(4, '.');
        let (tenant, user, client) = (parts.next()?, parts.next()?, parts.next()?);
        let client = if client == "-" { None } else { Some(client.parse().ok()?) };
        let address = Address { tenant: tenant.parse().ok()?, user: user.parse().ok()?, client };
        same(parts.next()?, &address.proof(secrets)).then_some(address)
    }

    fn of(&self) -> String {
        self.client.map_or_else(|| "-".to_owned(), |client| client.to_string())
    }

    fn proof(&self, secrets: &Secrets) -> String {
        let parts = [self.tenant.to_string(), self.user.to_string(), self.of()];
        secrets.secret_for("licence calendars", &parts.each_ref().map(String::as_str))
    }
}
