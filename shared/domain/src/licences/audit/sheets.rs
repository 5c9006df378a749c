//! An audit as tables: the sheets of its workbook, of which some stand on paper too.

use rust_decimal::Decimal;

use super::{Audit, Entitled, Held, Missing, Noted, Position, Short};
use crate::csv::{Cell, ISO_DATE, Sheet};
use crate::licences::findings::Kind;
use crate::licences::{LicenceKind, LicenceState};
use crate::money::Money;
use jiff::civil::Date;

/// The column that says that a last day of notice is over: notice can be given for the term after the next one.
const NOTICE_PASSED: &str = "Notice passed";

impl Audit {
    /// The sheets of its workbook.
    pub fn sheets(&self) -> Vec<Sheet> {
        vec![
            self.position_sheet(),
            self.licence_sheet(),
            self.holder_sheet(),
            self.missing_sheet(),
            self.finding_sheet(),
        ]
    }

    pub(super) fn position_sheet(&self) -> Sheet {
        let head = &["Product", "Seats", "Held", "Free", "Over", "Used without a seat", "Cost a year", "Currency"];
        Sheet { name: "Position", head, rows: self.position.iter().flat_map(position).collect() }
    }

    pub(super) fn licence_sheet(&self) -> Sheet {
        let head = &[
            "Product",
            "Licence",
            "Edition",
            "Kind",
            "State",
            "Seats",
            "Held",
            "Starts",
            "Renews",
            "Notice by",
            "Ends",
            "Cost a year",
            "Currency",
            "Papers",
            NOTICE_PASSED,
        ];
        Sheet { name: "Licences", head, rows: self.licences.iter().map(|row| licence(row, self.on)).collect() }
    }

    fn holder_sheet(&self) -> Sheet {
        let head = &["Product", "Licence", "Holder", "Department", "Works there", "Since", "Last used"];
        Sheet { name: "Holders", head, rows: self.holders.iter().map(holder).collect() }
    }

    pub(super) fn missing_sheet(&self) -> Sheet {
        let head = &["Product", "Licence", "Why", "Seats", "Needed", "Missing", "Until", "Amount", "Currency"];
        Sheet { name: "To true up", head, rows: self.missing.iter().map(missing).collect() }
    }

    pub(super) fn finding_sheet(&self) -> Sheet {
        let head = &[
            "Finding",
            "Product",
            "Licence",
            "Whose",
            "Saves a year",
            "Currency",
            "Notice by",
            "State",
            "Why",
            NOTICE_PASSED,
        ];
        Sheet { name: "Findings", head, rows: self.findings.iter().map(|row| finding(row, self.on)).collect() }
    }
}

fn count(count: u32) -> Cell {
    Cell::Number(Decimal::from(count))
}

fn day(date: Option<Date>) -> Cell {
    date.map_or(Cell::Empty, |date| Cell::Date(date, ISO_DATE))
}

/// Whether a last day of notice was over on the day of the audit.
fn passed(notice_by: Option<Date>, on: Date) -> Cell {
    notice_by.filter(|by| *by < on).map(|_| "yes").into()
}

/// An amount, and its currency.
fn amount(money: Option<Money>) -> [Cell; 2] {
    [money.into(), money.map(|money| money.currency().code()).into()]
}

/// A row for each currency that a product is paid in: amounts of two are never one.
fn position(row: &Position) -> Vec<Vec<Cell>> {
    let Position { product, seats, held, free, over, unlicensed, yearly } = row;
    let of = |counts: bool, yearly: Option<Money>| {
        let some = |n: &u32| if counts { count(*n) } else { Cell::Empty };
        let [amount, currency] = amount(yearly);
        vec![
            product.as_str().into(),
            some(seats),
            some(held),
            some(free),
            some(over),
            some(unlicensed),
            amount,
            currency,
        ]
    };
    let mut rows = vec![of(true, yearly.first().copied())];
    rows.extend(yearly.iter().skip(1).map(|yearly| of(false, Some(*yearly))));
    rows
}

fn licence(row: &Entitled, on: Date) -> Vec<Cell> {
    let [amount, currency] = amount(row.yearly);
    let papers: Vec<String> = row.documents.iter().map(|(name, link)| format!("{name}: {link}")).collect();
    let kind = match row.kind {
        LicenceKind::Subscription => "subscription",
        LicenceKind::Perpetual => "perpetual",
        LicenceKind::PerDevice => "per device",
        LicenceKind::PerCore => "per core",
        LicenceKind::Usage => "by use",
    };
    let state = match row.state {
        LicenceState::Planned => "to come",
        LicenceState::Active => "in force",
        LicenceState::Ended => "ended",
    };
    vec![
        row.product.as_str().into(),
        row.name.as_str().into(),
        row.edition.as_deref().into(),
        kind.into(),
        state.into(),
        count(row.seats),
        count(row.held),
        day(Some(row.starts_on)),
        day(row.renews_on),
        day(row.notice_by),
        day(row.ends_on),
        amount,
        currency,
        papers.join("\n").into(),
        passed(row.notice_by, on),
    ]
}

fn holder(row: &Held) -> Vec<Cell> {
    vec![
        row.product.as_str().into(),
        row.licence.as_str().into(),
        row.holder.as_str().into(),
        row.department.as_deref().into(),
        row.active.map(|active| if active { "yes" } else { "no" }).into(),
        day(Some(row.since)),
        day(row.last_used),
    ]
}

fn missing(row: &Short) -> Vec<Cell> {
    let why = match row.why {
        Missing::Holders => "more hold a seat than there are",
        Missing::Users => "used without a seat",
    };
    let [amount, currency] = amount(row.amount);
    vec![
        row.product.as_str().into(),
        row.licence.as_deref().into(),
        why.into(),
        count(row.seats),
        count(row.needed),
        count(row.missing),
        day(row.until),
        amount,
        currency,
    ]
}

fn finding(row: &Noted, on: Date) -> Vec<Cell> {
    let kind = match row.kind {
        Kind::Left => "holder left",
        Kind::NeverUsed => "never used",
        Kind::Unused => "unused",
        Kind::Overlap => "two that do the same",
        Kind::WrongEdition => "larger edition than used",
        Kind::OverBought => "seats nobody holds",
        Kind::OverAssigned => "more holders than seats",
        Kind::ShadowUse => "used without a seat",
    };
    let [amount, currency] = amount(row.counted);
    vec![
        kind.into(),
        row.product.as_str().into(),
        row.licence.as_deref().into(),
        row.whose.as_deref().into(),
        amount,
        currency,
        day(row.notice_by),
        row.state.as_str().into(),
        row.why.as_str().into(),
        passed(row.notice_by, on),
    ]
}
