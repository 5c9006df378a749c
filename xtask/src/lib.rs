//! What `cargo xtask` does, as a library, so that the tests can ask the same questions.

pub mod generate;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
