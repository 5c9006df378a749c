//! Read the price book.

use contract::prices::{GET, PricesView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_prices)
}

async fn get_prices(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<PricesView>> {
    Ok(Answer::read(cx.store.price_book().await?.map(PricesView::from)))
}
