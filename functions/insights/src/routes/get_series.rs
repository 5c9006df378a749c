//! Read a series.

use contract::NoBody;
use contract::cost_series::{AtSeries, GET, RangeView, SeriesDaysView, SeriesQuery, days_of};
use domain::insights::Outlook;
use domain::insights::rules::Rules;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::Versioned;

/// Days that are shown when nobody says which.
const SHOWN_DAYS: i64 = 90;
/// Most days that are shown at once.
const MOST_DAYS: i64 = 400;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_series)
}

async fn get_series(cx: Cx, input: In<AtSeries, SeriesQuery, NoBody>) -> Result<Answer<SeriesDaysView>> {
    let Versioned { value: series, rev } = cx.store.cost_series(input.path.series).await?;
    cx.may_see(series.client)?;
    let today = cx.here().await?.today;
    let (from, to) = days(input.query, today)?;
    let tenant = cx.store.insight_settings(None).await?.value;
    let client = cx.store.insight_settings(Some(series.client)).await?.value;
    let rules = Rules::of(&tenant, &client, &series);
    let kept = cx.store.watch(series.id).await?.map(|kept| kept.value);
    let next_at = kept.as_ref().and_then(|kept| kept.due_at);
    let watch = kept.map(|kept| kept.watch()).transpose()?;
    let mut days = cx.store.cost_days(series.id, from, to).await?.days;
    days.retain(|day, _| (from..=to).contains(day));
    let amount = |value: f64| series.measure.amount(value);
    let range = |Outlook { expected, low, high }| RangeView {
        expected: amount(expected),
        low: amount(low),
        high: amount(high),
    };
    let judged = watch.as_ref().filter(|watch| watch.next != watch.first);
    let view = SeriesDaysView {
        days: days_of(days, series.measure),
        judged_to: judged.and_then(|watch| watch.next?.yesterday().ok()),
        known_to: watch.as_ref().and_then(|watch| watch.covered.last()),
        enough_history: watch.as_ref().is_some_and(|watch| watch.model.has_enough_history()),
        expected: watch.and_then(|watch| watch.model.outlook(&rules.settings)).map(range),
        next_at,
        series: series.into(),
    };
    Ok(Answer::read(Versioned { value: view, rev }))
}

fn days(query: SeriesQuery, today: Date) -> Result<(Date, Date)> {
    let to = query.to.unwrap_or(today);
    let from = query.from.unwrap_or_else(|| to.saturating_sub(SHOWN_DAYS.days()));
    if from > to {
        return Err(Error::field("?to", "must not be before `from`"));
    }
    if from.saturating_add(MOST_DAYS.days()) < to {
        return Err(Error::field("?to", format!("must be at most {MOST_DAYS} days after `from`")));
    }
    Ok((from, to))
}
