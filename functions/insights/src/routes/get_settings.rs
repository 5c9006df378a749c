//! Read how anomalies are looked for.

use contract::insights::{GET_SETTINGS, InsightSettingsView, SettingsQuery};
use contract::{NoBody, NoPath};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_SETTINGS, get_settings)
}

/// A client's side reads its own, and never the MSP's.
async fn get_settings(cx: Cx, input: In<NoPath, SettingsQuery, NoBody>) -> Result<Answer<InsightSettingsView>> {
    let client = input.query.client.or(cx.actor.client);
    if let Some(client) = client {
        cx.may_see(client)?;
        cx.store.client(client).await?;
    }
    Ok(Answer::read(cx.store.insight_settings(client).await?.map(InsightSettingsView::from)))
}
