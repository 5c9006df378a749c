//! Add a budget.

use contract::NoQuery;
use contract::budgets::{ADD, BudgetView, NewBudget};
use contract::clients::AtClient;
use domain::budgets;
use domain::error::Refusal;
use domain::ids::{BudgetId, UnitId};
use runtime::{Answer, Cx, Handler, In, Result};
use store::budgets::MOST_BUDGETS;

use crate::jobs::review::AT;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add)
}

async fn add(cx: Cx, input: In<AtClient, NoQuery, NewBudget>) -> Result<Answer<BudgetView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let units: Vec<UnitId> = client.departments.iter().map(|unit| unit.id).collect();
    let NewBudget { name, scope, from, months, alerts } = input.body;
    let new = budgets::NewBudget { client: client.id, name, scope, from, months, alerts };
    let budget = budgets::add(BudgetId::from_uuid(cx.id()), new, &units, cx.now)?;
    let zone = cx.here().await?.zone;
    let review = cx.store.budget_review(client.id).await?;
    if review.value.budgets as usize >= MOST_BUDGETS {
        let detail = format!("The client has {MOST_BUDGETS} budgets; change one of them.");
        return Err(Refusal::conflict("too_many_budgets", detail).into());
    }
    let commit = cx.store.commit().add_budget(&budget, &review, zone.next(AT, cx.now));
    Ok(Answer::after(commit, budget.into()).rev(1))
}
