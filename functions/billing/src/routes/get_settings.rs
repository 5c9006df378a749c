//! Read how the MSP bills.

use contract::billing::{BillingSettingsView, GET_SETTINGS};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_SETTINGS, get_settings)
}

async fn get_settings(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<BillingSettingsView>> {
    Ok(Answer::read(cx.store.billing_settings().await?.map(BillingSettingsView::from)))
}
