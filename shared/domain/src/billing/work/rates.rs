//! Rates: what an hour of somebody's work costs.

use std::collections::HashSet;

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::entry::TimeEntry;
use crate::billing::codes::{RoleCode, TaxCode, WorkTypeCode};
use crate::billing::dated::{self, Dated, in_force};
use crate::billing::taxes::MOST_TAXES;
use crate::error::Refusal;
use crate::ids::{ContractId, UserId};
use crate::invalid::Check;

/// More rates than this on one card are a mistake, and would not fit its item.
pub const MOST_RATES: usize = 500;
/// Longest name of a kind of work.
pub const LONGEST_NAME: usize = 120;
/// Longest step and minimum, in minutes: a whole day.
pub const LONGEST_STEP: u32 = 24 * 60;
/// Most decimal places of a rate and of a factor.
pub const MOST_PLACES: u32 = 6;
/// Highest factor; more is a slip of the decimal point.
pub const HIGHEST_FACTOR: Decimal = Decimal::from_parts(10, 0, 0, false, 0);
/// Highest rate, in major units an hour.
pub const HIGHEST_RATE: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// A kind of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WorkType {
    /// How entries and rates name it.
    pub code: WorkTypeCode,
    /// Its name on the invoice.
    pub name: String,
    /// Whether new entries of this kind are billable, unless said otherwise.
    pub billable: bool,
    /// The taxes on it.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
    /// Its own rounding, in place of the card's.
    #[serde(default)]
    pub rounding: Option<Rounding>,
    /// Its own factors, in place of the card's; a factor of 1 charges the same at any hour.
    #[serde(default)]
    pub after_hours: Option<AfterHours>,
}

/// What an hour costs, and how minutes count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RateCard {
    /// ISO 4217; of every rate on the card.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "EUR"))]
    pub currency: Currency,
    /// The rates, in any order; no two for the same.
    pub rates: Vec<Rate>,
    /// How minutes are rounded, unless the kind of work says otherwise.
    pub rounding: Rounding,
    /// Factors outside business hours, unless the kind of work says otherwise.
    pub after_hours: AfterHours,
}

/// The price of an hour for what it names; what it does not name may be anything.
///
/// Which one holds, when several do: one for the **contract** before one that names none; then one for the **person**;
/// then one for the **role**; then one for the **kind of work**; the rate that names nothing comes last. So a rate for
/// contract and kind of work goes before one for the contract alone, and that before one for person, role and kind of
/// work together. A rate that does not hold on the day of the work is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rate {
    /// Only under this contract.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// Only for this person's work.
    #[serde(default)]
    pub person: Option<UserId>,
    /// Only for work in this role.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// Only for this kind of work.
    #[serde(default)]
    pub work_type: Option<WorkTypeCode>,
    /// In major units an hour, each from a date on, in order. Zero is a price, and is charged as such.
    pub per_hour: Vec<Dated<Decimal>>,
    /// The first day on which it holds no more.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
}

/// Rounding of an entry's minutes, always up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rounding {
    /// Up to a multiple of this; 1 leaves minutes as they are.
    pub step_minutes: u32,
    /// At least so many, before they are rounded to the step; 0 for none.
    pub minimum_minutes: u32,
}

/// Which hours of the day a part of an entry lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TimeKind {
    /// In the calendar's windows.
    Business,
    /// Outside them.
    AfterHours,
    /// On a holiday.
    Holiday,
}

/// What time outside business hours costs, as a factor of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AfterHours {
    /// Outside the calendar's windows, on days that are no holidays.
    #[serde(deserialize_with = "crate::decimal::plain")]
    pub outside: Decimal,
    /// On the calendar's holidays, all day.
    #[serde(deserialize_with = "crate::decimal::plain")]
    pub holiday: Decimal,
}

impl RateCard {
    /// The price of an hour of this work on a day under a contract, in major units; none when no rate holds.
    pub fn rate(&self, contract: Option<ContractId>, entry: &TimeEntry, on: Date) -> Option<Decimal> {
        let holding = self.rates.iter().filter(|rate| rate.fits(contract, entry));
        let priced = holding.filter_map(|rate| Some((rate.precedence(), rate.on(on)?)));
        priced.max_by_key(|(precedence, _)| *precedence).map(|(_, per_hour)| per_hour)
    }

    /// The rules for saved rate cards.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.count("/rates", self.rates.len(), MOST_RATES);
        let mut seen = HashSet::new();
        for (index, rate) in self.rates.iter().enumerate() {
            let at = format!("/rates/{index}");
            let new = seen.insert((rate.contract, rate.person, &rate.role, &rate.work_type));
            let twice = "is for the same as a rate before it; put the prices together in one, each with its date";
            check.that(new, &at, "duplicate", twice);
            rate.check(&at, &mut check);
        }
        self.rounding.check("/rounding", &mut check);
        self.after_hours.check("/after_hours", &mut check);
        check.done()
    }
}

impl Rate {
    fn fits(&self, contract: Option<ContractId>, entry: &TimeEntry) -> bool {
        self.contract.is_none_or(|only| contract == Some(only))
            && self.person.is_none_or(|only| entry.person == only)
            && self.role.as_ref().is_none_or(|only| entry.role.as_ref() == Some(only))
            && self.work_type.as_ref().is_none_or(|only| entry.work_type == *only)
    }

    /// What names a contract goes before what names none, and so on: see [`Rate`].
    fn precedence(&self) -> [bool; 4] {
        [self.contract.is_some(), self.person.is_some(), self.role.is_some(), self.work_type.is_some()]
    }

    pub(super) fn on(&self, day: Date) -> Option<Decimal> {
        in_force(&self.per_hour, day).copied().filter(|_| self.until.is_none_or(|until| day < until))
    }

    fn check(&self, at: &str, check: &mut Check) {
        dated::check_dates(&format!("{at}/per_hour"), &self.per_hour, check);
        for (index, dated) in self.per_hour.iter().enumerate() {
            let at = format!("{at}/per_hour/{index}/value");
            let in_range = dated.value >= Decimal::ZERO && dated.value <= HIGHEST_RATE;
            check.that(in_range, &at, "out_of_range", "must be from 0 to 1000000 an hour");
            check_places(&at, dated.value, check);
        }
        let first = self.per_hour.first().map(|dated| dated.from);
        let ends_later = self.until.is_none_or(|until| first.is_none_or(|from| from < until));
        check.that(ends_later, &format!("{at}/until"), "empty", "must be after the day on which it begins");
    }
}

impl WorkType {
    /// The rules for saved kinds of work.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/name", &self.name, LONGEST_NAME);
        check.count("/taxes", self.taxes.len(), MOST_TAXES);
        if let Some(rounding) = self.rounding {
            rounding.check("/rounding", &mut check);
        }
        if let Some(after_hours) = self.after_hours {
            after_hours.check("/after_hours", &mut check);
        }
        check.done()
    }
}

impl Rounding {
    /// Minutes as they are.
    pub const NONE: Self = Self { step_minutes: 1, minimum_minutes: 0 };

    /// At least the minimum, and then up to a multiple of the step: 20 minutes in steps of 15 are 30.
    pub fn up(&self, minutes: u32) -> u32 {
        minutes.max(self.minimum_minutes).next_multiple_of(self.step_minutes.max(1))
    }

    fn check(&self, at: &str, check: &mut Check) {
        let step = (1..=LONGEST_STEP).contains(&self.step_minutes);
        check.that(step, &format!("{at}/step_minutes"), "out_of_range", "must be from 1 to 1440 minutes");
        let minimum = self.minimum_minutes <= LONGEST_STEP;
        check.that(minimum, &format!("{at}/minimum_minutes"), "out_of_range", "must be from 0 to 1440 minutes");
    }
}

impl AfterHours {
    /// The same price at any hour.
    pub const NONE: Self = Self { outside: Decimal::ONE, holiday: Decimal::ONE };

    /// The factor of these hours; business hours have 1.
    pub fn factor(&self, kind: TimeKind) -> Decimal {
        match kind {
            TimeKind::Business => Decimal::ONE,
            TimeKind::AfterHours => self.outside,
            TimeKind::Holiday => self.holiday,
        }
    }

    fn check(&self, at: &str, check: &mut Check) {
        for (name, factor) in [("outside", self.outside), ("holiday", self.holiday)] {
            let at = format!("{at}/{name}");
            let in_range = factor >= Decimal::ZERO && factor <= HIGHEST_FACTOR;
            check.that(
                in_range,
                &at,
                "out_of_range",
                "must be from 0 to 10; 1 is the plain rate, 1.5 half as much more",
            );
            check_places(&at, factor, check);
        }
    }
}

fn check_places(at: &str, value: Decimal, check: &mut Check) {
    let places = value.normalize().scale();
    check.that(places <= MOST_PLACES, at, "too_precise", "must have at most six decimal places");
}
