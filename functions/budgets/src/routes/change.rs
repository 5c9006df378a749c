//! Change a budget.

use contract::NoQuery;
use contract::budgets::{AtBudget, BudgetChanges, BudgetView, CHANGE};
use domain::budgets;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::jobs::review::AT;
use crate::standing::course;

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<AtBudget, NoQuery, BudgetChanges>) -> Result<Answer<BudgetView>> {
    let AtBudget { client, budget } = input.path;
    cx.may_see(client)?;
    let read = cx.unchanged(cx.store.budget(client, budget).await?)?;
    let BudgetChanges { name, months, alerts } = input.body;
    let changes = budgets::BudgetChanges { name, months, alerts };
    let after = budgets::change(read.value.clone(), changes, cx.now)?;
    if after.months == read.value.months {
        return Ok(cx.replaced(&read, after));
    }
    let owner = cx.store.client(client).await?.value;
    let here = cx.here().await?;
    let course = course(&cx.store, &owner, &after, &here).await?;
    // After the many reads of how it stands, so that few get into each other's way.
    let review = cx.store.budget_review(client).await?;
    let watched = course.map(|course| (course, here.zone.next(AT, cx.now)));
    let commit = cx.store.commit().change_budget((&after, read.rev), watched, &review);
    Ok(Answer::after(commit, after.into()).rev(read.rev + 1))
}
