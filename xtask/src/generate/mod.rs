//! What is written from the contract: nothing here is listed twice by hand.
//!
//! | File | Holds |
//! |---|---|
//! | `template.yaml`, below the marker | the API's paths, the functions, their roles, what is watched |
//! | `openapi.json` | the API as its callers see it |
//! | `functions/<area>/Cargo.toml`, below the marker | one `[[bin]]` a function |
//! | `functions/<area>/src/bin/<name>.rs` | its `main` |
//! | `events/<name>.json` | an event that starts it |

pub mod binaries;
pub mod events;
pub mod function;
mod lines;
pub mod openapi;
mod roles;
pub mod template;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use contract::Catalog;
use serde_json::Value;

use function::{Function, functions};

/// A file as it must stand.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Path from the root of the repository.
    pub path: PathBuf,
    /// All of its text.
    pub text: String,
}

/// How what stands in the repository differs from what the contract says.
#[derive(Clone, Debug, PartialEq)]
pub enum Drift {
    /// The file is to be written.
    Differs(File),
    /// Nothing in the contract asks for the file any more.
    Stale(PathBuf),
}

impl Drift {
    /// The file that it is about.
    pub fn path(&self) -> &Path {
        match self {
            Drift::Differs(file) => &file.path,
            Drift::Stale(path) => path,
        }
    }
}

/// Every generated file.
///
/// # Errors
/// When a file whose head is written by hand cannot be read or has lost its marker, or when an event has no sample.
pub fn files(root: &Path, catalog: &Catalog) -> io::Result<Vec<File>> {
    let functions = functions(catalog);
    let mut files = vec![
        below(root, "template.yaml", template::MARKER, &template::tail(&functions))?,
        File { path: "openapi.json".into(), text: openapi::text(catalog) },
    ];
    for (area, functions) in by_area(&functions) {
        let manifest = format!("functions/{area}/Cargo.toml");
        files.push(below(root, &manifest, binaries::MARKER, &binaries::manifest(functions))?);
        files.extend(functions.iter().map(binaries::main));
    }
    files.extend(events::files(catalog, &functions).map_err(io::Error::other)?);
    Ok(files)
}

/// Functions by their area; they are sorted by name, and so by area.
fn by_area(functions: &[Function]) -> impl Iterator<Item = (&'static str, &[Function])> {
    functions.chunk_by(|one, next| one.area == next.area).map(|of| (of[0].area, of))
}

/// A file whose head is written by hand, with a new tail.
fn below(root: &Path, path: &str, marker: &str, tail: &str) -> io::Result<File> {
    let text = fs::read_to_string(root.join(path)).map_err(|e| io::Error::new(e.kind(), format!("{path}: {e}")))?;
    let head = text.split_once(marker).map_or(text.trim_end(), |(head, _)| head.trim_end());
    Ok(File { path: path.into(), text: format!("{head}\n{marker}\n{tail}") })
}

/// What has to change so that the repository says what the contract says.
///
/// # Errors
/// When a file cannot be read.
pub fn drift(root: &Path, catalog: &Catalog) -> io::Result<Vec<Drift>> {
    let files = files(root, catalog)?;
    let mut drift = stale(root, &files)?;
    for file in files {
        match fs::read_to_string(root.join(&file.path)) {
            Ok(text) if text == file.text => {}
            Ok(_) => drift.push(Drift::Differs(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => drift.push(Drift::Differs(file)),
            Err(error) => return Err(error),
        }
    }
    Ok(drift)
}

/// Files in the folders that hold nothing but generated ones, which are none of these.
fn stale(root: &Path, files: &[File]) -> io::Result<Vec<Drift>> {
    let mut folders: Vec<PathBuf> = vec!["events".into()];
    for area in fs::read_dir(root.join("functions"))? {
        folders.push(Path::new("functions").join(area?.file_name()).join("src/bin"));
    }
    let mut stale = Vec::new();
    for folder in folders.iter().filter(|folder| root.join(folder).is_dir()) {
        for entry in fs::read_dir(root.join(folder))? {
            let path = folder.join(entry?.file_name());
            if !files.iter().any(|file| file.path == path) {
                stale.push(Drift::Stale(path));
            }
        }
    }
    Ok(stale)
}

/// Makes the repository say what the contract says.
///
/// # Errors
/// When a file cannot be written.
pub fn mend(root: &Path, drift: &[Drift]) -> io::Result<()> {
    for change in drift {
        match change {
            Drift::Differs(file) => {
                let path = root.join(&file.path);
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(path, &file.text)?;
            }
            Drift::Stale(path) => fs::remove_file(root.join(path))?,
        }
    }
    Ok(())
}

/// JSON whose keys are in the order of the alphabet, whatever features serde_json was built with.
fn pretty(mut value: Value) -> String {
    value.sort_all_objects();
    format!("{value:#}\n")
}
