//! Seats from a spreadsheet: which rows say what, and what is wrong with the others.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::seat::NotADevice;
use super::{DeviceName, Holder};
use crate::csv::{Cell, Table};
use crate::email::Email;
use crate::error::Refusal;
use crate::ids::ContactId;

/// Most rows of a file.
pub const MOST_ROWS: usize = 2_000;
/// Longest cell that is repeated in the file of errors.
const LONGEST_VALUE: usize = 200;
/// The columns of a file of errors.
pub const ERROR_COLUMNS: [&str; 4] = ["row", "column", "value", "what to do"];

/// A row that says who is to have a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file; the head is line 1.
    pub row: u64,
    /// Who.
    pub holder: Holder,
    /// Since when; none for today.
    pub since: Option<Date>,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its line in the file; the head is line 1.
    pub row: u64,
    /// In which column.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What to do.
    pub detail: String,
}

impl Fault {
    /// A row that the rules refuse.
    ///
    /// # Errors
    /// The refusal, where it is not about this row.
    pub fn of(row: &Row, refusal: Refusal) -> Result<Self, Refusal> {
        let since = row.since.map(|since| since.to_string()).unwrap_or_default();
        match refusal {
            Refusal::Invalid(faults) => {
                let detail = faults.into_iter().map(|fault| fault.detail).collect::<Vec<_>>().join("; ");
                Ok(Self { row: row.row, column: "since", value: since, detail })
            }
            other => Err(other),
        }
    }
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// What can be taken, in the file's order.
    pub rows: Vec<Row>,
    /// What cannot.
    pub faults: Vec<Fault>,
}

/// Reads a file. `contact_of` finds a contact of the client by their address.
///
/// Columns are found by their names in any order: `contact` (an e-mail address) or `device` (a name), and `since`. Commas
/// or semicolons separate them, as spreadsheets of different countries write them. A holder who stands in the file twice
/// is taken once, and the second row is a fault.
///
/// # Errors
/// [`Refusal::Invalid`] at `/csv` for what is no table, has no such column, or too many rows.
pub fn read(csv: &str, contact_of: impl Fn(&Email) -> Option<ContactId>) -> Result<Read, Refusal> {
    let refuse = |code, detail: String| Refusal::invalid("/csv", code, detail);
    // The mark that Excel puts before UTF-8.
    let csv = csv.trim_start_matches('\u{feff}');
    let head = csv.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') && !head.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(csv.as_bytes());
    let head = reader.headers().map_err(|error| refuse("not_csv", format!("cannot be read as CSV: {error}")))?.clone();
    let column = |name: &str| head.iter().position(|head| plain(head).eq_ignore_ascii_case(name));
    let (contact, device, since) = (column("contact"), column("device"), column("since"));
    if contact.is_none() && device.is_none() {
        return Err(refuse("no_column", "must have a column `contact` or `device` in its first line".to_owned()));
    }
    let (mut read, mut seen) = (Read::default(), BTreeSet::new());
    for (index, record) in reader.records().enumerate() {
        if index >= MOST_ROWS {
            return Err(refuse("too_many", format!("holds more than {MOST_ROWS} rows; split it")));
        }
        let record = record.map_err(|error| refuse("not_csv", format!("cannot be read as CSV: {error}")))?;
        let row = record.position().map_or(0, |at| line_of(csv, at));
        let cell = |at: Option<usize>| plain(at.and_then(|at| record.get(at)).unwrap_or_default());
        let fault = |column, value: &str, detail: &str| Fault {
            row,
            column,
            value: value.chars().take(LONGEST_VALUE).collect(),
            detail: detail.to_owned(),
        };
        let (contact, device, since) = (cell(contact), cell(device), cell(since));
        if contact.is_empty() && device.is_empty() && since.is_empty() {
            continue;
        }
        let holder = match (contact, device) {
            ("", "") => Err(fault("contact", "", "is empty; give an e-mail address, or a device")),
            ("", device) => {
                let name = device.parse().ok().filter(DeviceName::reads_as_written);
                let name = name.ok_or_else(|| fault("device", device, &NotADevice.to_string()));
                name.map(|name| Holder::Device { name })
            }
            (address, "") => {
                let known = address.parse().map_err(|_| "is not an e-mail address; write it like name@example.com");
                let known = known.and_then(|address| {
                    contact_of(&address).ok_or("names no contact of this client; add the contact first")
                });
                known.map(|contact| Holder::Contact { contact }).map_err(|detail| fault("contact", address, detail))
            }
            (_, device) => {
                Err(fault("device", device, "stands beside a contact; a seat has one holder, so make two rows"))
            }
        };
        let since = match since {
            "" => Ok(None),
            day => day
                .parse::<Date>()
                .map(Some)
                .map_err(|_| fault("since", day, "is not a date; write it like 2026-03-26")),
        };
        match (holder, since) {
            (Ok(holder), Ok(since)) if seen.insert(holder.clone()) => read.rows.push(Row { row, holder, since }),
            (Ok(_), Ok(_)) => {
                let (column, value) = if contact.is_empty() { ("device", device) } else { ("contact", contact) };
                read.faults.push(fault(column, value, "is in the file already; leave one of the rows out"));
            }
            (holder, since) => read.faults.extend([holder.err(), since.err()].into_iter().flatten()),
        }
    }
    Ok(read)
}

/// The line that a record stands on. The reader's own count stands before the line ends that it skips on the way to the
/// record: the second half of a CRLF, and lines without a character.
fn line_of(csv: &str, at: &csv::Position) -> u64 {
    let start = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let skipped = csv.bytes().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + skipped.filter(|byte| *byte == b'\n').count() as u64
}

/// A cell without blanks around it, and without the apostrophe by which tables of ours keep texts from being formulas.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(text) if text.starts_with(['=', '+', '-', '@']) => text,
        _ => cell,
    }
}

/// What is wrong, as a table that a spreadsheet opens and takes nothing in it for a formula.
pub fn error_file(faults: &[Fault]) -> String {
    let mut table = Table::new(&ERROR_COLUMNS);
    for Fault { row, column, value, detail } in faults {
        table.row(&[Cell::Number((*row).into()), (*column).into(), value.as_str().into(), detail.as_str().into()]);
    }
    table.into_text()
}
