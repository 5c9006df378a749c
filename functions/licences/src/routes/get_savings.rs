//! Read the savings.

use contract::findings::{ClientSavings, GET_SAVINGS, SavingsQuery, SavingsView};
use contract::{NoBody, NoPath};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::findings::Review;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_SAVINGS, get_savings)
}

async fn get_savings(cx: Cx, input: In<NoPath, SavingsQuery, NoBody>) -> Result<Answer<SavingsView>> {
    let page = page(input.query.limit, input.query.cursor)?;
    if let Some(client) = cx.actor.client {
        let own = of(cx.store.review(client).await?.value);
        return Ok(Answer::of(SavingsView { total: own.sum.clone(), clients: vec![own], next: None }));
    }
    let (total, found) = futures::try_join!(cx.store.savings(), cx.store.reviews(&page))?;
    let clients = found.items.into_iter().map(|read| of(read.value)).collect();
    Ok(Answer::of(SavingsView { total: (&total).into(), clients, next: found.next }))
}

fn of(review: Review) -> ClientSavings {
    let sum = (&review.totals).into();
    ClientSavings { client: review.client, reviewed_on: review.reviewed_on, sum, not_computed: review.not_computed }
}
