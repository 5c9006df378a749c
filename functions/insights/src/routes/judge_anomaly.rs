//! Say whether an anomaly was expected or real.

use contract::NoQuery;
use contract::insights::{AnomalyView, AtAnomaly, JUDGE_ANOMALY, NewJudgement};
use domain::insights::found::{Judged, judge};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(JUDGE_ANOMALY, judge_anomaly)
}

async fn judge_anomaly(cx: Cx, input: In<AtAnomaly, NoQuery, NewJudgement>) -> Result<Answer<AnomalyView>> {
    let read = cx.store.cost_anomaly(input.path.anomaly).await?;
    cx.may_see(read.value.client)?;
    let NewJudgement { answer, note } = input.body;
    let judged = judge(read.value, Judged { answer, note, by: cx.actor.user, at: cx.now })?;
    let series = cx.store.cost_series(judged.series).await?;
    let answered = series.value.answered(answer, judged.excess, cx.now);
    let commit = cx.store.commit().update(&judged, read.rev).update(&answered, series.rev);
    Ok(Answer::after(commit, judged.into()).rev(read.rev + 1))
}
