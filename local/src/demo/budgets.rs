//! The budget of a client's IT: a little less than its clouds, its licences and the MSP's bills come to in the year, so that it
//! leads over.

use std::collections::BTreeSet;

use domain::billing::reports::Month;
use domain::budgets::{self, Alerts, Course, NewBudget, Scope};
use domain::ids::{BudgetId, ClientId};
use domain::money::Money;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use runtime::Result;

use super::house::House;
use super::save::Batch;
use super::{id, known};
use crate::app::App;

/// Whose.
const CLIENT: u64 = 1;
/// A month's amount, in cents.
const A_MONTH: i64 = 1_700_000;

/// Writes it; it is looked at in the first night.
pub(super) async fn load(app: &App, house: &House, now: Timestamp) -> Result<()> {
    let world = app.world();
    let today = house.tenant.zone.date(now);
    let new = NewBudget {
        client: id(CLIENT, ClientId::from_uuid),
        name: format!("IT {}", today.year()),
        scope: Scope::Client {},
        sources: BTreeSet::new(),
        from: Month::of(date(today.year(), 1, 1)),
        months: vec![Money::new(A_MONTH, known("EUR")); 12],
        alerts: Alerts { actual: BTreeSet::from([80, 100]), forecast: BTreeSet::from([100]) },
    };
    let client = house.client(new.client)?;
    let budget = budgets::add(id(1, BudgetId::from_uuid), new, client, now)?;
    let tonight = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now);
    let mut batch = Batch::new(&world, house);
    let review = batch.store().budget_review(budget.client).await?;
    batch.add(2, |commit| commit.add_budget(&budget, Some(Course::Within), &review, tonight)).await?;
    batch.write().await
}
