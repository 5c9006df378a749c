//! Sign out.

use contract::sessions::SIGN_OUT;
use contract::{NoBody, NoPath, NoQuery, Nothing};
use domain::sessions::revoke;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(SIGN_OUT, sign_out)
}

async fn sign_out(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<Nothing>> {
    let session = cx.store.session(cx.session).await?;
    let commit = cx.store.commit().update(&revoke(session.value, cx.now), session.rev);
    Ok(Answer::after(commit, Nothing {}))
}
