//! A tenant's book of rates: its kinds of work, and what an hour of each costs.

use std::collections::HashSet;

use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rates::{AfterHours, Rate, RateCard, Rounding, WorkType};
use crate::billing::codes::WorkTypeCode;
use crate::billing::settings::BillingSettings;
use crate::error::Refusal;
use crate::invalid::Check;

/// More kinds of work than this are a mistake, and would not fit the item.
pub const MOST_WORK_TYPES: usize = 100;
/// Prices of all rates together, past ones included: some 60 bytes each, so that the book fits its item.
pub const MOST_PRICES: usize = 2_000;

/// A tenant's book of rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateBook {
    /// What an hour costs.
    pub card: RateCard,
    /// The kinds of work. None is ever taken out: time entries name them.
    pub work_types: Vec<WorkType>,
    /// When it last changed; none as long as nobody has set it.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// What to change; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateChanges {
    /// The rates from now on.
    pub rates: Option<Vec<Rate>>,
    /// Other rounding.
    pub rounding: Option<Rounding>,
    /// Other factors.
    pub after_hours: Option<AfterHours>,
    /// The kinds of work from now on.
    pub work_types: Option<Vec<WorkType>>,
}

impl RateBook {
    /// The book of a tenant that has not written one: two kinds of work, so that time can be logged from the first day,
    /// and no rates, so that nothing is billed at a price that nobody has set.
    pub fn new(currency: Currency) -> Self {
        let work_type = |code: &str, name: &str| {
            let (name, taxes) = (name.to_owned(), Vec::new());
            let of = |code| WorkType { code, name, billable: true, taxes, rounding: None, after_hours: None };
            code.parse().ok().map(of)
        };
        let work_types = [work_type("remote", "Remote work"), work_type("on-site", "Work on site")];
        let (rounding, after_hours) = (Rounding::NONE, AfterHours::NONE);
        Self {
            card: RateCard { currency, rates: Vec::new(), rounding, after_hours },
            work_types: work_types.into_iter().flatten().collect(),
            updated_at: None,
        }
    }

    /// A kind of work.
    pub fn work_type(&self, code: &WorkTypeCode) -> Option<&WorkType> {
        self.work_types.iter().find(|work_type| work_type.code == *code)
    }

    /// The kind of work that a body names at `field`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when there is none of this code.
    pub fn named(&self, field: &str, code: &WorkTypeCode) -> Result<&WorkType, Refusal> {
        self.work_type(code).ok_or_else(|| {
            let known: Vec<&str> = self.work_types.iter().map(|work_type| work_type.code.as_ref()).collect();
            let detail =
                format!("is none of your kinds of work; use one of {}, or add it to the rates", known.join(", "));
            Refusal::invalid(field, "unknown", detail)
        })
    }

    fn check(&self, before: &Self, settings: &BillingSettings) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.part("", self.card.check());
        let prices: usize = self.card.rates.iter().map(|rate| rate.per_hour.len()).sum();
        check.that(
            prices <= MOST_PRICES,
            "/rates",
            "too_many",
            "hold over 2000 prices in all; leave those out that held over two years ago",
        );
        check.count("/work_types", self.work_types.len(), MOST_WORK_TYPES);
        let mut codes = HashSet::new();
        for (index, work_type) in self.work_types.iter().enumerate() {
            let at = format!("/work_types/{index}");
            check.part(&at, work_type.check());
            settings.check_taxes(&format!("{at}/taxes"), &work_type.taxes, &mut check);
            let hint = "this code is in the list already; leave one of them out";
            check.that(codes.insert(&work_type.code), &format!("{at}/code"), "duplicate", hint);
        }
        for gone in before.work_types.iter().filter(|work_type| !codes.contains(&work_type.code)) {
            let detail = format!("leaves out {}, which time entries may name; keep it in the list", gone.code);
            check.fault("/work_types", "removed", detail);
        }
        for (index, rate) in self.card.rates.iter().enumerate() {
            let known = rate.work_type.as_ref().is_none_or(|code| codes.contains(code));
            let hint = "is none of the kinds of work; add it to work_types";
            check.that(known, &format!("/rates/{index}/work_type"), "unknown", hint);
        }
        check.done()
    }
}

/// Changes a book of rates. What is billed already stays as it is.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, for a kind of work that is left out, and for taxes that the tenant does not have.
pub fn change(
    book: &RateBook,
    changes: RateChanges,
    settings: &BillingSettings,
    now: Timestamp,
) -> Result<RateBook, Refusal> {
    let mut after = RateBook {
        card: RateCard {
            currency: book.card.currency,
            rates: changes.rates.unwrap_or_else(|| book.card.rates.clone()),
            rounding: changes.rounding.unwrap_or(book.card.rounding),
            after_hours: changes.after_hours.unwrap_or(book.card.after_hours),
        },
        work_types: changes.work_types.unwrap_or_else(|| book.work_types.clone()),
        updated_at: book.updated_at,
    };
    if after != *book {
        after.check(book, settings)?;
        after.updated_at = Some(now);
    }
    Ok(after)
}
