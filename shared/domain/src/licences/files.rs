//! Papers of a licence that are kept here as files: orders, invoices of the vendor, contracts. What is only elsewhere is
//! named by a link ([`super::Document`]).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Licence;
use super::licence::LONGEST_NAME;
use crate::error::Refusal;
use crate::ids::{LicenceFileId, UserId};
use crate::invalid::Check;

/// Files of a licence; more belong into a folder that one of its documents names.
pub const MOST_FILES: usize = 20;
/// The largest file, bytes: a contract of some hundred pages as it was scanned.
pub const MOST_BYTES: u64 = 25 * 1024 * 1024;
/// Files that were taken off a licence and whose bytes are still there; the next night deletes them.
pub const MOST_REMOVED: usize = 100;
/// So long after a file was taken off no link uploads it any more: its bytes can be deleted, and stay so.
pub const LINKS_ARE_OVER_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// So many of a file's first bytes say whether it is of its kind.
pub const FIRST_BYTES: usize = 16;

/// A paper of a licence that is kept as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceFile {
    /// Which.
    pub id: LicenceFileId,
    /// What it is.
    pub name: String,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How long it is.
    pub bytes: u64,
    /// Whether the client's side sees it. An invoice of the vendor says what the MSP pays, which is nobody's at the client.
    pub client_sees: bool,
    /// Who announced it.
    pub by: UserId,
    /// When.
    pub added_at: Timestamp,
}

/// A file that was taken off its licence, and whose bytes are still to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovedFile {
    /// Which.
    pub id: LicenceFileId,
    /// When it was taken off.
    pub at: Timestamp,
}

/// Files that papers are kept as: documents, tables and pictures, and nothing that a browser runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = LicenceFileType))]
pub enum MediaType {
    /// A PDF.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A picture.
    #[serde(rename = "image/png")]
    Png,
    /// A picture.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A text.
    #[serde(rename = "text/plain")]
    Text,
    /// A table.
    #[serde(rename = "text/csv")]
    Csv,
    /// A document of a word processor (Office Open XML).
    #[serde(rename = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    Docx,
    /// A workbook (Office Open XML).
    #[serde(rename = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    Xlsx,
}

impl MediaType {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Text => "text/plain",
            Self::Csv => "text/csv",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Whether a file that begins with these bytes, up to [`FIRST_BYTES`] of them, can be of this kind: it begins as its format
    /// says, and a text has no NUL in them. What comes after is not looked at.
    pub fn begins_with(self, first: &[u8]) -> bool {
        match self {
            // ISO 32000-1, 7.5.2.
            Self::Pdf => first.starts_with(b"%PDF-"),
            // PNG, third edition, 5.2.
            Self::Png => first.starts_with(b"\x89PNG\r\n\x1a\n"),
            // ITU-T T.81, B.1.1.3: the start of the image, and a marker.
            Self::Jpeg => first.starts_with(b"\xff\xd8\xff"),
            Self::Text | Self::Csv => !first.contains(&0),
            // A package is a ZIP archive (ECMA-376-2) with a file in it.
            Self::Docx | Self::Xlsx => first.starts_with(b"PK\x03\x04"),
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A file to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLicenceFile {
    /// Which.
    pub id: LicenceFileId,
    /// What it is.
    pub name: String,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How long it is.
    pub bytes: u64,
    /// Whether the client's side sees it.
    pub client_sees: bool,
}

/// Announces a file of a licence, which is to be uploaded then. A licence that is over takes files too: its papers are
/// looked for when somebody audits it.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or length; [`Refusal::Conflict`] `too_many_files`, `too_many_removed`.
pub fn add(licence: Licence, new: NewLicenceFile, by: UserId, now: Timestamp) -> Result<Licence, Refusal> {
    let mut check = Check::new();
    check.line("/name", &new.name, LONGEST_NAME);
    let fits = (1..=MOST_BYTES).contains(&new.bytes);
    check.that(fits, "/bytes", "out_of_range", "must be from 1 to 26214400");
    check.done()?;
    if licence.files.len() >= MOST_FILES {
        let detail =
            format!("{} has {MOST_FILES} files; remove one, or name a folder among its documents", licence.name);
        return Err(Refusal::conflict("too_many_files", detail));
    }
    if licence.removed_files.len() >= MOST_REMOVED {
        let detail = format!("{MOST_REMOVED} files were taken off {} today; announce more tomorrow", licence.name);
        return Err(Refusal::conflict("too_many_removed", detail));
    }
    let NewLicenceFile { id, name, media_type, bytes, client_sees } = new;
    let file = LicenceFile { id, name: name.trim().to_owned(), media_type, bytes, client_sees, by, added_at: now };
    let mut files = licence.files.clone();
    files.push(file);
    Ok(Licence { files, updated_at: now, ..licence })
}

/// Takes a file off its licence; gives it too. Its bytes are to be deleted.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn remove(licence: Licence, file: LicenceFileId, now: Timestamp) -> Result<(Licence, LicenceFile), Refusal> {
    let mut files = licence.files.clone();
    let at = files.iter().position(|one| one.id == file).ok_or(Refusal::NotFound)?;
    let removed = files.remove(at);
    let mut removed_files = licence.removed_files.clone();
    removed_files.push(RemovedFile { id: removed.id, at: now });
    Ok((Licence { files, removed_files, updated_at: now, ..licence }, removed))
}

/// Notes that the bytes of these files are deleted.
#[must_use]
pub fn deleted(licence: Licence, files: &[LicenceFileId]) -> Licence {
    let left = licence.removed_files.iter().filter(|removed| !files.contains(&removed.id));
    Licence { removed_files: left.copied().collect(), ..licence }
}

impl Licence {
    /// A file of it.
    pub fn file(&self, id: LicenceFileId) -> Option<&LicenceFile> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The files that were taken off it whose bytes can be deleted by now.
    pub fn files_to_delete(&self, now: Timestamp) -> Vec<LicenceFileId> {
        let is_over = |removed: &&RemovedFile| now.duration_since(removed.at) >= LINKS_ARE_OVER_AFTER;
        self.removed_files.iter().filter(is_over).map(|removed| removed.id).collect()
    }
}

impl LicenceFile {
    /// What it is called where it is saved: its name with nothing in it but ASCII letters, digits, `-` and `_`, and the
    /// ending of its kind.
    pub fn file_name(&self) -> String {
        let ending = self.media_type.ending();
        let name = self.name.strip_suffix(&format!(".{ending}")).unwrap_or(&self.name);
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
        format!("{}.{ending}", name.chars().map(plain).collect::<String>())
    }
}
