//! Change how a series of costs is looked at.

use contract::NoQuery;
use contract::cost_series::{AtSeries, CHANGE, SeriesChanges, SeriesView};
use domain::insights::tuning::Tuning;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_series)
}

async fn change_series(cx: Cx, input: In<AtSeries, NoQuery, SeriesChanges>) -> Result<Answer<SeriesView>> {
    let read = cx.store.cost_series(input.path.series).await?;
    cx.may_see(read.value.client)?;
    let read = cx.unchanged(read)?;
    let SeriesChanges { sensitivity, method } = input.body;
    let before = read.value.tuning;
    let tuning =
        Tuning { sensitivity: sensitivity.unwrap_or(before.sensitivity), method: method.unwrap_or(before.method) };
    let changed = read.value.clone().tuned(tuning, cx.now)?;
    Ok(cx.replaced(&read, changed.state))
}
