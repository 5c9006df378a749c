//! Read a licence.

use contract::licences::{AtLicence, GET, LicenceView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

use crate::licensed::{shown, visible_licence};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get)
}

async fn get(cx: Cx, input: In<AtLicence, NoQuery, NoBody>) -> Result<Answer<LicenceView>> {
    let Versioned { value, rev } = visible_licence(&cx, input.path.licence).await?;
    let today = cx.here().await?.today;
    let assigned = cx.store.assigned(&[value.licence.id]).await?[0];
    let product = cx.store.product(value.licence.product).await?.value;
    Ok(Answer::read(Versioned { value: shown(&cx, value.licence, product.name, assigned, today), rev }))
}
