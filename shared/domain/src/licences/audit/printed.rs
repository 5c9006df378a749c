//! An audit as it stands on paper: nothing but texts, so that the template that sets it computes nothing.

use serde::Serialize;

use super::Audit;
use crate::billing::documents::settings::{Letterhead, Paper};
use crate::billing::documents::words::Language;
use crate::csv::{Cell, Sheet};

/// Most rows of a table on paper; the workbook has them all.
const MOST_PRINTED: usize = 1_000;

/// An audit on paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedAudit {
    /// The size of a page.
    pub paper: Paper,
    /// The colour of headings, `#rrggbb`.
    pub accent: String,
    /// Who looks after the client.
    pub msp: String,
    /// The client.
    pub client: String,
    /// The day as of which it speaks.
    pub on: String,
    /// The same in the file's own data: year, month, day.
    pub date: [i16; 3],
    /// What stands at the top: a name and a value each.
    pub facts: Vec<Fact>,
    /// Its tables.
    pub sections: Vec<Section>,
}

/// A name and a value.
pub type Fact = [String; 2];

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What it says, for whoever reads such a report for the first time.
    pub about: &'static str,
    /// The names of its columns.
    pub head: Vec<&'static str>,
    /// Which columns hold figures.
    pub figures: Vec<bool>,
    /// How wide each is, compared with the others.
    pub widths: Vec<u8>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// What is said below it: what there is none of, or how much was left out.
    pub note: Option<String>,
}

/// A column of a sheet on paper: its place there, whether it holds figures, and how wide it is.
type Column = (usize, bool, u8);

const POSITION: &[Column] =
    &[(0, false, 5), (1, true, 2), (2, true, 2), (3, true, 2), (4, true, 2), (5, true, 3), (6, true, 3), (7, false, 2)];
const LICENCES: &[Column] = &[
    (0, false, 5),
    (1, false, 5),
    (2, false, 3),
    (3, false, 3),
    (4, false, 2),
    (5, true, 2),
    (6, true, 2),
    (7, false, 3),
    (8, false, 3),
    (9, false, 3),
    (10, false, 3),
    (14, false, 2),
    (11, true, 3),
    (12, false, 2),
];
const MISSING: &[Column] = &[
    (0, false, 4),
    (1, false, 4),
    (2, false, 5),
    (3, true, 2),
    (4, true, 2),
    (5, true, 2),
    (6, false, 3),
    (7, true, 3),
    (8, false, 2),
];
const FINDINGS: &[Column] = &[
    (0, false, 4),
    (1, false, 4),
    (3, false, 4),
    (4, true, 3),
    (5, false, 2),
    (6, false, 3),
    (9, false, 2),
    (7, false, 3),
    (8, false, 10),
];

impl Audit {
    /// The audit on paper, by the MSP's letterhead. Its words are English; dates and amounts are as in the letterhead's
    /// language.
    pub fn printed(&self, letterhead: &Letterhead) -> PrintedAudit {
        let language = letterhead.language;
        let mut facts: Vec<Fact> = vec![["As of".into(), language.date(self.on)]];
        let reviewed = self.reviewed_on.map_or_else(|| "not yet".to_owned(), |on| language.date(on));
        facts.push(["Findings as reviewed on".into(), reviewed]);
        facts.push(["Licences".into(), self.licences.len().to_string()]);
        let sum =
            |of: fn(&super::Position) -> u32| self.position.iter().map(of).fold(0, u32::saturating_add).to_string();
        facts.push(["Seats paid for".into(), sum(|row| row.seats)]);
        facts.push(["Seats held".into(), sum(|row| row.held)]);
        facts.push(["Holders beyond their licence's seats".into(), sum(|row| row.over)]);
        facts.push(["People who use a product without a seat".into(), sum(|row| row.unlicensed)]);
        for saving in &self.savings {
            let code = saving.open.currency().code();
            facts.push([format!("Could be saved a year, {code}"), language.money(saving.open)]);
            facts.push([format!("Accepted, a year, {code}"), language.money(saving.accepted)]);
            facts.push([format!("Came true, a year, {code}"), language.money(saving.realised)]);
        }
        let section = |sheet: Sheet, about, columns, none| section(&sheet, about, columns, none, language);
        PrintedAudit {
            paper: letterhead.paper,
            accent: letterhead.accent.to_string(),
            msp: self.msp.clone(),
            client: self.client.clone(),
            on: language.date(self.on),
            date: [self.on.year(), self.on.month().into(), self.on.day().into()],
            facts,
            sections: vec![
                section(
                    self.position_sheet(),
                    "What is licensed against what is held and used. Free seats can be given out; over are holders beyond the seats of their licence.",
                    POSITION,
                    "There is no licence in force.",
                ),
                section(
                    self.missing_sheet(),
                    "Seats that are missing, and what they cost until their licence renews.",
                    MISSING,
                    "No seat is missing.",
                ),
                section(
                    self.finding_sheet(),
                    "What is paid for nothing, or used and not licensed, with what it would save; a seat counts once. Where the last day of notice has passed, the saving waits for another term.",
                    FINDINGS,
                    "Nothing was found.",
                ),
                section(
                    self.licence_sheet(),
                    "Every licence, those that have ended or are to come too. Where their papers are, and who holds each seat, stands in the workbook.",
                    LICENCES,
                    "There is no licence.",
                ),
            ],
        }
    }
}

fn section(sheet: &Sheet, about: &'static str, columns: &[Column], none: &str, language: Language) -> Section {
    let left_out = sheet.rows.len().saturating_sub(MOST_PRINTED);
    let note = match (sheet.rows.len(), left_out) {
        (0, _) => Some(none.to_owned()),
        (_, 0) => None,
        (_, left_out) => Some(format!("{left_out} more stand in the workbook.")),
    };
    let row = |row: &Vec<Cell>| columns.iter().map(|(at, ..)| text(&row[*at], language)).collect();
    Section {
        title: sheet.name,
        about,
        head: columns.iter().map(|(at, ..)| sheet.head[*at]).collect(),
        figures: columns.iter().map(|(_, figures, _)| *figures).collect(),
        widths: columns.iter().map(|(.., width)| *width).collect(),
        rows: sheet.rows.iter().take(MOST_PRINTED).map(row).collect(),
        note,
    }
}

fn text(cell: &Cell, language: Language) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => language.number(*number),
        Cell::Amount(money) => language.amount(*money),
        Cell::Date(date, _) => language.date(*date),
        Cell::Empty => String::new(),
    }
}
