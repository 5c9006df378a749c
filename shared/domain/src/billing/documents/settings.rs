//! How a tenant's documents look, what its accounting program calls things, and whether invoices go out by themselves.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::logo::Logo;
use super::words::Language;
use crate::billing::codes::TaxCode;
use crate::billing::settings::{BillingSettings, MOST_TAXES};
use crate::error::Refusal;
use crate::invalid::Check;
use crate::text::travels_as_text;

/// Longest registered name.
pub const LONGEST_NAME: usize = 120;
/// Long enough for a postal address, for a bank account, for what the law wants at the foot of a letter.
pub const LONGEST_BLOCK: usize = 500;
/// Longest VAT or tax number.
pub const LONGEST_TAX_ID: usize = 40;
/// Longest name in an accounting program.
pub const LONGEST_BOOK_NAME: usize = 100;

/// A tenant's documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSettings {
    /// How they look.
    pub letterhead: Letterhead,
    /// What the accounting program calls things.
    pub books: BookNames,
    /// Whether invoices go out by themselves.
    pub delivery: Delivery,
    /// When they last changed; none as long as nobody has set them.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// Who writes, and how it looks. What is issued keeps the letterhead that it was issued with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Letterhead {
    /// The registered name; the tenant's own when absent.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 120))]
    pub name: Option<String>,
    /// Its address, in lines.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 500))]
    pub address: Option<String>,
    /// Its VAT or tax number.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 40))]
    pub tax_id: Option<String>,
    /// How to reach it, in lines: telephone, mail, web.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 500))]
    pub contact: Option<String>,
    /// How to pay, in lines: bank account, reference.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 500))]
    pub payment: Option<String>,
    /// What stands at the foot of every page, such as the register and the directors.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 500))]
    pub footer: Option<String>,
    /// The colour of headings and rules.
    #[serde(default)]
    pub accent: Colour,
    /// The size of a page.
    #[serde(default)]
    pub paper: Paper,
    /// The language of headings, dates and numbers.
    #[serde(default)]
    pub language: Language,
    /// The logo.
    #[serde(default)]
    pub logo: Option<Logo>,
}

/// The size of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Paper {
    /// ISO 216: 210 by 297 mm.
    #[default]
    A4,
    /// 8.5 by 11 inches.
    UsLetter,
}

/// Whether an invoice goes out by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Delivery {
    /// As soon as it is issued, to the client's billing addresses.
    #[default]
    AtOnce,
    /// When somebody sends it.
    ByHand,
}

/// A colour: `#1f4e79`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Colour(String);

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a colour; write # and six of 0-9 and a-f, such as #1f4e79")]
pub struct NotAColour;

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        let hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAColour) }
    }
}

/// Written on dark colours.
const LIGHT: &str = "#ffffff";
/// Written on pale colours.
const DARK: &str = "#1a1a1a";

impl Colour {
    /// The colour of what is written on it: white as long as that can be read, by the contrast of 4.5 to 1 that WCAG 2.2 asks
    /// for (1.4.3), and almost black on what is paler.
    pub fn text_on_it(&self) -> &'static str {
        let contrast_of_white = 1.05 / (self.luminance() + 0.05);
        if contrast_of_white >= 4.5 { LIGHT } else { DARK }
    }

    /// Its relative luminance, from 0 for black to 1 for white, as WCAG 2.2 defines it.
    fn luminance(&self) -> f64 {
        let part = |at: usize| {
            let byte = self.0.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let value = f64::from(byte.unwrap_or_default()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }
}

impl Default for Colour {
    fn default() -> Self {
        Self("#1f4e79".into())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(Colour, Some("^#[0-9A-Fa-f]{6}$"), "# and six of 0-9 and a-f, such as #1f4e79");

/// What the accounting program calls what is exported to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BookNames {
    /// The product or service of every line (QuickBooks).
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100))]
    pub item: String,
    /// The code of the account that revenue goes to (Xero).
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100))]
    pub account: String,
    /// What it calls each tax; one that is not here goes by its own name and rate.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 50))]
    pub taxes: Vec<TaxName>,
    /// What it calls no tax.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100))]
    pub untaxed: String,
    /// How it reads dates.
    #[serde(default)]
    pub dates: DateOrder,
}

/// What an accounting program calls a tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaxName {
    /// Which tax.
    pub code: TaxCode,
    /// Its name there, such as `20% (VAT on Income)`.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// Only at this rate, in per cent: a rate that has changed has another name there. One with the rate goes before one
    /// without, which is for every other rate.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::decimal::plain_option")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, example = "16"))]
    pub rate: Option<Decimal>,
}

/// In which order a program reads the parts of a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DateOrder {
    /// `31/12/2026`.
    #[default]
    DayFirst,
    /// `12/31/2026`.
    MonthFirst,
    /// `2026-12-31`.
    YearFirst,
}

impl DateOrder {
    /// For `strftime`.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::DayFirst => "%d/%m/%Y",
            Self::MonthFirst => "%m/%d/%Y",
            Self::YearFirst => crate::csv::ISO_DATE,
        }
    }
}

impl Default for BookNames {
    /// As both programs are set up at first.
    fn default() -> Self {
        Self {
            item: "Services".into(),
            account: "200".into(),
            taxes: Vec::new(),
            untaxed: "Tax Exempt".into(),
            dates: DateOrder::default(),
        }
    }
}

/// What to change; absent parts stay, each is replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentChanges {
    /// Another look.
    pub letterhead: Option<Letterhead>,
    /// Other names.
    pub books: Option<BookNames>,
    /// Delivered otherwise.
    pub delivery: Option<Delivery>,
}

/// Changes how documents are made. What is issued already stays as it is.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, and for a name of a tax that the tenant does not have.
pub fn change(
    settings: &DocumentSettings,
    changes: DocumentChanges,
    billing: &BillingSettings,
    now: Timestamp,
) -> Result<DocumentSettings, Refusal> {
    let mut after = DocumentSettings {
        letterhead: changes.letterhead.unwrap_or_else(|| settings.letterhead.clone()),
        books: changes.books.unwrap_or_else(|| settings.books.clone()),
        delivery: changes.delivery.unwrap_or(settings.delivery),
        updated_at: settings.updated_at,
    };
    if after != *settings {
        let mut check = Check::new();
        check.part("/letterhead", after.letterhead.check());
        check.part("/books", after.books.check(billing));
        check.done()?;
        after.updated_at = Some(now);
    }
    Ok(after)
}

impl Letterhead {
    fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        if let Some(name) = &self.name {
            check.line("/name", name, LONGEST_NAME);
        }
        if let Some(tax_id) = &self.tax_id {
            check.line("/tax_id", tax_id, LONGEST_TAX_ID);
        }
        let blocks = [("/address", &self.address), ("/contact", &self.contact), ("/payment", &self.payment)];
        for (field, text) in blocks.into_iter().chain([("/footer", &self.footer)]) {
            if let Some(text) = text {
                check.prose(field, text, LONGEST_BLOCK);
            }
        }
        if let Some(logo) = &self.logo {
            check.part("/logo", logo.check());
        }
        check.done()
    }
}

impl BookNames {
    fn check(&self, billing: &BillingSettings) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/item", &self.item, LONGEST_BOOK_NAME);
        check.line("/account", &self.account, LONGEST_BOOK_NAME);
        check.line("/untaxed", &self.untaxed, LONGEST_BOOK_NAME);
        check.count("/taxes", self.taxes.len(), MOST_TAXES);
        let codes: Vec<TaxCode> = self.taxes.iter().map(|tax| tax.code.clone()).collect();
        let mut seen = HashSet::new();
        for (index, tax) in self.taxes.iter().enumerate() {
            let at = format!("/taxes/{index}");
            check.line(&format!("{at}/name"), &tax.name, LONGEST_BOOK_NAME);
            let hint = "names a tax that has a name here already; leave one of them out, or say at which rate it is";
            let new = seen.insert((&tax.code, tax.rate.map(|rate| rate.normalize())));
            check.that(new, &format!("{at}/code"), "duplicate", hint);
            let in_range = tax.rate.is_none_or(|rate| rate >= Decimal::ZERO && rate <= Decimal::ONE_HUNDRED);
            check.that(in_range, &format!("{at}/rate"), "out_of_range", "must be from 0 to 100 per cent");
        }
        billing.check_codes("/taxes", &codes, &mut check);
        check.done()
    }
}
