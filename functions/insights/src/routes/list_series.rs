//! List a client's series of costs.

use contract::clients::AtClient;
use contract::cost_series::{LIST, SeriesListQuery, SeriesParked, SeriesView};
use contract::{NoBody, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::parked::ParkedSeries;

/// What a client's side reads in the place of a reason, which is in the words of whoever runs Steward.
const WHY_FOR_CLIENTS: &str = "The days of this series could not be judged. Your service provider can see why.";

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
    let client_side = cx.actor.role.is_client_side();
    let items = found.items.into_iter().map(|parked| view(parked, client_side)).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}

fn view(parked: ParkedSeries, client_side: bool) -> SeriesView {
    let ParkedSeries { series, since, why } = parked;
    let why = if client_side { WHY_FOR_CLIENTS.to_owned() } else { why };
    SeriesView { parked: Some(SeriesParked { since, why }), ..series.value.into() }
}
