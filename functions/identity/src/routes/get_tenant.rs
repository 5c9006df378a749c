//! Read the MSP's settings.

use contract::tenants::{GET, TenantView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<TenantView>> {
    Ok(Answer::read(cx.store.tenant_record().await?.map(TenantView::from)))
}
