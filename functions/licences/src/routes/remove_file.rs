//! Take a file off its licence.

use contract::licence_files::{AtLicenceFile, REMOVE};
use contract::licences::LicenceFileView;
use contract::{NoBody, NoQuery};
use domain::licences::files;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::visible_licence;

/// The route.
pub fn route() -> Handler {
    Handler::new(REMOVE, remove_file)
}

async fn remove_file(cx: Cx, input: In<AtLicenceFile, NoQuery, NoBody>) -> Result<Answer<LicenceFileView>> {
    let AtLicenceFile { licence, file } = input.path;
    let read = visible_licence(&cx, licence).await?;
    let (after, removed) = files::remove(read.value.licence.clone(), file, cx.now)?;
    let commit = cx.store.commit().update_licence(&read, &after, &cx.here().await?.zone);
    Ok(Answer::after(commit, removed.into()))
}
