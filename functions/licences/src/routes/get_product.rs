//! Read a product.

use contract::products::{AtProduct, GET, ProductView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_product)
}

async fn get_product(cx: Cx, input: In<AtProduct, NoQuery, NoBody>) -> Result<Answer<ProductView>> {
    Ok(Answer::read(cx.store.product(input.path.product).await?.map(ProductView::from)))
}
