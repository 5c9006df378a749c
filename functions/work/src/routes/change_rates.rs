//! Change the rates.

use contract::rates::{CHANGE, RateChanges, RatesView};
use contract::{NoPath, NoQuery};
use domain::billing::work::{self, Rate, book, keeps_what_was_billed};
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
    let named = named(rates.as_deref().unwrap_or_default());
    let changes = work::RateChanges { rates, rounding, after_hours, work_types };
    let changed = book::change(&read.value, changes, &settings, cx.now)?;
    let billed_until = cx.store.billed_work().await?.map(|billed| billed.value.until);
    keeps_what_was_billed(&read.value.card, &changed.card, billed_until)?;
    exist(&cx.store, named).await?;
    Ok(cx.replaced(&read, changed))
}

/// Whoever has left keeps their rate: there may be time of theirs to bill.
/// The people and the contracts that rates are for.
fn named(rates: &[Rate]) -> Vec<(String, Option<Reference>)> {
    let of = |(index, rate): (usize, &Rate)| {
        let at = |field: &str| format!("/rates/{index}/{field}");
        [(at("person"), rate.person.map(Reference::User)), (at("contract"), rate.contract.map(Reference::Contract))]
    };
    rates.iter().enumerate().flat_map(of).collect()
}
