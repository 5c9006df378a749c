//! Cursors that only the server can make, for one tenant and one query.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::keys::Scope;

/// Bytes of the authentication tag that a cursor carries.
const TAG_BYTES: usize = 16;

/// Is told each time a key is taken.
pub type Watch = Arc<dyn Fn() + Send + Sync>;

/// The key that cursors are authenticated with.
#[derive(Clone)]
pub struct CursorKey {
    secret: Vec<u8>,
    watch: Option<Watch>,
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(…)")
    }
}

impl CursorKey {
    /// From at least 32 secret bytes; `watch` is told when a list takes it.
    pub fn new(secret: impl Into<Vec<u8>>, watch: Option<Watch>) -> Self {
        CursorKey { secret: secret.into(), watch }
    }

    pub(crate) fn taken(&self) -> &Self {
        if let Some(watch) = &self.watch {
            watch();
        }
        self
    }

    /// A cursor that stands behind `last` in the list that `query` names.
    pub(crate) fn seal(&self, scope: Scope, query: &str, last: &str) -> String {
        let mut bytes = self.tag(scope, query, last);
        bytes.extend_from_slice(last.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key that a cursor stands behind.
    pub(crate) fn open(&self, scope: Scope, query: &str, cursor: &str) -> Result<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
        let (tag, last) = bytes.split_at_checked(TAG_BYTES).ok_or(Error::Cursor)?;
        let last = std::str::from_utf8(last).map_err(|_| Error::Cursor)?;
        self.mac(scope, query, last).verify_truncated_left(tag).map_err(|_| Error::Cursor)?;
        Ok(last.to_owned())
    }

    fn tag(&self, scope: Scope, query: &str, last: &str) -> Vec<u8> {
        self.mac(scope, query, last).finalize().into_bytes()[..TAG_BYTES].to_vec()
    }

    fn mac(&self, scope: Scope, query: &str, last: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        for part in [scope.prefix(query).as_str(), last] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}
