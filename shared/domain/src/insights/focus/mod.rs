//! Cost files: CSV with the columns of FOCUS 1.x, the FinOps Open Cost and Usage Specification.
//!
//! A file comes in pieces, of any size, and what is kept of it is what its days come to: memory follows the days, services
//! and departments in it, each of them bounded, and not its rows. Between two pieces the reading can stop, be kept, and go
//! on elsewhere from the byte that [`Reader::progress`] names.

mod columns;
mod fault;
mod reader;
mod sums;

pub use columns::Columns;
pub use fault::{FileFault, RowFault};
pub use reader::{Progress, Reader};
pub use sums::{KeptSums, Sums};

/// Days, services, departments and currencies that go together in a file: a year of 250 services. A period counts as its days.
pub const MOST_GROUPS: usize = 100_000;
/// Longest period that a row's cost is spread over, in days: a year, and a leap year.
pub const LONGEST_PERIOD: i64 = 366;
/// Names of services, and of sub accounts, in a file. Sub accounts beyond are one.
pub const MOST_NAMES: usize = 10_000;
/// The longest row, bytes. Tags are the long ones; a row that never ends is no CSV.
pub const LONGEST_ROW: usize = 256 * 1024;
/// Most columns of a row: FOCUS has some 60, and providers add theirs.
pub const MOST_COLUMNS: usize = 500;
/// Faults of rows that are kept; more are only counted.
pub const MOST_FAULTS: usize = 100;
/// The oldest day of a row, in days before the file was announced: ten years. What is older is a slip, and so is what is more than
/// [`MOST_DAYS`] to come.
pub const OLDEST_DAYS: i64 = 3_660;
/// Longest time before a file's last day: what is as far before it is left out. Of days to come the last ones after the
/// announcement.
pub const MOST_DAYS: i64 = 400;
