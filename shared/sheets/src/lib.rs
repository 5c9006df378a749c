//! Workbooks (Office Open XML, `.xlsx`): the tables of a report, a sheet each. The same tables give the same bytes.
//!
//! A text is written as a text and never as a formula; where it could start one, its cell also has the mark that a
//! spreadsheet gives to what somebody typed with an apostrophe in front, so that it stays a text when it is edited.

use domain::csv::{Cell, Sheet, could_start_a_formula};
use domain::money::exponent;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Characters of the longest text in a cell; what is longer is cut, with an ellipsis (Microsoft, "Excel specifications and
/// limits": 32,767 characters a cell).
pub const LONGEST_TEXT: usize = 32_000;

/// Widest column, in pixels: what is longer is read in the cell.
const WIDEST: u32 = 420;

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct SheetError(#[from] XlsxError);

/// A workbook of these tables, with its title and when it was made.
///
/// # Errors
/// [`SheetError`] for more than a million rows, and for two sheets of one name.
pub fn workbook(title: &str, made_at: Timestamp, sheets: &[Sheet]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&excel_instant(made_at)?));
    for sheet in sheets {
        write(book.add_worksheet(), sheet)?;
    }
    Ok(book.save_to_buffer()?)
}

fn write(out: &mut Worksheet, sheet: &Sheet) -> Result<(), SheetError> {
    out.set_name(sheet.name)?;
    let head = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(sheet.head) {
        out.write_string_with_format(0, column, *name, &head)?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            write_cell(out, row, column, cell)?;
        }
    }
    out.set_freeze_panes(1, 0)?;
    let width = u16::try_from(sheet.head.len()).unwrap_or(u16::MAX);
    if let (Some(last), false) = (width.checked_sub(1), sheet.rows.is_empty()) {
        out.autofilter(0, 0, u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX), last)?;
    }
    out.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

fn write_cell(out: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), SheetError> {
    let plain = Format::new();
    match cell {
        Cell::Empty => {}
        Cell::Text(text) if could_start_a_formula(text) => {
            out.write_string_with_format(row, column, fitting(text), &plain.set_quote_prefix())?;
        }
        Cell::Text(text) => {
            out.write_string(row, column, fitting(text))?;
        }
        Cell::Number(number) => {
            out.write_number(row, column, number.to_f64().unwrap_or(f64::NAN))?;
        }
        Cell::Amount(money) => {
            let places = usize::try_from(exponent(money.currency())).unwrap_or_default();
            let pattern = if places == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(places)) };
            let major = money.major().to_f64().unwrap_or(f64::NAN);
            out.write_number_with_format(row, column, major, &plain.set_num_format(pattern))?;
        }
        Cell::Date(date, _) => match excel_day(*date) {
            Ok(day) => {
                out.write_datetime_with_format(row, column, &day, &plain.set_num_format("yyyy-mm-dd"))?;
            }
            // Before 1900 a spreadsheet knows no days.
            Err(_) => {
                out.write_string(row, column, date.to_string())?;
            }
        },
    }
    Ok(())
}

fn fitting(text: &str) -> String {
    if text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    text.chars().take(LONGEST_TEXT - 1).chain(['…']).collect()
}

fn excel_day(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let (year, month, day) = (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    ExcelDateTime::from_ymd(year, month, day)
}

fn excel_instant(at: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
    let (hour, minute, second) = (utc.hour().unsigned_abs(), utc.minute().unsigned_abs(), utc.second().unsigned_abs());
    excel_day(utc.date())?.and_hms(hour.into(), minute, f64::from(second))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use domain::csv::ISO_DATE;
    use domain::money::Money;
    use iso_currency::Currency;
    use rust_decimal::Decimal;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_790_000_000, 0);

    fn sheet(name: &'static str, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name, head: &["a", "b"], rows }
    }

    /// A part of a workbook of one sheet, which has one row: `x` and a cell.
    fn part(name: &str, cell: Cell) -> String {
        let book = workbook("t", NOON, &[sheet("one", vec![vec![Cell::text("x"), cell]])]).unwrap();
        let mut parts = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut text = String::new();
        parts.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// The cell `B2` as it stands in the sheet.
    fn cell(cell: Cell) -> Option<String> {
        let sheet = part("xl/worksheets/sheet1.xml", cell);
        let (_, rest) = sheet.split_once("<c r=\"B2\"")?;
        Some(rest.split_once("</c>")?.0.to_owned())
    }

    #[test]
    fn numbers_amounts_and_dates_are_numbers() {
        for (written, value) in [
            (Money::new(-1_250, Currency::EUR).into(), "-12.5"),
            (Money::new(1_500, Currency::JPY).into(), "1500"),
            (Decimal::new(-2_500, 3).into(), "-2.5"),
            (Cell::Date(jiff::civil::date(2026, 3, 1), ISO_DATE), "46082"),
        ] {
            let cell = cell(written).unwrap();
            assert!(cell.ends_with(&format!("<v>{value}</v>")) && !cell.contains("t=\"s\""), "{cell}");
        }
        assert_eq!(cell(Cell::Empty), None);
        let before = part("xl/sharedStrings.xml", Cell::Date(jiff::civil::date(1899, 3, 1), ISO_DATE));
        assert!(before.contains("<t>1899-03-01</t>"), "{before}");
    }

    #[test]
    fn a_text_is_a_text_and_marked_as_one_where_it_starts_like_a_formula() {
        let plain = Cell::text("Müller & Söhne <\"Berlin\">");
        assert!(part("xl/sharedStrings.xml", plain.clone()).contains("Müller &amp; Söhne &lt;\"Berlin\"&gt;"));
        assert!(!part("xl/styles.xml", plain).contains("quotePrefix"));
        for text in ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1"] {
            assert!(cell(Cell::text(text)).unwrap().contains("t=\"s\""), "{text:?}");
            assert!(!part("xl/worksheets/sheet1.xml", Cell::text(text)).contains("<f"), "{text:?}");
            assert!(part("xl/styles.xml", Cell::text(text)).contains("quotePrefix=\"1\""), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_no_cell_holds_is_cut_and_says_so() {
        let kept = part("xl/sharedStrings.xml", Cell::text("é".repeat(LONGEST_TEXT + 1)));
        assert!(kept.contains(&format!("{}…</t>", "é".repeat(LONGEST_TEXT - 1))));
    }

    #[test]
    fn the_same_tables_make_the_same_bytes() {
        let sheets = [sheet("one", vec![vec![Cell::text("x"), Cell::text("=y")]])];
        assert_eq!(workbook("t", NOON, &sheets).unwrap(), workbook("t", NOON, &sheets).unwrap());
        assert!(workbook("t", NOON, &[sheets[0].clone(), sheets[0].clone()]).is_err());
    }
}
