//! What budgets stand at: their months against the client's costs.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::reports::Month;
use domain::budgets::{
    Budget, Costs, Course, MonthOutlook, Outlook, Spent, Told, by_months, is_spent, outlook, spent_as_told,
};
use domain::clients::Client;
use domain::ids::ClientId;
use domain::insights::MOST_MONTHS;
use futures::future::try_join_all;
use iso_currency::Currency;
use runtime::{Error, Here, Result};
use store::TenantStore;

use crate::costs::{Asked, SIDE_BY_SIDE};

/// Months before this one that tell where a budget leads.
const MONTHS_BEFORE: i32 = MOST_MONTHS as i32;

/// The costs that these budgets are held against; none of no budgets.
pub(crate) fn asked<'a>(
    client: ClientId,
    budgets: impl Iterator<Item = &'a Budget> + Clone,
    here: &Here,
) -> Option<Asked> {
    let currencies: BTreeSet<Currency> = budgets.clone().map(Budget::currency).collect();
    let (first, last) = (budgets.clone().map(|budget| budget.from).min()?, budgets.map(Budget::last).max()?);
    let now = Month::of(here.today);
    // What is spread over months to come is known of them already.
    let spent = (now.plus(-MONTHS_BEFORE).min(first), now.max(last));
    Some(Asked { client, spent, fixed: (first, last), billed: vec![(spent, currencies)], today: here.today })
}

/// A client's costs, and how files tell of those that they bring.
pub(crate) struct Held {
    /// The costs, each given to the department that carries it.
    pub(crate) costs: Costs,
    told: BTreeMap<String, Told>,
}

impl Held {
    /// Reads them.
    pub(crate) async fn read(asked: Asked, store: &TenantStore) -> Result<Self> {
        let (client, today) = (asked.client, asked.today);
        let costs = asked.read_as_known(store).await?;
        let sources: BTreeSet<&String> = costs.all.iter().map(|cost| &cost.source).filter(|of| is_spent(of)).collect();
        let sources: Vec<&String> = sources.into_iter().collect();
        let mut told = BTreeMap::new();
        for some in sources.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|source| store.told_of(client, source, today))).await?;
            told.extend(some.iter().zip(read).filter_map(|(source, told)| Some(((*source).clone(), told?))));
        }
        Ok(Self { costs, told })
    }

    /// Of no budgets nothing is read.
    pub(crate) fn nothing() -> Self {
        Self { costs: Costs::default(), told: BTreeMap::new() }
    }

    fn spent(&self, budget: &Budget, client: &Client, here: &Here) -> Result<Spent> {
        Ok(spent_as_told(&self.costs, budget, &client.centres(), &self.told, here.today)?)
    }
}

/// What a client's budget stands at.
pub(crate) fn standing(budget: &Budget, client: &Client, held: &Held, here: &Here) -> Result<Outlook> {
    Ok(outlook(budget, &held.spent(budget, client, here)?, here.today)?)
}

/// The same month by month.
pub(crate) fn months(budget: &Budget, client: &Client, held: &Held, here: &Here) -> Result<Vec<MonthOutlook>> {
    Ok(by_months(budget, &held.spent(budget, client, here)?, here.today)?)
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
    match Held::read(asked, store).await {
        Ok(held) => Ok(Some(standing(budget, client, &held, here)?.course())),
        Err(Error::Store(error)) if error.is_passing() => Err(error.into()),
        Err(Error::Store(_) | Error::Refused(_) | Error::Internal(_)) => Ok(Some(Course::Within)),
        Err(error) => Err(error),
    }
}
