//! List the terms that come to their end.

use contract::amendments::{LIST_RENEWALS, RenewalQuery, RenewalView};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::contracts::Renewing;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_RENEWALS, list_renewals)
}

async fn list_renewals(cx: Cx, input: In<NoPath, RenewalQuery, NoBody>) -> Result<Answer<Page<RenewalView>>> {
    let RenewalQuery { client, until, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let found = cx.store.renewals(cx.actor.client.or(client), until, &page).await?;
    let items = found.items.into_iter().filter_map(|renewing| view(renewing.value)).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}

fn view(renewing: Renewing) -> Option<RenewalView> {
    let Renewing { contract, number, name, client, comes } = renewing;
    let comes = comes?;
    Some(RenewalView {
        contract,
        number,
        name,
        client,
        notice_by: comes.notice_by,
        ends_on: comes.ends_on,
        auto: comes.auto,
        until: comes.until,
        factor: comes.factor,
    })
}
