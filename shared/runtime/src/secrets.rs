//! Every key comes from one master secret, so that a deployment keeps one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use store::CursorKey;
use store::cursor::Watch;

/// Fewest characters of a master secret.
pub const MIN_MASTER: usize = 32;

/// Keys derived from the master secret, one a purpose (HMAC-SHA-256 over the purpose's name).
#[derive(Clone)]
pub struct Secrets {
    master: Vec<u8>,
    watch: Option<Watch>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// The master secret is too short to be one.
#[derive(Debug, thiserror::Error)]
#[error("the master secret has fewer than {MIN_MASTER} characters; generate a longer one")]
pub struct TooShort;

impl Secrets {
    /// From the master secret.
    ///
    /// # Errors
    /// When it is shorter than [`MIN_MASTER`].
    pub fn from_master(master: &str) -> Result<Self, TooShort> {
        if master.len() < MIN_MASTER {
            return Err(TooShort);
        }
        Ok(Secrets { master: master.as_bytes().to_vec(), watch: None })
    }

    /// Tells `watch` each time a function takes its keys, or the one for cursors: where nothing reads Secrets Manager, that
    /// is how it shows who needs to.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Secrets { watch: Some(watch), ..self }
    }

    pub(crate) fn taken(&self) -> &Self {
        if let Some(watch) = &self.watch {
            watch();
        }
        self
    }

    pub(crate) fn cursors(&self) -> CursorKey {
        CursorKey::new(self.key("cursors"), self.watch.clone())
    }

    pub(crate) fn access_tokens(&self) -> Vec<u8> {
        self.key("access tokens")
    }

    /// A secret text for what `parts` name: the server can make it again, nobody else can.
    pub fn secret_for(&self, purpose: &str, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.key(purpose), parts))
    }

    fn key(&self, purpose: &str) -> Vec<u8> {
        mac(&self.master, &[purpose])
    }
}

fn mac(key: &[u8], parts: &[&str]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256 in hex: how secrets and e-mail addresses stand in the store.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
