//! Papers of a licence: orders, invoices of the vendor, contracts. They are elsewhere and named by a link ([`Document`]), or kept
//! here as files ([`LicenceFile`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{LicenceFileId, UserId};

/// So many of a file's first bytes say whether it is of its kind.
pub const FIRST_BYTES: usize = 16;

/// Where a paper is: an order, an invoice of the vendor, a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Document {
    /// What it is.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// Where it is.
    #[cfg_attr(feature = "schema", schema(max_length = 2000, pattern = "^https://"))]
    pub link: String,
}

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
