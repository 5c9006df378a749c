//! A file of costs on its way in: announced, uploaded, read, and written to the series.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::costs::check_source;
use super::focus::{Progress, RowFault};
use crate::error::Refusal;
use crate::ids::{ClientId, ImportId, SeriesId, UserId};
use crate::invalid::Check;
use crate::zone::Zone;

/// The largest file, bytes: some millions of rows.
pub const MOST_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ImportState {
    /// It is to be uploaded.
    Waiting,
    /// It is being read.
    Reading,
    /// Its days are being written to the series.
    Writing,
    /// It is in the series.
    Done,
    /// It cannot be read.
    Failed,
}

/// A file of costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostImport {
    /// Which; of two files that tell of a day the one with the later id counts.
    pub id: ImportId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// How long it is.
    pub bytes: u64,
    /// How far it is.
    pub state: ImportState,
    /// Rows read so far, the first one included.
    pub rows: u64,
    /// Rows left out.
    pub bad_rows: u64,
    /// The first faults of rows.
    pub faults: Vec<RowFault>,
    /// The first day in it, once it is read.
    pub from: Option<Date>,
    /// The last day in it.
    pub to: Option<Date>,
    /// Series with rows in it, once it is in them.
    pub series: u32,
    /// Why it cannot be read.
    pub why: Option<String>,
    /// The byte from which reading goes on.
    pub offset: u64,
    /// Which version of the object is being read.
    pub version: Option<String>,
    /// Where what was added up so far is kept.
    pub kept: Option<String>,
    /// The last series that was written.
    pub after: Option<SeriesId>,
    /// When the job looks at it next.
    pub due_at: Option<Timestamp>,
    /// Who announced it.
    pub by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What is said of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImport {
    /// Which.
    pub id: ImportId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// How long it is.
    pub bytes: u64,
}

/// Announces a file.
///
/// # Errors
/// [`Refusal::Invalid`]: a source that is no name of one, a file that is empty or too long.
pub fn announce(new: NewImport, by: UserId, now: Timestamp) -> Result<CostImport, Refusal> {
    let mut check = Check::new();
    check_source(&mut check, "/source", &new.source);
    let fits = (1..=MOST_BYTES).contains(&new.bytes);
    check.that(fits, "/bytes", "range", "must be from 1 to 4294967296; split a longer file by days");
    check.done()?;
    let NewImport { id, client, source, bytes } = new;
    Ok(CostImport {
        id,
        client,
        source,
        bytes,
        state: ImportState::Waiting,
        rows: 0,
        bad_rows: 0,
        faults: Vec::new(),
        from: None,
        to: None,
        series: 0,
        why: None,
        offset: 0,
        version: None,
        kept: None,
        after: None,
        due_at: None,
        by,
        created_at: now,
        updated_at: now,
    })
}

impl CostImport {
    /// It is uploaded: the job reads it from now on. Saying so again changes nothing.
    #[must_use]
    pub fn uploaded(self, now: Timestamp) -> Self {
        if self.state != ImportState::Waiting {
            return self;
        }
        CostImport { state: ImportState::Reading, due_at: Some(now), updated_at: now, ..self }
    }

    /// Reading rests here; what was added up is kept under this name.
    #[must_use]
    pub fn rested(self, progress: &Progress, kept: String, now: Timestamp) -> Self {
        let counted = self.counted(progress, now);
        CostImport { offset: progress.offset, kept: Some(kept), ..counted }
    }

    /// All of it is read: its days can be written. A file without a row that says something has failed.
    #[must_use]
    pub fn read(self, progress: &Progress, kept: String, now: Timestamp) -> Self {
        let counted = self.counted(progress, now);
        let Some((from, to)) = progress.sums.days(Zone::utc().date(counted.created_at)) else {
            let why = "no row below the first can be read; `faults` tells why".to_owned();
            return counted.failed(why, now);
        };
        let (from, to) = (Some(from), Some(to));
        CostImport { state: ImportState::Writing, offset: progress.offset, kept: Some(kept), from, to, ..counted }
    }

    fn counted(self, progress: &Progress, now: Timestamp) -> Self {
        let Progress { rows, bad_rows, faults, .. } = progress;
        CostImport { rows: *rows, bad_rows: *bad_rows, faults: faults.clone(), updated_at: now, ..self }
    }

    /// Written up to this series.
    #[must_use]
    pub fn written(self, after: SeriesId, now: Timestamp) -> Self {
        CostImport { after: Some(after), updated_at: now, ..self }
    }

    /// It is in the series; so many have rows in it.
    #[must_use]
    pub fn done(self, series: u32, now: Timestamp) -> Self {
        CostImport { state: ImportState::Done, series, after: None, due_at: None, updated_at: now, ..self }
    }

    /// It cannot be read.
    #[must_use]
    pub fn failed(self, why: String, now: Timestamp) -> Self {
        CostImport { state: ImportState::Failed, why: Some(why), due_at: None, updated_at: now, ..self }
    }
}
