//! Add a product to the software catalogue.

use contract::products::{ADD, NewProduct, ProductView};
use contract::{NoPath, NoQuery};
use domain::ids::ProductId;
use domain::licences::product;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_product)
}

async fn add_product(cx: Cx, input: In<NoPath, NoQuery, NewProduct>) -> Result<Answer<ProductView>> {
    let NewProduct { vendor, name, category, purpose, editions, unused_after_days, use_reported, sensitive } =
        input.body;
    let new =
        product::NewProduct { vendor, name, category, purpose, editions, unused_after_days, use_reported, sensitive };
    Ok(cx.kept(product::add(ProductId::from_uuid(cx.id()), new, cx.now)?))
}
