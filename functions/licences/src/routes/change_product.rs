//! Change a product.

use contract::NoQuery;
use contract::products::{AtProduct, CHANGE, ProductChanges, ProductView};
use domain::licences::product;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_product)
}

async fn change_product(cx: Cx, input: In<AtProduct, NoQuery, ProductChanges>) -> Result<Answer<ProductView>> {
    let read = cx.unchanged(cx.store.product(input.path.product).await?)?;
    let ProductChanges { vendor, name, category, purpose, editions, unused_after_days, .. } = input.body;
    let ProductChanges { use_reported, sensitive, active, .. } = input.body;
    let changes = product::ProductChanges {
        vendor,
        name,
        category,
        purpose,
        editions,
        unused_after_days,
        use_reported,
        sensitive,
        active,
    };
    let changed = product::change(read.value.clone(), changes, cx.now)?;
    Ok(cx.replaced(&read, changed))
}
