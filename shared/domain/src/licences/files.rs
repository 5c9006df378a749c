//! Papers of a licence that are kept here as files: announced, taken off it, and their bytes deleted.

use jiff::{SignedDuration, Timestamp};

use super::licence::{LONGEST_NAME, Licence};
use super::papers::{LicenceFile, MediaType, RemovedFile};
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
