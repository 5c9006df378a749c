//! List what was unusual about people's use of products.

use contract::access_anomalies::{AccessAnomalyView, AccessQuery, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_access_anomalies)
}

async fn list_access_anomalies(
    cx: Cx,
    input: In<NoPath, AccessQuery, NoBody>,
) -> Result<Answer<Page<AccessAnomalyView>>> {
    let AccessQuery { client, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    Ok(Answer::page(cx.store.access_anomalies(cx.actor.client.or(client), false, &page).await?))
}
