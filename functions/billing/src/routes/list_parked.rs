//! List the contracts that the invoice run leaves alone.

use contract::bills::{LIST_PARKED, ParkedView};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::due_bills::ParkedContract;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_PARKED, list_parked)
}

async fn list_parked(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<ParkedView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let found = cx.store.parked_contracts(&page).await?;
    let view = |waits: ParkedContract| {
        let ParkedContract { contract, number, name, client, on, parked } = waits;
        let parked = parked?;
        Some(ParkedView { contract, number, name, client, on, since: parked.since, reason: parked.reason })
    };
    let items = found.items.into_iter().filter_map(|kept| view(kept.value)).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}
