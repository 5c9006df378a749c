//! Read how far a file of costs is.

use contract::imports::{AtImport, GET, ImportView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_import)
}

async fn get_import(cx: Cx, input: In<AtImport, NoQuery, NoBody>) -> Result<Answer<ImportView>> {
    let read = cx.store.cost_import(input.path.import).await?;
    cx.may_see(read.value.client)?;
    Ok(Answer::read(read.map(ImportView::from)))
}
