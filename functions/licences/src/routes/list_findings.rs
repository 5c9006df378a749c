//! List what was found.

use contract::findings::{FindingQuery, FindingState, FindingView, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::findings::About;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_findings)
}

async fn list_findings(cx: Cx, input: In<NoPath, FindingQuery, NoBody>) -> Result<Answer<Page<FindingView>>> {
    let FindingQuery { client, kind, state, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let client = cx.actor.client.or(client);
    let live = state.is_none_or(FindingState::is_live);
    let query = format!("{kind:?}{state:?}");
    let found = cx.store.findings(client, live, &page, &query, |finding| {
        kind.is_none_or(|kind| finding.key.kind == kind)
            && state.is_none_or(|state| FindingState::of(&finding.state) == state)
    });
    let found = found.await?;
    let names = cx.store.product_names(found.items.iter().map(|read| read.value.key.product)).await?;
    let about = cx.store.about(&found.items.iter().map(|read| &read.value).collect::<Vec<_>>()).await?;
    let today = cx.here().await?.today;
    let items = found.items.into_iter().zip(about).map(|(read, About { person, unit })| {
        let product_name = names.of(read.value.key.product);
        FindingView::of(read.value, product_name, (person, unit), today)
    });
    Ok(Answer::of(Page { items: items.collect(), next: found.next }))
}
