//! Change the price book.

use contract::prices::{CHANGE, PriceChanges, PricesView};
use contract::{NoPath, NoQuery};
use domain::billing::reports::{CostRate, PriceBookChanges};
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_prices)
}

async fn change_prices(cx: Cx, input: In<NoPath, NoQuery, PriceChanges>) -> Result<Answer<PricesView>> {
    let PriceChanges { prices, costs } = input.body;
    let read = cx.unchanged(cx.store.price_book().await?)?;
    let named = people(costs.as_deref().unwrap_or_default());
    let changed = read.value.clone().change(PriceBookChanges { prices, costs }, cx.now)?;
    exist(&cx.store, named).await?;
    Ok(cx.replaced(&read, changed))
}

/// Whoever has left keeps their rate: their work is in the reports of the past.
fn people(costs: &[CostRate]) -> Vec<(String, Option<Reference>)> {
    let named =
        |(index, cost): (usize, &CostRate)| (format!("/costs/{index}/person"), cost.person.map(Reference::User));
    costs.iter().enumerate().map(named).collect()
}
