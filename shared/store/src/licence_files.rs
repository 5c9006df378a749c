//! The bytes of licences' papers. What is known of them stands on the licence.
//!
//! A file has a place of its own, made of its licence's id and its own: it is written by whoever follows the signed link. What
//! was taken off its licence is named there until the next night has deleted it.

use aws_sdk_s3::error::ProvideErrorMetadata;
use domain::ids::{LicenceFileId, LicenceId};
use domain::licences::LicenceFile;
use domain::licences::papers::FIRST_BYTES;

use crate::blobs::{FileLabel, is_absent};
use crate::error::{Error, from_sdk};
use crate::{Result, TenantStore};

impl TenantStore {
    /// A link by which anybody uploads this file, of this very length, for [`LINK_LASTS`](crate::blobs::LINK_LASTS).
    pub async fn licence_file_upload(&self, licence: LicenceId, file: &LicenceFile) -> Result<String> {
        self.put_link(self.licence_file_at(licence, file.id), file.bytes).await
    }

    /// Its first bytes, [`FIRST_BYTES`] of them at most; none when nothing was uploaded.
    pub async fn licence_file_start(&self, licence: LicenceId, file: LicenceFileId) -> Result<Option<Vec<u8>>> {
        let get = self.store.s3.get_object().bucket(&self.store.names.blobs).key(self.licence_file_at(licence, file));
        match get.range(format!("bytes=0-{}", FIRST_BYTES - 1)).send().await {
            Ok(object) => {
                let bytes = object.body.collect().await.map_err(|e| Error::Busy(e.to_string()))?.into_bytes();
                Ok(Some(bytes.to_vec()))
            }
            Err(error) => match error.as_service_error().and_then(ProvideErrorMetadata::code) {
                code if is_absent(code) => Ok(None),
                _ => Err(from_sdk(error)),
            },
        }
    }

    /// A link by which anybody fetches it for [`LINK_LASTS`](crate::blobs::LINK_LASTS), as a file to be saved and never as a
    /// page.
    pub async fn licence_file_link(
        &self,
        licence: LicenceId,
        file: LicenceFileId,
        label: FileLabel<'_>,
    ) -> Result<String> {
        self.download_link(self.licence_file_at(licence, file), label).await
    }

    /// Deletes its bytes; those that are not there are deleted already.
    pub async fn delete_licence_file(&self, licence: LicenceId, file: LicenceFileId) -> Result<()> {
        let delete = self.store.s3.delete_object().bucket(&self.store.names.blobs);
        delete.key(self.licence_file_at(licence, file)).send().await.map_err(from_sdk)?;
        Ok(())
    }

    fn licence_file_at(&self, licence: LicenceId, file: LicenceFileId) -> String {
        format!("{}/licences/{licence}/{file}", self.tenant())
    }
}
