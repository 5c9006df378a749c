//! Read how documents are made.

use contract::documents::{DocumentSettingsView, GET_SETTINGS};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_SETTINGS, get_document_settings)
}

async fn get_document_settings(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<DocumentSettingsView>> {
    Ok(Answer::read(cx.store.document_settings().await?.map(Into::into)))
}
