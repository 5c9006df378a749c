//! Objects in a folder. One object is one file, what is known about it at the file's end, put in
//! place by one rename: a reader, a second writer or a killed process meets the whole old object
//! or the whole new one.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use s3s::crypto::{Checksum as _, Sha256};
use serde::{Deserialize, Serialize};

/// The folder of half-written files, emptied at the start.
const BESIDE: &str = ".beside";
/// The length of the length of the description at a file's end.
const FOOTER_BYTES: usize = 8;

/// What is known about an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    pub(super) key: String,
    pub(super) etag: String,
    pub(super) bytes: u64,
    /// Response headers that the writer chose: `content-type` and its like.
    pub(super) headers: Headers,
    /// `x-amz-meta-*`.
    pub(super) user: HashMap<String, String>,
    /// Base64 checksums by algorithm, as the writer declared and we verified them.
    pub(super) checksums: BTreeMap<String, String>,
    /// The file's own time.
    #[serde(skip)]
    pub(super) modified: Option<SystemTime>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Headers {
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) cache_control: Option<String>,
}

/// When a write may replace what is there.
#[derive(Clone, Debug, Default)]
pub(super) enum Condition {
    #[default]
    Always,
    /// `If-None-Match: *`.
    Absent,
    /// `If-Match: "etag"`.
    Holds(String),
}

#[derive(Debug)]
pub(super) enum ObjectError {
    NoSuchBucket,
    NoSuchKey,
    PreconditionFailed,
    Io(io::Error),
}

impl From<io::Error> for ObjectError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

type Result<T, E = ObjectError> = std::result::Result<T, E>;
type Index = BTreeMap<String, BTreeMap<String, Meta>>;

/// A page of a listing, keys and common prefixes in one order.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) objects: Vec<Meta>,
    pub(super) prefixes: Vec<String>,
    /// Where the next page goes on, when there is one.
    pub(super) next: Option<String>,
}

#[derive(Debug)]
pub(super) struct Objects {
    root: PathBuf,
    /// What the files say, for listing and for conditions. Renames happen under this lock.
    index: Mutex<Index>,
    beside: AtomicU64,
}

impl Objects {
    /// Opens `root`, made when missing, and reads what is there.
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        let _ = fs::remove_dir_all(root.join(BESIDE));
        fs::create_dir_all(root.join(BESIDE))?;
        let mut index = Index::new();
        for bucket in fs::read_dir(&root)? {
            let bucket = bucket?;
            let name = bucket.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let objects = index.entry(name).or_default();
            for file in fs::read_dir(bucket.path())? {
                let (meta, _) = read(File::open(file?.path())?)?;
                objects.insert(meta.key.clone(), meta);
            }
        }
        Ok(Self { root, index: Mutex::new(index), beside: AtomicU64::new(0) })
    }

    pub(super) fn create_bucket(&self, bucket: &str) -> io::Result<()> {
        let mut index = self.index();
        fs::create_dir_all(self.root.join(bucket))?;
        index.entry(bucket.to_owned()).or_default();
        Ok(())
    }

    pub(super) fn has_bucket(&self, bucket: &str) -> bool {
        self.index().contains_key(bucket)
    }

    pub(super) fn put(&self, bucket: &str, meta: Meta, body: &[u8], when: &Condition) -> Result<()> {
        let number = self.beside.fetch_add(1, Ordering::Relaxed);
        let beside = self.root.join(BESIDE).join(number.to_string());
        let placed = self.put_beside(&beside, bucket, meta, body, when);
        if placed.is_err() {
            let _ = fs::remove_file(beside);
        }
        placed
    }

    fn put_beside(&self, beside: &Path, bucket: &str, mut meta: Meta, body: &[u8], when: &Condition) -> Result<()> {
        meta.bytes = body.len() as u64;
        let described = serde_json::to_vec(&meta).map_err(io::Error::from)?;
        let length = (described.len() as u64).to_le_bytes();
        fs::write(beside, [body, &described, &length].concat())?;
        meta.modified = fs::metadata(beside)?.modified().ok();

        let mut index = self.index();
        let objects = index.get_mut(bucket).ok_or(ObjectError::NoSuchBucket)?;
        let there = objects.get(&meta.key).map(|there| &there.etag);
        let holds = match when {
            Condition::Always => true,
            Condition::Absent => there.is_none(),
            Condition::Holds(etag) => there == Some(etag),
        };
        if !holds {
            return Err(ObjectError::PreconditionFailed);
        }
        fs::rename(beside, self.file(bucket, &meta.key))?;
        objects.insert(meta.key.clone(), meta);
        Ok(())
    }

    pub(super) fn head(&self, bucket: &str, key: &str) -> Result<Meta> {
        let index = self.index();
        let objects = index.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
        objects.get(key).cloned().ok_or(ObjectError::NoSuchKey)
    }

    pub(super) fn get(&self, bucket: &str, key: &str) -> Result<(Meta, Vec<u8>)> {
        // Opened under the lock, read outside: an open file stays whole whatever replaces it.
        let file = {
            let index = self.index();
            let objects = index.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
            objects.get(key).ok_or(ObjectError::NoSuchKey)?;
            File::open(self.file(bucket, key))?
        };
        Ok(read(file)?)
    }

    pub(super) fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        let mut index = self.index();
        let objects = index.get_mut(bucket).ok_or(ObjectError::NoSuchBucket)?;
        if objects.contains_key(key) {
            fs::remove_file(self.file(bucket, key))?;
            objects.remove(key);
        }
        Ok(())
    }

    /// At most `max` names that start with `prefix` and come after `after`; what shares its name
    /// up to `delimiter` is one name.
    pub(super) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: Option<&str>,
        after: &str,
        max: usize,
    ) -> Result<Page> {
        let index = self.index();
        let objects = index.get(bucket).ok_or(ObjectError::NoSuchBucket)?;
        let from = if after < prefix { Bound::Included(prefix) } else { Bound::Excluded(after) };
        let mut page = Page::default();
        let mut last = after.to_owned();
        for (key, meta) in objects.range::<str, _>((from, Bound::Unbounded)) {
            let Some(rest) = key.strip_prefix(prefix) else { break };
            let shared = delimiter
                .filter(|delimiter| !delimiter.is_empty())
                .and_then(|delimiter| Some(prefix.len() + rest.find(delimiter)? + delimiter.len()))
                .map(|end| &key[..end]);
            if shared.is_some_and(|shared| shared <= last.as_str()) {
                continue;
            }
            if page.objects.len() + page.prefixes.len() == max {
                page.next = Some(last);
                break;
            }
            match shared {
                Some(shared) => page.prefixes.push(shared.to_owned()),
                None => page.objects.push(meta.clone()),
            }
            last = shared.unwrap_or(key).to_owned();
        }
        Ok(page)
    }

    /// Where an upload's parts wait for it to be completed.
    pub(super) fn upload(&self, id: uuid::Uuid) -> PathBuf {
        self.root.join(".uploads").join(id.simple().to_string())
    }

    /// Keys hold anything and are up to 1,024 bytes long, file names are and do not.
    fn file(&self, bucket: &str, key: &str) -> PathBuf {
        self.root.join(bucket).join(hex(Sha256::checksum(key.as_bytes())))
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(mut file: File) -> io::Result<(Meta, Vec<u8>)> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "not an object's file");
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let footer = bytes.len().checked_sub(FOOTER_BYTES).ok_or_else(damaged)?;
    let length = bytes[footer..].try_into().map(u64::from_le_bytes).map_err(|_| damaged())?;
    let length = usize::try_from(length).map_err(|_| damaged())?;
    let body = footer.checked_sub(length).ok_or_else(damaged)?;
    let mut meta: Meta = serde_json::from_slice(&bytes[body..footer])?;
    meta.modified = file.metadata()?.modified().ok();
    bytes.truncate(body);
    Ok((meta, bytes))
}

pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
