//! Change how documents are made.

use contract::documents::{CHANGE_SETTINGS, DocumentSettingsChanges, DocumentSettingsView};
use contract::{NoPath, NoQuery};
use domain::billing::documents::settings::{self, DocumentChanges};
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_SETTINGS, change_document_settings)
}

async fn change_document_settings(
    cx: Cx,
    input: In<NoPath, NoQuery, DocumentSettingsChanges>,
) -> Result<Answer<DocumentSettingsView>> {
    let DocumentSettingsChanges { letterhead, books, delivery } = input.body;
    let (read, billing) = try_join!(cx.store.document_settings(), cx.store.billing_settings())?;
    let read = cx.unchanged(read)?;
    let changes = DocumentChanges { letterhead, books, delivery };
    let changed = settings::change(&read.value, changes, &billing.value, cx.now)?;
    Ok(cx.replaced(&read, changed))
}
