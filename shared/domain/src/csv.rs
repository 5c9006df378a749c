//! Tables for spreadsheets and accounting programs: CSV (RFC 4180) in which no text is ever a formula.
//!
//! A spreadsheet computes a cell that starts like a formula, whoever wrote it. So a text is a [`Cell::Text`], and the one
//! place that writes cells puts an apostrophe before it where it could start one (OWASP ASVS 5.0, requirement 1.2.10:
//! `=`, `+`, `-`, `@`, tab and null; OWASP's page on CSV injection adds the carriage return). Numbers and dates are made
//! here and need none.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::Money;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Somebody's words.
    Text(String),
    /// A number, with a point and no grouping.
    Number(Decimal),
    /// An amount in major units, with all decimal places of its currency.
    Amount(Money),
    /// A local date, as `strftime` writes it by this pattern.
    Date(Date, &'static str),
    /// Nothing.
    Empty,
}

/// ISO 8601: what every program reads.
pub const ISO_DATE: &str = "%Y-%m-%d";

impl Cell {
    /// Somebody's words; nothing when there are none.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => harmless(text),
            Self::Number(number) => number.normalize().to_string().into(),
            Self::Amount(money) => money.major().to_string().into(),
            Self::Date(date, pattern) => date.strftime(pattern).to_string().into(),
            Self::Empty => "".into(),
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Decimal> for Cell {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<Money> for Cell {
    fn from(money: Money) -> Self {
        Self::Amount(money)
    }
}

/// Whether a program could take a text for a formula. Blanks before a sign are looked through, for some programs trim them.
pub fn could_start_a_formula(text: &str) -> bool {
    let starts_badly = text.starts_with(['\t', '\r', '\n', '\0']);
    let sign = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).chars().next();
    // The full-width forms are read as the plain ones by programs for East Asian scripts.
    starts_badly || matches!(sign, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

/// The text as no program takes it for a formula: with an apostrophe in front, where it could start one.
fn harmless(text: &str) -> Cow<'_, str> {
    if could_start_a_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// A table in the making: a head, and rows that are as wide.
pub struct Table {
    out: csv::Writer<Vec<u8>>,
    rows: usize,
}

impl Table {
    /// With these columns. Lines end as RFC 4180 says.
    pub fn new(head: &[&str]) -> Self {
        let mut out =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
        // Into memory: there is nothing that could fail.
        let _ = out.write_record(head);
        Self { out, rows: 0 }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[Cell]) {
        let _ = self.out.write_record(cells.iter().map(|cell| cell.written().into_owned()));
        self.rows += 1;
    }

    /// How many rows there are below the head.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// In UTF-8.
    pub fn into_text(self) -> String {
        let bytes = self.out.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// A table that is there as a whole: to be a sheet of a workbook, or to stand on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is called: at most 31 characters, none of `[]:*?/\\` (what spreadsheets take).
    pub name: &'static str,
    /// What its columns are called.
    pub head: &'static [&'static str],
    /// Its rows, each as wide as the head.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// As CSV.
    pub fn csv(&self) -> String {
        let mut table = Table::new(self.head);
        for row in &self.rows {
            table.row(row);
        }
        table.into_text()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table's cells as a program reads them.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut read = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        read.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn one(cell: Cell) -> String {
        let mut table = Table::new(&["a", "b"]);
        table.row(&[Cell::text("x"), cell]);
        read(&table.into_text())[1][1].clone()
    }

    #[test]
    fn numbers_and_dates_are_plain() {
        let yen = Money::new(-1_500, iso_currency::Currency::JPY);
        let dinar = Money::new(1_500, iso_currency::Currency::KWD);
        assert_eq!((one(yen.into()), one(dinar.into())), ("-1500".into(), "1.500".into()));
        assert_eq!(one(Decimal::new(-2_500, 3).into()), "-2.5");
        assert_eq!(one(Cell::Date(jiff::civil::date(2026, 3, 1), ISO_DATE)), "2026-03-01");
        assert_eq!(one(None::<&str>.into()), "");
    }

    #[test]
    fn a_text_that_starts_like_a_formula_is_kept_as_a_text() {
        for text in ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "  =1", "\u{a0}=1", "＝1"] {
            assert_eq!(one(Cell::text(text)), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", "1-2", "'=1", "Müller & Söhne, \"Berlin\"", "two\r\nlines"] {
            assert_eq!(one(Cell::text(text)), text, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Promise 21: whatever somebody writes, no cell starts a formula, and nothing of the text is lost.
        #[test]
        fn no_cell_of_a_table_is_a_formula(
            start in prop::sample::select(vec!["", "=", "+", "-", "@", "\t", "\0", "\r", "\n", " ", "\"", ",", "'"]),
            more in "[=+@\t \r\n\"',;a-zé-]{0,12}",
        ) {
            let text = format!("{start}{more}");
            let cell = one(Cell::text(text.clone()));
            let first = cell.trim_start().chars().next();
            prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{:?}", cell);
            prop_assert!(!cell.starts_with(['\t', '\r', '\n', '\0']), "{:?}", cell);
            prop_assert!(cell == text || cell == format!("'{text}"), "{:?} of {:?}", cell, text);
        }
    }
}
