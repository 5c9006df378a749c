//! Read an SLA policy.

use contract::policies::{AtPolicy, GET, PolicyView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_policy)
}

async fn get_policy(cx: Cx, input: In<AtPolicy, NoQuery, NoBody>) -> Result<Answer<PolicyView>> {
    let policy = cx.store.policy(input.path.policy).await?;
    Ok(Answer::read(policy.map(PolicyView::from)))
}
