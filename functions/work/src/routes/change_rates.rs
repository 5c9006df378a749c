//! Change the rates.

use contract::rates::{CHANGE, RateChanges, RatesView};
use contract::{NoPath, NoQuery};
use domain::billing::work::{self, Rate, book};
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_rates)
}

async fn change_rates(cx: Cx, input: In<NoPath, NoQuery, RateChanges>) -> Result<Answer<RatesView>> {
    let RateChanges { rates, rounding, after_hours, work_types } = input.body;
    let read = cx.unchanged(cx.store.rate_book().await?)?;
    let settings = cx.store.billing_settings().await?.value;
    let named = people(rates.as_deref().unwrap_or_default());
    let changes = work::RateChanges { rates, rounding, after_hours, work_types };
    let changed = book::change(&read.value, changes, &settings, cx.now)?;
    exist(&cx.store, named).await?;
    Ok(cx.replaced(&read, changed))
}

/// Whoever has left keeps their rate: there may be time of theirs to bill.
fn people(rates: &[Rate]) -> Vec<(String, Option<Reference>)> {
    let named = |(index, rate): (usize, &Rate)| (format!("/rates/{index}/person"), rate.person.map(Reference::User));
    rates.iter().enumerate().map(named).collect()
}
