//! Read the rates.

use contract::rates::{GET, RatesView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_rates)
}

async fn get_rates(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<RatesView>> {
    Ok(Answer::read(cx.store.rate_book().await?.map(RatesView::from)))
}
