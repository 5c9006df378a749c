//! List what comes at the end of licences' terms.

use contract::renewals::{LIST, LicenceRenewalView, RenewalQuery};
use contract::{NoBody, NoPath, Page};
use jiff::ToSpan;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::licences::Licensed;
use store::products::ProductNames;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_renewals)
}

async fn list_renewals(cx: Cx, input: In<NoPath, RenewalQuery, NoBody>) -> Result<Answer<Page<LicenceRenewalView>>> {
    let RenewalQuery { client, before, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let until = before.map(|before| before.saturating_sub(1.day()));
    let found = cx.store.licence_terms(cx.actor.client.or(client), until, &page).await?;
    let names = cx.store.product_names(found.items.iter().map(|of| of.value.product)).await?;
    let items = found.items.into_iter().filter_map(|of| view(of.value, &names)).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}

fn view(of: Licensed, names: &ProductNames) -> Option<LicenceRenewalView> {
    let Licensed { licence, client, product, name, coming, .. } = of;
    let coming = coming?;
    Some(LicenceRenewalView {
        licence,
        client,
        product,
        product_name: names.of(product),
        name,
        on: coming.on,
        what: coming.what,
        notice_by: coming.notice_by,
    })
}
