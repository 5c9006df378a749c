//! Announce a file of costs.

use contract::imports::{ADD, ImportView, NewImport};
use contract::{NoPath, NoQuery};
use domain::ids::ImportId;
use domain::insights::imports;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_import)
}

async fn add_import(cx: Cx, input: In<NoPath, NoQuery, NewImport>) -> Result<Answer<ImportView>> {
    let NewImport { client, source, bytes } = input.body;
    exist(&cx.store, [("/client", Some(Reference::Client(client)))]).await?;
    let new = imports::NewImport { id: ImportId::from_uuid(cx.id()), client, source, bytes };
    let import = imports::announce(new, cx.actor.user, cx.now)?;
    let upload = Some(cx.store.upload_link(&import).await?);
    let commit = cx.store.commit().create(&import);
    Ok(Answer::after(commit, ImportView { upload, ..import.into() }).rev(1))
}
