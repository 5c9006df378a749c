//! What budgets stand at: their months against the client's costs.

use domain::billing::reports::Month;
use domain::budgets::{Budget, Cost, Course, MonthOutlook, Outlook, by_months, outlook, spent_within};
use domain::clients::Client;
use domain::ids::ClientId;
use domain::insights::MOST_MONTHS;
use runtime::{Error, Here, Result};
use store::TenantStore;

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

/// What a client's budget stands at.
pub(crate) fn standing(budget: &Budget, client: &Client, costs: &[Cost], here: &Here) -> Result<Outlook> {
    Ok(outlook(budget, &spent_within(costs, budget, &client.centres())?, here.today)?)
}

/// The same month by month.
pub(crate) fn months(budget: &Budget, client: &Client, costs: &[Cost], here: &Here) -> Result<Vec<MonthOutlook>> {
    Ok(by_months(budget, &spent_within(costs, budget, &client.centres())?, here.today)?)
}

/// Whether a budget holds, as it was just added or changed; none when nobody watches it. Costs that cannot be read keep
/// nobody from planning: the next review says how it stands.
pub(crate) async fn course(
    store: &TenantStore,
    client: &Client,
    budget: &Budget,
    here: &Here,
) -> Result<Option<Course>> {
    if !budget.is_watched(Month::of(here.today)) {
        return Ok(None);
    }
    let Some(asked) = asked(client.id, std::iter::once(budget), here) else { return Ok(None) };
    match asked.read(store).await {
        Ok(costs) => Ok(Some(standing(budget, client, &costs, here)?.course())),
        Err(Error::Store(error)) if error.is_passing() => Err(error.into()),
        Err(Error::Store(_) | Error::Internal(_)) => Ok(Some(Course::Within)),
        Err(error) => Err(error),
    }
}
