//! Announce a paper of a licence as a file.

use contract::NoQuery;
use contract::licence_files::{ADD, LicenceFileUpload, NewLicenceFile};
use contract::licences::AtLicence;
use domain::error::Refusal;
use domain::ids::LicenceFileId;
use domain::licences::files;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::visible_licence;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_file)
}

async fn add_file(cx: Cx, input: In<AtLicence, NoQuery, NewLicenceFile>) -> Result<Answer<LicenceFileUpload>> {
    let read = visible_licence(&cx, input.path.licence).await?;
    let NewLicenceFile { name, media_type, bytes, client_sees } = input.body;
    let id = LicenceFileId::from_uuid(cx.id());
    let new = files::NewLicenceFile { id, name, media_type, bytes, client_sees };
    let after = files::add(read.value.licence.clone(), new, cx.actor.user, cx.now)?;
    let file = after.file(id).cloned().ok_or(Refusal::NotFound)?;
    let upload = cx.store.licence_file_upload(after.id, &file).await?;
    let commit = cx.store.commit().update_licence(&read, &after, &cx.here().await?.zone);
    Ok(Answer::after(commit, LicenceFileUpload { file: file.into(), upload }))
}
