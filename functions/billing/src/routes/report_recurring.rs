//! Show monthly recurring revenue.

use contract::reports::{MonthsQuery, RECURRING, RecurringView};
use contract::{NoBody, NoPath};
use domain::billing::reports::recurring_months;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(RECURRING, report_recurring)
}

async fn report_recurring(cx: Cx, input: In<NoPath, MonthsQuery, NoBody>) -> Result<Answer<RecurringView>> {
    let MonthsQuery { from, until, currency } = input.query;
    let frame = Frame::of(&cx, currency).await?;
    let (from, until) = frame.months(from, until, 12)?;
    let sums = cx.store.recurring_sums(frame.currency, until).await?;
    let movements = sums.into_iter().map(|(month, sums)| (month, sums.movement)).collect();
    let months = recurring_months(&movements, frame.currency, from, until);
    Ok(Answer::of(RecurringView { currency: frame.currency, months }))
}
