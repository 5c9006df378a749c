//! Say that a file of costs is uploaded.

use contract::imports::{AtImport, ImportView, READ};
use contract::{NoBody, NoQuery};
use domain::error::Refusal;
use domain::insights::imports::ImportState;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(READ, read_import)
}

async fn read_import(cx: Cx, input: In<AtImport, NoQuery, NoBody>) -> Result<Answer<ImportView>> {
    let read = cx.store.cost_import(input.path.import).await?;
    cx.may_see(read.value.client)?;
    if read.value.state == ImportState::Waiting {
        match cx.store.uploaded(read.value.id, 0, 1, None).await {
            Err(store::Error::NotFound) => {
                let detail =
                    "Nothing was uploaded yet. PUT the file to the link first; if that has expired, announce it again.";
                return Err(Refusal::conflict("not_uploaded", detail).into());
            }
            done => done?,
        };
    }
    let uploaded = read.value.clone().uploaded(cx.now);
    Ok(cx.replaced(&read, uploaded))
}
