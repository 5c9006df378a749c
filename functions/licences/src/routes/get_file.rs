//! Get a link to a file of a licence.

use contract::documents::FileView;
use contract::licence_files::{AtLicenceFile, GET};
use contract::{NoBody, NoQuery};
use domain::error::Refusal;
use runtime::files::followed;
use runtime::{Answer, Cx, Handler, In, Result};
use store::blobs::FileLabel;

use crate::licensed::{sees_file, visible_licence};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_file)
}

async fn get_file(cx: Cx, input: In<AtLicenceFile, NoQuery, NoBody>) -> Result<Answer<FileView>> {
    let AtLicenceFile { licence, file } = input.path;
    let read = visible_licence(&cx, licence).await?.value.licence;
    let file = read.file(file).filter(|file| sees_file(&cx, file)).ok_or(Refusal::NotFound)?;
    let Some(first) = cx.store.licence_file_start(licence, file.id).await? else {
        let detail = "Nothing was uploaded yet. PUT the file to the link first; if that has expired, remove it and announce it again.";
        return Err(Refusal::conflict("not_uploaded", detail).into());
    };
    if !file.media_type.begins_with(&first) {
        let announced = file.media_type.name();
        let detail = format!(
            "What was uploaded is not of the type that was announced, {announced}. Remove it, and announce it as what it is."
        );
        return Err(Refusal::conflict("not_as_announced", detail).into());
    }
    let name = file.file_name();
    let label = FileLabel { name: &name, media_type: file.media_type.name() };
    let url = cx.store.licence_file_link(licence, file.id, label).await?;
    Ok(Answer::of(followed(&cx, url, label, file.bytes)))
}
