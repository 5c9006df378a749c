//! Add a budget.

use contract::NoQuery;
use contract::budgets::{ADD, BudgetView, NewBudget};
use contract::clients::AtClient;
use domain::budgets;
use domain::error::Refusal;
use domain::ids::BudgetId;
use runtime::{Answer, Cx, Handler, In, Result};
use store::budgets::MOST_BUDGETS;

use crate::jobs::review::AT;
use crate::standing::course;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add)
}

async fn add(cx: Cx, input: In<AtClient, NoQuery, NewBudget>) -> Result<Answer<BudgetView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let NewBudget { name, scope, sources, from, months, alerts } = input.body;
    let new = budgets::NewBudget { client: client.id, name, scope, sources, from, months, alerts };
    let budget = budgets::add(BudgetId::from_uuid(cx.id()), new.clone(), &client, cx.now)?;
    // How it stands takes many reads. What all additions write is read after them, so that few get into each other's way.
    let here = cx.here().await?;
    let course = course(&cx.store, &client, &budget, &here).await?;
    let review = cx.store.budget_review(client.id).await?;
    // After the review: whoever lets a department or a cost centre of the client go writes that too.
    let client = cx.store.client(client.id).await?.value;
    let budget = budgets::add(budget.id, new, &client, cx.now)?;
    if review.value.budgets as usize >= MOST_BUDGETS {
        let detail = format!("The client has {MOST_BUDGETS} budgets; change one of them.");
        return Err(Refusal::conflict("too_many_budgets", detail).into());
    }
    let commit = cx.store.commit().add_budget(&budget, course, &review, here.zone.next(AT, cx.now));
    Ok(Answer::after(commit, budget.into()).rev(1))
}
