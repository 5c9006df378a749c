//! Read what is to be trued up.

use contract::clients::AtClient;
use contract::findings::{GET_TRUE_UP, TrueUpView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};
use store::findings::Review;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_TRUE_UP, get_true_up)
}

async fn get_true_up(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<TrueUpView>> {
    cx.may_see(input.path.client)?;
    let Review { client, reviewed_on, true_up, left_out, .. } = cx.store.review(input.path.client).await?.value;
    let rows = true_up.into_iter().map(Into::into).collect();
    Ok(Answer::of(TrueUpView { client, on: reviewed_on, rows, left_out }))
}
