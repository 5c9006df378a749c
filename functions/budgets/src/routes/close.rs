//! Close a budget.

use contract::budgets::{AtBudget, BudgetView, CLOSE};
use contract::{NoBody, NoQuery};
use domain::budgets;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CLOSE, close)
}

async fn close(cx: Cx, input: In<AtBudget, NoQuery, NoBody>) -> Result<Answer<BudgetView>> {
    let AtBudget { client, budget } = input.path;
    cx.may_see(client)?;
    let read = cx.store.budget(client, budget).await?;
    let after = budgets::close(read.value.clone(), cx.now);
    if after == read.value {
        return Ok(cx.replaced(&read, after));
    }
    let review = cx.store.budget_review(client).await?;
    let commit = cx.store.commit().change_budget((&after, read.rev), None, &review);
    Ok(Answer::after(commit, after.into()).rev(read.rev + 1))
}
