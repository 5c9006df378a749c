//! List a client's series of costs.

use contract::clients::AtClient;
use contract::cost_series::{LIST, SeriesListQuery, SeriesParked, SeriesView};
use contract::{NoBody, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::parked::ParkedSeries;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_series)
}

async fn list_series(cx: Cx, input: In<AtClient, SeriesListQuery, NoBody>) -> Result<Answer<Page<SeriesView>>> {
    let SeriesListQuery { parked, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    if parked != Some(true) {
        return Ok(Answer::page(cx.store.client_series(client.id, &page).await?));
    }
    let found = cx.store.parked_series(client.id, &page).await?;
    Ok(Answer::of(Page { items: found.items.into_iter().map(view).collect(), next: found.next }))
}

fn view(parked: ParkedSeries) -> SeriesView {
    let ParkedSeries { series, since, reason } = parked;
    let parked = SeriesParked { since, code: reason, why: reason.of_series().to_owned() };
    SeriesView { parked: Some(parked), ..series.value.into() }
}
