//! Sessions, by their own id: a refresh token names it.

use domain::ids::SessionId;
use domain::sessions::Session;

use crate::item::{Place, Record};
use crate::{Result, TenantStore, Versioned, keys};

impl Record for Session {
    fn place(&self) -> Place {
        Place { expires: Some(self.expires_at), ..Place::at(keys::session(self.id)) }
    }
}

impl TenantStore {
    /// A session.
    pub async fn session(&self, id: SessionId) -> Result<Versioned<Session>> {
        self.get(&keys::session(id)).await
    }
}
