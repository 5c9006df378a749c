//! Read a budget, and what it stands at.

use contract::budgets::{AtBudget, BudgetMonthView, BudgetOutlookView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

use crate::standing::{Held, asked, months, standing};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, input: In<AtBudget, NoQuery, NoBody>) -> Result<Answer<BudgetOutlookView>> {
    let AtBudget { client, budget } = input.path;
    cx.may_see(client)?;
    let Versioned { value: budget, rev } = cx.store.budget(client, budget).await?;
    let owner = cx.store.client(client).await?.value;
    let here = cx.here().await?;
    let held = match asked(client, std::iter::once(&budget), &here) {
        Some(asked) => Held::read(asked, &cx.store).await?,
        None => Held::nothing(),
    };
    let view = BudgetOutlookView {
        stands: standing(&budget, &owner, &held, &here)?.into(),
        by_month: months(&budget, &owner, &held, &here)?.into_iter().map(BudgetMonthView::from).collect(),
        budget: budget.into(),
    };
    Ok(Answer::read(Versioned { value: view, rev }))
}
