//! Read an anomaly.

use contract::insights::{AnomalyView, AtAnomaly, GET_ANOMALY};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_ANOMALY, get_anomaly)
}

async fn get_anomaly(cx: Cx, input: In<AtAnomaly, NoQuery, NoBody>) -> Result<Answer<AnomalyView>> {
    let read = cx.store.cost_anomaly(input.path.anomaly).await?;
    cx.may_see(read.value.client)?;
    Ok(Answer::read(read.map(AnomalyView::from)))
}
