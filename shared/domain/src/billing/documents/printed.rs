//! A document as it stands on paper: nothing but texts, so that the template that sets it computes nothing.
//!
//! Each line comes with the sum of all lines up to it: what is carried forward, wherever a page ends.

use rust_decimal::Decimal;
use serde::Serialize;

use super::facts::{Document, Look};
use super::settings::Paper;
use super::words::{Language, Words};
use crate::billing::cycle::Period;
use crate::billing::hours::{HOUR, on_the_clock};
use crate::billing::invoice::{InvoiceKind, InvoiceLine};
use crate::billing::lines::Origin;
use crate::billing::taxes::{TaxRounding, TaxSum};
use crate::error::Refusal;
use crate::money::{Money, exponent};

/// A document on paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Printed {
    /// What the template sets around it.
    pub words: &'static Words,
    /// The size of a page.
    pub paper: Paper,
    /// The colour of headings, `#rrggbb`.
    pub accent: String,
    /// The colour of what is written on that one; where it is not white, headings are in it too.
    pub on_accent: &'static str,
    /// Whether there is a logo.
    pub logo: bool,
    /// Across every page.
    pub mark: Option<&'static str>,
    /// What kind of document it is.
    pub title: &'static str,
    /// Its number; empty on a draft.
    pub number: String,
    /// Its date in the file's own data: year, month, day.
    pub date: Option<[i16; 3]>,
    /// Who writes.
    pub issuer: Sender,
    /// To whom, in lines; the first is the name.
    pub recipient: Vec<String>,
    /// What stands beside the address: a name and a value each.
    pub facts: Vec<[String; 2]>,
    /// What was sold.
    pub lines: Vec<PrintedLine>,
    /// The sum of the lines.
    pub net: String,
    /// The tax summary.
    pub taxes: Vec<[String; 2]>,
    /// Under it, smaller: where tax was rounded; nothing where there is none.
    pub rounding: Vec<&'static str>,
    /// With taxes.
    pub total: String,
    /// What was paid of that already.
    pub less: Vec<[String; 2]>,
    /// What is to be paid, or was credited, and its heading.
    pub due: [String; 2],
    /// What the law and the writer want said.
    pub remarks: Vec<String>,
    /// Where it can be paid.
    pub pay_at: Option<String>,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sender {
    /// The name.
    pub name: String,
    /// The address, in lines.
    pub address: Vec<String>,
    /// How to reach it, in lines.
    pub contact: Vec<String>,
    /// How to pay, in lines; none on what nobody is to pay.
    pub payment: Vec<String>,
    /// At the foot of every page, in lines.
    pub footer: Vec<String>,
}

/// A line on paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedLine {
    /// Its place.
    pub n: String,
    /// What was sold.
    pub text: String,
    /// Under it, smaller.
    pub details: Vec<String>,
    /// How many, of what.
    pub quantity: String,
    /// For how much each; of use at several prices the average, named as one; empty where there is neither.
    pub price: String,
    /// The rates of its taxes.
    pub tax: String,
    /// For how much, without taxes on top.
    pub amount: String,
    /// All lines up to it.
    pub carried: String,
}

/// The document on paper.
///
/// # Errors
/// [`Refusal::Conflict`] when the lines do not add up to the invoice: nothing wrong is printed.
pub fn print(document: &Document) -> Result<Printed, Refusal> {
    let letterhead = &document.issuer.letterhead;
    let language = letterhead.language;
    let words = language.words();
    let is_credit = document.kind == InvoiceKind::CreditNote;
    let pays = !is_credit && document.look != Look::Void;
    let issuer = Sender {
        name: document.issuer.name.clone(),
        address: lines_of(letterhead.address.as_deref()),
        contact: lines_of(letterhead.contact.as_deref())
            .into_iter()
            .chain(letterhead.tax_id.iter().map(|id| format!("{} {id}", words.tax_id)))
            .collect(),
        payment: if pays { lines_of(letterhead.payment.as_deref()) } else { Vec::new() },
        footer: lines_of(letterhead.footer.as_deref()),
    };
    let used = document.used_credit.map(|used| [words.credit_used.to_owned(), language.amount(used.negated())]);
    Ok(Printed {
        words,
        paper: letterhead.paper,
        accent: letterhead.accent.to_string(),
        on_accent: letterhead.accent.text_on_it(),
        logo: letterhead.logo.is_some(),
        mark: match document.look {
            Look::Draft => Some(words.draft),
            Look::Issued => None,
            Look::Void => Some(words.void),
        },
        title: if is_credit { words.credit_note } else { words.invoice },
        number: document.number.clone().unwrap_or_default(),
        date: document.issued_on.map(|date| [date.year(), date.month().into(), date.day().into()]),
        issuer,
        recipient: recipient(document),
        facts: facts(document, language),
        lines: lines(document, language)?,
        net: language.amount(document.totals.net),
        taxes: document.taxes.iter().map(|row| tax_row(row, language)).collect(),
        rounding: (!document.taxes.is_empty()).then(|| rounding(document.tax_rounding, words)).into_iter().collect(),
        total: language.amount(document.totals.total),
        less: used.into_iter().collect(),
        due: [if is_credit { words.credited } else { words.amount_due }.into(), language.money(document.due())],
        remarks: remarks(document, language),
        pay_at: document.pay_at.clone(),
    })
}

fn lines_of(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Longest run of letters that fits a line of the table; one that is longer may break here.
const LONGEST_WORD: usize = 24;

/// The text with places at which a word that is too long for its column may break: spaces of no width.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > LONGEST_WORD {
            out.push('\u{200b}');
            run = 1;
        }
        out.push(c);
    }
    out
}

fn recipient(document: &Document) -> Vec<String> {
    let to = &document.recipient;
    let mut lines = lines_of(to.address.as_deref());
    // An address usually starts with the name; it is not to stand there twice.
    if lines.first().is_none_or(|first| *first != to.name) {
        lines.insert(0, to.name.clone());
    }
    let words = document.issuer.letterhead.language.words();
    lines.extend(to.tax_id.iter().map(|id| format!("{} {id}", words.tax_id)));
    lines
}

fn facts(document: &Document, language: Language) -> Vec<[String; 2]> {
    let words = language.words();
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| [name.to_owned(), value]));
    };
    add(words.number, document.number.clone());
    add(words.date, document.issued_on.map(|date| language.date(date)));
    if document.kind == InvoiceKind::CreditNote {
        let of = |corrected: &super::facts::Corrected| match corrected.issued_on {
            Some(date) => format!("{}, {}", corrected.number, language.date(date)),
            None => corrected.number.clone(),
        };
        add(words.corrects, document.corrects.as_ref().map(of));
    } else {
        add(words.due, document.due_on.map(|date| language.date(date)));
        add(words.terms, Some(language.terms(document.terms)));
    }
    add(words.service, document.service.map(|service| days(service, language)));
    facts
}

/// From the first day to the last: on paper the end is in the period.
fn days(period: Period, language: Language) -> String {
    let last = period.to.yesterday().unwrap_or(period.to);
    if last <= period.from {
        return language.date(period.from);
    }
    format!("{} – {}", language.date(period.from), language.date(last))
}

fn lines(document: &Document, language: Language) -> Result<Vec<PrintedLine>, Refusal> {
    let mut carried = Money::zero(document.currency);
    let mut printed = Vec::with_capacity(document.lines.len());
    for line in &document.lines {
        carried = carried.plus(line.net)?;
        printed.push(PrintedLine {
            n: line.n.to_string(),
            text: breakable(&line.text),
            details: details(line, document.service, language),
            quantity: quantity(line, language),
            price: price(line, language),
            tax: line.taxes.iter().map(|tax| percent(tax.percent, language)).collect::<Vec<_>>().join(" + "),
            amount: language.amount(line.net),
            carried: language.amount(carried),
        });
    }
    let total = carried.plus(document.totals.tax)?;
    if carried != document.totals.net || total != document.totals.total {
        let detail = format!("the lines come to {carried} and the invoice to {}; report this", document.totals.net);
        return Err(Refusal::conflict("lines_changed", detail));
    }
    Ok(printed)
}

/// How many, of what. Hours are printed in hours and minutes: seven minutes are `0:07 h` and not 0.1167 of an hour.
fn quantity(line: &InvoiceLine, language: Language) -> String {
    match line.unit.as_deref() {
        Some(HOUR) => format!("{} h", on_the_clock(line.quantity * Decimal::from(60))),
        Some(unit) => format!("{} {unit}", language.number(line.quantity)),
        None => language.number(line.quantity),
    }
}

fn details(line: &InvoiceLine, service: Option<Period>, language: Language) -> Vec<String> {
    let mut details = Vec::new();
    details.extend(line.service.filter(|own| Some(*own) != service).map(|own| days(own, language)));
    details.extend(discounts(line, language));
    details.extend(lines_of(line.note.as_deref()).iter().map(|line| breakable(line)));
    details
}

/// What a line costs without its discounts, and what each takes off. What has no name is called a discount.
fn discounts(line: &InvoiceLine, language: Language) -> Option<String> {
    if line.discount.is_zero() {
        return None;
    }
    let named: i64 = line.discounts.iter().map(|given| given.amount.minor()).sum();
    let rest = Money::new(line.discount.minor() - named, line.discount.currency());
    let rest = (language.words().discount, rest);
    let all = line.discounts.iter().map(|given| (given.name.as_str(), given.amount)).chain([rest]);
    let mut said = language.amount(line.gross);
    for (name, amount) in all.filter(|(_, amount)| !amount.is_zero()) {
        let (sign, size) = if amount.is_negative() { ("+", amount.negated()) } else { ("−", amount) };
        said = format!("{said} {sign} {} {}", language.amount(size), breakable(name));
    }
    Some(said)
}

/// The price of one. Use is often priced by tiers, in packages or with a free part: then it is what one costs on average, with
/// two places more than an amount or four digits.
fn price(line: &InvoiceLine, language: Language) -> String {
    let places = exponent(line.net.currency());
    if let Some(price) = line.unit_price {
        return language.price(price, places);
    }
    let used = matches!(line.origin, Origin::Usage { .. } | Origin::LateUsage { .. }) && !line.gross.is_zero();
    let average = line.gross.major().checked_div(line.quantity).filter(|_| used);
    let rounded = |average: Decimal| {
        if average.abs() < Decimal::ONE { average.round_sf(4) } else { Some(average.round_dp(places + 2)) }
    };
    let said = |average| format!("{}\u{a0}{}", language.words().average, language.price(average, places));
    average.and_then(rounded).map_or_else(String::new, said)
}

const fn rounding(rounding: TaxRounding, words: &Words) -> &'static str {
    match rounding {
        TaxRounding::PerLine => words.rounded_per_line,
        TaxRounding::PerInvoice => words.rounded_once,
    }
}

fn percent(percent: Decimal, language: Language) -> String {
    format!("{}\u{202f}%", language.number(percent))
}

fn tax_row(row: &TaxSum, language: Language) -> [String; 2] {
    let words = language.words();
    let mut name = format!("{} {} {} {}", row.name, percent(row.percent, language), words.on, language.amount(row.net));
    if row.inclusive {
        name = format!("{name} ({})", words.included);
    }
    [name, language.amount(row.tax)]
}

fn remarks(document: &Document, language: Language) -> Vec<String> {
    let words = language.words();
    let mut remarks = Vec::new();
    match document.look {
        Look::Draft => remarks.push(words.draft_note.to_owned()),
        Look::Issued => {}
        Look::Void => remarks.push(words.void_note.to_owned()),
    }
    remarks.extend(lines_of(document.note.as_deref()));
    for exempt in &document.exempted {
        let mut remark = format!("{} ({}): {}", words.not_taxed, exempt.code, exempt.certificate);
        if !exempt.note.is_empty() {
            remark = format!("{remark}, {}", exempt.note);
        }
        remarks.push(format!("{remark}, {}", language.money(exempt.net)));
    }
    remarks
}
