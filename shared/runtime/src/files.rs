//! Files that are made for whoever asks, and links to them.

use contract::documents::FileView;
use jiff::SignedDuration;
use store::blobs::{FileLabel, LINK_LASTS};

use crate::context::Cx;
use crate::error::Result;

/// Media type of a table.
pub const CSV: &str = "text/csv; charset=utf-8";

/// Keeps a file and links to it.
///
/// # Errors
/// What the store answers.
pub async fn made(cx: &Cx, label: FileLabel<'_>, bytes: Vec<u8>) -> Result<FileView> {
    let length = bytes.len() as u64;
    let kept = cx.store.keep_file(label.media_type, bytes).await?;
    linked(cx, &kept, label, length).await
}

/// Links to a file that is kept.
///
/// # Errors
/// What the store answers.
pub async fn linked(cx: &Cx, kept: &str, label: FileLabel<'_>, bytes: u64) -> Result<FileView> {
    Ok(followed(cx, cx.store.link_to(kept, label).await?, label, bytes))
}

/// A link to a file, as it is shown.
pub fn followed(cx: &Cx, url: String, label: FileLabel<'_>, bytes: u64) -> FileView {
    let lasts = SignedDuration::from_secs(LINK_LASTS.as_secs().cast_signed());
    let expires_at = cx.now.saturating_add(lasts).unwrap_or(cx.now);
    FileView { name: label.name.to_owned(), media_type: label.media_type.to_owned(), bytes, url, expires_at }
}
