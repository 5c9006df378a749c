//! A budget: for whom, for which months, how much, and when somebody is told.

use std::collections::BTreeSet;

use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rules::{MOST_RULES, is_source};
use crate::billing::reports::Month;
use crate::clients::Client;
use crate::cost_centres::CostCode;
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
#[cfg_attr(feature = "schema", schema(as = BudgetScope))]
pub enum Scope {
    /// All of the client's.
    Client {},
    /// A department's.
    Unit {
        /// Which.
        unit: UnitId,
    },
    /// A cost centre's: those of the departments that belong to it today.
    CostCentre {
        /// Which.
        code: CostCode,
    },
}

impl Scope {
    /// Whether the client has what it names.
    pub fn is_of(&self, client: &Client) -> bool {
        match self {
            Scope::Client {} => true,
            Scope::Unit { unit } => client.departments.iter().any(|own| own.id == *unit),
            Scope::CostCentre { code } => client.cost_centres.iter().any(|own| own.code == *code),
        }
    }
}

/// At how much of the budget somebody is told, in percent of its whole amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = BudgetAlerts))]
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
#[cfg_attr(feature = "schema", schema(as = BudgetThreshold))]
pub enum Threshold {
    /// What is spent.
    Actual,
    /// What is expected by the end.
    Forecast,
}

/// That a threshold was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = BudgetWarning))]
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
    /// Of which sources; of all when empty.
    #[serde(default)]
    pub sources: BTreeSet<String>,
    /// The first month.
    pub from: Month,
    /// The amount of each month, in one currency.
    pub months: Vec<Money>,
    /// When somebody is told.
    pub alerts: Alerts,
    /// What was told already: each once.
    pub told: BTreeSet<Warning>,
    /// Since when nobody looks at it any more.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
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
    /// Of which sources; of all when empty.
    pub sources: BTreeSet<String>,
    /// The first month.
    pub from: Month,
    /// The amount of each month.
    pub months: Vec<Money>,
    /// When somebody is told.
    pub alerts: Alerts,
}

/// Adds a budget for this client.
///
/// # Errors
/// [`Refusal::Invalid`] for no months or too many, amounts below nothing or of several currencies, thresholds out of range,
/// what is no source's name, and a department or a cost centre that the client has not.
pub fn add(id: BudgetId, new: NewBudget, client: &Client, now: Timestamp) -> Result<Budget, Refusal> {
    let mut check = Check::new();
    let field = match &new.scope {
        Scope::CostCentre { .. } => "/scope/code",
        Scope::Client {} | Scope::Unit { .. } => "/scope/unit",
    };
    check.that(new.scope.is_of(client), field, "unknown", "must be one of this client");
    made(check, id, new, now)
}

fn made(mut check: Check, id: BudgetId, new: NewBudget, now: Timestamp) -> Result<Budget, Refusal> {
    let NewBudget { client, name, scope, sources, from, months, alerts } = new;
    check.line("/name", &name, LONGEST_NAME);
    check.that(!months.is_empty(), "/months", "required", "must hold the amount of at least one month");
    check.count("/months", months.len(), MOST_MONTHS);
    let currency = months.first().map(|month| month.currency());
    if let Some(currency) = currency {
        check.currency("/months/0/currency", currency);
    }
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
    check.count("/sources", sources.len(), MOST_RULES);
    let named = sources.iter().all(|source| is_source(source));
    check.that(named, "/sources", "pattern", "must name sources by 1 to 40 of a to z, 0 to 9 and -");
    check.done()?;
    let told = BTreeSet::new();
    Ok(Budget {
        id,
        client,
        name,
        scope,
        sources,
        from,
        months,
        alerts,
        told,
        closed_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// What to change; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BudgetChanges {
    /// Another name.
    pub name: Option<String>,
    /// Other months, from the same one on.
    pub months: Option<Vec<Money>>,
    /// Other thresholds.
    pub alerts: Option<Alerts>,
}

/// Changes a budget. With other amounts it has other thresholds too, and what is reached of them is told again.
///
/// # Errors
/// As [`add`], but for what its scope names: what the client has given up since keeps its budget; [`Refusal::Conflict`] `budget_closed`.
pub fn change(budget: Budget, changes: BudgetChanges, now: Timestamp) -> Result<Budget, Refusal> {
    if budget.closed_at.is_some() {
        return Err(Refusal::conflict("budget_closed", format!("{} is closed; add another one", budget.name)));
    }
    let BudgetChanges { name, months, alerts } = changes;
    let new = NewBudget {
        client: budget.client,
        name: name.unwrap_or_else(|| budget.name.clone()),
        scope: budget.scope.clone(),
        sources: budget.sources.clone(),
        from: budget.from,
        months: months.unwrap_or_else(|| budget.months.clone()),
        alerts: alerts.unwrap_or_else(|| budget.alerts.clone()),
    };
    let after = made(Check::new(), budget.id, new, now)?;
    let told = if after.months == budget.months { budget.told.clone() } else { BTreeSet::new() };
    let after = Budget { told, created_at: budget.created_at, updated_at: budget.updated_at, ..after };
    Ok(if after == budget { budget } else { Budget { updated_at: now, ..after } })
}

/// Refuses that cost centres go of which an open budget names one.
///
/// # Errors
/// [`Refusal::Conflict`] `cost_centre_in_use`, with the budget's name.
pub fn still_named<'a>(budgets: impl Iterator<Item = &'a Budget>, gone: &BTreeSet<&CostCode>) -> Result<(), Refusal> {
    for budget in budgets.filter(|budget| budget.closed_at.is_none()) {
        if let Scope::CostCentre { code } = &budget.scope
            && gone.contains(code)
        {
            let detail = format!("The budget {} is the cost centre {code}'s; close it first.", budget.name);
            return Err(Refusal::conflict("cost_centre_in_use", detail));
        }
    }
    Ok(())
}

/// Closes a budget: nobody is warned of it any more. What is closed stays as it is.
#[must_use]
pub fn close(budget: Budget, now: Timestamp) -> Budget {
    if budget.closed_at.is_some() {
        return budget;
    }
    Budget { closed_at: Some(now), updated_at: now, ..budget }
}

impl Budget {
    /// Its last month.
    pub fn last(&self) -> Month {
        self.from.plus(i32::try_from(self.months.len()).unwrap_or(i32::MAX).saturating_sub(1))
    }

    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.months.first().map_or(Currency::EUR, |month| month.currency())
    }

    /// Whether somebody is to be warned of it in a month: not of one that is closed, nor when it is over for long. Costs of its
    /// last month still come in the month after.
    pub fn is_watched(&self, month: Month) -> bool {
        self.closed_at.is_none() && month <= self.last().next()
    }
}

/// The budget with these warnings told.
#[must_use]
pub fn told(budget: Budget, warnings: &[Warning], now: Timestamp) -> Budget {
    let mut budget = Budget { updated_at: now, ..budget };
    budget.told.extend(warnings);
    budget
}
