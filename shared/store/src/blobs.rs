//! Texts and files too large for an item, in S3, named by what they say.
//!
//! A blob is written before the commit that makes it visible and never changed: a request that dies in between leaves an
//! object that nothing refers to, and its repeat writes the same one.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use sha2::{Digest, Sha256};

use crate::TenantStore;
use crate::error::{Error, Result, from_sdk};

/// How long a link to a file is good: long enough to be followed, and short enough to be of no use when it leaks.
pub const LINK_LASTS: Duration = Duration::from_secs(15 * 60);

/// What a file is called by whoever fetches it, and what it is.
#[derive(Clone, Copy, Debug)]
pub struct FileLabel<'a> {
    /// With its ending; ASCII letters, digits, `-`, `_` and `.` only.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
}

/// Whether S3's answer to a read means that nothing is there. Who may not list a bucket, and no function may, is told that
/// access is denied instead of that there is no such key (S3's API reference, GetObject, Permissions).
pub(crate) fn is_absent(code: Option<&str>) -> bool {
    matches!(code, Some("NoSuchKey" | "AccessDenied"))
}

impl TenantStore {
    /// Keeps a text; gives the name to read it by.
    pub async fn keep_text(&self, text: &str) -> Result<String> {
        let name = digest(text.as_bytes());
        self.put(self.text_at(&name), "text/plain; charset=utf-8", text.as_bytes().to_vec()).await?;
        Ok(name)
    }

    /// Reads a kept text.
    pub async fn kept_text(&self, name: &str) -> Result<String> {
        let bytes = self.read_object(self.text_at(name)).await?;
        String::from_utf8(bytes).map_err(|e| Error::Corrupt(e.to_string()))
    }

    /// Keeps a file; gives the name to read it by, which is the digest of what it holds.
    pub async fn keep_file(&self, media_type: &str, bytes: Vec<u8>) -> Result<String> {
        let name = digest(&bytes);
        self.put(self.file_at(&name), media_type, bytes).await?;
        Ok(name)
    }

    /// Reads a kept file.
    pub async fn kept_file(&self, name: &str) -> Result<Vec<u8>> {
        self.read_object(self.file_at(name)).await
    }

    /// A link by which anybody fetches a kept file for [`LINK_LASTS`], as a file to be saved and never as a page.
    pub async fn link_to(&self, name: &str, label: FileLabel<'_>) -> Result<String> {
        self.download_link(self.file_at(name), label).await
    }

    /// A link by which anybody fetches what is under this key for [`LINK_LASTS`], as a file to be saved and never as a page.
    pub(crate) async fn download_link(&self, key: String, label: FileLabel<'_>) -> Result<String> {
        let lasts = PresigningConfig::expires_in(LINK_LASTS).map_err(|e| Error::Failed(e.to_string()))?;
        let request = self.store.s3.get_object().bucket(&self.store.names.blobs).key(key);
        let link = request
            .response_content_type(label.media_type)
            .response_content_disposition(format!("attachment; filename=\"{}\"", label.name))
            .presigned(lasts)
            .await
            .map_err(|e| Error::Failed(e.to_string()))?;
        Ok(link.uri().to_owned())
    }

    /// A link by which anybody puts a file of this very length under this key, for [`LINK_LASTS`].
    pub(crate) async fn put_link(&self, key: String, bytes: u64) -> Result<String> {
        let lasts = PresigningConfig::expires_in(LINK_LASTS).map_err(|e| Error::Failed(e.to_string()))?;
        let length = i64::try_from(bytes).map_err(|e| Error::Failed(e.to_string()))?;
        let put = self.store.s3.put_object().bucket(&self.store.names.blobs).key(key);
        let link = put.content_length(length).presigned(lasts).await.map_err(|e| Error::Failed(e.to_string()))?;
        Ok(link.uri().to_owned())
    }

    async fn put(&self, key: String, media_type: &str, bytes: Vec<u8>) -> Result<()> {
        let put = self.store.s3.put_object().bucket(&self.store.names.blobs).key(key);
        put.content_type(media_type).body(ByteStream::from(bytes)).send().await.map_err(from_sdk)?;
        Ok(())
    }

    async fn read_object(&self, key: String) -> Result<Vec<u8>> {
        let get = self.store.s3.get_object().bucket(&self.store.names.blobs).key(key);
        let object = get.send().await.map_err(from_sdk)?;
        let bytes = object.body.collect().await.map_err(|e| Error::Busy(e.to_string()))?.into_bytes();
        Ok(bytes.to_vec())
    }

    fn text_at(&self, name: &str) -> String {
        format!("{}/texts/{name}", self.tenant())
    }

    fn file_at(&self, name: &str) -> String {
        format!("{}/files/{name}", self.tenant())
    }
}

/// SHA-256 in hex.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
