//! A file that comes in pieces.

use csv_core::{ReadRecordResult, Reader as Csv};
use iso_currency::Currency;
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::fault::{FileFault, RowFault};
use super::sums::{KeptSums, LeftOut, Refused, Sums, too_old};
use super::{LONGEST_PERIOD, LONGEST_ROW, MOST_COLUMNS, MOST_DAYS, MOST_FAULTS, OLDEST_DAYS};
use crate::ids::UnitId;
use crate::insights::days_between;
use crate::insights::rules::UnitRule;

/// Room for a row's fields at first, bytes; it grows to [`LONGEST_ROW`].
const ROW_AT_FIRST: usize = 4 * 1024;

/// The first day of a row, and how many there are.
type Period = (Date, u16);

/// Which column keeps a row out, and why.
type Fault = (&'static str, String);

/// Marks that turn the direction of a text: what stands behind one reads as another name.
const TURNS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];

/// What a row says.
struct Row {
    period: Period,
    currency: Currency,
    cost: Decimal,
    service: String,
    account: Option<String>,
    account_name: Option<String>,
}

/// What is kept while the reading rests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The byte to go on from: the first one behind the last whole row.
    pub offset: u64,
    /// Rows read, the first one included.
    pub rows: u64,
    /// Rows left out.
    pub bad_rows: u64,
    /// The first faults.
    pub faults: Vec<RowFault>,
    /// Where the columns are, once they are known.
    pub columns: Option<Columns>,
    /// What was added up.
    pub sums: KeptSums,
}

/// Reads a file piece by piece.
pub struct Reader {
    csv: Csv,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// What of `fields` and `ends` a row has filled so far.
    filled: (usize, usize),
    taken: u64,
    offset: u64,
    rows: u64,
    bad_rows: u64,
    faults: Vec<RowFault>,
    columns: Option<Columns>,
    rules: Vec<UnitRule>,
    announced: Date,
    sums: Sums,
    /// The last period that was read, as its texts: most rows have the one of the row before.
    last_period: Option<(Vec<u8>, Vec<u8>, Period)>,
}

impl Reader {
    /// A file from its first byte, announced on this day; the rules give costs a department.
    pub fn new(rules: Vec<UnitRule>, announced: Date) -> Self {
        let sums = KeptSums::default();
        Self::going_on(
            Progress { offset: 0, rows: 0, bad_rows: 0, faults: Vec::new(), columns: None, sums },
            rules,
            announced,
        )
    }

    /// A file from where its reading rested.
    pub fn going_on(progress: Progress, rules: Vec<UnitRule>, announced: Date) -> Self {
        Reader {
            csv: Csv::new(),
            fields: vec![0; ROW_AT_FIRST],
            ends: vec![0; MOST_COLUMNS],
            filled: (0, 0),
            taken: progress.offset,
            offset: progress.offset,
            rows: progress.rows,
            bad_rows: progress.bad_rows,
            faults: progress.faults,
            columns: progress.columns,
            rules,
            announced,
            sums: Sums::going_on(progress.sums, announced),
            last_period: None,
        }
    }

    /// What is to be kept to go on later.
    pub fn progress(&self) -> Progress {
        Progress {
            offset: self.offset,
            rows: self.rows,
            bad_rows: self.bad_rows,
            faults: self.faults.clone(),
            columns: self.columns.clone(),
            sums: self.sums.kept(),
        }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`FileFault`]; nothing can be read after it.
    pub fn feed(&mut self, mut piece: &[u8]) -> Result<(), FileFault> {
        while !piece.is_empty() {
            let (read, _) = self.step(piece)?;
            piece = &piece[read..];
        }
        Ok(())
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`FileFault`].
    pub fn finish(mut self) -> Result<Progress, FileFault> {
        // An empty piece says that there is no more: a last row without a line's end is one too.
        while !self.step(&[])?.1 {}
        let progress = self.progress();
        if progress.columns.is_none() {
            return Err(FileFault::Columns("BilledCost".to_owned()));
        }
        Ok(progress)
    }

    /// At most one row: how much of the piece was read, and whether this was the end of the file.
    fn step(&mut self, piece: &[u8]) -> Result<(usize, bool), FileFault> {
        let (field, end) = self.filled;
        let (result, read, wrote, ended) =
            self.csv.read_record(piece, &mut self.fields[field..], &mut self.ends[end..]);
        self.taken += read as u64;
        self.filled = (field + wrote, end + ended);
        match result {
            ReadRecordResult::Record => {
                self.rows += 1;
                let ends = self.filled.1;
                self.row(ends)?;
                self.filled = (0, 0);
                self.offset = self.taken;
            }
            ReadRecordResult::OutputFull if self.fields.len() < LONGEST_ROW => {
                self.fields.resize(self.fields.len() * 2, 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                return Err(FileFault::Row(self.rows + 1));
            }
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
        }
        Ok((read, matches!(result, ReadRecordResult::End)))
    }

    fn field(&self, at: usize) -> &[u8] {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.fields[from..self.ends[at]]
    }

    fn text(&self, at: usize) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.field(at).trim_ascii())
    }

    fn row(&mut self, count: usize) -> Result<(), FileFault> {
        let Some(columns) = self.columns.clone() else {
            // The mark of UTF-8 before the first name: the CSV reader knows it only when it comes in one piece.
            let name = |at| self.text(at).trim_start_matches('\u{feff}').to_owned();
            let head: Vec<String> = (0..count).map(name).collect();
            self.columns = Some(Columns::of(&head)?);
            return Ok(());
        };
        if count != columns.count {
            self.fault("", format!("has {count} fields; the first row has {}", columns.count));
            return Ok(());
        }
        let added = self.parsed(&columns).and_then(|row| self.add(&columns, row));
        match added {
            Ok(read) => read,
            Err((column, detail)) => {
                self.fault(column, detail);
                Ok(())
            }
        }
    }

    /// Adds a row, and gives what ends the reading; or which column keeps it out and why.
    fn add(&mut self, columns: &Columns, row: Row) -> Result<Result<(), FileFault>, Fault> {
        let unit = self.unit(columns, &row);
        let Row { period, currency, cost, service, account, account_name } = row;
        let name = account_name.filter(|name| !name.is_empty()).or(account).unwrap_or_default();
        match self.sums.add((self.rows, self.announced), period, (&service, unit), currency, &name, cost) {
            Ok(left_out) => {
                left_out.into_iter().for_each(|rows| self.leave_out(rows));
                Ok(Ok(()))
            }
            Err(Refused::Row(column, detail)) => Err((column, detail)),
            Err(Refused::File(fault)) => Ok(Err(fault)),
        }
    }

    /// What a row says, or which column does not say it and why.
    fn parsed(&mut self, columns: &Columns) -> Result<Row, Fault> {
        let period = self.period(columns)?;
        let code = self.text(columns.currency);
        let currency = Currency::from_code(&code)
            .ok_or_else(|| ("BillingCurrency", format!("{code:.20} is no currency of ISO 4217, such as EUR")))?;
        let cost = self.text(columns.cost);
        let parsed = cost.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&cost));
        let cost = parsed.map_err(|_| ("BilledCost", format!("{cost:.40} is no number; use digits and a point")))?;
        let service = self.name(columns.service, "ServiceName")?;
        if service.is_empty() {
            return Err(("ServiceName", "must not be empty".to_owned()));
        }
        let account = columns.account.map(|at| self.name(at, "SubAccountId")).transpose()?;
        let account_name = columns.account_name.map(|at| self.name(at, "SubAccountName")).transpose()?;
        Ok(Row { period, currency, cost, service, account, account_name })
    }

    /// A name without what only moves the cursor or turns the text round: people read it in letters and on pages.
    fn name(&self, at: usize, column: &'static str) -> Result<String, Fault> {
        let text = std::str::from_utf8(self.field(at))
            .map_err(|_| (column, "is not in UTF-8; export the file in UTF-8".to_owned()))?;
        let shown: String = text.chars().filter(|c| !c.is_control() && !TURNS.contains(c)).collect();
        Ok(shown.trim().to_owned())
    }

    /// The days of a row: from its start on for as long as its period is, a begun day being one. What is shorter, and what names
    /// no end, is of one day.
    fn period(&mut self, columns: &Columns) -> Result<Period, Fault> {
        let start = self.field(columns.day).trim_ascii();
        let end = columns.end.map_or(&b""[..], |at| self.field(at).trim_ascii());
        if let Some((known, until, period)) = &self.last_period
            && known == start
            && until == end
        {
            return Ok(*period);
        }
        let no_instant = |column, text: &[u8]| {
            let shown = String::from_utf8_lossy(text);
            (column, format!("{shown:.40} is no instant such as 2026-03-01T00:00:00Z"))
        };
        let from = instant(start).ok_or_else(|| no_instant("ChargePeriodStart", start))?;
        let day = from.date();
        let (oldest, newest) = (-OLDEST_DAYS, MOST_DAYS);
        if !(oldest..=newest).contains(&days_between(self.announced, day)) {
            let says =
                format!("{day} is more than {OLDEST_DAYS} days before the file was announced, or {MOST_DAYS} after it");
            return Err(("ChargePeriodStart", says));
        }
        let days = match end {
            b"" => 1,
            end => {
                let until = instant(end).ok_or_else(|| no_instant("ChargePeriodEnd", end))?;
                let seconds = until.duration_since(from).as_secs();
                if seconds < 0 {
                    return Err(("ChargePeriodEnd", "is before ChargePeriodStart".to_owned()));
                }
                (seconds / A_DAY + i64::from(seconds % A_DAY != 0)).max(1)
            }
        };
        let days = u16::try_from(days).ok().filter(|days| i64::from(*days) <= LONGEST_PERIOD);
        let too_long = || format!("is more than {LONGEST_PERIOD} days after ChargePeriodStart");
        let period = (day, days.ok_or_else(|| ("ChargePeriodEnd", too_long()))?);
        self.last_period = Some((start.to_vec(), end.to_vec(), period));
        Ok(period)
    }

    /// The department of the first rule that fits.
    fn unit(&self, columns: &Columns, row: &Row) -> Option<UnitId> {
        if self.rules.is_empty() {
            return None;
        }
        let has_tags = self.rules.iter().any(|rule| rule.tag.is_some());
        let tags = columns.tags.filter(|_| has_tags).map(|at| self.text(at));
        // What is no object has no tags: they are the client's own words, and no reason to leave a cost out.
        let tags: serde_json::Map<String, serde_json::Value> =
            tags.and_then(|tags| serde_json::from_str(&tags).ok()).unwrap_or_default();
        let fits = |rule: &&UnitRule| match &rule.tag {
            Some(tag) => tags.get(tag).and_then(|value| value.as_str()) == Some(rule.value.as_str()),
            None => [&row.account, &row.account_name].into_iter().flatten().any(|text| *text == rule.value),
        };
        self.rules.iter().find(fits).map(|rule| rule.unit)
    }

    fn fault(&mut self, column: &str, detail: String) {
        self.bad_rows += 1;
        self.note(self.rows, column, detail);
    }

    /// Rows that were read as good ones.
    fn leave_out(&mut self, LeftOut { row, rows, day }: LeftOut) {
        self.bad_rows += rows;
        let (column, mut detail) = too_old(day);
        if rows > 1 {
            detail.push_str(&format!("; and {} more of this day", rows - 1));
        }
        self.note(row, column, detail);
    }

    fn note(&mut self, row: u64, column: &str, detail: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(RowFault { row, column: column.to_owned(), detail });
        }
    }
}

/// Seconds of a day in UTC.
const A_DAY: i64 = 24 * 60 * 60;

/// An instant in UTC, as the specification has it. What names no time of the day is its beginning.
fn instant(text: &[u8]) -> Option<DateTime> {
    let date: Date = std::str::from_utf8(text.get(..10)?).ok()?.parse().ok()?;
    let clock = text.get(11..).and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
    let clock: &str = clock.split(|c: char| !c.is_ascii_digit() && c != ':').next().unwrap_or_default();
    match clock {
        // Midnight as the end of a day.
        "24:00" | "24:00:00" => Some(date.tomorrow().ok()?.to_datetime(Time::midnight())),
        clock => Some(date.to_datetime(clock.parse().unwrap_or(Time::midnight()))),
    }
}
