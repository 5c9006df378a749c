//! Texts too large for an item, in S3, named by what they say.
//!
//! A blob is written before the commit that makes it visible and never changed: a request that dies in between leaves an
//! object that nothing refers to, and its repeat writes the same one.

use aws_sdk_s3::primitives::ByteStream;
use sha2::{Digest, Sha256};

use crate::TenantStore;
use crate::error::{Error, Result, from_sdk};

impl TenantStore {
    /// Keeps a text; gives the name to read it by.
    pub async fn keep_text(&self, text: &str) -> Result<String> {
        let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        self.store
            .s3
            .put_object()
            .bucket(&self.store.names.blobs)
            .key(self.object(&hash))
            .content_type("text/plain; charset=utf-8")
            .body(ByteStream::from(text.as_bytes().to_vec()))
            .send()
            .await
            .map_err(from_sdk)?;
        Ok(hash)
    }

    /// Reads a kept text.
    pub async fn kept_text(&self, name: &str) -> Result<String> {
        let object = self
            .store
            .s3
            .get_object()
            .bucket(&self.store.names.blobs)
            .key(self.object(name))
            .send()
            .await
            .map_err(from_sdk)?;
        let bytes = object.body.collect().await.map_err(|e| Error::Busy(e.to_string()))?.into_bytes();
        String::from_utf8(bytes.to_vec()).map_err(|e| Error::Corrupt(e.to_string()))
    }

    fn object(&self, name: &str) -> String {
        format!("{}/texts/{name}", self.tenant())
    }
}
