//! List how much a client uses.

use contract::clients::AtClient;
use contract::utilisation::{LIST, UtilisationView};
use contract::{NoBody, Page, PageQuery};
use domain::licences::utilisation::trend;
use jiff::civil::Date;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::products::ProductNames;
use store::utilisation::LatestUse;

use crate::used::departments;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_utilisation)
}

async fn list_utilisation(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<UtilisationView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let found = cx.store.latest_uses(client.id, &page).await?;
    let names = cx.store.product_names(found.items.iter().map(|read| read.value.product)).await?;
    let items = found.items.into_iter().map(|read| view(read.value, &names)).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}

fn view(latest: LatestUse, names: &ProductNames) -> UtilisationView {
    let days: Vec<(Date, u32)> = latest.recent.into_iter().collect();
    let trend_percent = trend(&days, latest.on);
    let (product, on) = (latest.product, latest.on);
    UtilisationView {
        product,
        product_name: names.of(product),
        on,
        whole: latest.day.whole.into(),
        departments: departments(&latest.day),
        trend_percent,
    }
}
