//! Say whether something about somebody's use of products was expected or real.

use contract::NoQuery;
use contract::access_anomalies::{AccessAnomalyView, AtAccessAnomaly, JUDGE};
use contract::insights::NewJudgement;
use domain::insights::found::Judged;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(JUDGE, judge_access_anomaly)
}

async fn judge_access_anomaly(
    cx: Cx,
    input: In<AtAccessAnomaly, NoQuery, NewJudgement>,
) -> Result<Answer<AccessAnomalyView>> {
    let read = cx.store.access_anomaly(input.path.access).await?;
    cx.may_see(read.value.client)?;
    let NewJudgement { answer, note } = input.body;
    let judged = read.value.judge(Judged { answer, note, by: cx.actor.user, at: cx.now })?;
    let mut commit = cx.store.commit().update(&judged, read.rev);
    if let Some(hour) = judged.hour_expected() {
        let usual = cx.store.usual_hours(judged.client, judged.contact).await?;
        commit = commit.update(&usual.value.and(hour), usual.rev);
    }
    Ok(Answer::after(commit, judged.into()).rev(read.rev + 1))
}
