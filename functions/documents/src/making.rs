//! Files as the typesetter makes them.

use runtime::Error;
#[cfg(feature = "pdf")]
use runtime::Result;

/// A PDF.
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pages: u32,
    /// Characters that it was to print and has no letters for.
    pub(crate) missing: String,
}

/// Apart from what waits for the store: a long document takes seconds of a core.
#[cfg(feature = "pdf")]
pub(crate) async fn aside(set: impl FnOnce() -> Result<crate::typeset::Pdf> + Send + 'static) -> Result<Made> {
    let set = tokio::task::spawn_blocking(set).await;
    let crate::typeset::Pdf { bytes, pages, missing } = set.map_err(|e| Error::Internal(e.to_string()))??;
    Ok(Made { bytes, pages, missing })
}

/// Why there is no PDF.
#[cfg(not(feature = "pdf"))]
pub(crate) fn without() -> Error {
    Error::Internal("built without PDFs: build with --features pdf".into())
}
