//! List the licences.

use contract::licences::{LIST, LicenceQuery, LicenceView};
use contract::{NoBody, NoPath, Page};
use domain::ids::LicenceId;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::licences::LicenceFilter;

use crate::licensed::shown;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<NoPath, LicenceQuery, NoBody>) -> Result<Answer<Page<LicenceView>>> {
    let LicenceQuery { client, product, state, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let today = cx.here().await?.today;
    let client = cx.actor.client.or(client);
    let filter = LicenceFilter { client, product, state: state.map(|state| (state, today)) };
    let found = cx.store.licences(filter, &page).await?;
    let ids: Vec<LicenceId> = found.items.iter().map(|read| read.value.licence.id).collect();
    let assigned = cx.store.assigned(&ids).await?;
    let names = cx.store.product_names(found.items.iter().map(|read| read.value.licence.product)).await?;
    let views = found.items.into_iter().map(|read| read.value.licence).zip(assigned);
    let views = views.map(|(licence, assigned)| {
        let product_name = names.of(licence.product);
        shown(&cx, licence, product_name, assigned, today)
    });
    Ok(Answer::of(Page { items: views.collect(), next: found.next }))
}
