//! List anomalies.

use contract::insights::{AnomalyQuery, AnomalyView, LIST_ANOMALIES};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::insights::AnomalyFilter;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_ANOMALIES, list_anomalies)
}

async fn list_anomalies(cx: Cx, input: In<NoPath, AnomalyQuery, NoBody>) -> Result<Answer<Page<AnomalyView>>> {
    let AnomalyQuery { client, series, open, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let filter = AnomalyFilter { open, client: cx.actor.client.or(client), series };
    Ok(Answer::page(cx.store.anomalies(&filter, &page).await?))
}
