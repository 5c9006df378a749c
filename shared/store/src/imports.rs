//! Files of costs: what is known of them, and their bytes.
//!
//! A file's bytes have a place of their own, made of the import's id: they are written by whoever follows the signed link,
//! and read in pieces. What was added up of a file is kept as any other file, named by its digest.

use aws_sdk_s3::error::ProvideErrorMetadata;
use domain::ids::{ClientId, ImportId};
use domain::insights::imports::{CostImport, ImportState};
use jiff::Timestamp;

use crate::blobs::is_absent;
use crate::error::{Error, from_sdk};
use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that reads files of costs.
pub const READING: &str = "insights-read-costs";

impl Record for CostImport {
    fn place(&self) -> Place {
        let id = self.id.to_string();
        let working = matches!(self.state, ImportState::Reading | ImportState::Writing);
        Place {
            list: Some((keys::list::IMPORTS.into(), id.clone())),
            refers: Some((keys::refers::client_imports(self.client), id)),
            due: self.due_at.filter(|_| working).map(|at: Timestamp| (READING, at)),
            ..Place::at(keys::import(self.id))
        }
    }
}

/// A piece of an uploaded file.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What stands there; nothing behind the end.
    pub bytes: Vec<u8>,
    /// Which version of the file it is of.
    pub version: String,
}

impl TenantStore {
    /// A file of costs.
    pub async fn cost_import(&self, id: ImportId) -> Result<Versioned<CostImport>> {
        self.get(&keys::import(id)).await
    }

    /// A page of files, the latest first.
    pub async fn cost_imports(
        &self,
        client: Option<ClientId>,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<CostImport>>> {
        let (by, partition) = match client {
            Some(client) => (By::Ref, keys::refers::client_imports(client)),
            None => (By::List, keys::list::IMPORTS.to_owned()),
        };
        let query = partition.clone();
        self.page(&Listing { by, partitions: vec![partition], newest_first: true, query }, page, |_| true).await
    }

    /// A link by which anybody uploads this file, of this very length, for [`LINK_LASTS`](crate::blobs::LINK_LASTS).
    pub async fn upload_link(&self, import: &CostImport) -> Result<String> {
        self.put_link(self.uploaded_at(import.id), import.bytes).await
    }

    /// A piece of an uploaded file; of the version named, if one is.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing was uploaded, [`Error::Taken`] when it is another version by now.
    pub async fn uploaded(&self, import: ImportId, from: u64, length: u64, version: Option<&str>) -> Result<Piece> {
        let get = self.store.s3.get_object().bucket(&self.store.names.blobs).key(self.uploaded_at(import));
        let range = format!("bytes={from}-{}", from + length.max(1) - 1);
        let sent = get.range(range).set_if_match(version.map(str::to_owned)).send().await;
        let object = sent.map_err(|error| match error.as_service_error().and_then(ProvideErrorMetadata::code) {
            code if is_absent(code) => Error::NotFound,
            Some("PreconditionFailed") => Error::Taken("version"),
            _ => from_sdk(error),
        })?;
        let version = object.e_tag.clone().unwrap_or_default();
        let bytes = object.body.collect().await.map_err(|e| Error::Busy(e.to_string()))?.into_bytes();
        Ok(Piece { bytes: bytes.to_vec(), version })
    }

    fn uploaded_at(&self, import: ImportId) -> String {
        format!("{}/imports/{import}", self.tenant())
    }
}
