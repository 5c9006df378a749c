//! A budget: for whom, for which months, how much, and when somebody is told.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::ids::{BudgetId, ClientId, UnitId};
use crate::invalid::Check;
use crate::money::Money;

/// Months of a budget: three years.
pub const MOST_MONTHS: usize = 36;
/// Thresholds of each kind.
pub const MOST_THRESHOLDS: usize = 10;
/// Longest name.
pub const LONGEST_NAME: usize = 120;
/// Highest threshold, in percent of the budget.
pub const HIGHEST_PERCENT: u16 = 500;

/// Whose costs a budget is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Scope {
    /// All of the client's.
    Client {},
    /// A department's.
    Unit {
        /// Which.
        unit: UnitId,
    },
}

/// At how much of the budget somebody is told, in percent of its whole amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alerts {
    /// Of what is spent.
    #[serde(default)]
    pub actual: BTreeSet<u16>,
    /// Of what is expected by the end.
    #[serde(default)]
    pub forecast: BTreeSet<u16>,
}

/// What reached a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Threshold {
    /// What is spent.
    Actual,
    /// What is expected by the end.
    Forecast,
}

/// That a threshold was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Warning {
    /// What reached it.
    pub what: Threshold,
    /// Which threshold, in percent.
    pub percent: u16,
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Which.
    pub id: BudgetId,
    /// Whose.
    pub client: ClientId,
    /// What people call it.
    pub name: String,
    /// Whose costs.
    pub scope: Scope,
    /// The first month.
    pub from: Month,
    /// The amount of each month, in one currency.
    pub months: Vec<Money>,
    /// When somebody is told.
    pub alerts: Alerts,
    /// What was told already: each once.
    pub told: BTreeSet<Warning>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A budget to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBudget {
    /// Whose.
    pub client: ClientId,
    /// What people call it.
    pub name: String,
    /// Whose costs.
    pub scope: Scope,
    /// The first month.
    pub from: Month,
    /// The amount of each month.
    pub months: Vec<Money>,
    /// When somebody is told.
    pub alerts: Alerts,
}

/// Adds a budget. `units` are the client's departments.
///
/// # Errors
/// [`Refusal::Invalid`] for no months or too many, amounts below nothing or of several currencies, thresholds out of range,
/// and a department that the client has not.
pub fn add(id: BudgetId, new: NewBudget, units: &[UnitId], now: Timestamp) -> Result<Budget, Refusal> {
    let NewBudget { client, name, scope, from, months, alerts } = new;
    let mut check = Check::new();
    check.line("/name", &name, LONGEST_NAME);
    check.that(!months.is_empty(), "/months", "required", "must hold the amount of at least one month");
    check.count("/months", months.len(), MOST_MONTHS);
    let currency = months.first().map(|month| month.currency());
    for (index, month) in months.iter().enumerate() {
        let field = format!("/months/{index}");
        check.that(!month.is_negative(), &field, "out_of_range", "must not be below nothing");
        check.that(
            Some(month.currency()) == currency,
            &field,
            "currencies",
            "must be in the currency of the first month",
        );
    }
    let of_one = months.iter().filter(|month| Some(month.currency()) == currency).copied();
    let whole = currency.map(|currency| Money::sum(currency, of_one));
    check.that(whole.is_none_or(|whole| whole.is_ok()), "/months", "out_of_range", "must add up to less");
    for (field, percents) in [("/alerts/actual", &alerts.actual), ("/alerts/forecast", &alerts.forecast)] {
        check.count(field, percents.len(), MOST_THRESHOLDS);
        let sane = percents.iter().all(|percent| (1..=HIGHEST_PERCENT).contains(percent));
        check.that(sane, field, "out_of_range", "must be from 1 to 500 percent");
    }
    if let Scope::Unit { unit } = &scope {
        check.that(units.contains(unit), "/scope/unit", "unknown", "must be a department of this client");
    }
    check.done()?;
    let told = BTreeSet::new();
    Ok(Budget { id, client, name, scope, from, months, alerts, told, created_at: now, updated_at: now })
}

/// The budget with these warnings told.
#[must_use]
pub fn told(budget: Budget, warnings: &[Warning], now: Timestamp) -> Budget {
    let mut budget = Budget { updated_at: now, ..budget };
    budget.told.extend(warnings);
    budget
}
