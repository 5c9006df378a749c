//! Show deferred revenue.

use contract::reports::{CurrencyQuery, DEFERRED, DeferredMonth, DeferredView};
use contract::{NoBody, NoPath};
use domain::billing::reports::MOST_MONTHS;
use domain::money::Money;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(DEFERRED, report_deferred)
}

async fn report_deferred(cx: Cx, input: In<NoPath, CurrencyQuery, NoBody>) -> Result<Answer<DeferredView>> {
    let frame = Frame::of(&cx, input.query.currency).await?;
    let month = frame.month();
    let last = month.plus(i32::try_from(MOST_MONTHS).unwrap_or(i32::MAX));
    let earned = cx.store.revenue_months(frame.currency, month.next(), last).await?;
    let net = |minor| Money::new(minor, frame.currency);
    let sums = earned.into_iter().map(|(month, earned)| (month, earned.services.values().sum::<i64>()));
    let months: Vec<DeferredMonth> =
        sums.filter(|(_, minor)| *minor != 0).map(|(month, minor)| DeferredMonth { month, net: net(minor) }).collect();
    let total = net(months.iter().map(|month| month.net.minor()).sum());
    Ok(Answer::of(DeferredView { on: month.last(), total, months }))
}
