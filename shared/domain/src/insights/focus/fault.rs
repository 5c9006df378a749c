//! What is wrong with a file, and with a row of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{LONGEST_ROW, MOST_COLUMNS, MOST_GROUPS, MOST_NAMES};

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Columns that are not there.
    #[error(
        "the file has no column {0}; export it in the FOCUS 1.x columns, as CSV in UTF-8 with commas, not compressed"
    )]
    Columns(String),
    /// A row longer than [`LONGEST_ROW`].
    #[error(
        "row {0} has more than {LONGEST_ROW} bytes or {MOST_COLUMNS} columns; look for a quotation mark that is not closed before it"
    )]
    Row(u64),
    /// More than [`MOST_GROUPS`].
    #[error("the file has more than {MOST_GROUPS} days × services × departments; split it by months")]
    Groups,
    /// More than [`MOST_NAMES`] services.
    #[error("the file has more than {MOST_NAMES} services; is the column ServiceName filled with names of resources?")]
    Services,
    /// Sums that are too large.
    #[error("what {0} comes to is more than can be computed; check its costs")]
    TooLarge(Date),
}

/// What is wrong with a row; it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RowFault {
    /// Which row; the first one has the columns' names.
    pub row: u64,
    /// Which column.
    pub column: String,
    /// For people: what is wrong.
    pub detail: String,
}
