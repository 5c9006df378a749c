//! What budgets stand at: their months against the client's costs.

use domain::billing::reports::Month;
use domain::budgets::{Budget, Cost, MonthOutlook, Outlook, by_months, outlook, spent_within};
use domain::ids::ClientId;
use domain::insights::MOST_MONTHS;
use jiff::civil::Date;
use runtime::{Here, Result};

use crate::costs::Asked;

/// Months before this one that tell where a budget leads.
const MONTHS_BEFORE: i32 = MOST_MONTHS as i32;

/// The costs that these budgets are held against; none of no budgets.
pub(crate) fn asked<'a>(
    client: ClientId,
    budgets: impl Iterator<Item = &'a Budget> + Clone,
    here: &Here,
) -> Option<Asked> {
    let currencies = budgets.clone().map(Budget::currency).chain([here.currency]).collect();
    let (first, last) = (budgets.clone().map(|budget| budget.from).min()?, budgets.map(Budget::last).max()?);
    let now = Month::of(here.today);
    let spent = (now.plus(-MONTHS_BEFORE).min(first), now);
    Some(Asked { client, spent, fixed: (first, last), currencies, today: here.today })
}

/// What a budget stands at.
pub(crate) fn standing(budget: &Budget, costs: &[Cost], today: Date) -> Result<Outlook> {
    Ok(outlook(budget, &spent_within(costs, &budget.scope, budget.currency())?, today)?)
}

/// The same month by month.
pub(crate) fn months(budget: &Budget, costs: &[Cost], today: Date) -> Result<Vec<MonthOutlook>> {
    Ok(by_months(budget, &spent_within(costs, &budget.scope, budget.currency())?, today)?)
}
