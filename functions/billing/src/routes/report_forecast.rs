//! Show the year that comes.

use std::collections::BTreeMap;

use contract::reports::{CurrencyQuery, FORECAST, ForecastMonth, ForecastView, TrendView};
use contract::{NoBody, NoPath};
use domain::billing::reports::{MOST_PAST, Month, Service, trend};
use domain::money::Money;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::reports::EarnedMonth;

use crate::reports::Frame;

/// How many months are forecast.
const MONTHS: i32 = 12;

/// The route.
pub fn route() -> Handler {
    Handler::new(FORECAST, report_forecast)
}

async fn report_forecast(cx: Cx, input: In<NoPath, CurrencyQuery, NoBody>) -> Result<Answer<ForecastView>> {
    let frame = Frame::of(&cx, input.query.currency).await?;
    let (this, currency) = (frame.month(), frame.currency);
    let (first, last) = (this.plus(-i32::try_from(MOST_PAST).unwrap_or(i32::MAX)), this.plus(MONTHS));
    let (earned, recurring) =
        try_join!(cx.store.revenue_months(currency, first, last), cx.store.recurring_sums(currency, last))?;
    let money = |minor| Money::new(minor, currency);
    let past: Vec<Money> = beside(&earned, this).into_iter().map(money).collect();
    let trend = trend(&past, usize::try_from(MONTHS).unwrap_or_default())?;
    let month = |(at, month): (usize, Month)| {
        let issued = earned.get(&month).map_or(0, |earned| earned.services.values().sum());
        let sums = recurring.get(&month).copied().unwrap_or_default();
        ForecastMonth {
            month,
            issued: money(issued),
            agreed: money(sums.certain),
            likely: money(sums.likely),
            possible: trend.as_ref().and_then(|trend| trend.ahead.get(at).copied()),
        }
    };
    let months = this.next().up_to(last).enumerate().map(month).collect();
    let trend = trend.as_ref().map(|trend| TrendView {
        method: "damped_trend".to_owned(),
        months: u32::try_from(trend.months).unwrap_or(u32::MAX),
    });
    Ok(Answer::of(ForecastView { currency, trend, months }))
}

/// What came in each month beside what contracts promise, from the first month with revenue to the last one that is over.
fn beside(earned: &BTreeMap<Month, EarnedMonth>, this: Month) -> Vec<i64> {
    let Some((first, _)) = earned.range(..this).next() else { return Vec::new() };
    let beside = |services: &BTreeMap<Service, i64>| {
        services.iter().filter(|(service, _)| !service.is_agreed()).map(|(_, minor)| minor).sum()
    };
    first.up_to(this.plus(-1)).map(|month| earned.get(&month).map_or(0, |earned| beside(&earned.services))).collect()
}
